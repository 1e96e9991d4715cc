"""Words of other vocabularies, mapped onto the kinds, the street classes and the barrier classes."""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

__all__ = [
    "RESIDENTIAL",
    "STREET_CLASSES",
    "barrier_classes",
    "compound_types",
    "kinds_of_words",
    "street_classes",
]

#: The word for a building with homes of a kind that the data does not tell; cleaning decides by rule.
RESIDENTIAL = "residential"

_KIND_WORDS: dict[str, tuple[str, ...]] = {
    "apartment": (
        "apartment", "apartments", "flats", "tower_block", "multi_family", "multifamily", "immeuble",
    ),
    "selfbuilt": (
        "selfbuilt", "house", "detached", "semidetached_house", "semidetached", "terrace",
        "terraced_house", "bungalow", "farm", "cabin", "villa", "static_caravan", "houseboat", "ger",
        "trullo", "stilt_house", "single_family",
    ),
    "empty": (
        "empty", "garage", "garages", "carport", "shed", "hut", "roof", "greenhouse", "barn", "stable",
        "sty", "cowshed", "farm_auxiliary", "allotment_house", "tent", "container", "ruins",
        "collapsed", "construction", "demolished", "abandoned", "canopy", "bunker", "silo",
        "storage_tank", "service", "pier", "bridge", "toilets", "transformer_tower", "water_tower",
        "annexe", "agricole", "outbuilding", "parking", "kiosk", "ship", "gatehouse",
    ),
    "exclusive": (
        "exclusive", "school", "kindergarten", "college", "university", "hospital", "clinic", "church",
        "chapel", "cathedral", "mosque", "temple", "synagogue", "shrine", "monastery", "religious",
        "retail", "shop", "office", "commercial", "industrial", "warehouse", "factory", "manufacture",
        "supermarket", "mall", "hotel", "public", "civic", "government", "townhall", "train_station",
        "transportation", "station", "stadium", "sports_hall", "sports_centre", "grandstand",
        "pavilion", "museum", "library", "theatre", "cinema", "restaurant", "bank", "police",
        "fire_station", "prison", "military", "barracks", "dormitory", "hangar", "castle", "palace",
        "digester", "works", "courthouse", "embassy", "nursing_home", "marketplace",
        "conference_centre", "casino", "social_facility", "place_of_worship", "fuel", "bus_station",
        "events_venue", "exhibition_centre", "research_institute", "arts_centre", "community_centre",
        "department_store", "commercial et services", "industriel", "religieux", "sportif",
    ),
    RESIDENTIAL: (RESIDENTIAL, "résidentiel", "residentiel", "housing", "dwelling", "living", "mixed_use"),
    # words that say nothing; they are known, so that nobody is asked about them
    "": (
        "yes", "no", "true", "false", "indifférencié", "indifferencie", "building", "unclassified",
        "其他", "其它", "房屋",
    ),
}  # fmt: skip

#: Parts of Chinese words, judged in this order; homes beside shops count as homes.
_CHINESE_PARTS: tuple[tuple[str, str], ...] = (
    ("selfbuilt", r"自建|私房|民房|农房|农宅|村屋|宅基地|别墅|独栋|联排"),
    ("apartment", r"居民楼|商住|公寓|单元楼|商品房|商品住宅|安置房|安置楼|公租房|廉租房|保障房|经济适用|家属[楼院]|高层住宅|多层住宅|住宅楼|集资房|房改房|筒子楼"),  # noqa: E501
    ("empty", r"车库|车棚|杂物|附属|大棚|温室|棚房|岗亭|门卫|门房|配电|变电|泵房|垃圾|公厕|厕所|在建|未建|废弃|拆除|空置|危房|空地|仓房|柴房"),  # noqa: E501
    ("exclusive", r"非住宅|非居住|商业|商铺|商场|商店|商务|超市|市场|学校|幼儿园|小学|中学|大学|学院|教育|科研|医院|医疗|卫生|诊所|办公|写字楼|机关|政府|行政|事业|企业|工厂|厂房|工业|生产|仓库|仓储|物流|酒店|宾馆|旅馆|宿舍|教堂|寺|庙|清真|宗教|文化|体育|场馆|公园|景区|车站|交通|银行|金融|派出所|消防|养老|敬老|福利|公共|公建|园区|军事|综合楼|服务|娱乐|专属"),  # noqa: E501
    (RESIDENTIAL, r"住宅|居住|住房|民居|民用"),
)  # fmt: skip

