"""Time and peak memory of every room on a real city tiled to growing numbers of buildings.

``python -m benchmarks.pipeline [--sizes 1000 10000 100000] [--workers 2] [--city nantes_centre]``
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.tiling import find_city, tile_city
from gridplan import make_plan, write_plan

SIZES = (1_000, 10_000, 100_000)
SAMPLE_S = 0.2
MIB = 1024.0**2

#: What one run tells: the totals, and under "rooms" seconds and peak memory by room.
Run = dict[str, Any]


def main() -> None:
    """Measure each size in a process of its own and print one table."""
    options = _read_options()
    if options.town:
        _plan_once(options.town, options.workers)
        return
    source = find_city(options.city)
    if source is None:
        sys.exit("the real data belong in ../shared/data, or in GRIDPLAN_SHARED")
    runs = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            town = Path(folder) / "town.gpkg"
            tile_city(source, size, town)
            runs.append(_measure(town, options.workers))
    print(f"{options.city} tiled, {options.workers} worker(s)\n")
    print(format_runs(runs))


def _plan_once(town: Path, workers: int) -> None:
    """Plan a town from files to file and print what each room took as one line of JSON."""
    start = time.perf_counter()
    plan = make_plan(f"{town}#buildings", f"{town}#streets", boundary=f"{town}#boundary", workers=workers)
    before = time.perf_counter()
    write_plan(plan, town.with_name("plan.gpkg"))
    end = time.perf_counter()
    grids = plan.areas["grid"]
    told = {
        "buildings": len(plan.buildings),
        "households": int(plan.atoms["households"].sum()),
        "unproven": int((grids["status"] == "violation").sum()),
        "rooms": {**plan.timings, "write": (end - before, None)},
        "seconds": end - start,
    }
    print(json.dumps(told))


def _measure(town: Path, workers: int) -> Run:
    """Plan a town in a fresh process and watch the memory of it and its workers."""
    command = [sys.executable, "-m", "benchmarks.pipeline", "--town", str(town), "--workers", str(workers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        watched, peak = psutil.Process(running.pid), 0.0
        while running.poll() is None:
            peak = max(peak, _count_memory(watched))
            time.sleep(SAMPLE_S)
        told = running.stdout.read() if running.stdout else ""
    if running.returncode:
        sys.exit(running.returncode)
    return {**json.loads(told.splitlines()[-1]), "peak_mib": peak / MIB}


def _count_memory(process: psutil.Process) -> float:
    """Return the resident bytes of a process and its children; those that just ended count nothing."""
    total = 0.0
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.Error:
        return total
    for member in family:
        try:
            total += member.memory_info().rss
        except psutil.Error:
            continue
    return total


def format_runs(runs: list[Run]) -> str:
    """Write the runs as one Markdown table, a size per column; rooms tell seconds and peak memory."""
    rows = [
        ("households", [f"{run['households']:,}" for run in runs]),
        ("unproven areas", [f"{run['unproven']:,}" for run in runs]),
        *((room, [_tell_cost(*run["rooms"][room]) for run in runs]) for room in runs[0]["rooms"]),
        ("**whole way**", [_tell_cost(run["seconds"], run["peak_mib"]) for run in runs]),
    ]
    head = ("buildings", [f"{run['buildings']:,}" for run in runs])
    lines = [f"| {name} | {' | '.join(cells)} |" for name, cells in (head, *rows)]
    return "\n".join([lines[0], "| --- |" + " ---: |" * len(runs), *lines[1:]])


def _tell_cost(seconds: float, peak_mib: float | None) -> str:
    return f"{seconds:,.1f} s" if peak_mib is None else f"{seconds:,.1f} s, {peak_mib:,.0f} MiB"


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--city", default="nantes_centre")
    parser.add_argument("--town", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
