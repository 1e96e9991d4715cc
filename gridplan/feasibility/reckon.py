"""Sums that rules, counts and ground must satisfy together, each with its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, floor

import numpy as np

from gridplan.arrays import FloatArray
from gridplan.feasibility.bounds import count_measure, make_bounds
from gridplan.feasibility.ground import LevelGround, list_capped
from gridplan.feasibility.outlook import LevelOutlook, Reckoning
from gridplan.graph import AtomGraph, Setting, fence_graph
from gridplan.graph.faces import find_faces
from gridplan.scheme import Level, Scheme

__all__ = ["reckon"]


_ORDER = {"impossible": 0, "tight": 1, "holds": 2}


def reckon(
    graph: AtomGraph,
    setting: Setting,
    scheme: Scheme,
    grounds: Mapping[str, LevelGround],
    levels: Mapping[str, LevelOutlook],
) -> tuple[Reckoning, ...]:
    """Do all sums, what is impossible first.

    Parameters
    ----------
    graph, setting, scheme
        The atoms and the rules.
    grounds
        What the areas of each level may hold together.
    levels
        What each level that is solved for can come to.
    """
    rows: list[Reckoning] = []
    for level in scheme.levels:
        ground = grounds[level.id]
        if level.make == "faces":
            rows += _reckon_faces(graph, level, ground)
        elif level.make == "bounded":
            rows += _reckon_count(graph, setting, level, ground)
            rows += _reckon_area(graph, level, ground)
            if level.id in levels:
                rows += _reckon_pieces(level, levels[level.id])
            rows += _reckon_cap(graph, setting, scheme, level, ground)
    rows += _reckon_pairs(graph, setting, scheme, grounds)
    return tuple(sorted(rows, key=lambda row: _ORDER[row.verdict]))


def _judge(right: bool) -> str:
    return "holds" if right else "impossible"


def _reckon_faces(graph: AtomGraph, level: Level, ground: LevelGround) -> Iterator[Reckoning]:
    if level.count:
        found = len(np.unique(find_faces(fence_graph(graph, ground.fence), level).labels))
        values = {"count": level.count, "faces": found}
        yield Reckoning("faces", level.id, "", _judge(found == level.count), values)


def _reckon_count(
    graph: AtomGraph, setting: Setting, level: Level, ground: LevelGround
) -> Iterator[Reckoning]:
    """Count of areas against all that there is to put into them."""
    counted = np.where(ground.drawn, count_measure(graph, setting, level.measure), 0)
    lived = int((counted > 0).sum())
    if level.count and level.measure != "area":
        values: dict[str, float] = {"count": level.count, "atoms": lived}
        yield Reckoning("count_atoms", level.id, "", _judge(level.count <= lived), values)
    if level.count_elsewhere:
        there = int((~ground.drawn & (count_measure(graph, setting, level.measure) > 0)).sum())
        values = {"count": level.count_elsewhere, "atoms": there}
        yield Reckoning("count_elsewhere", level.id, "", _judge(level.count_elsewhere <= there), values)
    if not level.bounds or level.measure == "area":
        return
    bounds = make_bounds(level, graph, setting)
    sums = bounds.loads[ground.drawn].sum(axis=0, keepdims=True)
    fewest, most = (int(one[0]) for one in bounds.rule.count_parts(sums))
    held = int(sums.sum())
    values = {"held": held, "fewest": fewest, "most": most, **_list_bounds(level)}
    if level.count:
        values |= {
            "count": level.count,
            "least": level.count * values["lower"],
            "greatest": level.count * values["upper"],
        }
        yield Reckoning("count_total", level.id, "", _judge(fewest <= level.count <= most), values)
    elif held:
        yield Reckoning("total", level.id, "", _judge(fewest <= most), values)


def _list_bounds(level: Level) -> dict[str, float]:
    """Lowest lower and highest upper bound of any kind."""
    lows, highs = zip(*level.bounds.values(), strict=True)
    return {"lower": min(lows), "upper": max(highs)}


def _reckon_area(graph: AtomGraph, level: Level, ground: LevelGround) -> Iterator[Reckoning]:
    """Count of areas against the ground that they must cover."""
    if level.measure != "area" or not level.count or not level.max_area_m2:
        return
    area = float(graph.area[ground.drawn].sum())
    values = {
        "count": level.count,
        "cap_m2": level.max_area_m2,
        "area_m2": area,
        "mean_m2": area / level.count,
        "fewest": float(ceil(area / level.max_area_m2)),
    }
    yield Reckoning(
        f"area_{level.statistic}", level.id, "", _judge(area <= level.count * level.max_area_m2), values
    )


def _reckon_pieces(level: Level, outlook: LevelOutlook) -> Iterator[Reckoning]:
    """Count of areas against what the closed pieces of the ground can hold one by one."""
    if level.count and level.statistic == "each" and len(outlook.pieces):
        values = {
            "count": level.count,
            "pieces": len(outlook.pieces),
            "fewest": outlook.fewest,
            "most": outlook.most,
        }
        right = outlook.fewest <= level.count <= outlook.most
        yield Reckoning("count_pieces", level.id, "", _judge(right), values)


def _reckon_cap(
    graph: AtomGraph, setting: Setting, scheme: Scheme, level: Level, ground: LevelGround
) -> Iterator[Reckoning]:
    """Whether an area below the cap, its own or that of a level above, can hold one legal area."""
    caps = {one.id: one.max_area_m2 for one in list_capped(scheme, level)}
    if not caps or not level.bounds or level.measure == "area":
        return
    name = min(caps, key=lambda one: (caps[one], one != level.id))
    bounds = make_bounds(level, graph, setting)
    # what each atom fills of one legal area that has only just enough
    filled = np.where(ground.drawn, bounds.loads @ bounds.rule.lower_weight / bounds.rule.need, 0.0)
    lived = filled > 0
    if not lived.any():
        return
    present = [low for low, one in zip(bounds.rule.lower, bounds.loads[lived].T, strict=True) if one.any()]
    dense = _fill_densest(filled[lived], graph.area[lived], caps[name])
    mean = float(filled.sum() / graph.area[ground.drawn].sum() * caps[name])
    lower = int(min(present))
    values = {"cap_m2": caps[name], "lower": lower, "mean_fit": mean * lower, "dense_fit": dense * lower}
    right = dense >= 1 - 1e-9
    verdict = "impossible" if not right else ("holds" if mean >= 1 else "tight")
    yield Reckoning("cap", level.id, "" if name == level.id else name, verdict, values)


def _fill_densest(filled: FloatArray, area: FloatArray, room: float) -> float:
    """Give the most that fits into some room, the last atom in part."""
    densest = np.argsort(-filled / np.maximum(area, 1e-9), kind="stable")
    before = np.cumsum(area[densest]) - area[densest]
    share = np.clip((room - before) / np.maximum(area[densest], 1e-9), 0.0, 1.0)
    return float((filled[densest] * share).sum())


def _reckon_pairs(
    graph: AtomGraph, setting: Setting, scheme: Scheme, grounds: Mapping[str, LevelGround]
) -> Iterator[Reckoning]:
    """Bounds and counts of two levels against each other, all in people."""
    counted = [one for one in scheme.levels if one.make == "bounded" and one.bounds and one.measure != "area"]
    for place, coarse in enumerate(counted):
        for fine in counted[place + 1 :]:
            size = [_people_each(graph, setting, scheme, grounds[one.id], one) for one in (coarse, fine)]
            if coarse.id in (fine.parent, *fine.within):
                yield _reckon_nesting(coarse, fine, size[0], size[1])
            if coarse.count and fine.count:
                people = int(setting.population[grounds[fine.id].drawn].sum())
                yield _reckon_counts(coarse, fine, size[0], size[1], people)


def _people_each(
    graph: AtomGraph, setting: Setting, scheme: Scheme, ground: LevelGround, level: Level
) -> float:
    """Give people for each thing that a level counts: as found on the ground, else as the scheme says."""
    if level.measure == "population":
        return 1.0
    held = int(count_measure(graph, setting, level.measure)[ground.drawn].sum())
    people = int(setting.population[ground.drawn].sum())
    return people / held if held and people else scheme.dwellings.household_size


def _reckon_nesting(coarse: Level, fine: Level, coarse_size: float, fine_size: float) -> Reckoning:
    """Whether one coarse area can be made up of whole fine ones."""
    above, below = _list_bounds(coarse), _list_bounds(fine)
    low, high = above["lower"] * coarse_size, above["upper"] * coarse_size
    small, large = below["lower"] * fine_size, below["upper"] * fine_size
    fewest = max(1, ceil(low / large - 1e-9))
    most = floor(high / small + 1e-9) if small else fewest
    values = {
        "lower": above["lower"],
        "upper": above["upper"],
        "low": low,
        "high": high,
        "fine_lower": below["lower"],
        "fine_upper": below["upper"],
        "size": fine_size / coarse_size,
        "fewest": float(fewest),
        "most": float(most),
    }
    return Reckoning("nesting", fine.id, coarse.id, _judge(fewest <= most), values)


def _reckon_counts(
    coarse: Level, fine: Level, coarse_size: float, fine_size: float, people: int
) -> Reckoning:
    """Whether two counts of areas can be right for the same people."""
    above, below = _list_bounds(coarse), _list_bounds(fine)
    values = {
        "count": coarse.count,
        "lower": above["lower"],
        "upper": above["upper"],
        "least": coarse.count * above["lower"] * coarse_size,
        "greatest": coarse.count * above["upper"] * coarse_size,
        "fine_count": fine.count,
        "fine_lower": below["lower"],
        "fine_upper": below["upper"],
        "size": fine_size,
        "fine_least": fine.count * below["lower"] * fine_size,
        "fine_greatest": fine.count * below["upper"] * fine_size,
        "people": people,
    }
    values["from"] = max(values["least"], values["fine_least"])
    values["to"] = min(values["greatest"], values["fine_greatest"])
    return Reckoning("counts", fine.id, coarse.id, _judge(values["from"] <= values["to"]), values)