#: Classes of streets of OpenStreetMap, the most important first.
STREET_CLASSES = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary",
    "secondary_link", "tertiary", "tertiary_link", "unclassified", "residential", "living_street",
    "pedestrian", "road", "busway", "service", "track", "footway", "path", "steps", "cycleway",
    "bridleway", "corridor", "elevator", "platform", "construction", "proposed", "raceway", "bus_guideway",
    "ferry", "via_ferrata", "escape", "rest_area", "services",
)  # fmt: skip

_STREET_PARTS: tuple[tuple[str, str], ...] = (
    ("motorway", r"高速"),
    ("trunk", r"快速|国道|autorouti"),
    ("primary", r"^主干|主街|主路|主道|主要|省道|大道"),
    ("secondary", r"次主?干|次要|县道"),
    ("tertiary", r"支路|支干|乡道"),
    ("service", r"内部|园区路|小区路|院内|宅前|宅间|街坊路|组团路"),
    ("pedestrian", r"步行街"),
    ("living_street", r"巷|胡同|里弄|弄堂|弄$"),
    ("residential", r"村道|村路|街道$|居住区"),
    ("footway", r"人行|步道|行人"),
    ("steps", r"台阶|阶梯|梯道|escalier"),
    ("cycleway", r"自行车|骑行|绿道"),
    ("path", r"小路|小径|小道|田埂|sentier"),
    ("track", r"机耕|土路|chemin|empierr|track_grade"),
    ("ferry", r"轮渡|渡口|maritime"),
)

#: Classes by the IMPORTANCE of BD TOPO (1 the greatest), for the NATUREs that are streets.
_BD_TOPO_IMPORTANCE = {
    1: "primary",
    2: "primary",
    3: "secondary",
    4: "tertiary",
    5: "residential",
    6: "service",
}

_BARRIER_PARTS: tuple[tuple[str, str], ...] = (
    ("rail", r"^(rail|railway|railways|light_rail|narrow_gauge|tram|monorail|train)$|铁路|轨道|voie ferr"),
    ("canal", r"canal|渠|运河"),
    ("coastline", r"coast|海岸"),
    ("river", r"river|河|江|fleuve|cours d'eau"),
    ("stream", r"^(stream|ditch|drain|brook)$|溪|沟"),
    ("water", r"water|lake|pond|reservoir|basin|dock|湖|水|塘|海"),
)

#: Types of compounds (Wuhou's register: 物业小区, 老旧院落, 拆迁安置, 单位宿舍), judged in this order.
_COMPOUND_PARTS: tuple[tuple[str, str], ...] = (
    ("unit", r"单位|宿舍|家属|职工|机关|事业|^unit$|staff|dormitor"),
    ("resettled", r"安置|拆迁|还建|回迁|移民|搬迁|^resettled$|resettlement|relocat"),
    ("old", r"老旧|旧院|老院|院落|旧小区|老小区|无物业|三无|^old$|old.?yard"),
    ("property", r"物业|商品|封闭|^property$|managed|gated"),
    # words that say no type; they are known, so that nobody is asked about them
    ("", r"^(住宅|居住|居民|普通)?(小区|区|用地)?$|^(residential|housing|compound|estate|multipolygon)$"),
    ("", r"^(其他|其它|other)$"),
)  # fmt: skip


