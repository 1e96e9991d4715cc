"""Which maps there are: the one list that the command line, the app and the exports read.

Nothing heavy is imported here: the command line reads the list to write its help.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["AREA_RULES", "MAPS", "THING_ROLES", "MapKind", "MapOrder", "find_map"]

#: What areas are coloured by on the map of risk; those that a scheme may name.
AREA_RULES = ("worst", "weighted", "count", "hotspot")
#: Things that have a rating of risk.
THING_ROLES = ("enterprises", "risk_points")


@dataclass(frozen=True, slots=True)
class MapKind:
    """A map that can be had.

    Parameters
    ----------
    key
        Its name on the command line; ``export.map.<key>`` is its name in words.
    page
        Page of the app that shows it, and what makes it.
    needs
        What a plan must have for it: "things" (enterprises or risk points), "compounds" (compounds or service
        places); "" for nothing.
    rules
        Rules that its areas can be coloured by; empty where there is no choice.
    heat
        Whether it can show how thickly things lie.
    roles
        The lists that it shows: their date is its own.
    office_only
        Whether the public does not see it.
    """

    key: str
    page: str
    needs: str = ""
    rules: tuple[str, ...] = ()
    heat: bool = False
    roles: tuple[str, ...] = ()
    office_only: bool = False

    @property
    def label(self) -> str:
        """Key of its name in words."""
        return f"export.map.{self.key}"


@dataclass(frozen=True, slots=True)
class MapOrder:
    """Which map is wanted.

    Parameters
    ----------
    name
        Key of one of :data:`MAPS`, or "care:<class>" for households of a class of care.
    level
        Id of the level that is coloured, "" for the finest that is seen (of compounds: the level whose
        walking distances are listed, "" for the communities).
    rule
        One of the rules of the map, "" for that of the scheme.
    heat
        Whether to show how thickly things lie.
    within
        Code of an area above, "" for all.
    review_number
        The review number (审图号), "" for none.
    stamp
        What is stamped on the map, "" for nothing, None for what every map bears.
    """

    name: str = "population"
    level: str = ""
    rule: str = ""
    heat: bool = False
    within: str = ""
    review_number: str = ""
    stamp: str | None = None


#: All maps, in the order in which they are offered.
MAPS = (
    MapKind("overview", "overview"),
    MapKind("population", "population"),
    MapKind("density", "population"),
    MapKind("households", "population"),
    MapKind("status", "population"),
    MapKind(
        "risk",
        "risk",
        needs="things",
        rules=AREA_RULES,
        heat=True,
        roles=THING_ROLES,
        office_only=True,
    ),
    MapKind("compounds", "compounds", needs="compounds", roles=("services",)),
)

_CARE = MapKind("care", "population")


def find_map(name: str) -> MapKind | None:
    """Find the map of an order's name; None for a name that is none."""
    if name.startswith("care:"):
        return _CARE
    return next((kind for kind in MAPS if kind.key == name), None)
