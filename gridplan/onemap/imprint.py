"""What stands on a map that leaves the house: title, source, date, review number, stamp."""

from __future__ import annotations

import json
from collections.abc import Collection

from gridplan.i18n import t
from gridplan.onemap.papers import DATE_KEY
from gridplan.onemap.shown import Shown
from gridplan.onemap.view import Imprint
from gridplan.plan import Plan

__all__ = ["make_imprint"]


def make_imprint(
    shown: Shown | Plan,
    title: str,
    lang: str,
    *,
    roles: Collection[str] = (),
    review_number: str = "",
    stamp: str | None = None,
) -> Imprint:
    """Make the imprint of a map.

    Parameters
    ----------
    shown
        What the map shows: a plan, or what may be seen of it.
    title
        What the map is called.
    lang
        "zh" or "en".
    roles
        Attached things that the map shows; its date is then the latest day that a list of theirs is of.
    review_number
        The review number (审图号) that the planner was given; "" for none.
    stamp
        What is stamped on it, "" for nothing; by default that it is for internal work (docs/sources.md:
        maps of administrative limits are not to be published without a review).

    Returns
    -------
    Imprint
        A date or a source that is not known is called so.
    """
    return Imprint(
        title=title,
        source=_name_source(shown, lang),
        date=_find_date(shown, roles) or t("onemap.date_unknown", lang),
        review_number=review_number,
        stamp=t("onemap.stamp", lang) if stamp is None else stamp,
    )


def _find_date(shown: Shown | Plan, roles: Collection[str]) -> str:
    """Return the day that the data are of, "" where it is not given."""
    lists = json.loads(shown.provenance.get("attached", "") or "[]")
    days = [str(entry.get("date") or "") for entry in lists if entry.get("role") in roles]
    return max(days, default="") or shown.provenance.get(DATE_KEY, "")


def _name_source(shown: Shown | Plan, lang: str) -> str:
    """Name the source as the planner gave it, else the files."""
    if source := shown.provenance.get("source", ""):
        return source
    inputs = json.loads(shown.provenance.get("inputs", "") or "[]")
    files = list(dict.fromkeys(str(entry["file"]) for entry in inputs))
    return ", ".join(files) or t("onemap.source_unknown", lang)
