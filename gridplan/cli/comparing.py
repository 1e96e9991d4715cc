"""``gridplan compare``: what changes between two plans, or between a plan and what stood before."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gridplan.cli import FINE
from gridplan.crosswalk import list_levels
from gridplan.errors import InputError
from gridplan.i18n import t
from gridplan.io import open_plan, write_tables
from gridplan.plan import Plan
from gridplan.report.compare_map import draw_changes
from gridplan.report.compare_tables import format_comparison, tabulate_changes
from gridplan.report.comparison import Comparison, compare_plans, restore_plan

__all__ = ["run_compare"]


def run_compare(options: argparse.Namespace) -> int:
    """Tell who moves, which areas and borders change, and draw it."""
    compared, after = _compare(options)
    written = _write(options, compared, after)
    if options.json:
        told = {
            level: {
                **one.figures,
                "areas": json.loads(one.areas.to_json(orient="records", force_ascii=False)),
            }
            for level, one in compared.items()
        }
        print(json.dumps(told, ensure_ascii=False))
        return FINE
    print(format_comparison(compared, after, options.lang))
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
    known = list_levels(first) if options.level is None else [options.level]
    if not known:
        raise InputError("compare_nothing_before", path=options.before)
    compared: dict[str, Comparison] = {}
    for level in known:
        compared |= compare_plans(restore_plan(first, level), first)
    return compared, first


def _write(options: argparse.Namespace, compared: dict[str, Comparison], after: Plan) -> list[Path]:
    """Draw and write what was asked for; several levels get one picture each."""
    written: list[Path] = []
    if options.map:
        target = Path(options.map)
        for level, one in compared.items():
            stem = target.stem if len(compared) == 1 else f"{target.stem}-{level}"
            written.append(draw_changes(one, after, target.with_stem(stem), lang=options.lang))
    if options.table:
        written += write_tables(tabulate_changes(compared, after, options.lang), options.table)
    return written