def kinds_of_words(words: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Map the words for a building onto the kinds.

    Parameters
    ----------
    words
        Text, missing where nothing is told.

    Returns
    -------
    kinds, known
        One of ``graph.KINDS``, :data:`RESIDENTIAL` (homes, kind not told) or missing; and whether the
        word was understood (a blank counts as understood).
    """
    codes, uniques = pd.factorize(words, use_na_sentinel=True)
    table = {word: kind for kind, several in _KIND_WORDS.items() for word in several}
    found = [_map_kind(str(word), table) for word in uniques]
    kinds = pd.Series([*(kind or None for kind in found), None], dtype=object).iloc[codes]
    known = pd.Series([*(kind is not None for kind in found), True], dtype=bool).iloc[codes]
    return kinds.set_axis(words.index).astype("str"), known.set_axis(words.index)


def _map_kind(text: str, table: dict[str, str]) -> str | None:
    """Return a kind, "residential", "" for a word that says nothing, or None for an unknown word."""
    plain = _plain(text)
    for part in re.split(r"[;；]", plain):
        if (kind := table.get(part.strip(), table.get(part.strip().replace(" ", "_")))) is not None:
            return kind
    hits = [kind for kind, pattern in _CHINESE_PARTS if re.search(pattern, plain)]
    if RESIDENTIAL in hits and "exclusive" in hits and not re.search("非住宅|非居住", plain):
        return RESIDENTIAL
    return hits[0] if hits else None


def street_classes(words: pd.Series, importance: pd.Series | None = None) -> tuple[pd.Series, pd.Series]:
    """Map the words for a street onto the classes of OpenStreetMap.

    Parameters
    ----------
    words
        Text, missing where nothing is told.
    importance
        The IMPORTANCE column of BD TOPO; it decides for every NATURE that is a street for cars.

    Returns
    -------
    classes, known
        A ``highway=*`` word or missing, and whether the word was understood.
    """
    codes, uniques = pd.factorize(words, use_na_sentinel=True)
    found = [_map_street(_plain(str(word))) for word in uniques]
    classes = pd.Series([*found, None], dtype=object).iloc[codes].set_axis(words.index)
    if importance is not None:
        ranked = pd.to_numeric(importance, errors="coerce").map(_BD_TOPO_IMPORTANCE)
        classes = classes.where(classes.notna(), ranked)
    known = classes.notna() | words.isna()
    return classes.astype("str"), known


def _map_street(word: str) -> str | None:
    first = word.split(";", maxsplit=1)[0].strip().replace(" ", "_")
    if first in STREET_CLASSES:
        return first
    return next((name for name, pattern in _STREET_PARTS if re.search(pattern, word)), None)


def barrier_classes(words: pd.Series, default: str) -> pd.Series:
    """Map the words for a barrier onto rail, river, canal, coastline, stream, water or other.

    Parameters
    ----------
    words
        Text, missing where nothing is told.
    default
        The word of the layer's own name, used where a row has none.
    """
    codes, uniques = pd.factorize(words, use_na_sentinel=True)
    fallback = _map_barrier(default)
    found = [_map_barrier(_plain(str(word))) for word in uniques]
    return pd.Series([*found, fallback], dtype=object).iloc[codes].set_axis(words.index).astype("str")


def _map_barrier(word: str) -> str:
    plain = word.casefold()
    return next((name for name, pattern in _BARRIER_PARTS if re.search(pattern, plain)), "other")


def compound_types(words: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Map the words for a compound onto its types.

    Parameters
    ----------
    words
        Text, missing where nothing is told.

    Returns
    -------
    types, known
        "property" (物业小区), "old" (老旧院落), "resettled" (拆迁安置), "unit" (单位宿舍) or missing; and
        whether the word was understood (a blank counts as understood).
    """
    codes, uniques = pd.factorize(words, use_na_sentinel=True)
    found = [_map_compound(_plain(str(word))) for word in uniques]
    types = pd.Series([*(one or None for one in found), None], dtype=object).iloc[codes]
    known = pd.Series([*(one is not None for one in found), True], dtype=bool).iloc[codes]
    return types.set_axis(words.index).astype("str"), known.set_axis(words.index)


def _map_compound(word: str) -> str | None:
    return next((name for name, pattern in _COMPOUND_PARTS if re.search(pattern, word)), None)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()
