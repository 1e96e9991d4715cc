"""The pages of issues, compounds and exports, without a browser."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from busy_town import fill_town
from forbidden import list_forbidden
from streamlit.testing.v1 import AppTest

from gridplan.onemap.catalogue import MapOrder, find_map
from gridplan.onemap.compounds import find_outline_level
from gridplan.onemap.imprint import make_imprint
from gridplan.onemap.issues import count_needs, list_groups, list_issues, select_rows
from gridplan.onemap.maps import list_orders, make_view
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import MapView
from gridplan.plan import Plan
from gridplan.privacy import parse_audience
from gridplan.ui.exports import LAYERS, MAP_FILES, WORKBOOK, make_file, name_file
from gridplan.ui.maps import Pick
from gridplan.ui.products import label_map, pack_pictures, tabulate_plan

ShowPage = Callable[..., AppTest]
ShowTo = Callable[..., Shown]
Read = Callable[[AppTest], str]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_issues_are_counted_by_what_they_ask(show_page: ShowPage, read: Read, busy: Shown, lang: str) -> None:
    app = show_page("issues", busy, lang)
    decide, review = ("须确认", "宜核对") if lang == "zh" else ("To decide", "To review")
    assert re.search(rf"{decide}\s+2\b", read(app))
    assert re.search(rf"{review}\s+1\b", read(app))
    groups, rows = app.dataframe[0].value, app.dataframe[1].value
    assert groups["count"].tolist() == [2, 1, 3]
    assert len(rows) == 6


def test_issues_are_filtered_and_searched(show_page: ShowPage, busy: Shown) -> None:
    app = show_page("issues", busy)
    app.multiselect(key="layers-zh").set_value(["streets"]).run()
    assert app.dataframe[1].value["id"].tolist() == ["s1", "s2", "s3"]
    app.text_input(key="search").set_value("S2").run()
    assert app.dataframe[1].value["id"].tolist() == ["s2"]
    app.multiselect(key="layers-zh").set_value([]).run()
    app.text_input(key="search").set_value("").run()
    app.segmented_control(key="issues-needs").set_value(["decide"]).run()
    assert set(app.dataframe[1].value["id"]) == {"b0001", "b0002"}


def test_findings_that_are_not_in_order_are_listed(show_page: ShowPage, busy: Shown) -> None:
    app = show_page("issues", busy)
    app.segmented_control(key="findings-verdicts").set_value(["violation"]).run()
    told = app.dataframe[2].value
    assert len(told)
    assert told["verdict"].str.contains("违反").all()


def test_streets_that_bound_nothing_ask_nothing_of_anybody(busy: Shown) -> None:
    assert count_needs(busy) == {"decide": 2, "complete": 0, "review": 1, "done": 3}
    issues = list_issues(busy, "zh")
    assert issues["need"].tolist()[:2] == ["decide", "decide"]
    assert list_groups(issues)["count"].sum() == len(issues)
    assert len(select_rows(issues, "", layer=["streets"], need=["decide"])) == 0


@pytest.mark.parametrize("audience", ["public", "worker:S001-01"])
def test_only_the_office_sees_the_issues(show_page: ShowPage, show_to: ShowTo, audience: str) -> None:
    app = show_page("issues", show_to(audience))
    assert app.info
    assert not app.dataframe


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_compounds_services_and_ways_are_shown(
    show_page: ShowPage, read: Read, busy: Shown, lang: str
) -> None:
    app = show_page("compounds", busy, lang)
    assert re.search(r"(小区|Compounds)\s+2\b", read(app))
    assert set(app.dataframe[0].value["name"]) == {"阳光花园", "老院"}
    app.segmented_control(key="compounds-panel").set_value("distances").run()
    distances = app.dataframe[0].value
    assert len(distances)
    assert distances["longest_walk_m"].dropna().is_monotonic_decreasing
    app.segmented_control(key="compounds-panel").set_value("services").run()
    assert app.dataframe[0].value["name"].tolist() == ["党群服务中心"]


def test_compounds_are_searched_and_picked_by_type(show_page: ShowPage, busy: Shown) -> None:
    app = show_page("compounds", busy)
    app.pills(key="compounds-types").set_value(["old"]).run()
    assert app.dataframe[0].value["name"].tolist() == ["老院"]
    app.pills(key="compounds-types").set_value([]).run()
    app.text_input(key="search").set_value("阳光").run()
    assert app.dataframe[0].value["name"].tolist() == ["阳光花园"]
    app.text_input(key="search").set_value("无此小区").run()
    assert not app.dataframe


def test_what_is_filtered_out_leaves_the_map_and_the_files(
    show_page: ShowPage, read: Read, busy: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[list[str]] = []
    tables: list[dict[str, pd.DataFrame]] = []

    def note_view(
        opened: object, lang: str, make: Callable[[], MapView], *told: object, **words: object
    ) -> None:
        drawn.append(list(make().areas.shapes.index))

    def note_files(opened: object, view: object, make: Callable[[], dict[str, pd.DataFrame]], *told: object,
                   **words: object) -> None:  # fmt: skip
        tables.append(make())

    monkeypatch.setattr("gridplan.ui.pages.compounds.show_view", note_view)
    monkeypatch.setattr("gridplan.ui.pages.compounds.offer_exports", note_files)
    app = show_page("compounds", busy)
    assert drawn[-1] == tables[-1]["小区名册"]["小区"].tolist() == ["老院", "阳光花园"]
    app.pills(key="compounds-types").set_value(["old"]).run()
    assert drawn[-1] == tables[-1]["小区名册"]["小区"].tolist() == ["老院"]
    assert re.search(r"小区\s+1\b", read(app))
    app.pills(key="compounds-types").set_value([]).run()
    app.text_input(key="search").set_value("无此小区").run()
    assert drawn[-1] == tables[-1]["小区名册"]["小区"].tolist() == []
    app.text_input(key="search").set_value("").run()
    app.selectbox(key="compounds-within-zh").set_value("S003").run()
    assert drawn[-1] == tables[-1]["小区名册"]["小区"].tolist() == ["老院"]


def test_a_thing_that_is_clicked_is_told_beside_the_map(
    show_page: ShowPage, read: Read, busy: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    clicks = {
        "risk-map": Pick("point", "enterprises", "E00", 1),
        "compounds": Pick("point", "services", "V1", 1),
    }
    monkeypatch.setattr("gridplan.ui.views.read_pick", clicks.get)
    told = read(show_page("risk", busy))
    assert re.search(r"企业0\s+企业 E00.*等级\s+红 重大风险.*类型\s+化工.*2026-01-01.*网格\s+S", told)
    assert re.search(r"发现\s+3\s", told), "its hazards"
    clicks["risk-map"] = Pick("point", "risk_points", "P1", 2)
    told = read(show_page("risk", busy))
    assert re.search(r"P1\s+风险点 P1.*蓝 低风险.*企业\s+企业1\b", told)
    told = read(show_page("compounds", busy))
    assert re.search(r"党群服务中心\s+服务点 V1.*服务户数\s+\d", told)
    clicks["risk-map"] = Pick("point", "staff", "W1", 3)
    assert "W1" not in read(show_page("risk", busy)), "nothing about persons"


@pytest.mark.parametrize("audience", ["public", "worker:S001-02"])
def test_other_audiences_see_compounds_too(show_page: ShowPage, show_to: ShowTo, audience: str) -> None:
    assert show_page("compounds", show_to(audience)).dataframe


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_map_can_be_chosen_for_export(show_page: ShowPage, busy: Shown, lang: str) -> None:
    app = show_page("export", busy, lang)
    for order in (
        MapOrder("density"),
        MapOrder("risk", rule="worst"),
        MapOrder("compounds"),
        MapOrder("overview"),
    ):
        app.selectbox(key=f"export-map-{lang}").set_value(order).run()
        assert not app.exception
    app.selectbox(key=f"export-stamp-{lang}").set_value("none").run()
    assert app.warning
    app.text_input(key="export-review").set_value("GS(2026)0000号").run()
    assert not app.warning


def test_only_areas_that_hold_those_of_the_level_whole_are_offered(show_page: ShowPage, busy: Shown) -> None:
    def list_boxes(shown: Shown) -> list[str]:
        return [box.key for box in show_page("export", shown).selectbox]

    assert "export-within-zh" in list_boxes(busy)
    across = busy.areas["grid"].drop(columns="in_subgrid")
    assert "export-within-zh" not in list_boxes(replace(busy, areas={**busy.areas, "grid": across}))


def test_the_public_gets_no_map_of_risk(show_to: ShowTo) -> None:
    pages = {find_map(order.name).page for order in list_orders(show_to("public"))}
    assert pages == {"overview", "population", "compounds"}


@pytest.mark.parametrize("audience", ["public", "worker:S001-02"])
def test_nothing_is_given_away_that_the_audience_may_not_see(
    town: Plan, show_to: ShowTo, audience: str
) -> None:
    shown = show_to(audience)
    level = shown.finest.id
    files = [make_file(shown, None, lambda: tabulate_plan(shown, level, "zh"), WORKBOOK)]
    for order in list_orders(shown):
        imprint = make_imprint(shown, "小城", "zh")
        view = make_view(shown, replace(order, level=level), "zh", imprint=imprint)
        files += [make_file(shown, lambda view=view: view, None, LAYERS)]
    told = "\n".join(_unpack(content) for content in files)
    assert level in told or "S001" in told
    whole = fill_town(town)
    # where one goes is no secret from those who go there
    places = set(whole.attached["services"]["name"])
    forbidden = set(list_forbidden(whole, parse_audience(audience))) - places
    assert sorted(text for text in forbidden if text in told) == []


def _unpack(content: bytes) -> str:
    """Read the texts of a workbook, or of a GeoPackage."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", errors="ignore")
    packed = zipfile.ZipFile(io.BytesIO(content))
    return "\n".join(packed.read(name).decode("utf-8", errors="ignore") for name in packed.namelist())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_that_is_known_is_in_one_workbook(busy: Shown, lang: str) -> None:
    content = make_file(busy, None, lambda: tabulate_plan(busy, "grid", lang), WORKBOOK)
    sheets = pd.read_excel(io.BytesIO(content), sheet_name=None)
    sizes = {len(table) for table in sheets.values()}
    assert {len(busy.areas[level]) for level in busy.levels} <= sizes
    assert len(busy.issues) in sizes


