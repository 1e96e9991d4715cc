"""What a plan can come to, before it is drawn: sentences, tables and plain values in both languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import atan2, pi

import pandas as pd

from gridplan.feasibility import Obstacle, Outlook, Reckoning, Remedy
from gridplan.i18n import align_rows, has_text, t
from gridplan.report.reasons import format_bounds
from gridplan.scheme import Level, Scheme

__all__ = [
    "Foresight",
    "describe_outlook",
    "format_obstacle",
    "format_outlook",
    "format_way",
    "tabulate_obstacles",
]

# the eight winds from east, against the clock, as the angle of a vector grows
_WINDS = ("e", "ne", "n", "nw", "w", "sw", "s", "se")
# the columns of the table, and what machines are given of an obstacle
_COLUMNS = (
    "level", "scope", "block", "cause", "held", "households", "people", "km2", "fewest", "most", "lost",
    "why", "way_0", "way_1", "way_2", "way_3", "x", "y",
)  # fmt: skip
_PLAIN = (
    "level", "scope", "cause", "piece", "block", "held", "households", "people", "kinds", "area_m2", "xy",
    "fewest", "most", "lost",
)  # fmt: skip
#: Rows of each kind that are printed; all of them are in the table.
ROWS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Foresight:
    """An outlook with the names that its sentences need.

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


def format_outlook(foresight: Foresight, lang: str) -> str:
    """Write an outlook as text: what contradicts, what cannot be legal, what would help.

    Parameters
    ----------
    foresight
        The outlook and its names.
    lang
        "zh" or "en".
    """
    outlook = foresight.outlook
    parts = [
        t(f"feasibility.{'possible' if outlook.possible else 'impossible'}", lang),
        _format_levels(foresight, lang),
    ]
    wrong = [row for row in outlook.reckonings if row.verdict != "holds"]
    right = [row for row in outlook.reckonings if row.verdict == "holds"]
    for key, rows in (("wrong", wrong), ("right", right)):
        if rows:
            lines = [f"- {_format_reckoning(row, foresight.scheme, lang)}" for row in rows]
            parts.append("\n".join([t(f"feasibility.head.{key}", lang), *lines]))
    for scope in ("ground", "existing", "block"):
        found = [obstacle for obstacle in outlook.obstacles if obstacle.scope == scope]
        if found:
            head = t(f"feasibility.head.{scope}", lang, count=len(found))
            lines = [
                f"{place}. {format_obstacle(foresight, obstacle, lang)}"
                for place, obstacle in enumerate(found[:ROWS_SHOWN], 1)
            ]
            if len(found) > ROWS_SHOWN:
                lines.append(t("feasibility.more", lang, count=len(found) - ROWS_SHOWN))
            parts.append("\n".join([head, *lines]))
    return "\n\n".join(parts)


def _format_levels(foresight: Foresight, lang: str) -> str:
    keys = ("level", "held", "pieces", "areas", "lost", "alone")
    rows = [[t(f"feasibility.column.{key}", lang) for key in keys]]
    for row in foresight.outlook.levels:
        level = foresight.scheme[row.level]
        alone = f"{row.zones_alone}/{row.zones}" if row.scope else ""
        span = f"{row.fewest:,}–{row.most:,}" if level.bounds else f"≥{row.fewest:,}"
        lost = f"{row.lost:,}" if level.bounds else ""
        rows.append([level.name[lang], f"{row.held:,}", f"{len(row.pieces):,}", span, lost, alone])
    return align_rows(rows)


def format_obstacle(foresight: Foresight, obstacle: Obstacle, lang: str) -> str:
    """Tell why some ground cannot be legal, and what would help.

    Parameters
    ----------
    foresight
        The names.
    obstacle
        The ground.
    lang
        "zh" or "en".

    Returns
    -------
    str
        One or two sentences, and the ways out numbered by rank.
    """
    return t(
        "feasibility.join",
        lang,
        why=_format_why(foresight, obstacle, lang),
        ways=_join_ways(foresight, obstacle, lang),
    )


