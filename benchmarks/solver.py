"""Measure the solver against the peers of the shared bench, in one process family.

    python benchmarks/solver.py                          all of the below; some 5 minutes
    python benchmarks/solver.py quality [INSTANCE ...]   households avoidably out of bounds, and time
    python benchmarks/solver.py even [INSTANCE ...]      equal count and balance against METIS
    python benchmarks/solver.py few                      few full areas (village5k), and mix5k_entrance
    python benchmarks/solver.py scale [INSTANCE ...]     large instances on two threads

The shared bench is found beside the repository or in GRIDPLAN_SHARED. Instances are made once, in
GRIDPLAN_CACHE or the system's temporary folder, never in the repository. Times are wall and processor
seconds of a second, warm call; the first call's compilation is told apart.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parents[1]
BENCH = Path(os.environ.get("GRIDPLAN_SHARED", ROOT.parent / "shared")) / "bench"
CACHE = Path(os.environ.get("GRIDPLAN_CACHE", Path(tempfile.gettempdir()) / "gridplan-bench"))
LOWER, UPPER = (50, 30), (80, 50)
QUALITY = ("mix500", "bubenec", "mix5k", "village5k")
# mean loads of 38.7 and 36.4 households in bounds of 30-50; the smaller villages were not used for tuning
EVEN = {"village1000": (50,), "village2000": (105,), "village5k": (270, 287)}
PEERS = ("greedy", "greedy_best50", "metis_contig", "metis_best50")

Instance = dict[str, npt.NDArray[Any]]
Labels = npt.NDArray[np.int64]


def load_bench(name: str) -> ModuleType:
    """Import a module of the shared bench by path."""
    if str(BENCH) not in sys.path:
        sys.path.insert(0, str(BENCH))
    return importlib.import_module(name)


def load_instance(name: str) -> Instance:
    """Load an instance of the shared bench; make it first where it is not in the cache."""
    path = CACHE / f"{name}.npz"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, str(BENCH / "make_instances.py"), str(CACHE), name], check=True)
    with np.load(path) as stored:
        return {key: stored[key] for key in stored.files}


def load_floor(name: str, labels: Labels) -> npt.NDArray[np.int64] | None:
    """Load the proven least households out of bounds per component, by the bench's own exact code."""
    floor = CACHE / f"floor_{name}.npz"
    if not floor.exists():
        exact, best = CACHE / f"exact_{name}.npz", CACHE / f"best_{name}.npy"
        np.save(best, labels)
        for script, arguments in (
            ("exact_setpart.py", [CACHE / f"{name}.npz", exact]),
            ("floors.py", [CACHE / f"{name}.npz", exact, best, floor]),
        ):
            subprocess.run([sys.executable, str(BENCH / script), *map(str, arguments)], check=True)
    with np.load(floor) as stored:
        return np.asarray(stored["floor"])


def solve(instance: Instance, **options: Any) -> Any:
    """Call the solver as a caller would."""
    from gridplan.solve import partition

    return partition(
        instance["units"],
        instance["kind"],
        instance["edges"],
        instance["blen"],
        lower=LOWER,
        upper=UPPER,
        lane=instance["lane"],
        **options,
    )


def measure(run: Callable[[], Any]) -> tuple[Any, float, float]:
    """Run once and give the result, wall seconds and processor seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    result = run()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def run_peer(name: str, instance: Instance, seed: int = 0) -> Labels:
    """Call a peer of the bench on each component, as the bench does."""
    peers = load_bench("peers")
    rng = np.random.default_rng(seed)
    call = peers.make(name)
    labels = np.full(len(instance["units"]), -1, np.int64)
    base = 0
    for part in peers.subs(instance):
        alone = part.T < part.L or part.n == 1 or part.k == 1
        found = np.zeros(part.n, np.int64) if alone else np.unique(call(part, rng), return_inverse=True)[1]
        labels[part.nodes] = found + base
        base += int(found.max()) + 1
    return labels


def weigh_cut(instance: Instance, labels: Labels) -> float:
    """Sum up the cut borders [m], lane metres halved."""
    a, b = instance["edges"].T
    cost = instance["blen"] * np.where(instance["lane"], 0.5, 1.0)
    return float(cost[labels[a] != labels[b]].sum())


def spread(instance: Instance, labels: Labels) -> float:
    """Give the variation of the parts' loads."""
    load = np.bincount(labels, instance["units"])
    return float(load.std() / load.mean())


