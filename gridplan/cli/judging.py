"""``gridplan check`` and ``export``: what is done with a plan that is there."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gridplan.check import check_plan, read_reason
from gridplan.cli import FINE, VIOLATIONS
from gridplan.i18n import t
from gridplan.io import export_plan, open_plan
from gridplan.report import describe_areas, draw_overview, format_findings

__all__ = ["run_check", "run_export"]

_PICTURES = ("png", "svg", "pdf")


def run_check(options: argparse.Namespace) -> int:
    """Judge every law from the written file."""
    findings = check_plan(open_plan(options.plan))
    violations = int((findings["verdict"] == "violation").sum())
    if options.json:
        rows = json.loads(findings.to_json(orient="records", force_ascii=False))
        for row in rows:
            row["reason"] = dict(zip(("key", "values"), read_reason(row["reason"]), strict=True))
        print(
            json.dumps({"plan": options.plan, "violations": violations, "findings": rows}, ensure_ascii=False)
        )
    else:
        print(format_findings(findings, options.lang))
        key = "cli.violations" if violations else "cli.no_violations"
        print(f"\n{t(key, options.lang, count=violations)}")
    return VIOLATIONS if violations else FINE


def run_export(options: argparse.Namespace) -> int:
    """Write a plan in another format, or draw it."""
    plan = open_plan(options.plan)
    levels = tuple(plan.areas) if options.level is None else (plan.scheme[options.level].id,)
    if options.format in _PICTURES:
        target = Path(options.out).with_suffix(f".{options.format}")
        written: tuple[Path, ...] = (draw_overview(plan, target, level=options.level, lang=options.lang),)
    else:
        written = export_plan(
            plan, Path(options.out), options.format, {level: describe_areas(plan, level) for level in levels}
        )
    if options.json:
        print(json.dumps({"written": [str(path) for path in written]}, ensure_ascii=False))
    else:
        print("\n".join(t("cli.export.written", options.lang, path=path) for path in written))
    return FINE
