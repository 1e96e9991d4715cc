"""Posters: what a map must tell stands on it, names do not touch, equal views give equal files."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.path import Path as DrawnPath
from PIL import Image
from raising import raises

from gridplan.errors import InputError
from gridplan.onemap.pictures import PAPERS, draw_poster, fonts, render_poster, symbols
from gridplan.onemap.pictures.draw import _lay_out as lay_out
from gridplan.onemap.pictures.fitting import measure_width, wrap_text
from gridplan.onemap.pictures.ground import weigh_heat
from gridplan.onemap.pictures.labels import place_labels
from gridplan.onemap.pictures.panel import _list_entries as list_entries
from gridplan.onemap.pictures.panel import draw_surround
from gridplan.onemap.view import AreaLayer, Ground, HeatLayer, Imprint, MapView, PointLayer, Swatch

SMALL = (960, 540)


def _lattice(across: int, down: int, side: float = 100.0) -> gpd.GeoDataFrame:
    i, j = (axis.ravel() for axis in np.meshgrid(np.arange(across), np.arange(down)))
    shapes = shapely.box(i * side, j * side, (i + 1) * side, (j + 1) * side)
    codes = [f"A{n:03d}" for n in range(len(shapes))]
    return gpd.GeoDataFrame(geometry=list(shapes), index=pd.Index(codes, name="code"), crs="EPSG:4545")


@pytest.fixture
def view() -> MapView:
    """Give a view with everything on it."""
    areas = _lattice(6, 4)
    classes = np.arange(len(areas)) % 3 - 1
    streets = gpd.GeoDataFrame(
        {"rank": [1, 2, 3], "name": ["a", "", ""]},
        geometry=[shapely.LineString([(0, y), (600, y)]) for y in (100, 200, 300)],
        crs="EPSG:4545",
    )
    houses = gpd.GeoDataFrame(geometry=[shapely.box(20, 20, 40, 40)], crs="EPSG:4545")
    xy = np.random.default_rng(0).uniform((0, 0), (600, 400), (30, 2))
    points = PointLayer(
        "enterprises",
        "enterprises",
        xy,
        np.arange(30) % 2,
        (Swatch("red", "#d7191c", "R", "cross"), Swatch("blue", "#2b83ba", "B")),
        [[]] * 30,
        "diamond",
        np.arange(30) % 2,
    )
    return MapView(
        lang="en",
        imprint=Imprint("A town and its people", "town.gpkg", "2026-10-01", stamp="internal"),
        ground=Ground(shapely.box(0, 0, 600, 400), streets, houses),
        areas=AreaLayer(
            "grid",
            areas,
            classes,
            (Swatch("few", "#fdf0dc", "1", "dots"), Swatch("many", "#bf3f2f", "2", "lines")),
            "people",
            [f"name {n}" for n in range(len(areas))],
            [[]] * len(areas),
        ),
        outlines=_lattice(2, 2, 300.0),
        points=(points,),
        heat=HeatLayer("heat", xy, np.ones(30), 80.0),
    )


def _texts(view: MapView) -> list[str]:
    """Return what is written on the sheet, as an SVG that keeps its letters tells it."""
    with mpl.rc_context({"svg.fonttype": "none"}):
        told = render_poster(view, "svg", size=SMALL).decode()
    return re.findall(r"<text[^>]*>([^<]*)</text>", told)


def test_all_that_a_map_must_tell_stands_on_it(view: MapView) -> None:
    texts = _texts(view)
    for wanted in ("A town and its people", "internal", "people", "few", "many", "enterprises", "red", "N"):
        assert wanted in texts, wanted
    joined = " ".join(texts)
    assert "town.gpkg" in joined
    assert "2026-10-01" in joined
    assert "Review number" in joined
    assert any(text.endswith((" m", " km")) for text in texts), "scale"


def test_the_review_number_is_the_given_one_or_an_empty_slot(view: MapView) -> None:
    given_one = replace(view, imprint=replace(view.imprint, review_number="GS(2026)0001", stamp=""))
    texts = _texts(given_one)
    assert "GS(2026)0001" in texts
    assert "internal" not in texts
    assert not any("GS" in text for text in _texts(view))


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_equal_views_give_equal_bytes(view: MapView, kind: str) -> None:
    assert render_poster(view, kind, size=SMALL) == render_poster(view, kind, size=SMALL)


@pytest.mark.parametrize(("size", "pixels"), [((1920, 1080), (1920, 1080)), ("A4", PAPERS["A4"])])
def test_sheets_have_their_size(view: MapView, size: object, pixels: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(render_poster(view, "png", size=size))) as picture:
        assert picture.size == pixels


def test_a_pdf_carries_its_letters_as_truetype(view: MapView) -> None:
    told = render_poster(view, "pdf", size="A4")
    assert b"/FontFile2" in told
    assert b"/Type3" not in told


def test_a_picture_of_nothing_is_drawn(view: MapView) -> None:
    layer = replace(
        view.areas, shapes=view.areas.shapes.iloc[:0], classes=np.zeros(0, int), labels=[], lines=[]
    )
    bare = replace(view, areas=layer, outlines=None, points=(), heat=None)
    assert render_poster(bare, "png", size=SMALL).startswith(b"\x89PNG")


def test_chinese_is_written_with_every_letter(view: MapView) -> None:
    try:
        fonts.find_fonts("网格", "zh")
    except InputError:
        pytest.skip("no Chinese font on this machine")
    # pytest turns matplotlib's "glyph missing" warning into an error
    labels = [f"凤凰社区\n{n}" for n in range(len(view.areas.labels))]
    told = replace(view, lang="zh", areas=replace(view.areas, labels=labels))
    assert render_poster(told, "png", size=SMALL).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "size", "key"), [("x.gif", SMALL, "map_format"), ("x.png", "A9", "paper_unknown")]
)
def test_what_cannot_be_drawn_is_said(
    view: MapView, tmp_path: object, name: str, size: object, key: str
) -> None:
    with raises(InputError, key):
        draw_poster(view, tmp_path / name, size=size)  # type: ignore[operator]
    assert not list(tmp_path.iterdir())  # type: ignore[attr-defined]


@settings(max_examples=40)
@given(
    st.integers(1, 6),
    st.integers(1, 5),
    st.lists(st.sampled_from(["", "A", "凤凰社区", "a long name of an area", "two\nlines"]), min_size=1),
    st.floats(0.05, 3.0),
    st.integers(0, 40),
)
def test_names_lie_on_their_areas_and_touch_no_other(
    across: int, down: int, names: list[str], points_per_m: float, things: int
) -> None:
    shapes = _lattice(across, down).geometry.to_numpy()
    labels = [names[n % len(names)] for n in range(len(shapes))]
    crowd = np.random.default_rng(things).uniform(0, 100 * across, (things, 2))
    placed = place_labels(shapes, labels, points_per_m, crowd)
    spots = shapely.points(np.array([(one.x, one.y) for one in placed]).reshape(-1, 2))
    assert shapely.intersects(shapes[[one.row for one in placed]], spots).all()
    wide = {one.row: 0.4 * one.size * len(labels[one.row].split("\n")[0]) / points_per_m for one in placed}
    for n, one in enumerate(placed):
        assert labels[one.row]
        for other in placed[:n]:
            apart_y = abs(one.y - other.y) >= 0.9 * min(one.size, other.size) / points_per_m
            apart_x = abs(one.x - other.x) >= (wide[one.row] + wide[other.row]) / 2
            assert apart_x or apart_y


def test_a_name_gives_way_to_things_where_it_can() -> None:
    shapes = _lattice(1, 1, 200.0).geometry.to_numpy()
    crowd = np.random.default_rng(0).normal((100, 100), 8, (50, 2))
    (free,) = place_labels(shapes, ["A"], 1.0, np.zeros((0, 2)))
    (beside,) = place_labels(shapes, ["A"], 1.0, crowd)
    assert (free.x, free.y) == pytest.approx((100, 100), abs=5)
    assert np.hypot(beside.x - 100, beside.y - 100) > 30


def test_heat_is_the_sum_of_its_kernels() -> None:
    xy = np.array([[0.0, 0.0], [0.0, 0.0], [1000.0, 0.0]])
    density, (west, east, south, north) = weigh_heat(HeatLayer("", xy, np.array([1.0, 2.0, 1.0]), 120.0))
    assert (west, south) == (-120.0, -120.0)
    assert east >= 1120
    assert north >= 120
    assert density.max() == pytest.approx(3.0, rel=0.05)
    middle = density[:, density.shape[1] // 2]
    assert middle.max() == pytest.approx(0.0, abs=1e-9), "nothing beyond the radius"


def test_a_pdf_with_one_chinese_word_holds_no_letters_that_acrobat_refuses(view: MapView) -> None:
    try:
        noto = not fonts.is_truetype("石径", "zh")
    except InputError:
        pytest.skip("no Chinese font on this machine")
    told = render_poster(replace(view, imprint=replace(view.imprint, source="石径.gpkg")), "pdf", size=SMALL)
    assert (b"/FontFile2" in told) is not noto
    assert (b"/Type3" in told) is noto


def test_dollars_in_names_are_no_formula(view: MapView) -> None:
    imprint = Imprint("$a$ and $5_x^", "b$^$.gpkg", "2026", review_number="GS$1_2$", stamp="$^$")
    areas = replace(view.areas, labels=[f"$^${n}" for n in range(len(view.areas.labels))])
    texts = _texts(replace(view, imprint=imprint, areas=areas))
    for wanted in ("$a$ and $5_x^", "GS$1_2$", "$^$"):
        assert wanted in texts, wanted


LONG = "a rather long name of a place and of what is shown of it "


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_long_words_stay_on_the_sheet_whole(view: MapView, lang: str) -> None:
    imprint = Imprint(
        LONG * 3, f"{LONG}© OpenStreetMap contributors (ODbL)" * 3, "2026-10-01", LONG, LONG * 2
    )
    told = replace(view, lang=lang, imprint=imprint)
    sheet = lay_out(told, SMALL)
    draw_surround(sheet, told)
    pen = FigureCanvasAgg(sheet.figure).get_renderer()
    written = [text for text in sheet.figure.texts if LONG[:20] in text.get_text().replace("\n", " ")]
    boxes = [text.get_window_extent(pen) for text in written]
    assert len(boxes) == 4, "title, stamp, review number, source"
    for box in boxes:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= SMALL[0]
        assert box.y1 <= SMALL[1]
    assert not any("…" in text.get_text() for text in written)
    stamp, title = boxes[:2]
    assert title.x1 < stamp.x0


@given(
    st.text(alphabet="ab c网格，。（²—$", max_size=60),
    st.floats(0.3, 6.0),
)
def test_lines_hold_every_sign_and_fit(text: str, wide: float) -> None:
    lines = wrap_text(text, 12.0, wide)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert measure_width(line, 12.0) <= wide or len(line.strip()) <= 1


def test_words_are_kept_whole() -> None:
    text = "I have no enterprises (people per km²) at all"
    lines = wrap_text(text, 12.0, 1.6)
    assert " ".join(line.strip() for line in lines) == text
    assert len(lines) > 1
    assert wrap_text("石径社区，共十人。", 12.0, 0.95)[0].endswith("，")


@pytest.mark.parametrize(("things", "lettered"), [(30, True), (1200, False)])
def test_signs_in_the_legend_are_those_on_the_map(
    view: MapView, monkeypatch: pytest.MonkeyPatch, things: int, lettered: bool
) -> None:
    letters: list[str] = []

    def note(letter: str, *_: object) -> DrawnPath:
        letters.append(letter)
        return DrawnPath.unit_circle()

    monkeypatch.setattr(symbols, "_letter", note)
    (layer,) = view.points
    rows = np.arange(things) % len(layer.xy)
    many = replace(layer, xy=layer.xy[rows], classes=layer.classes[rows], heights=None)
    render_poster(replace(view, points=(many,)), "png", size=SMALL)
    # each class once on the map, once in the legend
    assert sorted(letters) == (["B", "B", "R", "R"] if lettered else [])


def test_names_keep_off_what_is_taken() -> None:
    shapes = np.array([shapely.box(0, 0, 400, 100)], dtype=object)

    def count_names(*boxes: tuple[float, ...]) -> int:
        taken = np.array(boxes, dtype=np.float64).reshape(-1, 4)
        return len(place_labels(shapes, ["中"], 1.0, np.zeros((0, 2)), taken=taken))

    assert count_names() == count_names((-900.0, -900.0, -800.0, -800.0)) == 1
    assert count_names((-1.0, -1.0, 401.0, 101.0)) == 0


def test_a_class_without_a_name_has_no_row_in_the_legend(view: MapView) -> None:
    def count_rows(legend: tuple[Swatch, ...]) -> int:
        shown = replace(view, areas=replace(view.areas, legend=legend))
        sheet = lay_out(shown, PAPERS["A4"])
        return sum(len(part) for part in list_entries(sheet, shown))

    legend = view.areas.legend
    assert count_rows((*legend, Swatch("", "#ffffff"))) == count_rows(legend)
    assert count_rows((*legend, Swatch("小", "#ffffff"))) == count_rows(legend) + 1
