"""What a plan can come to, before it is drawn: sentences, tables and plain values in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import atan2, pi

import pandas as pd

from gridplan.feasibility import Obstacle, Outlook, Reckoning, Way
from gridplan.i18n import align_rows, has_text, t
from gridplan.report.reasons import format_bounds
from gridplan.scheme import Level, Scheme

__all__ = ["Foresight", "describe_outlook", "format_outlook", "table_obstacles", "tell_obstacle", "tell_way"]

# the eight winds from east, against the clock, as the angle of a vector grows
_WINDS = ("e", "ne", "n", "nw", "w", "sw", "s", "se")
# the columns of the table, and what machines are told of an obstacle
_COLUMNS = (
    "level", "scope", "block", "cause", "held", "households", "people", "km2", "fewest", "most", "lost",
    "why", "way_0", "way_1", "way_2", "way_3", "x", "y",
)  # fmt: skip
_PLAIN = (
    "level", "scope", "cause", "piece", "block", "held", "households", "people", "kinds", "area_m2", "xy",
    "fewest", "most", "lost",
)  # fmt: skip
#: Rows of each kind that are printed; all of them are in the table.
ROWS_TOLD = 12


@dataclass(frozen=True, slots=True)
class Foresight:
    """An outlook with the names that it is told with.

    Parameters
    ----------
    outlook
        What no plan can make legal.
    scheme
        The rules.
    streets
        Names by street number, with ``name`` and ``street_class``.
    existing
        Names of the areas of today by level id, in the order of their numbers.
    """

    outlook: Outlook
    scheme: Scheme
    streets: pd.DataFrame
    existing: Mapping[str, Sequence[str]] = field(default_factory=dict)


def format_outlook(told: Foresight, lang: str) -> str:
    """Write an outlook as text: what contradicts, what cannot be legal, what would help.

    Parameters
    ----------
    told
        The outlook and its names.
    lang
        "zh" or "en".
    """
    outlook = told.outlook
    parts = [
        t(f"feasibility.{'possible' if outlook.possible else 'impossible'}", lang),
        _format_levels(told, lang),
    ]
    wrong = [row for row in outlook.reckonings if row.verdict != "holds"]
    right = [row for row in outlook.reckonings if row.verdict == "holds"]
    for key, rows in (("wrong", wrong), ("right", right)):
        if rows:
            lines = [f"- {_tell_reckoning(row, told.scheme, lang)}" for row in rows]
            parts.append("\n".join([t(f"feasibility.head.{key}", lang), *lines]))
    for scope in ("ground", "existing", "block"):
        found = [one for one in outlook.obstacles if one.scope == scope]
        if found:
            head = t(f"feasibility.head.{scope}", lang, count=len(found))
            lines = [
                f"{place}. {tell_obstacle(told, one, lang)}" for place, one in enumerate(found[:ROWS_TOLD], 1)
            ]
            if len(found) > ROWS_TOLD:
                lines.append(t("feasibility.more", lang, count=len(found) - ROWS_TOLD))
            parts.append("\n".join([head, *lines]))
    return "\n\n".join(parts)


def _format_levels(told: Foresight, lang: str) -> str:
    keys = ("level", "held", "pieces", "areas", "lost", "alone")
    rows = [[t(f"feasibility.column.{key}", lang) for key in keys]]
    for one in told.outlook.levels:
        level = told.scheme[one.level]
        alone = f"{one.zones_alone}/{one.zones}" if one.scope else ""
        span = f"{one.fewest:,}–{one.most:,}" if level.bounds else f"≥{one.fewest:,}"
        lost = f"{one.lost:,}" if level.bounds else ""
        rows.append([level.name[lang], f"{one.held:,}", f"{len(one.pieces):,}", span, lost, alone])
    return align_rows(rows)


def tell_obstacle(told: Foresight, one: Obstacle, lang: str) -> str:
    """Tell why some ground cannot be legal, and what would help.

    Parameters
    ----------
    told
        The names.
    one
        The ground.
    lang
        "zh" or "en".

    Returns
    -------
    str
        One or two sentences, and the ways out numbered by rank.
    """
    return t("feasibility.join", lang, why=_tell_why(told, one, lang), ways=_tell_ways(told, one, lang))


def _tell_why(told: Foresight, one: Obstacle, lang: str) -> str:
    level = told.scheme[one.level]
    key = f"{one.cause}_area" if one.values.get("by_area") else one.cause
    if one.cause == "pocket":
        key = "short" if one.scope != "ground" else ("cornered" if one.values.get("cornered") else key)
    values = {
        **one.values,
        "place": _tell_place(told, one, lang),
        "held": one.held,
        "fewest": one.fewest,
        "most": one.most,
        "lost": one.lost,
        "km2": one.area_m2 / 1e6,
        "cap_km2": min((cap for cap in (level.max_area_m2,) if cap), default=0.0) / 1e6,
        "metres": level.min_border_m,
        **_tell_level(level, one.kinds, lang),
    }
    text = t(f"feasibility.cause.{key}", lang, **values)
    if one.scope == "ground" and one.lost < one.held:
        text += t("feasibility.lost", lang, **values)
    return text


def _tell_level(level: Level, kinds: Sequence[str], lang: str) -> dict[str, object]:
    """Name of a level, its unit, and its bounds for some kinds."""
    bounds = format_bounds(level, kinds[0] if len(kinds) == 1 else "", lang)
    unit = t(f"feasibility.unit.{level.measure}", lang)
    return {"level": level.name[lang], "unit": unit, "bounds": bounds}


def _tell_place(told: Foresight, one: Obstacle, lang: str) -> str:
    """Name a place by its block, or by its old area, and the streets that it lies on."""
    streets = [told.streets["name"].iloc[number] for number in one.around]
    named = [name for name in streets if name]
    if one.scope == "existing":
        name = _name_existing(told, one.level, one.piece)
        return t("feasibility.place.existing", lang, name=name)
    key = "feasibility.place.near" if named else "feasibility.place.block"
    return t(key, lang, block=one.block, streets=t("borders.and", lang).join(named))


def _name_existing(told: Foresight, level: str, number: int) -> str:
    names = told.existing.get(level, ())
    return str(names[number]) if number < len(names) else str(number)


def _tell_ways(told: Foresight, one: Obstacle, lang: str) -> str:
    ways = [f"{_number(place)}{tell_way(told, one, way, lang)}" for place, way in enumerate(one.ways)]
    return t("feasibility.ways", lang, ways=t("feasibility.next_way", lang).join(ways))


def _number(place: int) -> str:
    return chr(ord("①") + place)


def tell_way(told: Foresight, one: Obstacle, way: Way, lang: str) -> str:
    """Tell one way out and its effect.

    Parameters
    ----------
    told
        The names.
    one
        The ground that it is offered for.
    way
        The way out.
    lang
        "zh" or "en".
    """
    level = told.scheme[one.level]
    values = {
        **_tell_level(level, one.kinds, lang),
        "beside": _tell_beside(told, one, way, lang),
        "through": _tell_through(told, way, lang),
        "street": "" if not way.streets else _name_street(told, way.streets[0], lang),
        "metres": way.metres,
        "hectares": way.land_m2 / 1e4,
        "things": way.things,
        "held": way.held,
        "areas": _tell_span(way.fewest, way.most),
        "gained": way.gained,
        "left": way.left,
    }
    done = "legal" if way.fewest <= way.most else "partly"
    values["effect"] = t(f"feasibility.effect.{done}", lang, **values)
    return t(f"feasibility.way.{way.action}", lang, **values)


def _tell_span(fewest: int, most: int) -> str:
    return f"{fewest:,}" if fewest >= most else f"{fewest:,}–{most:,}"


def _tell_beside(told: Foresight, one: Obstacle, way: Way, lang: str) -> str:
    """Name the neighbours of a way out, with the wind in which the first border lies."""
    comma = t("borders.and", lang)
    if one.scope == "existing":
        return comma.join(_name_existing(told, one.level, number) for number in way.beside)
    blocks = comma.join(str(block) for block in dict.fromkeys(way.blocks))
    key = "same" if set(way.blocks) == {one.block} else ("at" if way.at else "plain")
    wind = t(f"feasibility.wind.{_find_wind(one, way)}", lang) if way.at else ""
    return t(f"feasibility.beside.{key}", lang, wind=wind, blocks=blocks)


def _find_wind(one: Obstacle, way: Way) -> str:
    angle = atan2(way.at[1] - one.xy[1], way.at[0] - one.xy[0])
    return _WINDS[round(angle / (pi / 4)) % 8]


def _tell_through(told: Foresight, way: Way, lang: str) -> str:
    """Name what is crossed: streets, open land, or the border of an area above."""
    named = list(dict.fromkeys(_name_street(told, number, lang) for number in way.streets))
    if way.land_m2:
        named.append(t("feasibility.land", lang, hectares=way.land_m2 / 1e4))
    return t("borders.and", lang).join(named) or t("feasibility.border_above", lang)


def _name_street(told: Foresight, number: int, lang: str) -> str:
    name, word = (str(told.streets[column].iloc[number]) for column in ("name", "street_class"))
    key = f"borders.unnamed.{word}"
    return name or t(key if has_text(key, lang) else "borders.unnamed", lang)


def _tell_reckoning(row: Reckoning, scheme: Scheme, lang: str) -> str:
    level = scheme[row.level]
    bounds = format_bounds(level, "", lang)
    values: dict[str, object] = {**row.values, "level": level.name[lang], "bounds": bounds}
    values["unit"] = t(f"feasibility.unit.{level.measure}", lang)
    if row.other:
        other = scheme[row.other]
        values |= {"other": other.name[lang], "other_unit": t(f"feasibility.unit.{other.measure}", lang)}
    key = "cap_above" if row.key == "cap" and row.other else row.key
    verdict = t(f"feasibility.verdict.{row.verdict}", lang)
    return t(f"feasibility.reckoning.{key}", lang, **values) + verdict


def table_obstacles(told: Foresight, lang: str) -> pd.DataFrame:
    """List everything that cannot be legal, one row each, for a spreadsheet.

    Parameters
    ----------
    told
        The outlook and its names.
    lang
        Language of the texts and of the headings.
    """
    rows = []
    for one in told.outlook.obstacles:
        ways = [tell_way(told, one, way, lang) for way in one.ways]
        rows.append(
            {
                "level": told.scheme[one.level].name[lang],
                "scope": t(f"feasibility.scope.{one.scope}", lang),
                "block": one.block,
                "cause": t(f"feasibility.word.{one.cause}", lang),
                "held": one.held,
                "households": one.households,
                "people": one.people,
                "km2": round(one.area_m2 / 1e6, 4),
                "fewest": one.fewest,
                "most": one.most,
                "lost": one.lost,
                "why": _tell_why(told, one, lang),
                **{f"way_{place}": ways[place] if place < len(ways) else "" for place in range(4)},
                "x": round(one.xy[0], 1),
                "y": round(one.xy[1], 1),
            }
        )
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.rename(columns={name: t(f"feasibility.column.{name}", lang) for name in _COLUMNS})


def describe_outlook(told: Foresight) -> dict[str, object]:
    """Give an outlook as plain values, what ``--json`` prints.

    Parameters
    ----------
    told
        The outlook and its names.

    Returns
    -------
    dict
        ``possible``; ``levels``, ``obstacles`` and ``reckonings`` as in
        :class:`gridplan.feasibility.Outlook`, streets by name, without the atoms.
    """
    names = [
        str(name or word)
        for name, word in zip(told.streets["name"], told.streets["street_class"], strict=True)
    ]
    return {
        "possible": told.outlook.possible,
        "levels": [
            {
                "level": one.level, "hard": one.hard, "held": one.held, "pieces": len(one.pieces),
                "fewest": one.fewest, "most": one.most, "lost": one.lost, "scope": one.scope,
                "zones": one.zones, "zones_alone": one.zones_alone,
            }
            for one in told.outlook.levels
        ],
        "obstacles": [_describe_obstacle(one, names) for one in told.outlook.obstacles],
        "reckonings": [asdict(row) for row in told.outlook.reckonings],
    }  # fmt: skip


def _describe_obstacle(one: Obstacle, names: Sequence[str]) -> dict[str, object]:
    told: dict[str, object] = {name: getattr(one, name) for name in _PLAIN}
    told["around"] = [names[number] for number in one.around]
    told["values"] = dict(one.values)
    told["atoms"] = len(one.atoms)
    told["ways"] = [{**asdict(way), "streets": [names[number] for number in way.streets]} for way in one.ways]
    return told
