"""``gridplan feasibility``: what no plan of some files can make legal, before one is drawn."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gridplan.cli import FINE, VIOLATIONS
from gridplan.cli.planning import read_inputs
from gridplan.cli.progress import RoomBar
from gridplan.i18n import t
from gridplan.io import load_scheme, write_tables
from gridplan.parallel import default_workers
from gridplan.pipeline import ROOMS, assess_feasibility
from gridplan.report.feasibility import describe_outlook, format_outlook, tabulate_obstacles

__all__ = ["run_feasibility"]


def run_feasibility(options: argparse.Namespace) -> int:
    """Report what cannot be legal, why, and what would help; 1 where something cannot."""
    scheme = load_scheme(options.scheme)
    inputs = read_inputs(options, scheme)
    rooms = tuple(room for room in ROOMS if room != "solve")
    with RoomBar(rooms, options.lang, quiet=options.quiet or options.json) as bar:
        found = assess_feasibility(
            **inputs, scheme=scheme, workers=options.workers or default_workers(), progress=bar
        )
    written: tuple[Path, ...] = ()
    if options.out is not None:
        title = t("feasibility.table", options.lang)
        written = write_tables({title: tabulate_obstacles(found, options.lang)}, options.out)
    if options.json:
        plain = {**describe_outlook(found), "written": [str(path) for path in written]}
        print(json.dumps(plain, ensure_ascii=False))
    else:
        print(format_outlook(found, options.lang))
        for path in written:
            print(t("cli.export.written", options.lang, path=path))
    return FINE if found.outlook.possible else VIOLATIONS
