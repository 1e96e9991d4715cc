"""The same plan on processors with and without the vector units that numpy chooses its instructions by."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOWN = ROOT / "data" / "xiao_cheng.gpkg"

#: Units that older processors lack: AVX-512, AVX2, fused multiply-add. Where a processor lacks one itself,
#: numpy passes over its name.
NEWER_UNITS = "X86_V3 X86_V4 AVX512_ICL AVX512_SPR"


def _plan(buildings: str, streets: str, out: Path, *, older: bool) -> bytes:
    command = [sys.executable, "-W", "ignore", "-m", "gridplan", "plan", "--buildings", buildings]
    command += ["--streets", streets, "--scheme", "gridplan", "--out", str(out)]
    # the compiled kernels of numba use the units too, so that they are compiled for a plain processor
    plain = {
        "NPY_DISABLE_CPU_FEATURES": NEWER_UNITS,
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CACHE_DIR": str(out.parent),
    }
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | (plain if older else {}),
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert ran.returncode in (0, 1), ran.stderr
    return out.read_bytes()


def _compare(path: Path, folder: Path) -> None:
    layers = (f"{path}#buildings", f"{path}#streets")
    here = _plan(*layers, folder / "here.gpkg", older=False)
    assert _plan(*layers, folder / "older.gpkg", older=True) == here


@pytest.mark.slow
def test_an_older_processor_makes_the_same_town(tmp_path: Path) -> None:
    _compare(TOWN, tmp_path)


@pytest.mark.slow
@pytest.mark.city
def test_an_older_processor_makes_the_same_city(city: Callable[[str], Path], tmp_path: Path) -> None:
    _compare(city("monaco"), tmp_path)
