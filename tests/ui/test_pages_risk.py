"""The page of enterprise risk, without a browser: figures, filters, panels, what is told where nothing is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gridplan.onemap.shown import Shown
from gridplan.ui.risk_choice import RiskChoice, choose_things

ShowPage = Callable[..., AppTest]
Read = Callable[[AppTest], str]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_things_are_counted_by_rating_with_their_letters(
    show_page: ShowPage, read: Read, busy: Shown, lang: str
) -> None:
    told = read(show_page("risk", busy, lang))
    for letter in ("红", "橙", "黄", "蓝") if lang == "zh" else ("R", "O", "Y", "B"):
        assert f" {letter} " in told
    # 3 of 12 are given as red and one is by LEC; one of the two without a rating is left
    assert re.search(r"\b4\s+33\.33 %", told)
    assert re.search(r"\b1\s+8\.33 %", told)
    assert re.search(r"62\.50\s*%", told)  # 5 of 8 on site


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_panel_can_be_shown(show_page: ShowPage, read: Read, busy: Shown, lang: str) -> None:
    app = show_page("risk", busy, lang)
    held = busy.attached["enterprises"]["grid"].nunique()
    assert len(app.dataframe[0].value) == held
    app.segmented_control(key="risk-panel").set_value("staff").run()
    assert not app.exception
    app.segmented_control(key="risk-panel").set_value("hazards").run()
    told = read(app)
    stages = (
        ("发现", "现场整改", "后续整改", "未整改") if lang == "zh" else ("Found", "on site", "later", "Open")
    )
    for stage, count in zip(stages, (8, 5, 1, 2), strict=True):
        assert re.search(rf"{stage}\s+{count}\b", told)


@pytest.mark.parametrize(("lang", "stage"), [("zh", "未注明是否整改"), ("en", "Not reported whether fixed")])
def test_hazards_of_which_nothing_is_told_are_not_open(
    show_page: ShowPage, read: Read, busy: Shown, lang: str, stage: str
) -> None:
    bare = busy.attached["hazards"].assign(on_site=pd.array([pd.NA] * 8, dtype="boolean"), fixed="")
    app = show_page("risk", replace(busy, attached={**busy.attached, "hazards": bare}), lang)
    app.segmented_control(key="risk-panel").set_value("hazards").run()
    assert re.search(rf"{stage}\s+8\b", read(app)) and not app.exception


def test_filters_change_the_figures(show_page: ShowPage, read: Read, busy: Shown) -> None:
    app = show_page("risk", busy)
    app.multiselect(key="kinds-zh").set_value(["化工"]).run()
    assert re.search(r"企业\s+6\s+筛选后", read(app))
    app.multiselect(key="kinds-zh").set_value([]).run()
    app.pills(key="ratings").set_value(["red"]).run()
    assert re.search(r"企业\s+4\s+筛选后", read(app))
    app.pills(key="ratings").set_value([]).run()
    app.selectbox(key="risk-within-zh").set_value("S001").run()
    assert not app.exception
    inside = int((busy.attached["enterprises"]["subgrid"] == "S001").sum())
    assert re.search(rf"企业\s+{inside}\s+筛选后", read(app))
    # no area holds those of the coarsest level: everything is shown again
    app.segmented_control(key="risk-level-小分格-网格").set_value("subgrid").run()
    assert not app.exception
    assert re.search(r"企业\s+12\s", read(app))


@pytest.mark.parametrize("rule", ["weighted", "count", "hotspot", "worst"])
def test_areas_are_coloured_by_every_rule(show_page: ShowPage, busy: Shown, rule: str) -> None:
    app = show_page("risk", busy)
    app.segmented_control(key="rule").set_value(rule)
    app.toggle(key="heat").set_value(True).run()
    assert not app.exception


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_plan_without_enterprises_tells_how_to_attach_them(
    show_page: ShowPage, show_to: Callable[..., Shown], lang: str
) -> None:
    app = show_page("risk", show_to(attached=False), lang)
    assert "gridplan attach" in app.code[0].value


def test_the_public_is_not_shown_any_risk(show_page: ShowPage, show_to: Callable[..., Shown]) -> None:
    app = show_page("risk", show_to("public"))
    assert app.info
    assert not app.dataframe


def test_a_worker_sees_what_lies_in_the_own_grid(
    show_page: ShowPage, read: Read, show_to: Callable[..., Shown], busy: Shown
) -> None:
    code = str(busy.attached["enterprises"]["grid"].iloc[0])
    inside = int((busy.attached["enterprises"]["grid"] == code).sum())
    assert re.search(rf"企业\s+{inside}\b", read(show_page("risk", show_to(f"worker:{code}"))))


def test_a_kind_keeps_the_risk_points_and_hazards_of_its_enterprises(busy: Shown) -> None:
    left = choose_things(busy, RiskChoice("grid", "worst", kinds=("化工",)))
    assert left.things["enterprises"]["kind"].eq("化工").all()
    assert left.things["risk_points"]["id"].tolist() == ["P0", "P2"]
    assert left.hazards["enterprise"].isin(["E00", "E02", "E04"]).all()
    assert len(choose_things(busy, RiskChoice("grid", "worst", kinds=("高处",))).things["risk_points"]) == 3


def test_things_left_out_for_want_of_a_date_are_counted(busy: Shown) -> None:
    left = choose_things(busy, RiskChoice("grid", "worst", since="2026-01-01", until="2026-01-05"))
    assert len(left.things["enterprises"]) == 5
    assert left.undated == 4  # an enterprise and three risk points
