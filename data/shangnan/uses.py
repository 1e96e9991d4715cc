"""What stands where in the main town: the use of each section, its institutions, the old areas.

A section is named by its row (A in the hills to D at the river), its column and its number in its region
from west to east.
"""

from __future__ import annotations

from typing import NamedTuple

VILLAGE, ROWS, OLD, SLABS, TOWERS = "V", "R", "O", "S", "T"

# the main use of the sections of each region, west to east
USES: dict[str, str] = {
    "A0": "VVVVRV", "A1": "RVRSRT", "A2": "RTVSRT", "A3": "RVVRVR",
    "B0": "VRSRRS", "B1": "RORORO", "B2": "OORRSR", "B3": "RSRRVR",
    "C0": "RVROR", "C1": "OOROOOSOO", "C2": "OOOROSRSR", "C3": "VRVRSV",
    "D0": "VRVVRV", "D1": "RVSRT", "D2": "SRRVRV", "D3": "RVRVVR",
}  # fmt: skip

# what else stands in a section, one plot in four
BESIDE: dict[str, str] = {VILLAGE: ROWS, ROWS: SLABS, OLD: ROWS, SLABS: ROWS, TOWERS: SLABS}


class Institution(NamedTuple):
    """Ground of one owner in a section."""

    section: str
    use: str
    name: str
    area_m2: float


INSTITUTIONS: list[Institution] = [
    Institution("B14", "school", "清溪中学", 30_000),
    Institution("B05", "school", "文昌小学", 14_000),
    Institution("C04", "school", "井台小学", 11_000),
    Institution("A12", "school", "北新小学", 17_000),
    Institution("B33", "school", "东岭中学", 22_000),
    Institution("D20", "school", "江滨学校", 18_000),
    Institution("D04", "school", "河湾小学", 13_000),
    Institution("D32", "school", "沙滩小学", 12_000),
    Institution("A04", "school", "梨坪小学", 12_000),
    Institution("B24", "hospital", "小商南县医院", 21_000),
    Institution("A30", "hospital", "妇幼保健院", 11_000),
    Institution("B10", "office", "县政务中心", 18_000),
    Institution("A21", "office", "政务服务大厅", 15_000),
    Institution("C25", "office", "书院路机关大院", 9_000),
    Institution("C16", "market", "鼓楼农贸市场", 13_000),
    Institution("C22", "mall", "清溪商场", 14_000),
    Institution("C01", "market", "西关集贸市场", 11_000),
    Institution("C31", "station", "东关客运站", 17_000),
    Institution("C34", "factory", "东关食品厂", 36_000),
    Institution("C35", "factory", "清溪建材厂", 27_000),
    Institution("D35", "factory", "东关农机厂", 30_000),
    Institution("C00", "factory", "西关酒厂", 26_000),
    Institution("B35", "factory", "松林仓库", 13_000),
    Institution("D14", "park", "江滨公园", 42_000),
    Institution("A23", "park", "北山公园", 36_000),
    Institution("A10", "park", "桃园公园", 15_000),
    Institution("D00", "park", "河湾湿地公园", 11_000),
    Institution("B21", "park", "鼓楼广场", 9_000),
    Institution("A00", "field", "梨坪果园", 24_000),
    Institution("A02", "field", "梨坪菜地", 16_000),
    Institution("D11", "field", "河湾菜地", 26_000),
    Institution("D25", "field", "沙滩菜地", 15_000),
    Institution("A31", "field", "松林坡地", 13_000),
    Institution("A22", "field", "北山坡地", 14_000),
    Institution("D34", "field", "东关菜地", 30_000),
    Institution("C30", "field", "东关苗圃", 22_000),
    Institution("C32", "school", "县职业中学", 24_000),
    Institution("C33", "factory", "清溪木器厂", 24_000),
    Institution("B04", "park", "文昌公园", 10_000),
    Institution("A25", "mall", "北新购物中心", 12_000),
]


class OldArea(NamedTuple):
    """A community or village as it was: its kind, its people, people a household, its sections."""

    name: str
    kind: str
    people: int
    size: float
    sections: str


COMMUNITY, HAMLET = "居委会", "村委会"

OLD_AREAS: list[OldArea] = [
    OldArea("鼓楼社区", COMMUNITY, 18_800, 2.12,
            "B05 B10 B11 B12 B13 B15 B21 C13 C14 C15 C16 C17 C18 C20 C21 C22"),
    OldArea("北新社区", COMMUNITY, 18_400, 2.14, "A12 A13 A14 A15 A20 A21 A22 A23 A24 A25 B14 B20 B22"),
    OldArea("西关社区", COMMUNITY, 9_600, 2.15, "B00 B01 B02 B03 C00 C01"),
    OldArea("井台社区", COMMUNITY, 9_900, 2.10, "B04 C02 C03 C04 C10 C11 C12"),
    OldArea("江滨社区", COMMUNITY, 9_500, 2.17, "D12 D13 D14 D20 D21 D22"),
    OldArea("书院社区", COMMUNITY, 10_700, 2.11, "B23 B24 B25 C23 C24 C25 C26 C27 C28"),
    OldArea("东关社区", COMMUNITY, 5_850, 2.16, "C30 C31 C32 C33 C34 C35 D34 D35"),
    OldArea("梨坪村", HAMLET, 9_300, 2.24, "A00 A01 A02 A03 A04 A05 A10 A11"),
    OldArea("河湾村", HAMLET, 9_450, 2.22, "D00 D01 D02 D03 D04 D05 D10 D11"),
    OldArea("松林村", HAMLET, 9_700, 2.21, "A30 A31 A32 A33 A34 A35 B30 B31 B32 B33 B34 B35"),
    OldArea("沙滩村", HAMLET, 9_400, 2.23, "D23 D24 D25 D30 D31 D32 D33"),
]  # fmt: skip


class Shift(NamedTuple):
    """A stretch of old border that runs through a section: a share of it belongs to another area."""

    section: str
    to: str
    share: float


SHIFTS: list[Shift] = [
    Shift("B20", "鼓楼社区", 0.35),
    Shift("C23", "鼓楼社区", 0.4),
    Shift("B04", "西关社区", 0.3),
    Shift("D10", "江滨社区", 0.25),
    Shift("C30", "书院社区", 0.2),
    Shift("B25", "松林村", 0.2),
    Shift("A11", "北新社区", 0.3),
]


class Flaw(NamedTuple):
    """What is wrong with the old borders: ground in two areas, or in none."""

    kind: str
    at: str
    area: str
    share: float


OVERLAP, GAP = "重叠", "空白"

FLAWS: list[Flaw] = [
    Flaw(OVERLAP, "D22", "沙滩村", 0.12),
    Flaw(OVERLAP, "B11", "井台社区", 0.08),
    Flaw(OVERLAP, "A25", "松林村", 0.10),
    Flaw(OVERLAP, "C33", "松林村", 0.06),
    Flaw(GAP, "D34", "东关社区", 0.15),
    Flaw(GAP, "A05", "梨坪村", 0.10),
    Flaw(GAP, "C02", "井台社区", 0.05),
]
