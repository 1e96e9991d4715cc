"""The frame of the app and its pages of areas, without a browser."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from gridplan.io import write_plan
from gridplan.plan import Plan
from gridplan.privacy import Audience
from gridplan.report import describe_plan
from gridplan.ui.router import list_pages

SCRIPT = Path(__file__).parents[2] / "gridplan" / "ui" / "script" / "start.py"
PAGES = ("overview", "population", "risk", "compounds", "issues", "export")

Run = Callable[..., AppTest]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the app on a plan, for an audience, in a language."""

    def run_app(
        *arguments: object,
        lang: str = "zh",
        audience: str = "office",
        page: str = "",
        asked: str = "",
        linked: str = "",
    ) -> AppTest:
        monkeypatch.setenv("GRIDPLAN_LANG", lang)
        monkeypatch.setenv("GRIDPLAN_AUDIENCE", audience)
        monkeypatch.setattr(sys, "argv", ["app.py", *map(str, arguments)])
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        if asked:
            app.query_params["lang"] = asked
        if linked:
            app.query_params["page"] = linked
        if page:
            go_to(app, page)
        app.run()
        assert not app.exception
        return app

    return run_app


def go_to(app: AppTest, page: str) -> None:
    """Let the next run be that of a page: AppTest itself can switch to files only."""
    vars(app)["_page_hash"] = calc_hash(page)


def read(app: AppTest) -> str:
    """Return all that is told outside of widgets, without the marks of HTML."""
    told = [element.proto.body for element in app.get("html")]
    return re.sub(r"\s+", " ", re.sub(r"<style.*?</style>|<[^>]*>", " ", " ".join(told), flags=re.DOTALL))


def unescape(markdown: str) -> str:
    """Return what Markdown without any marks shows."""
    return re.sub(r"\\(.)", r"\1", markdown)


def reveal(app: AppTest, label: str) -> str:
    """Return the figure under a label."""
    body = next(one.proto.body for one in app.get("html") if "gp-figures" in one.proto.body)
    found = re.search(rf"<dt>{label}</dt><dd>([^<]*)", body)
    assert found, body
    return found[1]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", ["", *PAGES[1:], "open"])
def test_every_page_is_shown_in_both_languages(run: Run, plan_file: Path, page: str, lang: str) -> None:
    app = run(plan_file, lang=lang, page=page)
    assert not app.error
    told = read(app)
    assert ("数据" in told) == (lang == "zh")
    assert ("data" in told.casefold()) == (lang == "en")


def test_the_overview_tells_the_figures_of_the_plan(run: Run, plan_file: Path, town: Plan) -> None:
    app = run(plan_file)
    homes = town.atoms.groupby("grid")["households"].sum()
    assert reveal(app, "户数") == f"{homes.sum():,}"
    assert reveal(app, "网格") == f"{(homes > 0).sum()}"
    assert reveal(app, "人口") == f"{town.atoms['population'].sum():,}"


def test_the_limits_of_an_area_that_was_chosen_are_told(run: Run, plan_file: Path) -> None:
    app = run(plan_file)
    assert "四至" not in read(app)
    app.session_state["overview-place"] = ("grid", "S002-01")
    app.run()
    assert not app.exception
    assert "S002-01" in read(app)
    assert "四至 东至槐树巷" in read(app)


def test_children_add_up_to_their_parent_all_the_way_down(run: Run, plan_file: Path) -> None:
    app = run(plan_file, page="population")
    whole = app.dataframe[0].value
    assert whole["area"].iloc[0] == "合计"
    assert whole["households"].iloc[1:].sum() == whole["households"].iloc[0]
    code = whole["area"].iloc[1]
    app.session_state["population-next"] = ("subgrid", code)
    app.run()
    assert not app.exception
    inside = app.dataframe[0].value
    assert inside["households"].iloc[0] == whole["households"].iloc[1]
    assert inside["households"].iloc[1:].sum() == inside["households"].iloc[0]
    assert [button.label for button in app.button if button.key.startswith("crumb")] == ["全部", code]
    app.button(key="crumb-0").click().run()
    assert app.dataframe[0].value.equals(whole)


def test_names_are_told_as_they_are(run: Run, town: Plan, tmp_path: Path) -> None:
    name = "<img src=x> $a_b$ *i* [l](http://x) :red[r]"
    areas = describe_plan(town)
    areas["subgrid"]["name"] = name
    app = run(write_plan(town, tmp_path / "a $x$ b.gpkg", areas), page="population")
    app.session_state["population-next"] = ("subgrid", "S002")
    app.run()
    crumb = next(button.label for button in app.button if button.key == "crumb-1")
    assert unescape(crumb) == name
    assert not re.search(r"(?<!\\)[*$\[:<]", crumb)
    refused = run(tmp_path / "no *such* file.gpkg").error[0].value
    assert "*such*" in unescape(refused)
    assert "*such*" not in refused


