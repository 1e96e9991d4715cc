"""``gridplan staff``: how many people each post needs, and who works where."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from gridplan.cli import FINE
from gridplan.i18n import t
from gridplan.io import open_plan, write_tables
from gridplan.io.people import read_people
from gridplan.report.staff_tables import format_staff, summarise_staff, tabulate_staff
from gridplan.schema import join_issues
from gridplan.staffing import assign_people

__all__ = ["run_staff"]


def run_staff(options: argparse.Namespace) -> int:
    """Write the posts of a plan, and with a list of people who has which area."""
    plan = open_plan(options.plan)
    staffing = None
    if options.people is not None:
        people, issues = read_people(options.people, plan.crs)
        staffing = assign_people(plan, people)
        staffing = replace(staffing, issues=join_issues(issues, staffing.issues))
    written = write_tables(tabulate_staff(plan, options.lang, staffing), options.out)
    if options.json:
        table = summarise_staff(plan, staffing)
        table.insert(1, "post", [plan.scheme.staffing[rule].post.zh for rule in table["rule"]])
        summary = {
            "posts": json.loads(table.to_json(orient="records", force_ascii=False)),
            "unplaced": {} if staffing is None else staffing.unplaced["reason"].value_counts().to_dict(),
            "issues": 0 if staffing is None else len(staffing.issues),
            "written": [str(path) for path in written],
        }
        print(json.dumps(summary, ensure_ascii=False))
    else:
        print(format_staff(plan, options.lang, staffing))
        print("\n".join(t("cli.export.written", options.lang, path=path) for path in written))
    return FINE
