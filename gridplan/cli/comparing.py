"""``gridplan compare``: what changes between two plans, or between a plan and what stood before."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gridplan.cli import FINE
from gridplan.compare.comparison import Comparison, compare_plans
from gridplan.compare.crosswalk import CHANGES, count_changes
from gridplan.compare.tables import format_comparison, tabulate_changes, tabulate_crosswalks
from gridplan.i18n import align_rows, t
from gridplan.io import open_plan, write_tables, write_whole
from gridplan.onemap.browser.page import write_page
from gridplan.onemap.changes import view_changes
from gridplan.onemap.overview import OVERVIEW_SIZE
from gridplan.onemap.pictures import draw_poster
from gridplan.pipeline import compare_with_existing
from gridplan.plan import Plan

__all__ = ["run_compare"]


def run_compare(options: argparse.Namespace) -> int:
    """Print who moves, which areas and borders change, and draw it."""
    compared, after = _compare(options)
    written = _write(options, compared, after)
    if options.json:
        answer: dict[str, dict[str, object]] = {}
        for level, comparison in compared.items():
            areas = json.loads(comparison.areas.to_json(orient="records", force_ascii=False))
            classes = {} if options.after is not None else {"classes": count_changes(after, level)}
            answer[level] = {**comparison.figures, **classes, "areas": areas}
        print(json.dumps(answer, ensure_ascii=False))
        return FINE
    print(format_comparison(compared, after, options.lang))
    if options.after is None:
        print(f"\n{_format_classes(after, list(compared), options.lang)}")
    for path in written:
        print(t("cli.export.written", options.lang, path=path))
    return FINE


def _compare(options: argparse.Namespace) -> tuple[dict[str, Comparison], Plan]:
    """Compare two plans, or one with the areas that it was made from."""
    first = open_plan(options.before)
    if options.after is not None:
        after = open_plan(options.after)
        levels = None if options.level is None else [after.scheme[options.level].id]
        return compare_plans(first, after, levels), after
    levels = None if options.level is None else [options.level]
    return compare_with_existing(first, levels), first


def _write(options: argparse.Namespace, compared: dict[str, Comparison], after: Plan) -> list[Path]:
    """Draw and write what was asked for; several levels get one picture each."""
    written: list[Path] = []
    if options.map:
        target = Path(options.map)
        for level, comparison in compared.items():
            stem = target.stem if len(compared) == 1 else f"{target.stem}-{level}"
            view, path = view_changes(comparison, after, options.lang), target.with_stem(stem)
            if path.suffix.lower() == ".html":
                written.append(write_whole(path, write_page(view).encode("utf-8")))
            else:
                written.append(draw_poster(view, path, size=OVERVIEW_SIZE))
    if options.table:
        tables = tabulate_changes(compared, after, options.lang)
        if options.after is None:
            tables |= tabulate_crosswalks(after, list(compared), options.lang)
        written += write_tables(tables, options.table)
    return written


def _format_classes(plan: Plan, levels: list[str], lang: str) -> str:
    """Count the areas by class of change."""
    counts = [count_changes(plan, level) for level in levels]
    rows = [["", *(plan.scheme[level].name[lang] for level in levels)]]
    rows += [[t(f"crosswalk.change.{key}", lang), *(str(count[key]) for count in counts)] for key in CHANGES]
    return align_rows(rows)
