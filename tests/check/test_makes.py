"""Faces, counts, statistics and classes of ground: sound plans pass, broken ones are caught by name."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from gridplan.check import check_plan, read_reason

sys.path.insert(0, str(Path(__file__).parent))
import towns

HEAD = towns.SCHEME.split("[[levels]]")[0].split("[codes]")[0]
FACES = (
    HEAD
    + """
[[levels]]
id = "section"
name = { zh = "大片区", en = "section" }
make = "faces"
ranks = [1, 2]
merge_m2 = 500.0
count = 2

[[levels]]
id = "grid"
name = { zh = "网格", en = "grid" }
parent = "section"
bounds = { any = [20, 40] }
"""
)
HOMES = np.full((4, 8), 2)
HALVES = np.repeat([[0, 0, 0, 0, 1, 1, 1, 1]], 4, axis=0)


def make_town(scheme=FACES, homes=HOMES, **labels):
    street = shapely.LineString([(4 * towns.CELL, 0), (4 * towns.CELL, 4 * towns.CELL)])
    plan = towns.build_town(homes, labels, streets=[(street, 2)], scheme=scheme)
    return replace(plan, atoms=plan.atoms.assign(block=HALVES.ravel(), lane_block=HALVES.ravel()))


def faults(plan, verdict="violation"):
    findings = check_plan(plan)
    chosen = findings[findings["verdict"] == verdict]
    return {(key, read_reason(text)[0]) for key, text in zip(chosen["key"], chosen["reason"], strict=True)}


def test_faces_between_streets_are_in_order():
    assert faults(make_town(section=HALVES, grid=HALVES)) == set()


def test_a_face_that_reaches_over_a_street_is_named():
    wrong = np.where(np.arange(8) < 5, 0, 1)[None].repeat(4, axis=0)
    found = faults(make_town(section=wrong, grid=wrong))
    assert {("faces", "face_crossed"), ("faces", "face_parted")} <= found


def test_a_face_cut_in_two_is_named_and_counted():
    cut = HALVES + 2 * (np.arange(4) >= 2)[:, None]
    found = faults(make_town(section=cut, grid=cut))
    assert {("faces", "face_parted"), ("count", "count_differs")} <= found


def test_a_grid_over_two_sections_is_not_nested():
    found = faults(make_town(section=HALVES, grid=np.zeros_like(HALVES)))
    assert ("nested", "several_parents") in found


def test_a_count_counts_homes_and_not_the_park():
    homes = HOMES.copy()
    homes[:, 6:] = 0
    park = np.repeat([[0, 0, 0, 0, 1, 1, 2, 2]], 4, axis=0)
    scheme = FACES.replace("[20, 40]", "[10, 40]") + "count = 2\n"
    assert ("count", "count_differs") not in faults(make_town(scheme, homes, section=HALVES, grid=park))


def test_bounds_hold_only_where_the_level_applies():
    plan = make_town(FACES.replace("[20, 40]", "[40, 60]"), section=HALVES, grid=HALVES)
    assert ("bounded", "below_lower") in faults(plan)
    rural = replace(
        plan,
        scheme=replace(
            plan.scheme, levels=(plan.scheme.levels[0], replace(plan.scheme["grid"], applies_to="urban"))
        ),
        atoms=plan.atoms.assign(ground=pd.array(["rural"] * len(plan.atoms), dtype="str")),
    )
    assert ("bounded", "below_lower") not in faults(rural)


def test_a_mean_may_be_the_rule_and_each_a_warning():
    scheme = HEAD + (
        '\n[[levels]]\nid = "subgrid"\nname = { zh = "小分格", en = "sub-grid" }\nmeasure = "area"\n'
        f'max_area_m2 = {16 * towns.CELL**2}\nstatistic = "mean"\nwarn = ["each"]\n'
    )
    uneven = np.where(np.arange(8) < 5, 0, 1)[None].repeat(4, axis=0)
    plan = make_town(scheme, subgrid=uneven)
    assert ("bounded", "over_cap") in faults(plan, "warning")
    assert not {key for key, _ in faults(plan)} & {"bounded"}
    assert ("bounded", "statistic_over_cap") in faults(make_town(scheme, subgrid=np.zeros_like(uneven)))


def test_too_many_people_are_named_whatever_the_level_measures():
    scheme = FACES + "max_people = 90\n"
    assert ("bounded", "over_people") in faults(make_town(scheme, section=HALVES, grid=HALVES))
