"""Merge census blocks into communities of 6,000-10,000 people, beside GerryChain and spopt, in one run.

    python -m benchmarks.communities merge            Providence anew; some minutes, most of them max-p's
    python -m benchmarks.communities moved [CASES]    people moved against the proven optimum

The first reads providence_blocks of the shared data, beside the repository or in GRIDPLAN_SHARED. Blocks are
neighbours where they share a border, not a corner. GerryChain's ``recursive_tree_part`` is asked for as many
parts as the middle of the bounds suggests (22) and for as many as there can be (29), with the tolerance that
keeps parts within the bounds; we are asked for the same, and once for any number. spopt's ``MaxPHeuristic``
looks for as many areas as it can above the lower bound, with its own defaults; it knows no upper bound. All
are scored by the same function; times are processor seconds of the call, compilation aside.

The second takes 30 neighbouring pieces of Providence of some 2,000 people, with six old areas grown at
random, and asks for the fewest people moved: by the search alone, by the front door, and proved by listing
all areas.
"""

from __future__ import annotations

import argparse
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import TimeoutError, get_context
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from gridplan.atoms.contiguity import find_shared_edges
from gridplan.crs import parse_crs, reproject
from gridplan.graph import AtomGraph, Setting, find_components, sum_borders, take_ground
from gridplan.scheme import Level, Scheme, Text, load_preset
from gridplan.solve.deadline import Deadline
from gridplan.solve.redraw import AIMS, redraw_level
from gridplan.solve.redraw.exact import draw_exactly
from gridplan.solve.redraw.ground import find_majority, make_question, read_request
from gridplan.solve.redraw.search import choose_redraw_effort, improve_draft, start_from_old

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("GRIDPLAN_SHARED", ROOT.parent / "shared"))
BLOCKS = SHARED / "data" / "providence_blocks" / "providence_census_blocks_2010.gpkg"
LOWER, UPPER = 6_000, 10_000
#: A peer that takes longer is stopped [s].
LIMIT_S = 180
SEEDS = 3
NEAR, OLD = 30, 6

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """Census blocks with people, and what they share."""

    polygons: npt.NDArray[np.object_]
    people: Labels
    graph: AtomGraph


def make_scheme() -> tuple[Level, Scheme]:
    """Make the one level that is measured: communities of 6,000-10,000 people over anything."""
    level = Level(
        id="community",
        name=Text("社区", "community"),
        measure="population",
        bounds={"any": (LOWER, UPPER)},
        redraw=True,
        never_cross=(),
    )
    return level, replace(load_preset("gridplan"), levels=(level,))