def test_counts_that_are_not_told_are_told_as_such(busy: Shown) -> None:
    grids = busy.areas["grid"]
    hidden = grids.assign(population=grids["population"].mask(grids.index == 0))
    shown = replace(busy, areas={**busy.areas, "grid": hidden})
    table = tabulate_plan(shown, "grid", "zh")["网格"]
    assert table["人口"].tolist() == ["未公开", *hidden["population"].tolist()[1:]]


def test_files_of_a_map_are_made_with_what_was_chosen_to_stand_on_them(busy: Shown) -> None:
    imprint = make_imprint(busy, "小城 · 人口", "zh", review_number="GS(2026)0000号", stamp="")
    level = find_outline_level(busy)
    view = make_view(busy, MapOrder("population", level), "zh", imprint=imprint)
    page = make_file(busy, lambda: view, None, MAP_FILES["html"]).decode("utf-8")
    assert "GS(2026)0000号" in page
    assert make_file(busy, lambda: view, None, MAP_FILES["png"]).startswith(b"\x89PNG")
    assert make_file(busy, lambda: view, None, LAYERS).startswith(b"SQLite format 3")


def test_a_set_of_pictures_is_numbered_and_named(busy: Shown) -> None:
    chosen = (MapOrder("density"), MapOrder("compounds"))
    packed = pack_pictures(
        busy, chosen, "grid", "zh", lambda order: make_imprint(busy, f"小城 · {label_map(order, 'zh')}", "zh")
    )
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert names == ["01_小城_人口密度.png", "02_小城_小区.png"]


def test_files_are_called_by_place_map_level_and_date(busy: Shown) -> None:
    assert re.fullmatch(r"小城_企业风险_网格_\d{4}-\d\d-\d\d", name_file("小城 · 企业风险 · 网格", busy))
