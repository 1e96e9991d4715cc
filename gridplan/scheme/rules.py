"""What a scheme says: the rules of each room as frozen values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gridplan.errors import SchemeError
from gridplan.kinds import KINDS

__all__ = [
    "AtomRules",
    "BarrierRules",
    "CodeRules",
    "DwellingRules",
    "Level",
    "RiskRules",
    "Scheme",
    "StaffRule",
    "Text",
]


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
    """How kinds are distinguished and households estimated where the data does not say.

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
    """What is not cut further.

    Numbers were chosen on maps of real cities (docs/sources.md) unless stated otherwise.

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
        Format string by level id with the fields ``parent`` (code of the area of ``within``), ``seq`` and,
        where the existing areas have codes, ``statcode`` (the 12 digits of the community).
    within
        Level by level id inside whose areas the numbers count; default: the level's parent.
    house
        Format of a house code with the fields ``parent`` (code of the finest area with a 12-digit code),
        ``building``, ``stair``, ``floor`` and ``room``; "" for none.
    """

    formats: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
    house: str = ""


@dataclass(frozen=True, slots=True)
class RiskRules:
    """How things are rated and how the risk of an area is shown.

    A rating is "red" (重大), "orange" (较大), "yellow" (一般) or "blue" (低). A given one counts as given;
    else that of LEC counts, else that of the matrix.

    Parameters
    ----------
    lec
        Lowest D = L x E x C (likelihood, exposure, consequence) of red, orange and yellow; below it is blue.
        Default: 320, 160, 70, the bands of the LEC method (作业条件危险性评价法) as they are commonly taught
        (docs/sources.md, risk colours).
    matrix
        Lowest R = L x S (likelihood, severity, 1 to 5 each) of red, orange and yellow; below it is blue.
        Default: 20, 15, 9, the bands 20-25, 15-16, 9-12, below 9 of the table in common use. They differ by
        province and trade: take those of your own standard (docs/sources.md, risk colours).
    weights
        What a thing of each rating adds to the score of its area. Default: each twice the next below, as the
        bands of LEC (70, 160, 320) lie; ours.
    area_rule
        What an area is coloured by unless asked otherwise: "worst" (the highest rating in it), "weighted"
        (its score), "count" (how many things) or "hotspot" (Getis-Ord Gi* of the scores). Default: the worst,
        so that no red thing is averaged away.
    heat_radius_m
        Radius of the heat map [m]. Default: 250, a circle as large as a sub-grid of 0.2 km2.
    """

    lec: Mapping[str, float] = field(default_factory=lambda: {"red": 320.0, "orange": 160.0, "yellow": 70.0})
    matrix: Mapping[str, float] = field(default_factory=lambda: {"red": 20.0, "orange": 15.0, "yellow": 9.0})
    weights: Mapping[str, float] = field(
        default_factory=lambda: {"red": 8.0, "orange": 4.0, "yellow": 2.0, "blue": 1.0}
    )
    area_rule: str = "worst"
    heat_radius_m: float = 250.0