def tell_row(solver: str, score: dict[str, Any], wall: float, cpu: float) -> None:
    """Print one row of the quality table."""
    print(
        f"| {solver} | {100 * score['viol_units']:.3f} | {100 * score['excess_units']:.4f} "
        f"| {score['k_over_lb']:.3f} | {score['cut_per_grid']:.1f} | {score['compact']:.3f} "
        f"| {score['contiguity_errors']} | {wall:.3f} | {cpu:.3f} |",
        flush=True,
    )


def compare_quality(names: list[str]) -> None:
    """Compare households out of bounds above the proven minimum."""
    scorer = load_bench("score")
    for name in names:
        instance = load_instance(name)
        solve(instance)
        done, wall, cpu = measure(partial(solve, instance))
        floor = load_floor(name, done.labels)
        proofs, proof_wall, _ = measure(partial(getattr, done, "certificates"))
        print(f"\n### {name} (n={len(done.labels)})\n")
        print("| solver | out of bounds % | avoidable % | k/LB | cut m | compactness | errors | s | cpu s |")
        print("|---|---|---|---|---|---|---|---|---|")
        score = scorer.score(instance, done.labels, wall, floor)
        tell_row("gridplan", score, wall, cpu)
        for peer in PEERS:
            run_peer(peer, load_instance("mix500"))
            labels, wall, cpu = measure(partial(run_peer, peer, instance))
            tell_row(peer, scorer.score(instance, labels, wall, floor), wall, cpu)
        proved = sum(proof.bound for proof in proofs)
        out = round(score["viol_units"] * float(instance["units"].sum()))
        print(
            f"\nproved: {proved} of {out} households out of bounds, {len(proofs)} proofs, {proof_wall:.2f} s"
        )


def compare_even(names: list[str]) -> None:
    """Compare the cut with METIS at its own count and balance (ufactor 80, contiguous, best of 5)."""
    for name in names:
        compare_even_one(name, load_instance(name))


def compare_even_one(name: str, instance: Instance) -> None:
    """Compare on one instance that is one component."""
    import pymetis

    part = next(iter(load_bench("peers").subs(instance)))
    starts, near, cost = load_bench("peers").csr(part)
    weights = np.maximum(1, np.round(cost * 10)).astype(int).tolist()
    print(f"\n### {name}, equal count and balance\n")
    print("| k | method | load CV | weighted cut m | out | s | cpu s |\n|---|---|---|---|---|---|---|")

    def call_metis(parts: int, seed: int) -> Labels:
        chosen = pymetis.part_graph(
            parts,
            xadj=starts.tolist(),
            adjncy=near.tolist(),
            vweights=part.h.tolist(),
            eweights=weights,
            recursive=False,
            options=pymetis.Options(ufactor=80, seed=seed, contig=1),
        )[1]
        labels = np.empty(part.n, np.int64)
        labels[part.nodes] = np.unique(np.asarray(chosen), return_inverse=True)[1]
        return labels

    for parts in EVEN[name]:
        tries = [measure(partial(call_metis, parts, seed)) for seed in range(5)]
        best = min(tries, key=lambda t: weigh_cut(instance, t[0]))
        solve(instance, target_parts=parts, workers=2)
        rows = [("METIS, best of 5, time of one", *best)]
        rows += [
            (
                f"gridplan, seed {s}",
                *measure(partial(solve, instance, target_parts=parts, seed=s, workers=2)),
            )
            for s in range(5)
        ]
        for method, result, wall, cpu in rows:
            labels = np.asarray(getattr(result, "labels", result))
            load = np.bincount(labels, instance["units"])
            cut, out = weigh_cut(instance, labels), int(load[(load < LOWER[1]) | (load > UPPER[1])].sum())
            gain = cut / weigh_cut(instance, best[0]) - 1
            print(
                f"| {len(load)} | {method} | {spread(instance, labels):.4f} "
                f"| {cut:.0f} ({100 * gain:+.1f} %) "
                f"| {out} | {wall:.2f} | {cpu:.2f} |",
                flush=True,
            )


