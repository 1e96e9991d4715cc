"""``gridplan compounds``: the register of compounds, as a table or by type."""

from __future__ import annotations

import argparse
import json

from gridplan.cli import FINE
from gridplan.i18n import align_rows, t
from gridplan.io import open_plan, write_tables
from gridplan.report.compounds import list_compounds, tabulate_compounds

__all__ = ["run_compounds"]


def run_compounds(options: argparse.Namespace) -> int:
    """Print the compounds by type, and write the register where that is asked for."""
    plan = open_plan(options.plan)
    tables = list_compounds(plan, options.lang)
    written = write_tables(tables, options.out) if options.out else ()
    if options.json:
        rows = json.loads(tabulate_compounds(plan).to_json(orient="records", force_ascii=False))
        print(json.dumps({"compounds": rows, "written": [str(path) for path in written]}, ensure_ascii=False))
        return FINE
    types = list(tables.values())[-1]
    cells = [
        [f"{cell:,.0f}" if isinstance(cell, (int, float)) else str(cell) for cell in row]
        for row in types.to_numpy()
    ]
    print(align_rows([list(types.columns), *cells]))
    for path in written:
        print(t("cli.export.written", options.lang, path=path))
    return FINE