def _format_why(foresight: Foresight, obstacle: Obstacle, lang: str) -> str:
    level = foresight.scheme[obstacle.level]
    key = f"{obstacle.cause}_area" if obstacle.values.get("by_area") else obstacle.cause
    if obstacle.cause == "pocket":
        key = (
            "short"
            if obstacle.scope != "ground"
            else ("cornered" if obstacle.values.get("cornered") else key)
        )
    values = {
        **obstacle.values,
        "place": _format_place(foresight, obstacle, lang),
        "held": obstacle.held,
        "fewest": obstacle.fewest,
        "most": obstacle.most,
        "lost": obstacle.lost,
        "km2": obstacle.area_m2 / 1e6,
        "cap_km2": min((cap for cap in (level.max_area_m2,) if cap), default=0.0) / 1e6,
        "metres": level.min_border_m,
        **_list_level_values(level, obstacle.kinds, lang),
    }
    text = t(f"feasibility.cause.{key}", lang, **values)
    if obstacle.scope == "ground" and obstacle.lost < obstacle.held:
        text += t("feasibility.lost", lang, **values)
    return text


def _list_level_values(level: Level, kinds: Sequence[str], lang: str) -> dict[str, object]:
    """Name of a level, its unit, and its bounds for some kinds."""
    bounds = format_bounds(level, kinds[0] if len(kinds) == 1 else "", lang)
    unit = t(f"feasibility.unit.{level.measure}", lang)
    return {"level": level.name[lang], "unit": unit, "bounds": bounds}


def _format_place(foresight: Foresight, obstacle: Obstacle, lang: str) -> str:
    """Name a place by its block, or by its old area, and the streets that it lies on."""
    streets = [foresight.streets["name"].iloc[number] for number in obstacle.around]
    named = [name for name in streets if name]
    if obstacle.scope == "existing":
        name = _name_existing(foresight, obstacle.level, obstacle.piece)
        return t("feasibility.place.existing", lang, name=name)
    key = "feasibility.place.near" if named else "feasibility.place.block"
    return t(key, lang, block=obstacle.block, streets=t("borders.and", lang).join(named))


def _name_existing(foresight: Foresight, level: str, number: int) -> str:
    names = foresight.existing.get(level, ())
    return str(names[number]) if number < len(names) else str(number)


def _join_ways(foresight: Foresight, obstacle: Obstacle, lang: str) -> str:
    ways = [
        f"{_number(place)}{format_way(foresight, obstacle, way, lang)}"
        for place, way in enumerate(obstacle.ways)
    ]
    return t("feasibility.ways", lang, ways=t("feasibility.next_way", lang).join(ways))


def _number(place: int) -> str:
    return chr(ord("①") + place)


def format_way(foresight: Foresight, obstacle: Obstacle, way: Remedy, lang: str) -> str:
    """Put a way out and its effect into words.

    Parameters
    ----------
    foresight
        The names.
    obstacle
        The ground that it is offered for.
    way
        The way out.
    lang
        "zh" or "en".
    """
    level = foresight.scheme[obstacle.level]
    values = {
        **_list_level_values(level, obstacle.kinds, lang),
        "beside": _format_beside(foresight, obstacle, way, lang),
        "through": _format_through(foresight, way, lang),
        "street": "" if not way.streets else _name_street(foresight, way.streets[0], lang),
        "metres": way.metres,
        "hectares": way.land_m2 / 1e4,
        "things": way.things,
        "held": way.held,
        "areas": _format_span(way.fewest, way.most),
        "gained": way.gained,
        "left": way.left,
    }
    done = "legal" if way.fewest <= way.most else "partly"
    values["effect"] = t(f"feasibility.effect.{done}", lang, **values)
    return t(f"feasibility.way.{way.action}", lang, **values)


def _format_span(fewest: int, most: int) -> str:
    return f"{fewest:,}" if fewest >= most else f"{fewest:,}–{most:,}"


def _format_beside(foresight: Foresight, obstacle: Obstacle, way: Remedy, lang: str) -> str:
    """Name the neighbours of a way out, with the wind in which the first border lies."""
    comma = t("borders.and", lang)
    if obstacle.scope == "existing":
        return comma.join(_name_existing(foresight, obstacle.level, number) for number in way.beside)
    blocks = comma.join(str(block) for block in dict.fromkeys(way.blocks))
    key = "same" if set(way.blocks) == {obstacle.block} else ("at" if way.at else "plain")
    wind = t(f"feasibility.wind.{_find_wind(obstacle, way)}", lang) if way.at else ""
    return t(f"feasibility.beside.{key}", lang, wind=wind, blocks=blocks)