def compare_few() -> None:
    """Measure the count against ceil(T/U), and mix5k_entrance's apartments against the exact optimum."""
    village = load_instance("village5k")
    bound = -(-int(village["units"].sum()) // UPPER[1])
    solve(village)
    for parts in (None, round(bound * 1.01), round(bound * 1.02)):
        done, wall, cpu = measure(partial(solve, village, target_parts=parts))
        load = np.bincount(done.labels, village["units"])
        out = int(load[(load < LOWER[1]) | (load > UPPER[1])].sum())
        print(
            f"village5k, {parts or 'free'}: {len(load)} parts = "
            f"{len(load) / bound:.3f} of the bound, {out} out, "
            f"cut {weigh_cut(village, done.labels):.0f} m, {wall:.2f} s, cpu {cpu:.2f} s",
            flush=True,
        )
    slabs = load_instance("mix5k_entrance")
    exact = CACHE / "exact_mix5k_entrance.npz"
    if not exact.exists():
        subprocess.run(
            [sys.executable, str(BENCH / "exact_setpart.py"), str(CACHE / "mix5k_entrance.npz"), str(exact)],
            check=True,
        )
    with np.load(exact) as stored:
        solved, optimum = stored["ok2"], stored["obj"]
    done, wall, cpu = measure(partial(solve, slabs))
    inside = np.isin(slabs["comp"], np.flatnonzero(solved))
    both = inside[slabs["edges"]].all(axis=1)
    part = {**slabs, "edges": slabs["edges"][both], "blen": slabs["blen"][both], "lane": slabs["lane"][both]}
    parts = len(np.unique(done.labels[inside]))
    value = 100 * parts + weigh_cut(part, done.labels)
    best = float(np.nansum(optimum[solved]))
    print(
        f"mix5k_entrance: {int(solved.sum())} proven components, {parts} parts, "
        f"objective {value:.0f} against "
        f"{best:.0f} ({100 * (value / best - 1):+.2f} %), whole instance {wall:.2f} s, cpu {cpu:.2f} s"
    )


def measure_scale(names: list[str]) -> None:
    """Measure large instances on two threads."""
    for options in ({}, {"target_parts": 130}):
        solve(load_instance("mix500"), **options)
    for name in names:
        instance = load_instance(name)
        done, wall, cpu = measure(partial(solve, instance, workers=2))
        load = np.bincount(done.labels, instance["units"])
        kind = np.zeros(len(load), np.int64)
        kind[done.labels] = instance["kind"]
        bad = (load < np.array(LOWER)[kind]) | (load > np.array(UPPER)[kind])
        print(
            f"{name}: n={len(done.labels)}, {len(load)} parts, "
            f"{100 * load[bad].sum() / load.sum():.4f} % out of bounds, "
            f"cut {weigh_cut(instance, done.labels):.0f} m, {wall:.1f} s on 2 threads, cpu {cpu:.1f} s",
            flush=True,
        )


def main() -> None:
    """Run one study."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", nargs="?", choices=("all", "quality", "even", "few", "scale"), default="all")
    parser.add_argument("instances", nargs="*")
    chosen = parser.parse_args()
    every = chosen.study == "all"
    print(f"{tell_machine()}\n", flush=True)
    if every or chosen.study == "quality":
        compare_quality(chosen.instances or list(QUALITY))
    if every or chosen.study == "even":
        compare_even(chosen.instances or list(EVEN))
    if every or chosen.study == "few":
        compare_few()
    if every or chosen.study == "scale":
        measure_scale(chosen.instances or ["mix50k", "village50k"])


def tell_machine() -> str:
    """Name the machine and the versions that decide the times."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [
            line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line
        ]
        model = names[0] if names else model
    versions = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy", "pymetis"))
    system = f"{platform.system()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {system}, {versions}"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
