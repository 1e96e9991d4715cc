"""``gridplan attach``: things placed into the areas of a plan, and compounds put on it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pandas as pd

from gridplan.cli import FINE
from gridplan.cli.planning import read_columns, read_date
from gridplan.errors import InputError
from gridplan.i18n import align_rows, t
from gridplan.io import open_plan
from gridplan.pipeline import ATTACHABLE, attach_things, write_plan
from gridplan.plan import Plan
from gridplan.report.tables import format_issues

__all__ = ["run_attach"]

#: Issues that are shown on the screen; the plan has them all.
_SHOWN = 12


def run_attach(options: argparse.Namespace) -> int:
    """Attach what is named, write the plan, and report what was placed and what was not."""
    things = {role: getattr(options, role) for role in ATTACHABLE if getattr(options, role) is not None}
    if not things:
        raise InputError("attach_nothing", known=[f"--{role.replace('_', '-')}" for role in ATTACHABLE])
    out = Path(options.out or options.plan)
    if out.suffix.lower() != ".gpkg":
        raise InputError("plan_suffix", path=str(out))
    plan = attach_things(
        open_plan(options.plan),
        things,
        columns=read_columns(options.column, ATTACHABLE),
        crs=options.crs or "",
        date=read_date(options.date),
    )
    write_plan(plan, out)
    counts = {role: _count(plan, role) for role in things}
    issues = plan.issues[plan.issues["layer"].isin(list(things))]
    if options.json:
        rows = json.loads(issues.to_json(orient="records", force_ascii=False))
        print(json.dumps({"plan": str(out), "attached": counts, "issues": rows}, ensure_ascii=False))
        return FINE
    print(_format(counts, options.lang))
    if len(issues):
        print(f"\n{_format_issues(issues, options.lang)}")
    print(t("cli.plan.written", options.lang, path=out))
    return FINE


def _count(plan: Plan, role: str) -> dict[str, int]:
    """Count things and those that have a place; of compounds the compounds and their buildings."""
    if role == "compounds":
        named = plan.buildings["compound"].dropna()
        return {"things": int(named.nunique()), "placed": int(named.nunique()), "buildings": len(named)}
    table = plan.attached[role]
    weight = table["households"] if role == "care" else pd.Series(1, index=table.index)
    return {"things": int(weight.sum()), "placed": int(weight[table["placed"] != ""].sum())}


def _format(counts: dict[str, dict[str, int]], lang: str) -> str:
    head = ["", t("attach.things", lang), t("attach.placed", lang), t("attach.unplaced", lang)]
    rows = [
        [
            t(f"attach.{role}", lang),
            f"{count['things']:,}",
            f"{count['placed']:,}",
            f"{count['things'] - count['placed']:,}",
        ]
        for role, count in counts.items()
    ]
    return align_rows([head, *rows])


def _format_issues(issues: pd.DataFrame, lang: str) -> str:
    """Format what was wrong by role and kind, the most frequent first, with the ids of a few."""
    groups = issues.groupby(["layer", "code"], sort=True)
    order = groups.size().sort_values(ascending=False, kind="stable")
    lines = []
    for (role, code), count in order.head(_SHOWN).items():
        first = groups.get_group((role, code)).head(1)
        words = format_issues(first, lang)[0]
        line = t("attach.issue", lang, role=t(f"attach.{role}", lang), count=count, words=words)
        lines.append(line if first["id"].iloc[0] == "*" else f"{line} [{first['id'].iloc[0]}]")
    if len(order) > _SHOWN:
        lines.append(t("attach.more", lang, count=int(order.iloc[_SHOWN:].sum())))
    return "\n".join(lines)
