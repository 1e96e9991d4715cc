"""The whole way on every real city: what is legal, what is proved, and what a planner would dislike.

``python -m benchmarks.cities [CITY ...] [--out FOLDER]`` runs the command line as a user would, checks the
written file anew, and prints one table a figure, one column a city.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

SHARED = Path(os.environ.get("GRIDPLAN_SHARED", Path(__file__).resolve().parents[2] / "shared"))

#: Which layers of each city's file play which role.
CITIES: dict[str, dict[str, str]] = {
    "nantes_centre": {},
    "beijing_wangjing": {"landuse": "landuse"},
    "vologda": {"barriers": "railways", "boundary": "extent"},
    "karhula": {"landuse": "landuse"},
    "monaco": {"landuse": "landuse"},
    "shenzhen_longgang": {"landuse": "landuse"},
}
CERTIFICATES = ("arithmetic", "indivisible", "structure", "exact")


def main() -> None:
    """Run the cities named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cities", nargs="*", default=list(CITIES))
    parser.add_argument("--out", type=Path, help="keep the plans and maps in this folder")
    options = parser.parse_args()
    if not (SHARED / "data").is_dir():
        sys.exit("real data not found: no folder ../shared/data, none in GRIDPLAN_SHARED")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.out or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        told = {city: run_city(city, folder) for city in options.cities}
    print_table(told)


def run_city(city: str, folder: Path) -> dict[str, Any]:
    """Plan a city in a process of its own and judge the written file in another."""
    path = SHARED / "data" / city / f"{city}.gpkg"
    roles = {"buildings": "buildings", "streets": "streets", **CITIES[city]}
    plan = folder / f"{city}.gpkg"
    words = [word for role, layer in roles.items() for word in (f"--{role}", f"{path}#{layer}")]
    told = _run("plan", *words, "--out", str(plan), "--map", str(plan.with_suffix(".png")))
    judged = _run("check", str(plan))
    return told | {"judged": judged}


def _run(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "gridplan", *words, "--json"], capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(f"gridplan {' '.join(words)}: {done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def list_figures(told: dict[str, Any]) -> dict[str, str]:
    """Tell a city's figures in the order of the table."""
    grid, subgrid = told["levels"]["grid"], told["levels"]["subgrid"]
    certified = grid["households_certified"]
    total = told["households"]
    figures = {
        "buildings": f"{told['buildings']:,}",
        "households": f"{total:,}",
        "of them estimated": f"{told['estimated_households']:,}",
        "grids with homes": f"{grid['with_households']:,}",
        "legal households": f"{grid['households_legal']:,}",
        **{f"certified {kind}": f"{certified[kind]:,}" for kind in CERTIFICATES},
        "unproven": f"{grid['households_unproven']:,} ({grid['households_unproven'] / max(total, 1):.3%})",
        "violations in the file": f"{told['judged']['violations']}",
        "grids in several pieces": f"{grid['areas_in_pieces']}",
        "buildings cut / beyond the bound": f"{grid['buildings_cut']} / {grid['buildings_forced']}",
        "grid border on streets": f"{grid['street_share']:.0%}",
        "grids mostly empty land": f"{grid['areas_mostly_empty']}",
        "grid compactness": f"{grid['compactness']:.2f}",
        "sub-grids": f"{subgrid['areas']:,}",
        "sub-grids over the cap": f"{subgrid['over_cap']}",
        "sub-grid border on streets": f"{subgrid['street_share']:.0%}",
        "sub-grid compactness": f"{subgrid['compactness']:.2f}",
    }
    rooms = {
        f"{room}: s, MiB": f"{spent['seconds']:.1f}, {spent['peak_mib']:.0f}"
        for room, spent in told["rooms"].items()
    }
    return figures | rooms


def print_table(told: dict[str, dict[str, Any]]) -> None:
    """Print a Markdown table, one column a city."""
    columns = {city: list_figures(one) for city, one in told.items()}
    print("| figure |", " | ".join(columns), "|")
    print("|---" * (len(columns) + 1) + "|")
    for figure in next(iter(columns.values())):
        print(f"| {figure} |", " | ".join(column[figure] for column in columns.values()), "|")


if __name__ == "__main__":
    main()
