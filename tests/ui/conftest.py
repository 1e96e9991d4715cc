"""What the tests of the pages share: a town with everything in it, shown to an audience, on a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from busy_town import fill_town
from streamlit.testing.v1 import AppTest

from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.plan import Plan
from gridplan.privacy import Audience
from gridplan.report import describe_plan
from gridplan.ui.state import OpenedPlan


@pytest.fixture(scope="session")
def show_to(town: Plan) -> Callable[..., Shown]:
    """Cut the town, with its things or without, down to what an audience may see."""
    whole = fill_town(town)
    areas = describe_plan(whole)

    def cut(audience: str = "office", *, attached: bool = True) -> Shown:
        plan = whole if attached else replace(whole, attached={})
        return show_plan_to(plan, areas, Audience(*audience.split(":")), name="小城")

    return cut


@pytest.fixture(scope="session")
def busy(show_to: Callable[..., Shown]) -> Shown:
    """The town with everything, as the office sees it."""
    return show_to()


@pytest.fixture
def show_page() -> Callable[..., AppTest]:
    """Show one page of the app and return it."""

    def show(page: str, shown: Shown, lang: str = "zh") -> AppTest:
        opened = OpenedPlan(str(id(shown)), "小城", shown)
        app = AppTest.from_function(
            _run_page, default_timeout=60, kwargs={"page": page, "opened": opened, "lang": lang}
        )
        app.run()
        assert not app.exception
        return app

    return show


def _run_page(page, opened, lang):  # type: ignore[no-untyped-def]  # its text is run by itself
    from importlib import import_module

    getattr(import_module(f"gridplan.ui.pages.{page}"), f"show_{page}")(opened, lang)


@pytest.fixture
def read() -> Callable[[AppTest], str]:
    """Read all that is told outside of widgets, without the marks of HTML."""

    def read_html(app: AppTest) -> str:
        return re.sub(r"<[^>]*>", " ", " ".join(element.proto.body for element in app.get("html")))

    return read_html
