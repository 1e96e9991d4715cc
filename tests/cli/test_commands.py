"""What each command does, prints and answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from PIL import Image

from gridplan import cli
from gridplan.cli import planning
from gridplan.cli.parser import EXPORT_FORMATS, EXPORT_PAPERS
from gridplan.errors import InputError
from gridplan.io import open_plan, write_plan
from gridplan.io.export import FORMATS
from gridplan.onemap.catalogue import AREA_RULES
from gridplan.onemap.exports import EXPORT_KINDS
from gridplan.onemap.pictures import PAPERS
from gridplan.plan import Plan
from gridplan.report import describe_plan
from gridplan.scheme.judge import AREA_RULES as SCHEME_RULES


def test_help_speaks_both_languages_until_one_is_asked_for(call: Callable) -> None:
    told = call("--help")
    assert told.code == 0
    assert "划分一个片区" in told.out
    assert "plan a district" in told.out
    told = call("--lang", "en", "--help")
    assert "plan a district" in told.out
    assert not any("\u4e00" <= char <= "\u9fff" for char in told.out)


@pytest.mark.parametrize(
    "command", ["plan", "check", "schemes", "demo", "export", "compare", "compounds", "app", "doctor"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_command_has_help(call: Callable, command: str, lang: str) -> None:
    told = call(command, "--help", "--lang", lang)
    assert told.code == 0
    assert ("用法" in told.out) == (lang == "zh")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nope",),
        ("plan",),
        ("plan", "--out", "x.gpkg", "--seed", "a"),
        ("plan", "--out", "x.gpkg", "--seed", "-1"),
        ("plan", "--out", "x.gpkg", "--workers", "0"),
        ("plan", "--out", "x.gpkg", "--time-limit", "inf"),
        ("plan", "--out"),
        ("plan", "--out", "x.gpkg", "--sed", "1"),
        ("check",),
        ("export", "x.gpkg", "--format", "dwg", "--out", "y"),
        ("--lang", "fr", "doctor"),
    ],
)
def test_wrong_usage_is_one_message_and_exit_2(call: Callable, words: tuple[str, ...]) -> None:
    told = call(*words)
    assert told.code == cli.UNUSABLE
    assert told.out == ""
    assert told.err.startswith("用法错误")
    assert "the following" not in told.err


@pytest.mark.parametrize(
    "words",
    [
        ("plan", "--out", "x.gpkg"),
        ("plan", "--buildings", "b.gpkg", "--streets", "s.gpkg", "--out", "no/such/folder/x.gpkg"),
        ("plan", "--buildings", "b.gpkg", "--streets", "s.gpkg", "--out", "x.shp"),
        ("plan", "--buildings", "b.gpkg", "--streets", "s.gpkg", "--out", "x.gpkg", "--map", "x.bmp"),
        ("plan", "--buildings", "b.gpkg", "--streets", "s.gpkg", "--out", "x.gpkg", "--column", "x=y"),
        ("plan", "--buildings", "b.gpkg", "--streets", "s.gpkg", "--out", "x.gpkg", "--column", "x.z=y"),
        ("plan", "--buildings", "b.gpkg", "--streets", "s.gpkg", "--out", "x.gpkg", "--scheme", "nope"),
        ("plan", "--buildings", "no.gpkg", "--streets", "no.gpkg", "--out", "x.gpkg"),
        ("check", "no.gpkg"),
        ("export", "no.gpkg", "--format", "csv", "--out", "y"),
        ("compare", "no.gpkg", "no.gpkg"),
        ("schemes", "show"),
        ("schemes", "show", "nope"),
        ("schemes", "validate", "no.toml"),
        ("demo", "atlantis"),
        ("app", "no.gpkg"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(
    call: Callable, words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = call(*words)
    assert told.code == cli.UNUSABLE
    assert told.err.startswith("错误：")
    assert len(told.err.strip().splitlines()) == 1
    assert "(" not in told.err or "=" not in told.err, "told in words, not as key(value=...)"
    assert not list(tmp_path.iterdir()), "nothing half-written"


def test_a_fault_of_the_program_says_so_and_shows_no_traceback(
    call: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> int:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(cli, "_find_command", lambda _: fail)
    told = call("doctor", "--lang", "en")
    assert told.code == cli.FAULT
    assert "gridplan doctor" in told.err
    assert "Traceback" not in told.err
    monkeypatch.setenv("GRIDPLAN_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        call("doctor")


def test_interruption_is_quiet(call: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_find_command", lambda _: stop)
    told = call("doctor")
    assert (told.code, told.err.strip()) == (cli.INTERRUPTED, "已中断。")


def test_plan_writes_a_plan_and_a_map_and_tells_one_json_object(
    call: Callable, town: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}

    def make(**options: object) -> Plan:
        seen.update(options)
        return town

    monkeypatch.setattr(planning, "make_plan", make)
    out, picture = tmp_path / "out.gpkg", tmp_path / "out.png"
    words = (
        "plan",
        "--buildings",
        "b.shp",
        "--streets",
        "s.shp",
        "--out",
        out,
        "--seed",
        "7",
        "--workers",
        "2",
    )
    told = call(*words, "--column", "buildings.households=户数", "--map", picture, "--json", "--lang", "en")
    assert told.err == ""
    answer = json.loads(told.out)
    assert (seen["seed"], seen["workers"], seen["time_limit"]) == (7, 2, None)
    assert seen["columns"] == {"buildings": {"households": "户数"}}
    assert answer["plan"] == str(out)
    assert answer["levels"]["grid"]["legal"] == 9
    assert set(answer["rooms"]) == {"read", "solve", "write", "map"}
    assert open_plan(out).atoms["households"].sum() == 524
    with Image.open(picture) as image:
        assert image.format == "PNG"
    told = call(*words, "--lang", "en")
    assert str(out) in told.out


def test_plan_with_violations_ends_with_1(
    call: Callable, town: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ("bounded", 1, "grid", "S002-01", 80.0, 50.0, "violation", '{"key": "above_upper", "values": {}}')
    ]
    bad = replace(town, findings=pd.DataFrame(rows, columns=town.findings.columns))
    monkeypatch.setattr(planning, "make_plan", lambda *_, **__: bad)
    told = call("plan", "--buildings", "b", "--streets", "s", "--out", tmp_path / "out.gpkg")
    assert told.code == cli.VIOLATIONS


def test_check_judges_the_written_file(call: Callable, plan_file: Path) -> None:
    told = call("check", plan_file)
    assert told.code == cli.VIOLATIONS, "the lattice town is no lawful plan"
    assert "S002-01" in told.out
    answer = json.loads(call("check", plan_file, "--json").out)
    assert answer["violations"] == sum(row["verdict"] == "violation" for row in answer["findings"])
    assert {"key", "values"} == set(answer["findings"][0]["reason"])


def test_formats_maps_and_papers_are_those_of_the_rooms_that_make_them() -> None:
    assert set(EXPORT_FORMATS) == {*FORMATS, "png", "svg", "pdf", *EXPORT_KINDS}
    assert set(AREA_RULES) == set(SCHEME_RULES)
    assert set(EXPORT_PAPERS) == {"screen", *PAPERS}


@pytest.mark.parametrize("form", EXPORT_FORMATS)
def test_export_writes_every_format(call: Callable, plan_file: Path, tmp_path: Path, form: str) -> None:
    told = call(
        "export",
        plan_file,
        "--format",
        form,
        "--out",
        tmp_path / "grids",
        "--level",
        "grid",
        "--json",
        "--lang",
        "en",
    )
    assert told.code == 0, told.err
    (path,) = (Path(name) for name in json.loads(told.out)["written"])
    assert path.is_file()
    if form == "geojson":
        assert len(gpd.read_file(path)) == 12


def test_export_of_a_level_that_is_not_there(call: Callable, plan_file: Path, tmp_path: Path) -> None:
    for form in ("csv", "png"):
        told = call("export", plan_file, "--format", form, "--out", tmp_path / "x", "--level", "nope")
        assert told.code == cli.UNUSABLE
        assert "nope" in told.err


def test_compare_counts_who_moves(call: Callable, town: Plan, plan_file: Path, tmp_path: Path) -> None:
    assert json.loads(call("compare", plan_file, plan_file, "--json").out)["grid"]["moved"] == 0
    atoms = town.atoms.copy()
    moved = atoms.index[atoms["grid"] == "S004-01"][:5]
    atoms.loc[moved, "grid"] = "S004-02"
    after = replace(town, atoms=atoms)
    other = write_plan(after, tmp_path / "after.gpkg", describe_plan(after))
    answer = json.loads(call("compare", plan_file, other, "--json").out)["grid"]
    assert (answer["moved"], answer["recoded"]) == (10, 10)
    swapped = atoms.copy()
    swapped["grid"] = town.atoms["grid"].replace({"S004-01": "S004-02", "S004-02": "S004-01"})
    renamed = replace(town, atoms=swapped)
    other = write_plan(renamed, tmp_path / "renamed.gpkg", describe_plan(renamed))
    answer = json.loads(call("compare", plan_file, other, "--json").out)["grid"]
    assert answer["moved"] == 0, "an area that only changes its code goes on"
    assert answer["recoded"] == 80
    assert "网格" in call("compare", plan_file, other).out


def test_a_scheme_is_started_once(call: Callable, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert call("schemes", "new", "mine", "--from", "matian", "--out", file, "--lang", "en").code == 0
    assert "community" in call("schemes", "validate", file, "--lang", "en").out
    file.write_text(file.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    told = call("schemes", "new", "mine", "--out", file)
    assert told.code == 2 and "没有覆盖" in told.err
    assert file.read_text(encoding="utf-8").endswith("# mine\n")
    assert call("schemes", "new").code == 2


def test_schemes_are_listed_shown_and_validated(call: Callable, tmp_path: Path) -> None:
    assert "gridplan" in call("schemes").out
    text = call("schemes", "show", "gridplan").out
    file = tmp_path / "own.toml"
    file.write_text(text, encoding="utf-8")
    assert call("schemes", "validate", file).code == 0
    assert json.loads(call("schemes", "validate", file, "--json").out)["valid"] is True
    file.write_text(text.replace("gap_m = 3.0", "gap_m = -3.0\nwidth = 1"), encoding="utf-8")
    told = call("schemes", "validate", file)
    assert told.code == cli.UNUSABLE
    assert "gap_m" in told.err
    assert "width" in told.err


def test_doctor_tells_versions(call: Callable) -> None:
    facts = json.loads(call("doctor", "--json").out)
    assert {"python", "GDAL", "GEOS", "PROJ", "shapely", "font"} <= set(facts)
    assert facts["missing"] == []
    assert "GDAL" in call("doctor").out


@pytest.mark.parametrize("words", [["--help"], ["schemes"], ["schemes", "show", "gridplan"]])
def test_help_and_schemes_start_without_heavy_packages(words: list[str]) -> None:
    heavy = ("numpy", "pandas", "geopandas", "shapely", "matplotlib", "numba", "scipy", "streamlit")
    listed = f"any(name in sys.modules for name in {heavy})"
    code = f"import sys; from gridplan.cli import main; main({words}); sys.exit({listed})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0, done.stderr
    if words == ["--help"]:
        assert "划分".encode() in done.stdout, "Chinese goes through a pipe that wants ASCII"


def test_one_error_is_told_in_both_languages(call: Callable) -> None:
    assert "no.gpkg" in call("check", "no.gpkg", "--lang", "en").err
    assert call("check", "no.gpkg", "--lang", "en").err.startswith("Error:")


def test_errors_carry_a_key() -> None:
    with pytest.raises(InputError) as caught:
        planning.read_columns(["x"], ["buildings"])
    assert caught.value.key == "column_option"
