"""``gridplan borders``: the limits and the turning points of areas as tables."""

from __future__ import annotations

import argparse
import json

from gridplan.borders.tables import tabulate_borders
from gridplan.cli import FINE
from gridplan.i18n import t
from gridplan.io import open_plan, write_tables

__all__ = ["run_borders"]


def run_borders(options: argparse.Namespace) -> int:
    """Write limits and turning points of one level or all."""
    plan = open_plan(options.plan)
    levels = tuple(plan.areas) if options.level is None else (plan.scheme[options.level].id,)
    tables = tabulate_borders(plan, levels, options.lang)
    written = write_tables(tables, options.out)
    if options.json:
        rows = {title: len(table) for title, table in tables.items()}
        print(json.dumps({"written": [str(path) for path in written], "rows": rows}, ensure_ascii=False))
    else:
        print("\n".join(t("cli.export.written", options.lang, path=path) for path in written))
    return FINE