def read_blocks() -> Blocks:
    """Read the blocks of Providence [EPSG:26919, UTM 19 N on the datum of the file] and their rook graph."""
    frame = reproject(gpd.read_file(BLOCKS, layer="blocks"), parse_crs(26919))
    polygons = frame.geometry.to_numpy()
    parts, owner = shapely.get_parts(polygons, return_index=True)
    pairs, ends = find_shared_edges(parts)
    pairs, n = np.sort(owner[pairs], axis=1), len(polygons)
    key, row = np.unique(pairs[:, 0] * n + pairs[:, 1], return_inverse=True)
    length = np.bincount(row, np.hypot(*(ends[:, 1] - ends[:, 0]).T)).astype(np.float64)
    graph = AtomGraph(
        households=np.zeros(n, dtype=np.int64),
        kind=np.zeros(n, dtype=np.int8),
        area=shapely.area(polygons),
        xy=shapely.get_coordinates(shapely.centroid(polygons)),
        building=np.arange(n),
        edges=np.stack([key // n, key % n], axis=1).astype(np.int32),
        border_length=length,
        border_rank=np.full(len(key), 2, dtype=np.int8),
    )
    return Blocks(polygons, frame["TOTPOP"].to_numpy(np.int64), graph)


def make_setting(people: Labels, old: Labels | None = None) -> Setting:
    """Let every atom be a block of its own."""
    n = len(people)
    return Setting(
        block=np.arange(n),
        population=people,
        dwellings=np.zeros(n, dtype=np.int64),
        compound=np.full(n, -1, dtype=np.int64),
        existing={} if old is None else {"community": old},
        urban=np.ones(n, dtype=bool),
    )


def call_gridplan(blocks: Blocks, seed: int, count: int = 0) -> Labels:
    """Draw the blocks anew, there being no old areas."""
    level, scheme = make_scheme()
    level = replace(level, count=count)
    return redraw_level(blocks.graph, make_setting(blocks.people), level, scheme, seed=seed)[0].labels


def call_gerrychain(blocks: Blocks, seed: int, count: int) -> Labels:
    """Cut the blocks along random trees."""
    import networkx as nx  # type: ignore[import-untyped]
    from gerrychain import Graph
    from gerrychain.partition import recursive_tree_part

    net = nx.Graph()
    net.add_nodes_from((v, {"pop": people}) for v, people in enumerate(blocks.people.tolist()))
    net.add_edges_from(blocks.graph.edges.tolist())
    target = float(blocks.people.sum()) / count
    tolerance = min(UPPER / target - 1, 1 - LOWER / target)
    found = recursive_tree_part(Graph.from_networkx(net), range(count), target, "pop", tolerance, rng=seed)
    return np.array([found[v] for v in range(len(blocks.people))], dtype=np.int64)


def call_maxp(blocks: Blocks, seed: int) -> Labels:
    """Look for the most areas above the lower bound."""
    import libpysal
    from spopt.region import MaxPHeuristic

    near: dict[int, list[int]] = {v: [] for v in range(len(blocks.people))}
    for a, b in blocks.graph.edges.tolist():
        near[a].append(b)
        near[b].append(a)
    xy = blocks.graph.xy
    table = gpd.GeoDataFrame(
        {"x": xy[:, 0], "y": xy[:, 1], "people": blocks.people}, geometry=shapely.points(xy)
    )
    np.random.seed(seed)  # noqa: NPY002 - max-p draws from numpy's global generator
    weights = libpysal.weights.W(near, silence_warnings=True)
    model = MaxPHeuristic(
        table, weights, ["x", "y"], "people", LOWER, 2, max_iterations_construction=5, max_iterations_sa=1
    )
    model.solve()
    return np.unique(model.labels_, return_inverse=True)[1].astype(np.int64)


def measure(call: Callable[[Blocks, int], Labels], blocks: Blocks, seed: int) -> tuple[Labels, float]:
    """Call a solver; return its labels and its CPU seconds."""
    start = time.process_time()
    labels = call(blocks, seed)
    return labels, time.process_time() - start


def measure_apart(
    call: Callable[[Blocks, int], Labels], blocks: Blocks, seed: int
) -> tuple[Labels, float] | None:
    """Do the same in a process of its own; None when it is not done in time."""
    with get_context("spawn").Pool(1) as pool:
        try:
            return pool.apply_async(measure, (call, blocks, seed)).get(LIMIT_S)
        except TimeoutError:
            return None


def score(blocks: Blocks, labels: Labels) -> tuple[int, int, float, float, int]:
    """Score a plan: legal areas, areas with people, share of people in legal ones, compactness, torn ones."""
    people = np.bincount(labels, blocks.people)
    lived = np.flatnonzero(people > 0)
    legal = (people >= LOWER) & (people <= UPPER)
    shapes = [shapely.union_all(blocks.polygons[labels == one]) for one in lived]
    ring, area = shapely.length(shapes), shapely.area(shapes)
    same = labels[blocks.graph.edges[:, 0]] == labels[blocks.graph.edges[:, 1]]
    pieces = int(find_components(len(labels), blocks.graph.edges[same]).max()) + 1
    torn = pieces - len(np.unique(labels))
    share = people[legal].sum() / people.sum()
    return int(legal.sum()), len(lived), float(share), float((4 * np.pi * area / ring**2).mean()), torn


def compare_providence() -> None:
    """Print one row a solver and seed."""
    blocks = read_blocks()
    call_gridplan(blocks, 0)  # compiles the kernels
    total = int(blocks.people.sum())
    middle, most = round(total / ((LOWER + UPPER) / 2)), total // LOWER
    solvers: dict[str, Callable[[Blocks, int], Labels]] = {
        "gridplan, any number": call_gridplan,
        "spopt MaxPHeuristic": call_maxp,
    }
    for count in (middle, most):
        solvers[f"gridplan, {count}"] = partial(call_gridplan, count=count)
        solvers[f"GerryChain recursive_tree_part, {count}"] = partial(call_gerrychain, count=count)
    print(f"{len(blocks.people)} blocks, {total} people\n")
    print("| solver | seed | legal areas | areas | people in legal areas | compactness | torn | cpu s |")
    print("|---|---|---|---|---|---|---|---|")
    for name, call in sorted(solvers.items()):
        # max-p takes minutes at least
        for seed in range(1 if "MaxP" in name else SEEDS):
            done = measure_apart(call, blocks, seed) if "MaxP" in name else measure(call, blocks, seed)
            if done is None:
                print(f"| {name} | {seed} | - | - | - | - | - | stopped after {LIMIT_S} s |", flush=True)
                continue
            labels, spent = done
            legal, areas, share, compact, torn = score(blocks, labels)
            print(
                f"| {name} | {seed} | {legal} | {areas} | {100 * share:.2f} % | {compact:.3f} | {torn} "
                f"| {spent:.2f} |",
                flush=True,
            )


def join_blocks(blocks: Blocks, count: int) -> Blocks:
    """Join blocks to a number of pieces with even numbers of people."""
    level, scheme = make_scheme()
    level = replace(level, bounds={}, count=count)
    labels = redraw_level(blocks.graph, make_setting(blocks.people), level, scheme)[0].labels
    borders = sum_borders(
        labels, blocks.graph.edges, blocks.graph.border_length, np.zeros(len(blocks.graph.edges))
    )
    size = np.bincount(labels, blocks.graph.area)
    centre = [np.bincount(labels, blocks.graph.area * blocks.graph.xy[:, a]) / size for a in (0, 1)]
    k = len(size)
    graph = AtomGraph(
        households=np.zeros(k, dtype=np.int64),
        kind=np.zeros(k, dtype=np.int8),
        area=size.astype(np.float64),
        xy=np.stack(centre, axis=1),
        building=np.arange(k),
        edges=borders.pairs.astype(np.int32),
        border_length=borders.length,
        border_rank=np.full(len(borders.pairs), 2, dtype=np.int8),
    )
    people = np.bincount(labels, blocks.people).astype(np.int64)
    return Blocks(np.zeros(0, dtype=object), people, graph)


def grow(pairs: npt.NDArray[np.int32], seeds: Labels, n: int, size: int, rng: np.random.Generator) -> Labels:
    """Grow areas from seeds by random neighbours until a number of nodes is taken; -1 for the rest."""
    labels = np.full(n, -1, dtype=np.int64)
    labels[seeds] = np.arange(len(seeds))
    both = np.concatenate([pairs, pairs[:, ::-1]])
    while (labels >= 0).sum() < size:
        front = both[(labels[both[:, 0]] >= 0) & (labels[both[:, 1]] < 0)]
        tail, head = front[rng.integers(len(front))]
        labels[head] = labels[tail]
    return labels


def compare_moved(cases: int) -> None:
    """Print people moved by the search, by the front door and at least, case by case."""
    pieces = join_blocks(read_blocks(), 90)
    level, scheme = make_scheme()
    print("| case | least | front door | search alone | within 5 % | cpu s front door | cpu s proof |")
    print("|---|---|---|---|---|---|---|")
    for case in range(cases):
        rng = np.random.default_rng(case)
        start = rng.integers(len(pieces.people), size=1)
        inside = grow(pieces.graph.edges, start, len(pieces.people), NEAR, rng) >= 0
        graph, setting = take_ground(pieces.graph, make_setting(pieces.people), np.flatnonzero(inside))
        old = grow(graph.edges, rng.choice(NEAR, OLD, replace=False), NEAR, NEAR, rng)
        setting = replace(setting, existing={"community": old})
        begun = time.process_time()
        door = redraw_level(graph, setting, level, scheme)
        spent = time.process_time() - begun
        fewest = min(one.moved for one in door if not one.outside) if not door[0].outside else -1
        quarter = read_request(graph, setting, level, scheme, None)
        task = make_question(quarter, np.arange(NEAR)).weigh(AIMS["fewest"])
        begin = start_from_old(task, *find_majority(quarter, np.arange(NEAR)))
        found = improve_draft(task, begin, choose_redraw_effort(NEAR, Deadline()), 0)
        begun = time.process_time()
        best, proved = draw_exactly(task, 200_000, 20_000_000)
        proof = time.process_time() - begun
        if best is None or not proved:
            why = "none legal" if proved else "not proved"
            print(f"| {case} | {why} | {fewest} | | | {spent:.2f} | {proof:.2f} |", flush=True)
            continue
        least, alone = (
            int(pieces.people[inside][one.anchor[one.labels] != old].sum()) for one in (best, found)
        )
        near = fewest <= 1.05 * least
        print(f"| {case} | {least} | {fewest} | {alone} | {near} | {spent:.2f} | {proof:.2f} |", flush=True)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", choices=["merge", "moved"])
    parser.add_argument("cases", nargs="?", type=int, default=12)
    asked = parser.parse_args()
    if not BLOCKS.is_file():
        print("providence_blocks not found: no folder ../shared/data, none in GRIDPLAN_SHARED")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if asked.part == "merge":
            compare_providence()
        else:
            compare_moved(asked.cases)


if __name__ == "__main__":
    main()
