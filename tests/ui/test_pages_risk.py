"""The page of enterprise risk, without a browser: figures, filters, panels, what is told where nothing is."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from gridplan.check import check_plan
from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.plan import Plan
from gridplan.privacy import Audience
from gridplan.report import describe_plan
from gridplan.ui.risk_choice import RiskChoice, choose_things, find_level
from gridplan.ui.state import OpenedPlan

N = 12
RATED = ("red", "orange", "yellow", "blue", "")


def _place(plan: Plan, rows: dict[str, object], atoms: np.ndarray) -> gpd.GeoDataFrame:
    """Put things on atoms."""
    ground = plan.atoms.iloc[atoms]
    centres = shapely.centroid(ground.geometry.to_numpy())
    levels = {level: ground[level].to_numpy(dtype=str) for level in plan.areas}
    return gpd.GeoDataFrame(
        {**rows, "building_id": "", "placed": "point", **levels}, geometry=centres, crs=plan.crs
    )


def _factors(n: int) -> dict[str, object]:
    return {name: np.full(n, np.nan) for name in ("likelihood", "exposure", "consequence", "severity")}


def attach_risk(plan: Plan) -> Plan:
    """Give a town 12 enterprises (one of them rated by LEC, two not at all), 3 risk points and 8 hazards."""
    atoms = np.arange(0, 20 * N, 20)
    numbers = np.arange(N)
    enterprises = _place(
        plan,
        {
            "id": [f"E{i:02d}" for i in numbers],
            "name": [f"企业{i}" for i in numbers],
            "kind": np.where(numbers % 2 == 0, "化工", "机械"),
            "level": [RATED[i % 5] for i in numbers],
            **_factors(N),
            "date": ["" if i == 11 else f"2026-01-{i + 1:02d}" for i in numbers],
        },
        atoms,
    )
    enterprises.loc[4, ["likelihood", "exposure", "consequence"]] = [10.0, 6.0, 15.0]  # D = 900: red
    points = _place(
        plan,
        {
            "id": ["P0", "P1", "P2"],
            "enterprise": ["E00", "E01", "E02"],
            "name": "",
            "kind": "高处",
            "level": ["red", "blue", "blue"],
            **_factors(3),
            "date": "",
        },
        atoms[:3],
    )
    owners = [f"E{i:02d}" for i in (0, 0, 0, 1, 1, 2, 3, 4)]
    hazards = pd.DataFrame(
        {
            "id": [f"H{i}" for i in range(8)],
            "enterprise": owners,
            "kind": "",
            "level": "",
            "found": [f"2026-01-{i + 1:02d}" for i in range(8)],
            "on_site": pd.array([True] * 5 + [False] * 3, dtype="boolean"),
            "fixed": ["2026-01-09"] * 6 + ["", ""],
            "building_id": "",
            "placed": "enterprise",
            **{level: enterprises.set_index("id")[level].reindex(owners).to_numpy() for level in plan.areas},
        }
    )
    staff = pd.DataFrame({"id": ["W1"], "post": "网格员", "building_id": "", "placed": "code"})
    for level in plan.areas:
        staff[level] = [enterprises[level].iloc[0]]
    things = {"enterprises": enterprises, "risk_points": points, "hazards": hazards, "staff": staff}
    return replace(plan, attached=things, findings=check_plan(plan))


@pytest.fixture(scope="module")
def show_to(town: Plan) -> Callable[..., Shown]:
    """Cut the town, with its things or without, down to what an audience may see."""
    whole = attach_risk(town)
    areas = describe_plan(whole)

    def cut(audience: str = "office", *, attached: bool = True) -> Shown:
        plan = whole if attached else replace(whole, attached={})
        return show_plan_to(plan, areas, Audience(audience), name="小城")

    return cut


@pytest.fixture(scope="module")
def shown(show_to: Callable[..., Shown]) -> Shown:
    return show_to()


def _script(opened, lang):  # type: ignore[no-untyped-def]  # AppTest runs its text alone
    from gridplan.ui.pages.risk import show_risk

    show_risk(opened, lang)


def _show(shown: Shown, lang: str = "zh") -> AppTest:
    app = AppTest.from_function(
        _script,
        default_timeout=60,
        kwargs={"opened": OpenedPlan(str(id(shown)), "小城", shown), "lang": lang},
    )
    app.run()
    assert not app.exception
    return app


def _read(app: AppTest) -> str:
    return re.sub(r"<[^>]*>", " ", " ".join(element.proto.body for element in app.get("html")))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_things_are_counted_by_rating_with_their_letters(shown: Shown, lang: str) -> None:
    app = _show(shown, lang)
    told = _read(app)
    for letter in ("红", "橙", "黄", "蓝") if lang == "zh" else ("R", "O", "Y", "B"):
        assert f" {letter} " in told
    # 3 of 12 are given as red and one is by LEC; one of the two without a rating is left
    assert re.search(r"4\s+(重大风险|[^·]*) · 33\.33 %", told)
    assert re.search(r"\b1\s+[^·]+ · 8\.33 %", told)
    assert "62.50 %" in told  # 5 of 8 on site


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_panel_can_be_shown(shown: Shown, lang: str) -> None:
    app = _show(shown, lang)
    held = shown.attached["enterprises"]["grid"].nunique()
    assert len(app.dataframe[0].value) == held
    for panel in ("hazards", "staff", "areas"):
        app.segmented_control(key="risk-panel").set_value(panel).run()
        assert not app.exception
    app.segmented_control(key="risk-panel").set_value("hazards").run()
    assert all(str(count) in _read(app) for count in (8, 5, 1, 2))


def test_filters_change_the_figures(shown: Shown) -> None:
    app = _show(shown)
    app.multiselect(key="kinds").set_value(["化工"]).run()
    assert re.search(r"企业\s+6\s+筛选后", _read(app))
    app.multiselect(key="kinds").set_value([]).run()
    app.pills(key="ratings").set_value(["red"]).run()
    assert re.search(r"企业\s+4\s+筛选后", _read(app))
    app.segmented_control(key="risk-level").set_value("grid").run()
    app.pills(key="ratings").set_value([]).run()
    app.selectbox(key="risk-within-subgrid").set_value("S001").run()
    assert not app.exception
    assert "筛选后" in _read(app)


@pytest.mark.parametrize("rule", ["weighted", "count", "hotspot", "worst"])
def test_areas_are_coloured_by_every_rule(shown: Shown, rule: str) -> None:
    app = _show(shown)
    app.segmented_control(key="rule").set_value(rule).run()
    assert not app.exception
    app.toggle(key="heat").set_value(True).run()
    assert not app.exception


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_plan_without_enterprises_tells_how_to_attach_them(
    show_to: Callable[..., Shown], lang: str
) -> None:
    app = _show(show_to(attached=False), lang)
    assert "gridplan attach" in app.code[0].value


def test_the_public_is_not_shown_any_risk(show_to: Callable[..., Shown]) -> None:
    app = _show(show_to("public"))
    assert app.info
    assert not app.dataframe


def test_a_kind_keeps_the_risk_points_and_hazards_of_its_enterprises(shown: Shown) -> None:
    left = choose_things(shown, RiskChoice("grid", "worst", kinds=("化工",)))
    assert left.things["enterprises"]["kind"].eq("化工").all()
    assert left.things["risk_points"]["id"].tolist() == ["P0", "P2"]
    assert left.hazards["enterprise"].isin(["E00", "E02", "E04"]).all()
    assert len(choose_things(shown, RiskChoice("grid", "worst", kinds=("高处",))).things["risk_points"]) == 3


def test_things_left_out_for_want_of_a_date_are_counted(shown: Shown) -> None:
    left = choose_things(shown, RiskChoice("grid", "worst", since="2026-01-01", until="2026-01-05"))
    assert len(left.things["enterprises"]) == 5
    assert left.undated == 4  # an enterprise and three risk points


def test_the_level_of_a_code_is_found(shown: Shown) -> None:
    assert find_level(shown, "S001") == "subgrid"
    assert find_level(shown, "S001-01") == "grid"
    assert find_level(shown, "nowhere") == ""
