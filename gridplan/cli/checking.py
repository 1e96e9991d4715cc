"""``gridplan check``: checks every law from the written file."""

from __future__ import annotations

import argparse
import json

from gridplan.check import check_plan, read_reason
from gridplan.cli import FINE, VIOLATIONS
from gridplan.i18n import t
from gridplan.io import open_plan
from gridplan.report import format_findings

__all__ = ["run_check"]


def run_check(options: argparse.Namespace) -> int:
    """Check every law from the written file."""
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
