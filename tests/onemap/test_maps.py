"""The maps of the command line: the date of what they show, and counts that are not told."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from guarded_town import SMALL, build_guarded_town

from gridplan.i18n import t
from gridplan.onemap.catalogue import MapOrder
from gridplan.onemap.maps import make_map
from gridplan.onemap.picking import break_values, label_classes
from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.privacy import parse_audience
from gridplan.report import describe_plan


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    town = build_guarded_town(tmp_path_factory.mktemp("things"))
    lists = [{"role": "enterprises", "date": "2026-05-01"}, {"role": "services", "date": "2026-06-30"}]
    town = replace(town, provenance={**town.provenance, "attached": json.dumps(lists)})
    return show_plan_to(town, describe_plan(town), parse_audience("office"), name="town")


def test_a_map_of_things_is_of_the_day_of_its_lists(shown: Shown) -> None:
    dates = {name: make_map(shown, MapOrder(name), "en")[0].imprint.date for name in ("risk", "compounds")}
    assert dates == {"risk": "2026-05-01", "compounds": "2026-06-30"}
    view, _ = make_map(shown, MapOrder("population"), "en")
    assert view.imprint.date == t("onemap.date_unknown", "en")


@pytest.mark.parametrize(
    ("value", "told"), [(6082.363816, "≥6,082"), (12.0, "≥12"), (3.456789, "≥3.45"), (0.5, "≥0.5")]
)
def test_a_class_alone_begins_at_a_number_that_is_read(value: float, told: str) -> None:
    assert label_classes(break_values(np.array([value, np.nan])), whole=False) == [told]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_count_that_is_not_told_is_told_as_such(shown: Shown, lang: str) -> None:
    (table,) = make_map(shown, MapOrder("population", "grid"), lang)[1].values()
    rows = table.set_index(t("export.column.code", lang))
    counts = [t(f"export.column.{name}", lang) for name in ("households", "population", "density")]
    assert set(rows.loc[SMALL, counts]) == {t("onemap.withheld", lang)}
    assert not rows[counts].isna().any(axis=None)
    told = rows[counts].map(lambda cell: isinstance(cell, int))
    assert told.any(axis=None)
    assert not told.all(axis=None)
