"""``gridplan export``: where files go, what is refused, what the maps of the command line tell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gridplan import cli

SHEET = ("--map", "population", "--format", "xlsx")


def test_maps_go_into_a_folder_under_their_own_names(call: Callable, plan_file: Path, tmp_path: Path) -> None:
    told = call("export", plan_file, *SHEET, "--out", tmp_path, "--json")
    assert json.loads(told.out)["written"] == [str(tmp_path / "population.xlsx")]
    told = call("export", plan_file, "--format", "png", "--level", "grid", "--out", tmp_path, "--json")
    assert json.loads(told.out)["written"] == [str(tmp_path / "grid.png")]
    assert not tmp_path.with_suffix(".xlsx").exists()
    assert not tmp_path.with_suffix(".png").exists()


@pytest.mark.parametrize(("out", "written"), [("v1.2", "v1.2"), ("2026.06.30", "2026.06.30"), ("a.png", "a")])
def test_numbers_in_a_name_are_no_ending(
    call: Callable, plan_file: Path, tmp_path: Path, out: str, written: str
) -> None:
    (tmp_path / "v1.xlsx").write_text("of another")
    for words, ending in ((SHEET, "xlsx"), (("--format", "csv", "--level", "grid"), "csv")):
        assert call("export", plan_file, *words, "--out", tmp_path / out).code == 0
        assert (tmp_path / f"{written}.{ending}").is_file()
    assert (tmp_path / "v1.xlsx").read_text() == "of another"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "csv", "--paper", "A3"), ("--paper", "--map")),
        (("--format", "geojson", "--review-number", "GS1"), ("--review-number", "--map")),
        (("--format", "csv", "--stamp", "none"), ("--stamp", "--map")),
        (("--format", "png", "--within", "S001"), ("--within", "--map")),
        (("--format", "png", "--map", "population", "--rule", "worst"), ("--rule", "--map risk")),
        (("--format", "html", "--heat"), ("--heat", "--map risk")),
        (("--format", "csv", "--audience", "public", "--level", "grid"), ("grid", "subgrid")),
        (("--format", "csv", "--audience", "mayor"), ("mayor",)),
        (("--format", "xlsx", "--out", "no/such/x"), ("no",)),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_would_do_nothing_is_refused(
    call: Callable, plan_file: Path, tmp_path: Path, words: tuple[str, ...], told: tuple[str, ...], lang: str
) -> None:
    out = () if "--out" in words else ("--out", tmp_path / "x")
    answer = call("export", plan_file, *words, *out, "--lang", lang)
    assert answer.code == cli.UNUSABLE
    assert len(answer.err.strip().splitlines()) == 1
    for word in told:
        assert word in answer.err
    assert not answer.out
    assert not list(tmp_path.iterdir())
