"""The overview of a plan and the map of what changes, as views and as pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from map_views import decode_points
from PIL import Image
from raising import raises

from gridplan.compare.comparison import compare_plans
from gridplan.crs import WGS84, reproject
from gridplan.errors import InputError, WriteError
from gridplan.onemap.browser.encode import encode_view
from gridplan.onemap.browser.page import write_page
from gridplan.onemap.changes import _find_largest as find_largest
from gridplan.onemap.changes import _keep_ground, view_changes
from gridplan.onemap.overview import view_overview, view_plan
from gridplan.onemap.pictures import draw_poster, fonts, render_poster
from gridplan.onemap.shown import show_plan_to
from gridplan.onemap.view import MapView
from gridplan.plan import Plan
from gridplan.privacy import Audience
from gridplan.report import describe_plan

SMALL = (600, 400)


def _recode(plan: Plan, moves: dict[str, str]) -> Plan:
    """Give the atoms of some grids to others."""
    codes = plan.atoms["grid"].replace(moves)
    kept = plan.areas["grid"].loc[sorted(set(codes))]
    return replace(plan, atoms=plan.atoms.assign(grid=codes), areas={**plan.areas, "grid": kept})


@pytest.fixture(scope="module")
def moved(town: Plan) -> Plan:
    """Give the town with one grid joined to its neighbour."""
    return _recode(town, {"S001-01": "S001-02"})


def test_map_is_drawn_in_the_size_asked_for(town: Plan, tmp_path: Path) -> None:
    path = draw_poster(view_plan(town, "en"), tmp_path / "map.png", size=(1200, 800))
    with Image.open(path) as picture:
        assert picture.size == (1200, 800)
        assert len(np.unique(np.asarray(picture.convert("RGB")).reshape(-1, 3), axis=0)) > 50
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.png"]


def test_map_is_the_same_for_the_same_plan(town: Plan) -> None:
    areas = describe_plan(town)
    turned = replace(town, atoms=town.atoms.iloc[::-1])
    mixed = {level: frame.iloc[::-1] for level, frame in areas.items()}
    first = render_poster(view_plan(town, "en", areas=areas), "png", size=SMALL)
    assert first == render_poster(view_plan(turned, "en"), "png", size=SMALL)
    assert first == render_poster(view_plan(town, "en", areas=mixed), "png", size=SMALL)


@pytest.mark.parametrize("level", ["subgrid", "grid"])
def test_every_level_can_be_drawn(town: Plan, level: str) -> None:
    view = view_plan(town, "en", level=level)
    assert list(view.areas.shapes.index) == sorted(town.areas[level].index)
    assert (view.outlines is None) == (level == "subgrid")
    assert render_poster(view, "svg", size=SMALL)


def test_overview_holds_the_figures_of_the_plan(town: Plan) -> None:
    figures = dict(view_plan(town, "en").figures)
    areas = describe_plan(town)["grid"]
    lived = areas[areas["households"] > 0]
    wanted = {
        "households": int(town.atoms["households"].sum()),
        "people": int(town.atoms["population"].sum()),
        "buildings": int(areas["buildings"].sum()),
        "sub-grids": len(town.areas["subgrid"]),
        "grids": len(lived),
        "legal": int((lived["status"] == "ok").sum()),
        "exempt, with proof": int((areas["status"] == "exempt").sum()),
        "violations, unproven": int((areas["status"] == "violation").sum()),
    }
    assert {name: figures[name] for name in wanted} == {name: f"{value:,}" for name, value in wanted.items()}


def test_neighbours_differ_and_odd_areas_stand_out(town: Plan) -> None:
    areas = describe_plan(town)
    grid = areas["grid"].assign(status=areas["grid"]["status"].to_numpy(dtype=object))
    lived = np.flatnonzero(grid["households"] > 0)
    grid.loc[lived[:2], "status"] = ["exempt", "violation"]
    view = view_plan(town, "en", areas={**areas, "grid": grid}).areas
    labels = [view.legend[which].label for which in view.classes]
    assert labels[lived[0]] == "exempt, with proof"
    assert labels[lived[1]].startswith("violation")
    empty = (grid["households"] == 0).to_numpy()
    assert {label for label, bare in zip(labels, empty, strict=True) if bare} == {"land without households"}
    assert not any(label for label, bare in zip(view.labels, empty, strict=True) if bare)
    shapes = view.shapes.geometry.to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=0.5)
    plain = ~empty & ~np.isin(np.arange(len(grid)), lived[:2])
    pairs = (left < right) & plain[left] & plain[right]
    assert pairs.sum() > 10
    assert (view.classes[left[pairs]] == view.classes[right[pairs]]).mean() < 0.05


def test_homes_are_told_apart_only_in_the_plan_itself(town: Plan) -> None:
    ground = view_plan(town, "en").ground
    assert ground.homes.sum() == (town.buildings["households"].fillna(0) > 0).sum()
    shown = show_plan_to(town, describe_plan(town), Audience(), name="town")
    imprint = view_plan(town, "en").imprint
    view = view_overview(shown, "grid", "en", imprint=imprint)
    assert view.ground.homes is None
    assert view.outlines is not None
    within = view_overview(shown, "grid", "en", within="S001", imprint=imprint)
    assert set(within.areas.shapes.index.str[:4]) == {"S001"}
    assert list(within.outlines.index) == ["S001"]


def test_withheld_counts_are_not_in_the_figures(town: Plan) -> None:
    shown = show_plan_to(town, describe_plan(town), Audience(), name="town")
    areas = shown.areas["grid"].copy()
    areas.loc[areas.index[0], "households"] = None
    cut = replace(shown, areas={**shown.areas, "grid": areas})
    figures = dict(view_overview(cut, "grid", "en", imprint=view_plan(town, "en").imprint).figures)
    assert "households" not in figures
    assert "buildings" in figures


def test_chinese_map_has_every_letter(town: Plan, moved: Plan) -> None:
    try:
        fonts.find_fonts("网格", "zh")
    except InputError:
        pytest.skip("no Chinese font on this machine")
    # pytest turns matplotlib's "glyph missing" warning into an error
    render_poster(view_plan(town, "zh"), "png", size=SMALL)
    render_poster(view_changes(compare_plans(town, moved)["grid"], moved, "zh"), "png", size=SMALL)


def test_changes_divide_the_new_areas(town: Plan, moved: Plan) -> None:
    compared = compare_plans(town, moved)["grid"]
    view = view_changes(compared, moved, "en")
    shapes, classes = view.areas.shapes, view.areas.classes
    assert shapely.coverage_is_valid(shapes.geometry.to_numpy(), gap_width=0.0)
    assert shapes.area.sum() == pytest.approx(compared.after.area.sum())
    labels = np.array([view.areas.legend[which].label for which in classes])
    kept = labels == "ground that stays"
    assert shapes.area[~kept].sum() == pytest.approx(compared.moved.area.sum())
    # the new area goes on as the one that most people come from: the ground of the other is what moved
    assert list(shapes.index[~kept]) == [f"{compared.moved['before'].iloc[0]}→S001-02"]
    people = int(compared.moved["population"].iloc[0])
    (lines,) = [line for line, stays in zip(view.areas.lines, kept, strict=True) if not stays]
    assert f"{people:,}" in " ".join(lines)
    assert [bool(label) for label in view.areas.labels].count(True) == len(compared.after)
    joined = shapes.index.str.endswith("S001-02")
    named = [bool(label) for label in np.array(view.areas.labels, dtype=object)[joined]]
    assert np.argmax(shapes.area[joined]) == named.index(True), "a name stands on the largest piece"
    figures = dict(view.figures)
    assert figures["people moved"] == f"{compared.figures['population_moved']:,}"
    assert {"areas unchanged", "areas changed", "areas new", "areas gone"} <= set(figures)
    gone, new = (
        [layer for layer in view.lines if layer.label == label]
        for label in ("old border, gone", "new border")
    )
    assert len(gone) == 1
    assert gone[0].dashed
    assert shapely.length(gone[0].shapes).sum() == pytest.approx(shapely.length(compared.borders.gone))
    assert not new


def test_nothing_changes_between_a_plan_and_itself(town: Plan) -> None:
    view = view_changes(compare_plans(town, town)["grid"], town, "en")
    assert {view.areas.legend[which].label for which in view.areas.classes} == {"ground that stays"}
    assert [layer.label for layer in view.lines] == ["border that stays"]
    assert render_poster(view, "png", size=SMALL)


def test_changes_are_drawn_by_every_renderer(town: Plan, moved: Plan) -> None:
    view = view_changes(compare_plans(town, moved)["grid"], moved, "en")
    assert render_poster(view, "png", size=SMALL) == render_poster(view, "png", size=SMALL)
    config = encode_view(view).config
    assert [line["label"] for line in config["lines"]] == [layer.label for layer in view.lines]
    assert [line["dashed"] for line in config["lines"]] == [False, True]
    assert ["people moved", dict(view.figures)["people moved"]] in config["figures"]
    assert not config["areas"]["bordered"]
    assert encode_view(view_plan(town, "en")).config["areas"]["bordered"]
    assert write_page(view)


def test_lines_reach_the_browser_as_they_are(town: Plan, moved: Plan) -> None:
    view = view_changes(compare_plans(town, moved)["grid"], moved, "en")
    encoded = encode_view(view)
    gone = next(line for line in encoded.config["lines"] if line["dashed"])
    points = np.concatenate(decode_points(encoded.blobs[gone["blob"]]))
    near = shapely.distance(shapely.points(points), shapely.union_all(_turn_lines(view)))
    assert near.max() < 2e-5, "degrees: two metres"


def _turn_lines(view: MapView) -> np.ndarray:
    """Return the dashed lines in longitudes and latitudes."""
    (layer,) = (layer for layer in view.lines if layer.dashed)
    frame = gpd.GeoDataFrame(geometry=list(layer.shapes), crs=view.areas.shapes.crs)
    return reproject(frame, WGS84).geometry.to_numpy()


def test_ground_that_areas_only_touch_is_no_piece() -> None:
    box = shapely.box(0, 0, 1, 1)
    mixed = shapely.GeometryCollection([box, shapely.LineString([(1, 0), (2, 0)])])
    kept = _keep_ground(np.array([mixed, box], dtype=object))
    assert shapely.equals(kept, box).all()


def test_what_cannot_be_written_leaves_nothing(town: Plan, tmp_path: Path) -> None:
    with raises(InputError, "map_format"):
        draw_poster(view_plan(town, "en"), tmp_path / "map.bmp")
    with pytest.raises(WriteError):
        draw_poster(view_plan(town, "en"), tmp_path / "nowhere" / "map.png", size=SMALL)
    assert not list(tmp_path.iterdir())


def test_a_name_goes_to_the_largest_piece_whatever_the_order() -> None:
    owner, size = np.array([0, 1, 0, 1, 0]), np.array([1.0, 5.0, 3.0, 2.0, 2.0])
    assert find_largest(owner, size, 2).tolist() == [2, 1]
    assert find_largest(owner[::-1], size[::-1], 2).tolist() == [2, 3]
