"""The drawing of the town: everything a person decided, in local metres (x east, y north)."""

from __future__ import annotations

from typing import NamedTuple

Point = tuple[float, float]

SEED = 20260101
CRS = "EPSG:4547"  # CGCS2000, 3-degree zone, central meridian 114 degrees east
ORIGIN: Point = (512_000.0, 2_560_000.0)
RIVER_NAME = "清河"
RIVER_WIDTH_M = 36.0

BOUNDARY: list[Point] = [
    (35, 85), (240, 45), (430, 30), (640, 45), (900, 30), (1110, 5), (1330, 20), (1530, 30), (1655, 80),
    (1690, 260), (1680, 440), (1645, 640), (1650, 810), (1600, 980), (1545, 1115), (1370, 1190), (1180, 1235),
    (980, 1215), (760, 1205), (590, 1250), (420, 1255), (260, 1190), (120, 1110), (70, 950), (45, 790),
    (20, 600), (15, 420), (40, 250),
]  # fmt: skip

RIVER: list[Point] = [
    (-80, 315), (120, 285), (300, 280), (520, 330), (700, 335), (860, 290), (1080, 215), (1260, 205),
    (1440, 225), (1600, 190), (1780, 130),
]  # fmt: skip


class Street(NamedTuple):
    """A street as drawn: its name, its class and the points its centre line bends at."""

    name: str
    street_class: str
    points: list[Point]


MAIN, SECOND, BRANCH, LANE, INNER, PATH = "主干路", "次干路", "支路", "巷道", "小区路", "步道"

STREETS: list[Street] = [
    Street("人民路", MAIN, [
        (-60, 640), (250, 662), (555, 612), (850, 640), (1150, 600), (1430, 640), (1760, 590)]),
    Street("建设路", SECOND, [(780, -60), (800, 140), (845, 330), (850, 640), (905, 915), (880, 1300)]),
    Street("东环路", SECOND, [(1430, -60), (1375, 230), (1430, 640), (1405, 905), (1320, 1290)]),
    Street("文化路", BRANCH, [
        (-40, 945), (225, 930), (520, 975), (905, 915), (1150, 955), (1405, 905), (1720, 940)]),
    Street("滨河路", BRANCH, [
        (-60, 385), (250, 348), (505, 393), (690, 405), (846, 372), (1130, 272), (1380, 276), (1740, 225)]),
    Street("南湾路", BRANCH, [
        (-60, 165), (200, 175), (470, 215), (800, 175), (1090, 105), (1390, 120), (1740, 40)]),
    Street("解放街", BRANCH, [
        (415, 1330), (450, 1130), (520, 975), (550, 800), (555, 612), (530, 480), (505, 393)]),
    Street("和平街", LANE, [(250, 348), (268, 500), (250, 662)]),
    Street("学府巷", LANE, [(250, 662), (215, 800), (225, 930)]),
    Street("市场街", LANE, [(690, 397), (712, 520), (699, 634)]),
    Street("朝阳巷", LANE, [(538, 792), (700, 765), (896, 787)]),
    Street("新华街", LANE, [(1130, 272), (1168, 440), (1150, 600), (1118, 780), (1150, 955)]),
    Street("光明街", LANE, [(836, 494), (1000, 455), (1166, 425), (1415, 441)]),
    Street("东兴巷", LANE, [(1108, 766), (1270, 792), (1436, 758)]),
    Street("工农路", LANE, [(1150, 955), (1175, 1110), (1165, 1300)]),
    Street("北门街", LANE, [(705, 945), (680, 1080), (715, 1290)]),
    Street("果园路", LANE, [(1414, 694), (1540, 740), (1700, 730)]),
    Street("西河桥", LANE, [(250, 348), (262, 280), (255, 182)]),
]  # fmt: skip


class Block(NamedTuple):
    """What stands in the block around a point; with a reach, only that near to the point [m]."""

    use: str
    name: str
    at: Point
    reach_m: float = 1e6


BLOCKS: list[Block] = [
    Block("slab", "北苑小区", (1036, 1074)),
    Block("slab", "学府家园", (131, 795)),
    Block("slab", "文化小区", (383, 794)),
    Block("slab", "东兴小区", (1272, 850)),
    Block("slab", "西苑小区", (143, 506)),
    Block("slab", "光明新村", (1000, 545)),
    Block("slab", "滨河小区", (1286, 350)),
    Block("slab", "市场街小区", (780, 500)),
    Block("tower", "锦绣花园", (1271, 1068)),
    Block("tower", "新华名苑", (999, 773)),
    Block("tower", "和平花园", (402, 506)),
    Block("tower", "东环国际", (1290, 530)),
    Block("old", "朝阳里", (718, 870)),
    Block("old", "老市场", (620, 500)),
    Block("village", "北门村", (590, 1090), 150),
    Block("village", "南湾村", (430, 150), 125),
    Block("village", "上南湾", (600, 255), 110),
    Block("village", "下南湾", (1090, 80), 95),
    Block("school", "清河中学", (790, 1070)),
    Block("school", "清河小学", (1000, 380)),
    Block("hospital", "清河县医院", (1272, 690)),
    Block("mall", "人民商场", (718, 690)),
    Block("factory", "清河食品厂", (1474, 1047)),
    Block("factory", "清河机械厂", (1541, 438)),
    Block("factory", "东环仓库", (1535, 813)),
    Block("park", "滨河公园", (444, 352)),
    Block("park", "清河公园", (973, 296)),
    Block("field", "北郊菜地", (290, 1089)),
    Block("field", "果园", (1539, 676)),
    Block("field", "南湾农田", (954, 191)),
]
