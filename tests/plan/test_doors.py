"""What a plan does by itself: frames, a file, findings, a summary, a card; the same as the rooms give."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from busy_town import fill_town
from pandas.testing import assert_frame_equal

from gridplan.check import check_plan
from gridplan.errors import InputError
from gridplan.io import open_plan
from gridplan.onemap.notebook.card import draw_card
from gridplan.pipeline import write_plan
from gridplan.plan import Plan


@pytest.fixture(scope="module")
def busy(town: Plan) -> Plan:
    return fill_town(town)


def _as_written(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the columns besides the geometry as a file has them: no categories, no nullable kinds."""
    table = pd.DataFrame(frame.reset_index() if frame.index.name else frame)
    table = table.drop(columns="geometry", errors="ignore").reset_index(drop=True)
    return table.astype(dict.fromkeys(table.columns[table.dtypes == "str"], object))


def test_a_layer_is_what_the_file_holds(busy: Plan, tmp_path: Path) -> None:
    path = busy.save(tmp_path / "busy.gpkg")
    for name in (*busy.levels, "atoms", "buildings", "streets", "district", *busy.attached):
        frame, read = busy.to_geodataframe(name), gpd.read_file(path, layer=name)
        assert_frame_equal(_as_written(frame), _as_written(read), check_dtype=False, obj=name)
        if isinstance(frame, gpd.GeoDataFrame):
            assert frame.crs == read.crs == busy.crs
            ours, theirs = frame.geometry.to_numpy(), read.geometry.to_numpy()
            assert (
                shapely.equals(ours, theirs).all()
                or shapely.is_empty(ours[~shapely.equals(ours, theirs)]).all()
            )


def test_areas_are_known_by_their_code_and_atoms_by_their_number(busy: Plan) -> None:
    assert busy.levels == ("subgrid", "grid")
    grids = busy.to_geodataframe("grid")
    assert grids.index.name == "code" and list(grids.index) == sorted(busy.areas["grid"].index)
    assert busy.to_geodataframe("atoms").index.name == "atom_id"
    unnamed = replace(busy, buildings=busy.buildings.rename_axis(None))
    assert unnamed.to_geodataframe("buildings").index.name == "building_id"
    # whoever changes a frame does not change the plan, nor the next frame
    grids.loc[:, "households"] = 0
    assert busy.to_geodataframe("grid")["households"].sum() == busy.atoms["households"].sum()


def test_a_plan_that_was_changed_is_described_as_it_is_now(busy: Plan) -> None:
    before = busy.to_geodataframe("grid")["households"].sum()
    doubled = replace(busy, atoms=busy.atoms.assign(households=busy.atoms["households"] * 2))
    assert doubled.to_geodataframe("grid")["households"].sum() == 2 * before


def test_an_unknown_layer_is_named_with_those_that_there_are(busy: Plan) -> None:
    with pytest.raises(InputError) as caught:
        busy.to_geodataframe("castle")
    assert caught.value.key == "layer_unknown"
    assert {"grid", "atoms", "enterprises"} <= set(caught.value.values["known"])


def test_save_writes_what_write_plan_writes(busy: Plan, tmp_path: Path) -> None:
    ours, theirs = busy.save(tmp_path / "a.gpkg"), write_plan(busy, tmp_path / "b.gpkg")
    assert ours == tmp_path / "a.gpkg"
    assert ours.read_bytes() == theirs.read_bytes()


def test_check_judges_what_stands_and_not_what_was_found_once(busy: Plan) -> None:
    assert_frame_equal(busy.check(), check_plan(busy))
    broken = replace(busy, atoms=busy.atoms.assign(households=busy.atoms["households"] + 1))
    assert (broken.check()["verdict"] == "violation").sum() > (busy.check()["verdict"] == "violation").sum()


def test_the_summary_adds_up(busy: Plan) -> None:
    summary = busy.summary()
    assert list(summary.index) == ["subgrid", "grid"]
    assert (summary["households"] == busy.atoms["households"].sum()).all()
    assert (summary["population"] == busy.atoms["population"].sum()).all()
    assert np.allclose(summary["area_km2"], busy.district.area / 1e6)
    few = busy.atoms.copy()
    few.loc[few["grid"] == "S001-01", ["households", "population"]] = 0
    few.loc[few.index[few["grid"] == "S001-01"][0], ["households", "population"]] = (1, 2)
    assert replace(busy, atoms=few).summary().loc["grid", "without_residents"] == 1
    grid = summary.loc["grid"]
    # of 12 blocks one is empty, one exempt, one a violation without a proof
    assert grid[["areas", "without_residents", "legal", "exempt", "unproven"]].tolist() == [12, 1, 9, 1, 1]


def test_a_card_says_the_figures_and_asks_for_nothing(
    busy: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRIDPLAN_LANG", "zh")
    opened = open_plan(busy.save(tmp_path / "busy.gpkg"))
    named = replace(opened, provenance={**opened.provenance, "district": "<script>x</script>&"})
    card = named._repr_html_()
    assert card == draw_card(named)
    assert "://" not in card.replace("http://www.w3.org", "") and "<script" not in card
    assert "&lt;script&gt;x&lt;/script&gt;&amp;" in card
    assert "网格" in card and "无常住户" in card
    households = f"{int(busy.atoms['households'].sum()):,}"
    assert re.findall(r"<td>([\d,]+)</td>", card)[-2] == households
    assert card.count("<path") == len(busy.areas["grid"])
    assert len(card) < 150_000
    monkeypatch.setenv("GRIDPLAN_LANG", "en")
    assert "without residents" in named._repr_html_()