@dataclass(frozen=True, slots=True)
class StaffRule:
    """One post of a level.

    Parameters
    ----------
    level
        Level whose areas are staffed.
    post
        Name of the post in both languages.
    per_area
        Fewest and most people a post needs in each area; ``[1, 1]`` for one each.
    pool
        People that serve all areas of the level together, at least ``per_area[0]`` each; 0 for no pool.
    per_10000
        People for every 10,000 inhabitants of an area, at least; 0 for no such rule.
    pay_yuan_year
        Lowest and highest yearly pay of one person [yuan].
    distinct_from
        Post (its Chinese name) that the same person must not hold in the same area.
    """

    level: str
    post: Text
    per_area: tuple[int, ...] = (1, 1)
    pool: int = 0
    per_10000: float = 0.0
    pay_yuan_year: tuple[int, ...] = (0, 0)
    distinct_from: str = ""


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
    within
        Further levels that its areas must not reach across (a grid lies in one section and in one community).
    make
        How its areas come about: "bounded" areas are solved for, "faces" lie between barriers, "given" ones
        are read from a layer.
    ranks
        Barrier ranks between which the faces lie.
    merge_m2
        A face below this size joins the neighbour with the longest common border [m2].
    count
        How many areas there must be, 0 for as few as the bounds allow. Bounded areas are then drawn evenly
        loaded; the number of faces is judged only.
    redraw
        Whether the areas continue those of an existing layer, with as few people moved as can be.
    applies_to
        Class of ground ("urban" or "rural", given by the existing layer) that the level is drawn on, "" for
        all. Elsewhere the areas of ``parent`` or of the existing layer stand as they are.
    count_elsewhere
        How many areas there must be on the other ground, evenly loaded and without bounds; 0 for none.
    measure
        What is bounded: "area", "dwellings", "households" or "population".
    bounds
        Lower and upper bound by kind (``any`` for measures that know no kind).
    max_area_m2
        Area cap [m2], 0 for none.
    max_people
        Most people of an area whatever it measures, 0 for any number.
    statistic
        Whether bounds hold for "each" area, their "mean" or their "p95".
    warn
        Further statistics that the bounds should hold for too; these only warn.
    hard
        False turns a violation into a warning.
    public
        Whether residents know this area as theirs: the public sees areas down to it, and services and
        compounds are counted by it. At most one level (:attr:`Scheme.public_level`).
    never_cross
        Barrier ranks that no area of this level crosses.
    min_border_m
        Shortest shared border that connects two atoms [m]; a corner does not count.
    mixed
        Rule for areas of several kinds: "weighted", "forbid" or "majority".
    weights
        Prices of the solver by name, in metres of border (see ``gridplan.solve.Weights``).

    Examples
    --------
    >>> level = gridplan.load_scheme("gridplan")["grid"]
    >>> level.parent, level.bounds["apartment"]
    ('subgrid', (50, 80))
    """

    id: str
    name: Text
    parent: str = ""
    within: tuple[str, ...] = ()
    make: str = "bounded"
    ranks: tuple[int, ...] = ()
    merge_m2: float = 0.0
    count: int = 0
    redraw: bool = False
    applies_to: str = ""
    count_elsewhere: int = 0
    measure: str = "households"
    bounds: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    max_area_m2: float = 0.0
    max_people: int = 0
    statistic: str = "each"
    warn: tuple[str, ...] = ()
    hard: bool = True
    public: bool = False
    never_cross: tuple[int, ...] = (1,)
    min_border_m: float = 1.0
    mixed: str = "weighted"
    weights: Mapping[str, float] = field(default_factory=dict)

    def bound_arrays(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the lower and the upper bounds in the order of ``KINDS`` (0 where none holds)."""
        for_all = self.bounds.get("any", (0, 0))
        pairs = [tuple(self.bounds.get(kind, for_all)) for kind in KINDS]
        return tuple(low for low, _ in pairs), tuple(high for _, high in pairs)

    @property
    def joins_homes(self) -> bool:
        """Whether its areas are homes side by side, so that large empty land carries nothing between them."""
        return (
            self.make == "bounded" and self.measure == "households" and bool(self.bounds) and not self.redraw
        )


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
    staffing
        The posts of the levels.
    risk
        How the risk of enterprises is rated and shown.
    text
        The TOML text that the scheme was read from; it travels with every plan.

    Examples
    --------
    >>> scheme = gridplan.load_scheme("matian")
    >>> [level.id for level in scheme.levels], scheme["subgrid"].count
    (['community', 'subgrid'], 80)
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
    staffing: tuple[StaffRule, ...] = ()
    risk: RiskRules = field(default_factory=RiskRules)
    text: str = field(default="", compare=False, repr=False)

    def __getitem__(self, level_id: str) -> Level:
        """Return a level by its id."""
        for level in self.levels:
            if level.id == level_id:
                return level
        raise SchemeError("level_unknown", level=level_id, known=", ".join(lv.id for lv in self.levels))

    @property
    def public_level(self) -> str:
        """Id of the level that is ``public``, "" for none.

        A scheme that flags no level, as those inside older plans, means its level "community".
        """
        flagged = [level.id for level in self.levels if level.public]
        return (flagged or [level.id for level in self.levels if level.id == "community"] or [""])[0]

    def pick_serving(self, levels: Iterable[str]) -> str:
        """Pick the level by which services and compounds are counted: the public one, else the coarsest.

        Parameters
        ----------
        levels
            Ids of those that there are, coarse to fine.
        """
        there = tuple(levels)
        return self.public_level if self.public_level in there else there[0]

    def find_fences(self, level_id: str) -> tuple[Level, ...]:
        """Return the levels that stand before a level is drawn and that its areas lie in, coarse to fine.

        Given areas and faces stand from the start; areas that are drawn before their children are those
        bounded by something else than ground (a community is drawn first, a sub-grid is put together from
        its grids).
        """
        level = self[level_id]
        named = [self[name] for name in (level.parent, *level.within) if name]
        found = {up.id for one in named for up in (*self.find_fences(one.id), one) if self.is_drawn_first(up)}
        return tuple(one for one in self.levels if one.id in found)

    def is_drawn_first(self, level: Level) -> bool:
        """Whether a level stands before the levels below it are drawn."""
        if level.make != "bounded" or level.redraw or level.measure in ("population", "dwellings"):
            return True
        below = any(level.id in (one.parent, *one.within) for one in self.levels)
        return level.measure == "households" and below

    @property
    def digest(self) -> str:
        """SHA-256 of the TOML text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()
