"""The budgets and doors of DESIGN.md that no linter keeps."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE_LINES, FUNCTION_LINES, PARAMETERS = 500, 80, 8
SOURCES = sorted(
    path
    for folder in ("gridplan", "data", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "__pycache__" not in path.parts
) + [path for path in [ROOT / "app.py"] if path.exists()]
NAMES = [path.relative_to(ROOT).as_posix() for path in SOURCES]

Function = ast.FunctionDef | ast.AsyncFunctionDef


def _functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def _count_body_lines(function: Function) -> int:
    """Count the lines of the body without its docstring: help for the reader is not a cost."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) else function.body
    return (function.end_lineno or 0) - body[0].lineno + 1 if body else 0


@pytest.fixture(params=SOURCES, ids=NAMES)
def source(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_budgets(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    assert text.count("\n") <= MODULE_LINES
    functions = list(_functions(ast.parse(text)))
    long = {f.name: lines for f in functions if (lines := _count_body_lines(f)) > FUNCTION_LINES}
    assert not long
    wide = {f.name: n for f in functions if (n := len(f.args.posonlyargs) + len(f.args.args)) > PARAMETERS}
    assert not wide, "options of a front door are keyword-only"


def test_doors(source: Path) -> None:
    """Only crs reprojects; nothing draws from the global random state."""
    if source.parent.name == "crs":
        return
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and node.attr in {"to_crs", "estimate_utm_crs"}:
            pytest.fail(f"line {node.lineno}: only gridplan/crs reprojects")
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in {
            "np.random",
            "numpy.random",
            "random",
        }:
            allowed = {"default_rng", "Generator", "SeedSequence", "PCG64"}
            # a peer that we measure against may know no other way to be seeded
            allowed |= {"seed"} if source.parent.name == "benchmarks" else set()
            assert node.attr in allowed, f"line {node.lineno}: pass a Generator"


def test_every_room_has_tests() -> None:
    rooms = {path.parent.name for path in (ROOT / "gridplan").glob("*/__init__.py")}
    tested = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert not rooms - tested


#: Calls that touch files by the name of what is called, and modules that have nothing else to do.
FILE_CALLS = {
    "open", "read_text", "read_bytes", "write_text", "write_bytes", "mkdir", "unlink", "touch",
    "rmtree", "copyfile", "read_file", "read_parquet", "read_csv", "read_excel", "read_dataframe",
    "to_parquet", "to_file", "to_csv", "to_excel", "write_dataframe", "makedirs", "listdir",
}  # fmt: skip
FILE_MODULES = {
    "tempfile",
    "shutil",
    "sqlite3",
    "pyogrio",
    "fiona",
    "pyarrow",
    "urllib",
    "requests",
    "socket",
}
#: Who else may, and why.
FILE_DOORS = {
    "gridplan/i18n.py": ({"read_text"}, "the package's own texts"),
    "gridplan/scheme/parse.py": ({"read_text"}, "the package's own schemes"),
    "gridplan/onemap/browser/bundle.py": ({"read_text"}, "the package's own script and styles"),
    "gridplan/onemap/notebook/offline.py": ({"read_bytes"}, "the package's own copies of Leaflet"),
    "gridplan/onemap/pictures/fonts.py": ({"open"}, "the kind of outlines of a font of this machine"),
    "gridplan/ui/frame.py": ({"read_text"}, "the package's own styles"),
    "gridplan/ui/ratings.py": ({"read_text"}, "the package's own styles"),
    "gridplan/ui/tiles.py": ({"read_text"}, "the setting of the server"),
    "gridplan/ui/uploads.py": ({"mkdir", "write_bytes"}, "what a visitor sends, kept for io to read"),
    "gridplan/ui/pages/open.py": ({"tempfile"}, "the folder of what a visitor sends"),
    "gridplan/ui/making.py": ({"tempfile", "write_text"}, "the request to a process of its own"),
    "gridplan/ui/server.py": ({"socket"}, "the address that the app listens on"),
    "gridplan/ui/worker.py": ({"read_text"}, "that request"),
    "gridplan/cli/__init__.py": ({"open"}, "the null device, where the reader of a pipe has gone"),
    "gridplan/cli/machine.py": ({"pyogrio", "socket"}, "versions, and whether the port of the app is free"),
    "gridplan/cli/planning.py": ({"mkdir"}, "the folder of the demo"),
}


def _find_file_words(tree: ast.Module) -> set[str]:
    """Find calls that touch files, and imports of modules that do."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            # a function of io by such a name is not the method of a path
            plain = isinstance(node.func, ast.Name) and node.func.id == "open"
            name = node.func.attr if isinstance(node.func, ast.Attribute) else "open" if plain else ""
            found |= {name} & FILE_CALLS
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names} & FILE_MODULES
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").split(".")[0]} & FILE_MODULES
    return found


def test_only_io_touches_files(source: Path) -> None:
    name = source.relative_to(ROOT).as_posix()
    if not name.startswith("gridplan/") or name.startswith("gridplan/io/"):
        return
    found = _find_file_words(ast.parse(source.read_text(encoding="utf-8")))
    allowed, reason = FILE_DOORS.get(name, (set(), "only gridplan/io touches files"))
    assert found == allowed, reason


def test_every_door_is_there() -> None:
    assert set(FILE_DOORS) <= set(NAMES)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("open('a')", {"open"}),
        ("Path('a').read_text()", {"read_text"}),
        ("gpd.read_file('a')", {"read_file"}),
        ("def f():\n    import tempfile", {"tempfile"}),
        ("from pyarrow import parquet", {"pyarrow"}),
        ("opened = reopen('a')", set()),
        ("from gridplan.io.text import write_text\nwrite_text('a')", set()),
    ],
)
def test_doors_to_files_are_found(code: str, found: set[str]) -> None:
    assert _find_file_words(ast.parse(code)) == found