def _find_wind(obstacle: Obstacle, way: Remedy) -> str:
    angle = atan2(way.at[1] - obstacle.xy[1], way.at[0] - obstacle.xy[0])
    return _WINDS[round(angle / (pi / 4)) % 8]


def _format_through(foresight: Foresight, way: Remedy, lang: str) -> str:
    """Name what is crossed: streets, open land, or the border of an area above."""
    named = list(dict.fromkeys(_name_street(foresight, number, lang) for number in way.streets))
    if way.land_m2:
        named.append(t("feasibility.land", lang, hectares=way.land_m2 / 1e4))
    return t("borders.and", lang).join(named) or t("feasibility.border_above", lang)


def _name_street(foresight: Foresight, number: int, lang: str) -> str:
    name, word = (str(foresight.streets[column].iloc[number]) for column in ("name", "street_class"))
    key = f"borders.unnamed.{word}"
    return name or t(key if has_text(key, lang) else "borders.unnamed", lang)


def _format_reckoning(row: Reckoning, scheme: Scheme, lang: str) -> str:
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


def tabulate_obstacles(foresight: Foresight, lang: str) -> pd.DataFrame:
    """List everything that cannot be legal, one row each, for a spreadsheet.

    Parameters
    ----------
    foresight
        The outlook and its names.
    lang
        Language of the texts and of the headings.
    """
    rows = []
    for obstacle in foresight.outlook.obstacles:
        ways = [format_way(foresight, obstacle, way, lang) for way in obstacle.ways]
        rows.append(
            {
                "level": foresight.scheme[obstacle.level].name[lang],
                "scope": t(f"feasibility.scope.{obstacle.scope}", lang),
                "block": obstacle.block,
                "cause": t(f"feasibility.word.{obstacle.cause}", lang),
                "held": obstacle.held,
                "households": obstacle.households,
                "people": obstacle.people,
                "km2": round(obstacle.area_m2 / 1e6, 4),
                "fewest": obstacle.fewest,
                "most": obstacle.most,
                "lost": obstacle.lost,
                "why": _format_why(foresight, obstacle, lang),
                **{f"way_{place}": ways[place] if place < len(ways) else "" for place in range(4)},
                "x": round(obstacle.xy[0], 1),
                "y": round(obstacle.xy[1], 1),
            }
        )
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.rename(columns={name: t(f"feasibility.column.{name}", lang) for name in _COLUMNS})


def describe_outlook(foresight: Foresight) -> dict[str, object]:
    """Give an outlook as plain values, what ``--json`` prints.

    Parameters
    ----------
    foresight
        The outlook and its names.

    Returns
    -------
    dict
        ``possible``; ``levels``, ``obstacles`` and ``reckonings`` as in
        :class:`gridplan.feasibility.Outlook`, streets by name, without the atoms.
    """
    names = [
        str(name or word)
        for name, word in zip(foresight.streets["name"], foresight.streets["street_class"], strict=True)
    ]
    return {
        "possible": foresight.outlook.possible,
        "levels": [
            {
                "level": row.level, "hard": row.hard, "held": row.held, "pieces": len(row.pieces),
                "fewest": row.fewest, "most": row.most, "lost": row.lost, "scope": row.scope,
                "zones": row.zones, "zones_alone": row.zones_alone,
            }
            for row in foresight.outlook.levels
        ],
        "obstacles": [_describe_obstacle(obstacle, names) for obstacle in foresight.outlook.obstacles],
        "reckonings": [asdict(row) for row in foresight.outlook.reckonings],
    }  # fmt: skip


def _describe_obstacle(obstacle: Obstacle, names: Sequence[str]) -> dict[str, object]:
    record: dict[str, object] = {name: getattr(obstacle, name) for name in _PLAIN}
    record["around"] = [names[number] for number in obstacle.around]
    record["values"] = dict(obstacle.values)
    record["atoms"] = len(obstacle.atoms)
    record["ways"] = [
        {**asdict(way), "streets": [names[number] for number in way.streets]} for way in obstacle.ways
    ]
    return record
