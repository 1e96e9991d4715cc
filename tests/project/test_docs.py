"""The documentation: twins in two languages, commands that parse, code that runs, no host but this one."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gridplan.cli.parser import build_parser

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
FENCE = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", flags=re.MULTILINE | re.DOTALL)
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
TWINS = [page for page in PAGES if (DOCS / "zh" / page.relative_to(DOCS)).exists()]
NAMES = {page: page.relative_to(ROOT).as_posix() for page in [*PAGES, ROOT / "README.md"]}


def list_blocks(page: Path, language: str = "") -> list[str]:
    """List the code of a page, without comments."""
    blocks = FENCE.findall(page.read_text(encoding="utf-8"))
    return [
        re.sub(r"\s+#.*$", "", code, flags=re.MULTILINE) for name, code in blocks if language in ("", name)
    ]


def list_commands(page: Path) -> list[str]:
    text = "\n".join(list_blocks(page, "sh")).replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip().startswith("gridplan ")]


def test_every_page_of_the_guide_has_a_twin() -> None:
    chinese = {path.name for path in (DOCS / "zh" / "guide").glob("*.md")}
    assert chinese == {path.name for path in (DOCS / "guide").glob("*.md")}
    assert len(TWINS) > len(chinese)


@pytest.mark.parametrize("page", TWINS, ids=NAMES.get)
def test_twins_say_the_same(page: Path) -> None:
    twin = DOCS / "zh" / page.relative_to(DOCS)
    assert list_blocks(page) == list_blocks(twin)
    heads = [
        re.findall(r"^(#+) ", path.read_text(encoding="utf-8"), flags=re.MULTILINE) for path in (page, twin)
    ]
    assert heads[0] == heads[1]


@pytest.mark.parametrize("page", PAGES, ids=NAMES.get)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=NAMES.get)
def test_commands_are_understood(page: Path) -> None:
    """Every option and value of a command in the pages is one that the command line knows."""
    for line in list_commands(page):
        if line.endswith("--help"):
            continue
        build_parser("en").parse_args(shlex.split(line)[1:])


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in TWINS if list_blocks(page, "python")], ids=NAMES.get)
def test_python_runs(page: Path, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    code = "\n".join(list_blocks(page, "python"))
    ran = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip()


class _Hosts(HTMLParser):
    """List what a page loads from another host: scripts, styles, pictures, frames; links are for clicking."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and values.get("rel") in {"canonical", "license"}:
            return
        wanted = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}.get(tag)
        address = values.get(wanted or "") or ""
        if address.startswith(("http:", "https:", "//")):
            self.asked.append(address)


@pytest.mark.slow
def test_the_site_is_built_without_a_warning_and_asks_no_other_host(tmp_path: Path) -> None:
    out = tmp_path / "site"
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html"]
    ran = subprocess.run(
        [*command, "-d", str(tmp_path / "trees"), str(DOCS), str(out)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    pages = sorted(out.rglob("*.html"))
    assert {"index.html", "format.html", "zh/index.html", "reference/generated/gridplan.make_plan.html"} <= {
        path.relative_to(out).as_posix() for path in pages
    }
    for path in pages:
        hosts = _Hosts()
        hosts.feed(path.read_text(encoding="utf-8"))
        assert not hosts.asked, path.name
    for path in out.rglob("*.css"):
        styles = path.read_text(encoding="utf-8")
        assert not re.search(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", styles), path.name
