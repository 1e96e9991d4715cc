"""What is wrong between the rules of a scheme, as words that name the place."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from gridplan.kinds import KINDS
from gridplan.scheme.rules import Level, RiskRules, Scheme

__all__ = ["judge_rules"]

MAKES = ("bounded", "faces", "given")
MEASURES = ("area", "dwellings", "households", "population")
STATISTICS = ("each", "mean", "p95")
MIXED = ("weighted", "forbid", "majority")
CLASSES = ("", "urban", "rural")
RANKS = (1, 2, 3)
ANY = "any"
RATINGS = ("red", "orange", "yellow", "blue")
AREA_RULES = ("worst", "weighted", "count", "hotspot")


def judge_rules(scheme: Scheme) -> list[str]:
    """List every fault between the rules of a scheme, [] for a sound one."""
    faults = [
        f"barriers.rank.{cls}: {rank} is not 1, 2 or 3"
        for cls, rank in scheme.barriers.rank.items()
        if rank not in RANKS
    ]
    if not scheme.levels:
        faults.append("levels: at least one level wanted")
    seen: list[str] = []
    for level in scheme.levels:
        faults += [f"level {level.id!r}: {fault}" for fault in _judge_level(level, seen)]
        seen.append(level.id)
    public = [level.id for level in scheme.levels if level.public]
    if len(public) > 1:
        faults.append(f"public: one level at most, not {', '.join(public)}")
    for key in ("formats", "within"):
        known: dict[str, str] = getattr(scheme.codes, key)
        faults += [f"codes.{key}.{name}: no such level" for name in known if name not in seen]
    faults += [
        f"codes.within.{name}: {other!r} is not a level before it"
        for name, other in scheme.codes.within.items()
        if name in seen and other not in seen[: seen.index(name)]
    ]
    return [*faults, *_judge_risk(scheme.risk), *_judge_staffing(scheme, seen)]


def _judge_level(level: Level, seen: list[str]) -> Iterator[str]:
    choices = (
        ("make", MAKES),
        ("measure", MEASURES),
        ("statistic", STATISTICS),
        ("mixed", MIXED),
        ("applies_to", CLASSES),
    )
    for name, allowed in choices:
        if getattr(level, name) not in allowed:
            yield f"{name} {getattr(level, name)!r} is not one of {', '.join(allowed)}"
    if level.id in seen:
        yield "named twice"
    for name, others in (("parent", [level.parent] if level.parent else []), ("within", level.within)):
        yield from (f"{name} {other!r} is not a level before it" for other in others if other not in seen)
    if not level.id.isidentifier() or not level.id.isascii():
        yield "an id has letters, digits and underscores only"
    if min(level.count, level.count_elsewhere, level.max_people) < 0:
        yield "counts are not negative"
    yield from (f"bounds for unknown kind {kind!r}" for kind in level.bounds if kind not in (*KINDS, ANY))
    yield from (
        f"warn {one!r} is not one of {', '.join(STATISTICS)}" for one in level.warn if one not in STATISTICS
    )
    if level.make == "faces":
        if not level.ranks or not set(level.ranks) <= {1, 2}:
            yield "make 'faces' wants ranks, [1] or [1, 2]"
        if level.bounds or level.redraw:
            yield "make 'faces' knows no bounds and no redraw"
    elif level.make == "bounded":
        yield from _judge_bounds(level)
    if level.count_elsewhere and not level.applies_to:
        yield "count_elsewhere wants applies_to"


def _judge_bounds(level: Level) -> Iterator[str]:
    """Yield what is missing from a level that is solved for."""
    if level.measure == "area":
        if not level.max_area_m2:
            yield "measure 'area' wants max_area_m2"
    elif not level.bounds and not level.count:
        yield "bounds or a count wanted"
    elif ANY in level.bounds and len(level.bounds) > 1:
        yield "bounds for 'any' stand alone"
    elif level.measure == "population" and level.bounds and ANY not in level.bounds:
        yield "people have no kind: bounds for 'any' wanted"
    elif level.bounds and not set(level.bounds) & {"apartment", "selfbuilt", ANY}:
        yield "bounds wanted for apartment or selfbuilt, or for any"


def _judge_risk(risk: RiskRules) -> Iterator[str]:
    for name, wanted in (("lec", RATINGS[:3]), ("matrix", RATINGS[:3]), ("weights", RATINGS)):
        table: dict[str, float] = getattr(risk, name)
        if set(table) != set(wanted):
            yield f"risk.{name}: {', '.join(wanted)} wanted, and nothing else"
        elif min(table.values()) <= 0 or any(table[up] <= table[low] for up, low in pairwise(wanted)):
            yield f"risk.{name}: above 0, and each less than the one before wanted: {', '.join(wanted)}"
    if risk.area_rule not in AREA_RULES:
        yield f"risk.area_rule {risk.area_rule!r} is not one of {', '.join(AREA_RULES)}"
    if risk.heat_radius_m <= 0:
        yield "risk.heat_radius_m: above 0 wanted"


def _judge_staffing(scheme: Scheme, seen: list[str]) -> list[str]:
    faults = []
    for i, rule in enumerate(scheme.staffing):
        where = f"staffing[{i}]"
        if rule.level not in seen:
            faults.append(f"{where}: no level {rule.level!r}")
        for name in ("per_area", "pay_yuan_year"):
            pair = getattr(rule, name)
            if len(pair) != 2 or not 0 <= pair[0] <= pair[1]:
                faults.append(f"{where}.{name}: [lowest, highest] wanted")
        posts = [other.post.zh for other in scheme.staffing if other.level == rule.level]
        if rule.distinct_from and rule.distinct_from not in posts:
            faults.append(f"{where}: distinct_from names no post of level {rule.level!r}")
    return faults
