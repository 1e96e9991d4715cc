"""The rules as data: a scheme says how streets bar, how homes are counted and what each level must obey.

A scheme is one TOML file. The packaged ones live in ``gridplan/presets``; a planner's own file is
read the same way. Everything wrong in a file is told at once.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from gridplan.errors import SchemeError
from gridplan.graph import KINDS

__all__ = [
    "AtomRules",
    "BarrierRules",
    "CodeRules",
    "DwellingRules",
    "Level",
    "Scheme",
    "Text",
    "list_schemes",
    "load_scheme",
    "parse_scheme",
]

MEASURES = ("area", "households", "population")
STATISTICS = ("each", "mean", "p95")
MIXED = ("weighted", "forbid", "majority")


@dataclass(frozen=True, slots=True)
class Text:
    """A name in both languages."""

    zh: str
    en: str

    def __getitem__(self, lang: str) -> str:
        """Return the name in ``lang`` ("zh" or "en")."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class BarrierRules:
    """Which lines are borders, how strong, and how the net is mended.

    Parameters
    ----------
    rank
        Rank by street or barrier class: 1 is never crossed, 2 is a lane (a border by preference),
        3 is a service way inside a block. Default: motorway to secondary, rail and water are 1
        (shared design, words; measured in REALGROUND).
    dropped
        Classes that are no border: foot paths, steps, platforms.
    unknown_rank
        Rank of a street without a class.
    gap_m
        A free end this near to another street is joined to it [m].
    rim_m
        A main street that ends this near to the district's edge is drawn on to it [m].
    closing_m
        A main street that ends in the open is closed along lesser streets at most this long [m].
    sliver_m2
        Faces below this size are medians, islands and slip lanes, not blocks [m2].
    thin_m
        Faces without a building whose mean width (twice the area over the perimeter) is below this
        are medians, not blocks [m]. Measured on the shared cities: carriageways stand 8-20 m apart.
    water_m2
        Ponds below this size are no barrier [m2].
    """

    rank: Mapping[str, int]
    dropped: tuple[str, ...] = ()
    unknown_rank: int = 2
    gap_m: float = 3.0
    rim_m: float = 50.0
    closing_m: float = 300.0
    sliver_m2: float = 500.0
    thin_m: float = 20.0
    water_m2: float = 5000.0


@dataclass(frozen=True, slots=True)
class DwellingRules:
    """How kinds are told apart and households estimated where the data does not say.

    Parameters
    ----------
    household_size
        People per household; 2.62 is the mean of the Chinese census of 2020.
    dwelling_m2
        Gross floor area of one household [m2] by kind.
    floors
        Floors assumed by kind where neither floors nor height are known.
    floor_height_m
        Height of one floor [m].
    outbuilding_m2
        A building below this footprint without a use of its own is a shed or garage [m2].
    house_m2
        Largest footprint of a self-built house [m2].
    house_floors
        Most floors of a self-built house.
    house_dwellings
        Most dwellings of a self-built house.
    guess_limit
        A guess above this many households in one footprint is asked, not planned (REALGROUND).
    """

    household_size: float = 2.62
    dwelling_m2: Mapping[str, float] = field(default_factory=lambda: {"apartment": 100.0, "selfbuilt": 150.0})
    floors: Mapping[str, int] = field(default_factory=lambda: {"apartment": 6, "selfbuilt": 2})
    floor_height_m: float = 3.0
    outbuilding_m2: float = 45.0
    house_m2: float = 260.0
    house_floors: int = 3
    house_dwellings: int = 2
    guess_limit: int = 300


@dataclass(frozen=True, slots=True)
class AtomRules:
    """What is not cut further. Numbers are from the shared study on real ground unless said otherwise.

    Parameters
    ----------
    slice_households
        A building with more households is cut into slices of at most so many. With slices of 30 every
        kind of grid can be filled (0 % of the households of wangjing and nantes_centre out of bounds,
        0.22 % and 0.10 % with slices of 40 of buildings above 80).
    reach_m
        Land farther than this from every dwelling or institution of its block is an atom of its own [m];
        at the corners of a plot up to a quarter more.
    shed_reach_m
        The same for buildings of kind ``empty`` [m]; chosen on the maps of vologda: a shed in a field
        must not claim the field.
    land_min_m2
        A smaller piece of open land stays with the cells around it, and a smaller face of the streets
        without any building is joined to a neighbouring block [m2].
    land_max_m2
        Open land is cut by straight lines until no piece is larger [m2]: half of the area cap of 0.2 km2.
    lane_block_m2
        Barriers of rank 3 cut the ground only inside blocks larger than this [m2], the cap of a sub-grid.
    strip_m
        A slice narrower than this along the building is no stairwell, but a nominal floor band [m]: about
        the width of a stairwell with a flat on either side.
    landing_flats
        Flats on one landing, for estimating stairwells from floors: the most that one stairwell commonly
        serves in slab blocks.
    carry_land_m2
        An atom without households and larger than this never carries contiguity between homes [m2].
    own_land_m2
        Land and institutions together above this become an area of their own; smaller pieces join the
        area around them [m2]. Chosen on the maps: half a football field.
    """

    slice_households: int = 30
    reach_m: float = 50.0
    shed_reach_m: float = 10.0
    land_min_m2: float = 1_000.0
    land_max_m2: float = 100_000.0
    lane_block_m2: float = 200_000.0
    strip_m: float = 10.0
    landing_flats: int = 4
    carry_land_m2: float = 1_000.0
    own_land_m2: float = 5_000.0


