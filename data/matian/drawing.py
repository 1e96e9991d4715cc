"""The drawing of the street office: main streets on a sheet, and what each community is made of."""

from __future__ import annotations

from typing import NamedTuple

from ground.sheet import Point, Street

SEED = 20260729
CRS = "EPSG:4547"  # CGCS2000, 3-degree zone, central meridian 114 degrees east
ORIGIN: Point = (489_500.0, 2_518_000.0)
OFFICE_NAME, OFFICE_CODE = "小马田街道", "990305003"

# crossings in metres, x east and y north; one row per street from south to north
NODES: list[list[Point]] = [
    [(190, 260), (1000, -70), (1930, 110), (2870, -60), (3790, 150), (4470, 470)],
    [(-60, 910), (930, 830), (2010, 780), (2960, 880), (3860, 1000), (4740, 1030)],
    [(40, 1700), (1040, 1580), (1900, 1640), (3000, 1760), (3990, 1800), (4860, 1690)],
    [(230, 2430), (1060, 2410), (2090, 2490), (3080, 2560), (3930, 2520), (4720, 2450)],
    [(470, 3060), (1190, 3290), (2110, 3360), (3040, 3300), (3830, 3200), (4540, 2990)],
]

MAIN, SECOND, BRANCH, INNER = "主干路", "次干路", "支路", "小区路"

STREETS: list[Street] = [
    Street("禾坪路", SECOND, [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)], 60),
    Street("田园大道", MAIN, [(0, 2), (1, 2), (2, 2), (3, 2), (4, 2), (5, 2)], 60),
    Street("北岭路", SECOND, [(0, 3), (1, 3), (2, 3), (3, 3), (4, 3), (5, 3)], 60),
    Street("石径大道", MAIN, [(1, 0), (1, 1), (1, 2), (1, 3), (1, 4)], 60),
    Street("竹园路", SECOND, [(2, 0), (2, 1), (2, 2), (2, 3), (2, 4)], 60),
    Street("中心大道", MAIN, [(3, 0), (3, 1), (3, 2), (3, 3), (3, 4)], 60),
    Street("沙田路", SECOND, [(4, 0), (4, 1), (4, 2), (4, 3), (4, 4)], 60),
]

VILLAGE, FACTORY, TOWERS, SLABS, SCHOOL, PARK, MALL, HILL = "VFTSCPMH"


class Community(NamedTuple):
    """A community: its regions by row (A in the north) and column, and what its blocks are.

    ``blocks`` lists uses in the order in which they follow each other along ``bearing`` [degrees from
    east]; ``single`` lists those that one block each has.
    """

    name: str
    regions: str
    blocks: str
    bearing: float
    single: str


COMMUNITIES: list[Community] = [
    Community("榕围社区", "A0 B0", "HVVTFFFS", -70, "CP"),
    Community("北岭社区", "A1 A2", "HFFFFVTF", 160, "CP"),
    Community("竹园社区", "B1 B2", "TTSVTTSF", 200, "CCPM"),
    Community("石径社区", "C0 D0", "FFFVSFFH", -100, "CPM"),
    Community("禾坪社区", "C1 D1 D2", "TSVFFFFTT", -60, "CCPM"),
    Community("中心社区", "C2 C3 B3", "FSTTMTSV", 60, "CCPPM"),
    Community("岭背社区", "A3 A4 B4", "FFVTSFFH", 35, "CPM"),
    Community("沙田社区", "C4 D4 D3", "TSVFFFFH", -40, "CCP"),
]
