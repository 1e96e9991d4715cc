"""What is wrong in the data and in the plan, who must mend it, and what was done about it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gridplan.i18n import has_text, t
from gridplan.onemap.shown import Shown
from gridplan.report.tables import format_check_reason, format_issues, label_action, name_law

__all__ = [
    "NEEDS",
    "VERDICTS",
    "count_needs",
    "list_findings",
    "list_groups",
    "list_issues",
    "name_holder",
    "name_layer",
    "select_rows",
]

#: What an issue asks of people, the most urgent first: somebody must decide, fill in what was
#: estimated, look it over; or nothing, because it is mended.
NEEDS = ("decide", "complete", "review", "done")
#: Verdicts of the check that are not in order, the worst first.
VERDICTS = ("violation", "warning")

_NEED_OF_ACTION = {"asked": "decide", "estimated": "complete", "dropped": "review", "noted": "review"}
# dropped or noted because of what the thing is, not because its data are wrong
_BY_RULE = frozenset(
    (
        "building_outside", "building_outside_district", "crs_borrowed", "reprojected", "read_warning",
        "street_covered", "street_dead_end", "street_not_border", "street_outside", "street_underground",
        "tunnel_no_barrier", "water_line_inside", "water_small", "compounds_from_landuse",
        "area_border_drawn", "points_system", "things_columns_left", "things_personal_columns",
        "thing_in_several_areas", "things_coarse", "thing_row_of_sums", "thing_twice", "compound_joined",
        "compound_left",
    )
)  # fmt: skip


def count_needs(shown: Shown) -> dict[str, int]:
    """Count the issues by what they ask of people, all of :data:`NEEDS` in order."""
    counts = _judge_needs(shown.issues).value_counts()
    return {need: int(counts.get(need, 0)) for need in NEEDS}


def list_issues(shown: Shown, lang: str) -> pd.DataFrame:
    """List every issue in words, the most urgent first.

    Parameters
    ----------
    shown
        What the audience may see; the public sees none.
    lang
        "zh" or "en".

    Returns
    -------
    DataFrame
        RangeIndex; keys to select by: ``need`` (one of :data:`NEEDS`), ``layer``, ``code``, ``action``;
        texts: ``id``, ``what``, ``did``, ``holder`` (who keeps the data and must mend them).
    """
    issues = shown.issues
    needs = _judge_needs(issues)
    table = pd.DataFrame(
        {
            "need": needs.to_numpy(),
            "layer": issues["layer"].astype(str).to_numpy(),
            "code": issues["code"].astype(str).to_numpy(),
            "action": issues["action"].astype(str).to_numpy(),
            "id": issues["id"].astype(str).to_numpy(),
            "what": format_issues(issues, lang),
        }
    )
    table["did"] = table["action"].map({word: label_action(word, lang) for word in set(table["action"])})
    table["holder"] = table["layer"].map({layer: name_holder(layer, lang) for layer in set(table["layer"])})
    rank = table["need"].map({need: at for at, need in enumerate(NEEDS)})
    order = np.lexsort((table["code"], table["layer"], rank))
    return table.iloc[order].reset_index(drop=True)


def list_groups(issues: pd.DataFrame) -> pd.DataFrame:
    """Count issues of the same sort.

    Parameters
    ----------
    issues
        Rows of :func:`list_issues`.

    Returns
    -------
    DataFrame
        ``need, layer, holder, code, action, did, count, what`` (of the first of them), the most
        urgent and then the most frequent first.
    """
    keys = ["need", "layer", "holder", "code", "action", "did"]
    groups = issues.groupby(keys, sort=True, as_index=False).agg(count=("id", "size"), what=("what", "first"))
    rank = groups["need"].map({need: at for at, need in enumerate(NEEDS)})
    order = np.lexsort((groups["code"], groups["layer"], -groups["count"], rank))
    return groups.iloc[order].reset_index(drop=True)


def list_findings(shown: Shown, lang: str) -> pd.DataFrame:
    """List the violations and warnings of the check, the worst first.

    Parameters
    ----------
    shown
        What the audience may see.
    lang
        "zh" or "en".

    Returns
    -------
    DataFrame
        RangeIndex; keys to select by: ``verdict`` (one of :data:`VERDICTS`), ``key``, ``level``; texts:
        ``code`` of the area, ``law``, ``level_name``, ``why``.
    """
    findings = shown.findings
    odd = findings[findings["verdict"].isin(VERDICTS)]
    levels = {level.id: level.name[lang] for level in shown.scheme.levels}
    table = pd.DataFrame(
        {
            "verdict": odd["verdict"].astype(str).to_numpy(),
            "key": odd["key"].astype(str).to_numpy(),
            "level": odd["level"].fillna("").astype(str).to_numpy(),
            "code": odd["code"].fillna("").astype(str).to_numpy(),
            "law": [name_law(key, lang) for key in odd["key"].astype(str)],
            "why": [format_check_reason(reason, lang) for reason in odd["reason"].astype(str)],
        }
    )
    table["level_name"] = [levels.get(level, level) for level in table["level"]]
    rank = table["verdict"].map({verdict: at for at, verdict in enumerate(VERDICTS)})
    return table.iloc[np.lexsort((np.arange(len(table)), rank))].reset_index(drop=True)


def select_rows(rows: pd.DataFrame, text: str, **chosen: Sequence[str]) -> pd.DataFrame:
    """Select rows by the values of their columns, and by a text in any of them.

    Parameters
    ----------
    rows
        Rows of one of the lists.
    text
        Searched in all columns, capital letters or not; "" for every row.
    **chosen
        Values wanted by column; none of a column for all of them.

    Returns
    -------
    DataFrame
        In the order of the rows.
    """
    keep = np.ones(len(rows), dtype=bool)
    for column, values in chosen.items():
        if values:
            keep &= rows[column].isin(list(values)).to_numpy()
    wanted = text.strip().casefold()
    if wanted:
        found = np.zeros(len(rows), dtype=bool)
        for column in rows.columns:
            cells = rows[column].astype(str).str.casefold()
            found |= cells.str.contains(wanted, regex=False).to_numpy()
        keep &= found
    return rows[keep]


def name_layer(layer: str, lang: str) -> str:
    """Name a layer of the input; one without a text keeps its id."""
    return t(f"issues.layer.{layer}", lang) if has_text(f"issues.layer.{layer}", lang) else layer


def name_holder(layer: str, lang: str) -> str:
    """Name who keeps the data of a layer and must mend what is wrong in them."""
    key = f"issues.holder.{layer}"
    return t(key if has_text(key, lang) else "issues.holder.other", lang)


def _judge_needs(issues: pd.DataFrame) -> pd.Series:
    """Find what each issue asks of people."""
    needs = issues["action"].astype(str).map(_NEED_OF_ACTION).fillna("done").astype(object)
    routine = issues["code"].astype(str).isin(_BY_RULE) & (needs == "review")
    return needs.where(~routine, "done")
