"""The frame of the app and its pages of areas, without a browser."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from gridplan.plan import Plan
from gridplan.privacy import Audience
from gridplan.ui.router import list_pages

SCRIPT = Path(__file__).parents[2] / "gridplan" / "ui" / "script" / "start.py"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch):
    """Run the app on a plan, for an audience, in a language."""

    def run_app(*arguments: object, lang: str = "zh", audience: str = "office", page: str = "") -> AppTest:
        monkeypatch.setenv("GRIDPLAN_LANG", lang)
        monkeypatch.setenv("GRIDPLAN_AUDIENCE", audience)
        monkeypatch.setattr(sys, "argv", ["app.py", *map(str, arguments)])
        app = AppTest.from_file(str(SCRIPT), default_timeout=60)
        if page:
            app._page_hash = _hash_page(page)
        app.run()
        assert not app.exception
        return app

    return run_app


def _hash_page(url_path: str) -> str:
    from streamlit.util import calc_hash

    return calc_hash(url_path)


def _read(app: AppTest) -> str:
    """Return all that is told outside of widgets, without the marks of HTML."""
    told = [element.proto.body for element in app.get("html")]
    return re.sub(r"<[^>]*>", " ", " ".join(told))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("page", ["", "population", "compounds", "issues", "export", "risk", "open"])
def test_every_page_is_shown_in_both_languages(run, plan_file: Path, page: str, lang: str) -> None:
    app = run(plan_file, lang=lang, page=page)
    assert not app.error
    assert ("数据" in _read(app)) == (lang == "zh")