@dataclass(frozen=True, slots=True)
class CodeRules:
    """How areas are numbered, west to east then north to south.

    Parameters
    ----------
    formats
        Format string by level id with the fields ``parent`` and ``seq``.
    """

    formats: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Level:
    """One tier of areas.

    Parameters
    ----------
    id
        Name of the level's layer and column.
    name
        Name in both languages.
    parent
        Level in which it nests, or "".
    measure
        What is bounded: "area", "households" or "population".
    bounds
        Lower and upper bound by kind (``any`` for measures that know no kind).
    max_area_m2
        Area cap [m2], 0 for none.
    statistic
        Whether bounds hold for "each" area, their "mean" or their "p95".
    hard
        False turns a violation into a warning.
    never_cross
        Barrier ranks that no area of this level crosses.
    min_border_m
        Shortest shared border that connects two atoms [m]; a corner does not count.
    mixed
        Rule for areas of several kinds: "weighted", "forbid" or "majority".
    weights
        Prices of the solver by name, in metres of border (see ``gridplan.solve.Weights``).
    """

    id: str
    name: Text
    parent: str = ""
    measure: str = "households"
    bounds: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    max_area_m2: float = 0.0
    statistic: str = "each"
    hard: bool = True
    never_cross: tuple[int, ...] = (1,)
    min_border_m: float = 1.0
    mixed: str = "weighted"
    weights: Mapping[str, float] = field(default_factory=dict)

    def bound_arrays(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the lower and the upper bounds in the order of ``KINDS`` (0 where none holds)."""
        pairs = [tuple(self.bounds.get(kind, (0, 0))) for kind in KINDS]
        return tuple(low for low, _ in pairs), tuple(high for _, high in pairs)


@dataclass(frozen=True, slots=True)
class Scheme:
    """The rules of one place.

    Parameters
    ----------
    id, version, name, source
        What it is called and where its numbers come from.
    barriers, dwellings, atoms, codes
        The rules of each room.
    levels
        The tiers, parents before children.
    text
        The TOML text that the scheme was read from; it travels with every plan.
    """

    id: str
    version: str
    name: Text
    source: str
    barriers: BarrierRules
    dwellings: DwellingRules
    atoms: AtomRules
    codes: CodeRules
    levels: tuple[Level, ...]
    text: str = field(default="", compare=False, repr=False)

    def __getitem__(self, level_id: str) -> Level:
        """Return a level by its id."""
        for level in self.levels:
            if level.id == level_id:
                return level
        raise SchemeError("level_unknown", level=level_id, known=", ".join(lv.id for lv in self.levels))

    @property
    def digest(self) -> str:
        """SHA-256 of the TOML text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


def list_schemes() -> tuple[str, ...]:
    """Return the names of the packaged schemes."""
    names = (entry.name for entry in resources.files("gridplan").joinpath("presets").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def load_scheme(name_or_path: str | Path) -> Scheme:
    """Read a packaged scheme by name or a scheme file by path.

    Raises
    ------
    SchemeError
        If there is no such scheme, or the file is not a valid one (all faults at once).
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if not path.is_file():
            raise SchemeError("scheme_missing", path=str(path))
        raw = path.read_bytes()
        try:
            return parse_scheme(raw.decode("utf-8-sig"), where=str(path))
        except UnicodeDecodeError:
            raise SchemeError("scheme_not_utf8", path=str(path)) from None
    if str(name_or_path) not in list_schemes():
        raise SchemeError("scheme_unknown", name=str(name_or_path), known=", ".join(list_schemes()))
    preset = resources.files("gridplan").joinpath("presets", f"{name_or_path}.toml")
    return parse_scheme(preset.read_text("utf-8"), where=str(name_or_path))


def parse_scheme(text: str, *, where: str = "<text>") -> Scheme:
    """Read a scheme from TOML text.

    Parameters
    ----------
    text
        The file's content.
    where
        What to call it in messages.

    Raises
    ------
    SchemeError
        With every fault of the file.
    """
    try:
        table = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise SchemeError("scheme_not_toml", where=where, fault=str(error)) from None
    faults: list[str] = []
    sections = {
        "barriers": BarrierRules,
        "dwellings": DwellingRules,
        "atoms": AtomRules,
        "codes": CodeRules,
    }
    plain = ("id", "version", "name", "source", "levels")
    faults += [f"{key}: unknown" for key in table if key not in (*sections, *plain)]
    rules: dict[str, Any] = {
        key: _build(rule, table.get(key, {}), key, faults) for key, rule in sections.items()
    }
    levels = tuple(
        level
        for i, entry in enumerate(_tables(table.get("levels", []), faults))
        if (level := _build(Level, entry, f"levels[{i}]", faults)) is not None
    )
    named: dict[str, Any] = {key: table.get(key) for key in ("id", "version", "source")}
    faults += [f"{key}: text wanted" for key, value in named.items() if not isinstance(value, str)]
    name = _as_text(table.get("name"), "name", faults)
    _judge_levels(levels, faults)
    if rules["barriers"] is not None:
        faults += [
            f"barriers.rank.{cls}: {rank} is not 1, 2 or 3"
            for cls, rank in rules["barriers"].rank.items()
            if rank not in (1, 2, 3)
        ]
    if faults:
        raise SchemeError("scheme_invalid", where=where, count=len(faults), faults="; ".join(faults))
    return Scheme(**named, name=name, **rules, levels=levels, text=text)


R = TypeVar("R")


def _build(rule: type[R], table: object, where: str, faults: list[str]) -> R | None:
    """Make a rules object from a TOML table; note every key that does not fit."""
    if not isinstance(table, dict):
        faults.append(f"{where}: a table wanted")
        return None
    hints = get_type_hints(rule)
    known = {f.name: f for f in fields(rule)}  # type: ignore[arg-type]
    faults += [f"{where}.{key}: unknown" for key in table if key not in known]
    values: dict[str, Any] = {}
    for key, entry in known.items():
        if key in table:
            value = _convert(hints[key], table[key], f"{where}.{key}", faults)
            if value is not None:
                values[key] = value
        elif entry.default is MISSING and entry.default_factory is MISSING:
            faults.append(f"{where}.{key}: missing")
    required = [k for k, f in known.items() if f.default is MISSING and f.default_factory is MISSING]
    return rule(**values) if all(key in values for key in required) else None


def _convert(hint: Any, value: object, where: str, faults: list[str]) -> Any:
    """Turn one TOML value into the type that the rules object wants, or note the fault."""
    if hint is Text:
        return _as_text(value, where, faults)
    if hint is bool and isinstance(value, bool):
        return value
    if hint is str and isinstance(value, str):
        return value
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if hint in (int, float) and number and value >= 0 and (hint is float or isinstance(value, int)):  # type: ignore[operator]
        return hint(value)
    if isinstance(value, list) and str(hint).startswith("tuple"):
        return tuple(value)
    if isinstance(value, dict) and "Mapping" in str(hint):
        return _convert_mapping(str(hint), value, where, faults)
    faults.append(f"{where}: {value!r} does not fit")
    return None


def _convert_mapping(hint: str, value: dict[str, Any], where: str, faults: list[str]) -> Mapping[str, Any]:
    """Check the values of a mapping: pairs of bounds, whole numbers, numbers or texts."""
    done: dict[str, Any] = {}
    for key, entry in value.items():
        number = isinstance(entry, (int, float)) and not isinstance(entry, bool)
        if "tuple" in hint:
            pair = isinstance(entry, list) and [type(e) for e in entry] == [int, int]
            fits = pair and 0 < entry[0] <= entry[1]
        elif "int" in hint or "float" in hint:
            fits = number and entry >= 0 and ("float" in hint or isinstance(entry, int))
        else:
            fits = isinstance(entry, str)
        if fits:
            done[key] = tuple(entry) if isinstance(entry, list) else entry
        else:
            faults.append(f"{where}.{key}: {entry!r} does not fit")
    return MappingProxyType(done)


def _as_text(value: object, where: str, faults: list[str]) -> Text:
    if (
        isinstance(value, dict)
        and set(value) == {"zh", "en"}
        and all(isinstance(v, str) for v in value.values())
    ):
        return Text(value["zh"], value["en"])
    faults.append(f"{where}: a name in zh and en wanted")
    return Text("", "")


def _tables(value: object, faults: list[str]) -> list[object]:
    if isinstance(value, list) and value:
        return value
    faults.append("levels: at least one level wanted")
    return []


def _judge_levels(levels: tuple[Level, ...], faults: list[str]) -> None:
    """Note what is wrong between levels and inside their choices."""
    seen: list[str] = []
    for level in levels:
        where = f"level {level.id!r}"
        choices = (("measure", MEASURES), ("statistic", STATISTICS), ("mixed", MIXED))
        faults += [
            f"{where}: {name} {getattr(level, name)!r} is not one of {', '.join(allowed)}"
            for name, allowed in choices
            if getattr(level, name) not in allowed
        ]
        if level.id in seen:
            faults.append(f"{where}: named twice")
        if level.parent and level.parent not in seen:
            faults.append(f"{where}: parent {level.parent!r} is not a level before it")
        if not level.id.isidentifier() or not level.id.isascii():
            faults.append(f"{where}: an id has letters, digits and underscores only")
        if level.measure == "area" and not level.max_area_m2:
            faults.append(f"{where}: measure 'area' wants max_area_m2")
        if level.measure == "households" and not set(level.bounds) & {"apartment", "selfbuilt"}:
            faults.append(f"{where}: bounds wanted for apartment or selfbuilt")
        faults += [
            f"{where}: bounds for unknown kind {k!r}" for k in level.bounds if k not in (*KINDS, "any")
        ]
        seen.append(level.id)