def test_a_grid_is_found_and_gone_to(run: Run, plan_file: Path) -> None:
    app = run(plan_file, page="population")
    app.text_input(key="search").set_value("s002-01").run()
    app.selectbox(key="found").set_value(0).run()
    assert not app.exception
    crumbs = [button.label for button in app.button if button.key.startswith("crumb")]
    assert crumbs == ["全部", "S002"]
    assert "S002-01" in read(app)
    app.text_input(key="search").set_value("nowhere").run()
    assert "没有找到" in app.caption[0].value


def test_the_language_is_that_of_the_link_and_stays(run: Run, plan_file: Path) -> None:
    app = run(plan_file, lang="zh", asked="en")
    assert "Overview" in read(app)
    app.segmented_control(key="lang").set_value("zh").run()
    assert "总览" in read(app)
    assert app.query_params["lang"] == "zh"
    go_to(app, "population")
    app.query_params.clear()
    app.run()
    assert "人口" in read(app)
    assert app.query_params["lang"] == "zh"


def test_a_link_names_its_page(run: Run, plan_file: Path) -> None:
    from starlette.requests import Request

    from gridplan.ui.server import ROUTES

    route = next(route for route in ROUTES if route.path == "/population")
    headers = [(b"host", b"here")]
    scope = {
        "type": "http",
        "method": "GET",
        "path": route.path,
        "query_string": b"lang=en",
        "headers": headers,
    }
    assert route.endpoint(Request(scope)).headers["location"] == "/?lang=en&page=population"
    app = run(plan_file, asked="en", linked="population")
    assert "Population" in read(app)
    assert "page" not in app.query_params


def test_level_and_measure_stay_when_the_language_changes(run: Run, plan_file: Path) -> None:
    app = run(plan_file, page="population")
    chosen = next(one for one in app.segmented_control if one.options == ["小分格", "网格"])
    chosen.set_value("grid").run()
    app.segmented_control(key="lang").set_value("en").run()
    assert not app.exception
    assert app.session_state["population-level"] == "grid"
    assert next(one for one in app.segmented_control if "Grid" in one.options).value == "grid"


@pytest.mark.parametrize("page", ["risk", "issues", "open"])
@pytest.mark.parametrize("audience", ["public", "worker:S002-01"])
def test_a_page_that_is_not_for_an_audience_cannot_be_reached(
    run: Run, plan_file: Path, page: str, audience: str
) -> None:
    if page == "risk" and audience != "public":
        return
    app = run(plan_file, page=page, audience=audience)
    told = read(app)
    assert "总览" in told
    assert not {"企业风险", "数据问题", "打开数据"} & set(told.split())
    assert not app.file_uploader


@pytest.mark.parametrize("page", ["", "population", "compounds", "export"])
@pytest.mark.parametrize("audience", ["public", "worker:S002-01"])
def test_pages_of_an_audience_are_shown(run: Run, plan_file: Path, page: str, audience: str) -> None:
    app = run(plan_file, page=page, audience=audience)
    assert not app.error
    if audience != "public":
        assert not re.search(r"S00[13456]", read(app) + "".join(str(one.value) for one in app.dataframe))


def test_which_pages_there_are_for_whom() -> None:
    assert list_pages(Audience("office")) == PAGES
    assert not {"risk", "issues"} & set(list_pages(Audience("public")))
    assert "issues" not in list_pages(Audience("worker", "S002-01"))


def test_one_message_tells_what_is_wrong(run: Run, plan_file: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"no plan")
    for path in (tmp_path / "no.gpkg", broken):
        app = run(path)
        assert [path.name in unescape(error.value) for error in app.error] == [True]
    assert "boss" in run(plan_file, audience="boss").error[0].value
    assert "S999" in run(plan_file, audience="worker:S999").error[0].value


def test_a_plan_that_is_uploaded_is_seen_in_this_session_only(
    run: Run, plan_file: Path, town: Plan, tmp_path: Path
) -> None:
    other = write_plan(town, tmp_path / "other.gpkg", describe_plan(town))
    app = run(plan_file, page="open")
    app.file_uploader(key="upload").set_value(("../other.gpkg", other.read_bytes(), "")).run()
    assert not app.exception
    assert "other 总览" in read(app)
    assert "town 总览" in read(run(plan_file))
    go_to(app, "open")
    app.run()
    app.button(key="open-back").click().run()
    assert "town 总览" in read(app)


def test_an_upload_that_is_no_plan_is_refused(run: Run, plan_file: Path) -> None:
    app = run(plan_file, page="open", lang="en")
    app.file_uploader(key="upload").set_value(("odd.gpkg", b"no plan", "")).run()
    assert not app.exception
    told = unescape(app.error[0].value)
    assert "odd.gpkg" in told
    assert "/" not in told.split("odd.gpkg")[0]
