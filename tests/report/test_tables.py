"""The figures of a plan."""

from __future__ import annotations

import json
from dataclasses import replace

import pandas as pd

from gridplan.check import check_plan
from gridplan.plan import Plan
from gridplan.report import format_findings, format_summary, summarise_plan
from gridplan.report.tables import format_issues
from gridplan.schema import issue_rows, join_issues


def test_summary_counts_every_sort_of_area(town: Plan) -> None:
    summary = summarise_plan(town)
    json.dumps(summary)  # plain values only
    grid = summary["levels"]["grid"]
    assert (grid["areas"], grid["with_households"], grid["legal"]) == (12, 11, 9)
    assert grid["exempt"] == {"structure": 1}
    assert grid["unproven"] == 1
    assert grid["unproven_share"] == 80 / 524
    assert grid["over_cap"] == 0
    assert summary["rooms"]["solve"] == {"seconds": 1.5, "peak_mib": 180.0}


def test_summary_reads_in_both_languages(town: Plan) -> None:
    summary = summarise_plan(town)
    for lang, word in (("zh", "网格"), ("en", "grid")):
        text = format_summary(summary, town, lang)
        assert word in text
        assert "524" in text


def test_summary_holds_what_the_check_tells(town: Plan) -> None:
    judged = replace(town, findings=check_plan(town))
    grid = summarise_plan(judged)["levels"]["grid"]
    assert (grid["buildings_cut"], grid["buildings_forced"]) == (1, 0)
    assert grid["street_share"] == 1.0
    assert "100.0%" in format_summary(summarise_plan(judged), judged, "en")


def test_issues_are_put_into_words(town: Plan) -> None:
    rows = join_issues(
        issue_rows("buildings", ["b1"], "shape_missing", "dropped"),
        issue_rows("buildings", ["b2"], "number_rounded", "repaired", 2.5, "2.5"),
        issue_rows("buildings", ["b3"], "no_such_issue", "noted"),
    )
    texts = format_issues(rows, "en")
    assert texts[0] != "shape_missing"
    assert "2.5" in texts[1]
    assert texts[2] == "no_such_issue"
    plan = replace(town, issues=rows)
    assert summarise_plan(plan)["issues"] == {"dropped": 1, "noted": 1, "repaired": 1}
    assert "dropped 1" in format_summary(summarise_plan(plan), plan, "en")


def test_findings_are_listed_law_by_law() -> None:
    rows = [
        ("seamless", 1, "grid", "", 12.0, 0.0, "ok", '{"key": "judged", "values": {"count": 12}}'),
        ("bounded", 1, "grid", "S002-01", 80.0, 50.0, "violation", '{"key": "no_such", "values": {"n": 80}}'),
    ]
    columns = ["key", "version", "level", "code", "value", "bound", "verdict", "reason"]
    text = format_findings(pd.DataFrame(rows, columns=columns), "en")
    assert "S002-01" in text
    assert "n=80" in text, "a reason without a text is given by its key and values"
    assert len([line for line in text.splitlines() if line.startswith("- ")]) == 1
