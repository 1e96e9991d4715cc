"""The old communities and villages, as they were meant and as the office has them on file."""

from __future__ import annotations

import shapely
from shapely import Polygon

from ground.shapes import cut_off, take_largest
from ground.sheet import join_cover
from shangnan.uses import COMMUNITY, FLAWS, GAP, OLD_AREAS, SHIFTS

TOWN_CODE = "990127001"
COMMUNITY_SERIES, VILLAGE_SERIES = 1, 201


def draw_old_areas(sections: dict[str, Polygon]) -> dict[str, Polygon]:
    """Return the old areas without flaws: whole sections, but for stretches that run through a block."""
    parts: dict[str, list[Polygon]] = {area.name: [] for area in OLD_AREAS}
    owner = {section: area.name for area in OLD_AREAS for section in area.sections.split()}
    for section, face in sections.items():
        rest = face
        for shift in SHIFTS:
            if shift.section == section:
                near = shapely.union_all(parts_of(shift.to, sections))
                piece, rest = _cut_towards(face, shift.share, near)
                parts[shift.to].append(piece)
        parts[owner[section]].append(rest)
    return dict(zip(parts, join_cover(list(parts.values())), strict=True))


def parts_of(area: str, sections: dict[str, Polygon]) -> list[Polygon]:
    """Return the whole sections of an old area."""
    names = next(a.sections for a in OLD_AREAS if a.name == area)
    return [sections[name] for name in names.split()]


def _cut_towards(face: Polygon, share: float, near: shapely.Geometry) -> tuple[Polygon, Polygon]:
    """Cut a share of a section off at the end that touches an area."""
    cuts = [cut_off(face, share, far=far) for far in (False, True)]
    return max(cuts, key=lambda cut: cut[0].buffer(1).intersection(near).area)


def plant_flaws(areas: dict[str, Polygon], sections: dict[str, Polygon]) -> dict[str, Polygon]:
    """Put overlaps and gaps into the old areas, as on the maps of an office that never compared them."""
    flawed = dict(areas)
    for flaw in FLAWS:
        face, area = sections[flaw.at], areas[flaw.area]
        if flaw.kind == GAP:
            piece, _ = _cut_towards(face, flaw.share, shapely.union_all([*areas.values()]).boundary.buffer(9))
            flawed[flaw.area] = take_largest(flawed[flaw.area].difference(piece, grid_size=0.01))
        else:
            piece, _ = _cut_towards(face, flaw.share, area)
            flawed[flaw.area] = take_largest(flawed[flaw.area].union(piece, grid_size=0.01))
    return flawed


def number_areas() -> dict[str, str]:
    """Return the 12-digit code of each old area: communities count from 001, villages from 201."""
    codes: dict[str, str] = {}
    following = {COMMUNITY: COMMUNITY_SERIES}
    for area in OLD_AREAS:
        number = following.get(area.kind, VILLAGE_SERIES)
        following[area.kind] = number + 1
        codes[area.name] = f"{TOWN_CODE}{number:03d}"
    return codes
