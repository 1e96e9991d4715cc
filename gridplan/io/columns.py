"""Which column holds what: a table of names in Chinese, English, pinyin initials and the open formats."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from gridplan.errors import InputError

__all__ = ["ALIASES", "FIELDS_OF_MANY", "PLACES", "find_columns", "normalise_name"]

_IDS = ("osm_id", "full_id", "id", "gid", "uuid", "cleabs", "编号", "标识码", "bsm", "bh", "objectid", "fid")
_NAMES = ("name", "名称", "mc", "name_zh", "name:zh", "nom", "toponyme")

#: Where a thing is: a building, an area (the finest first) or coordinates.
PLACES: Mapping[str, tuple[str, ...]] = {
    "house": (
        "building_id", "楼栋编号", "楼栋编码", "楼栋代码", "所在楼栋", "建筑编号", "建筑物编码", "楼幢编号",
        "房屋编码", "房屋编号", "房屋代码", "house", "house_code", "building",
    ),
    "area": (
        "网格编码", "网格代码", "网格编号", "所属网格", "所在网格", "网格", "网格名称", "grid",
        "小分格编码", "小分格编号", "所属小分格", "小分格", "片区", "section", "subgrid", "社区编码",
        "社区代码", "所属社区", "所在社区", "社区", "社区名称", "村居", "村", "village", "community",
        "所属街道", "街道", "乡镇", "镇街", "镇", "town", "区域编码", "区域", "area_code", "area", "place",
        "code",
    ),
    "lon": ("lon", "经度", "lng", "long", "longitude", "jd"),
    "lat": ("lat", "纬度", "latitude", "wd"),
    "x": ("x", "东坐标", "y_east", "east", "easting", "横坐标"),
    "y": ("y", "北坐标", "x_north", "north", "northing", "纵坐标"),
}  # fmt: skip
#: Column names by role and field, the preferred one first; compared without case, width and signs.
ALIASES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "buildings": {
        "id": ("building_id", "bldg_id", "建筑编号", "房屋编号", "楼栋编号", "楼幢编号", *_IDS, "楼栋号"),
        "name": ("建筑名称", "建筑物名称", "楼栋名称", "楼名", "jzwmc", "jzmc", "ldmc", *_NAMES),
        "kind": (
            "kind", "房屋类型", "建筑类型", "楼栋类型", "住宅类型", "类型", "房屋用途", "建筑用途", "用途",
            "房屋性质", "使用性质", "fwlx", "jzlx", "lx", "fwyt", "yt", "building", "building_type",
            "usage1",
            "usage_1", "use", "usage", "function", "type", "fclass", "is_living", "is_residential",
        ),
        "secondary": ("usage2", "usage_2", "amenity", "shop", "office"),
        "households": (
            "households", "户数", "总户数", "住户数", "居民户数", "家庭户数", "住户", "hs", "zhs", "zhs1",
            "households_count",
        ),
        # these count as households too where no column tells households
        "dwellings": (
            "dwellings", "套数", "总套数", "住房套数", "ts", "zts", "building:flats", "flats",
            "dwelling_units", "num_dwellings", "nb_logts", "nombre_de_logements",
        ),
        "population": (
            "population", "常住人口", "常住人口数", "实有人口", "实有人口数", "人口", "人口数", "总人口",
            "居住人数", "czrk", "rks", "rk", "pop", "residents", "inhabitants", "people", "户籍人口",
        ),
        "floors": (
            "floors", "层数", "总层数", "楼层数", "地上层数", "楼层", "cs", "zcs", "lcs", "dscs",
            "building:levels", "levels", "storeys", "stories", "number_of_floors", "num_floors",
            "floor_count", "nb_etages", "nombre_d_etages",
        ),
        "height": (
            "height", "高度", "建筑高度", "楼高", "gd", "jzgd", "building:height", "height_m", "hauteur",
        ),
        "stairwells": (
            "stairwells", "单元数", "单元个数", "楼梯数", "门洞数", "墙门数", "dys", "entrances",
            "staircases", "building:entrances",
        ),
        "compound": (
            "compound", "小区名称", "小区名", "所属小区", "小区", "院落名称", "所属院落", "院落", "楼盘名称",
            "楼盘", "xqmc", "ssxq", "compound_name", "residential_compound", "housing_estate",
        ),
        "compound_type": ("compound_type", "小区类型", "小区类别", "小区性质", "院落类型", "xqlx"),
    },
    "streets": {
        "id": ("street_id", "road_id", "道路编号", *_IDS),
        "name": (
            "道路名称", "路名", "街道名称", "dlmc", "lm", "nom_coll_g", *_NAMES, "street", "road_name",
        ),
        "class": (
            "highway", "street_class", "road_class", "fclass", "道路等级", "道路类型", "道路类别", "类型",
            "等级", "级别", "dldj", "dllx", "dj", "lx", "class", "type", "nature",
        ),
        "importance": ("importance",),
        "layer": ("layer", "pos_sol", "position_par_rapport_au_sol", "层级"),
        "tunnel": ("tunnel", "隧道"),
        "bridge": ("bridge", "桥梁", "桥"),
        "rank": ("rank", "barrier_rank", "界线等级", "边界等级", "等级", "级别"),
    },
    "barriers": {
        "id": ("barrier_id", *_IDS),
        "name": ("水系名称", "河流名称", "铁路名称", *_NAMES),
        "class": (
            "barrier_class", "railway", "waterway", "natural", "类型", "lx", "class", "kind", "fclass",
            "type",
        ),
        "tunnel": ("tunnel", "隧道"),
        "rank": ("rank", "barrier_rank", "界线等级", "边界等级", "等级"),
    },
    "landuse": {
        "id": _IDS,
        "name": ("地块名称", *_NAMES),
        "use": (
            "landuse", "用地性质", "用地类型", "地类名称", "类型", "ydxz", "dlmc", "lx", "leisure",
            "natural",
            "amenity", "use", "usage", "fclass", "type", "residential",
        ),
    },
    "compounds": {
        "id": ("compound_id", "小区编号", *_IDS),
        "name": ("小区名称", "小区名", "小区", "院落名称", "楼盘名称", "xqmc", *_NAMES),
        "type": (
            "compound_type", "小区类型", "小区类别", "小区性质", "院落类型", "类型", "类别", "性质", "xqlx",
            "lx", "type",
        ),
    },
    "services": {
        "id": ("service_id", "站点编号", *_IDS, "序号"),
        "name": ("服务站", "党群服务中心", "场所名称", "站点名称", "场所", *_NAMES),
        "kind": ("kind", "类型", "类别", "type", "amenity"),
        "area_m2": ("area_m2", "面积", "建筑面积", "使用面积", "服务面积"),
        "house": PLACES["house"],
        "area": PLACES["area"],
    },
    "boundary": {"id": _IDS, "name": ("社区名称", "街道名称", "区划名称", "xzqmc", *_NAMES)},
    "existing": {
        "id": (
            "code", "网格编码", "网格编号", "网格代码", "社区编码", "社区代码", "统计代码", "统计用区划代码",
            "区划代码", "编码", "代码", "wgbm", "sqbm", "sqdm", *_IDS,
        ),
        "name": ("网格名称", "社区名称", "村居名称", "wgmc", "sqmc", *_NAMES),
        "level": ("level", "层级", "级别"),
        "parent": ("parent", "上级", "上级编码", "所属社区"),
        "type": ("type", "类型", "社区类型", "村居类型", "类别", "村居类别", "kind", "lx", "cjlx"),
        "ground": (
            "ground", "城乡", "城乡分类", "城乡分类代码", "城乡属性", "城乡类型", "cxfl", "cxfldm",
            "urban_rural",
        ),
    },
}  # fmt: skip

#: Fields that are read from several columns: the first one that is filled in counts.
FIELDS_OF_MANY = frozenset(
    {
        ("buildings", "secondary"),
        ("barriers", "class"),
        ("landuse", "use"),
        ("services", "kind"),
        ("services", "area"),
        *((role, "id") for role in ALIASES),
    }
)

#: Bytes of a field name in a DBF table.
_DBF_NAME_BYTES = 10


def normalise_name(name: str) -> str:
    """Return a column name without case, width, brackets, blanks and signs."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    plain = re.sub(r"\(.*?\)|\[.*?\]", "", plain)
    return re.sub(r"[\s_\-:./]+", "", plain)


def find_columns(
    role: str,
    names: Sequence[str],
    asked: Mapping[str, str],
    *,
    where: str,
    short_names: bool = False,
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Find the columns of a layer.

    Parameters
    ----------
    role
        What the layer is: a key of :data:`ALIASES`.
    names
        The columns that the layer has.
    asked
        Columns by field that the caller named; "" says that the layer has none for the field.
    where
        The layer, for messages.
    short_names
        Whether names are cut to the 10 bytes of a DBF table.

    Returns
    -------
    found, rivals
        Columns by field, and by field the columns that would have done as well but were not taken.

    Raises
    ------
    InputError
        If a field is unknown or a named column is not there.
    """
    table = ALIASES[role]
    for field in asked:
        if field not in table:
            raise InputError("field_unknown", role=role, field=field, known=", ".join(table))
    found: dict[str, tuple[str, ...]] = {}
    rivals: dict[str, tuple[str, ...]] = {}
    for field, aliases in table.items():
        if field in asked:
            named = asked[field]
            if named and named not in names:
                raise InputError(
                    "column_missing", layer=where, field=field, column=named, columns=", ".join(names) or "-"
                )
            found |= {field: (named,)} if named else {}
            continue
        fitting = _match(aliases, names, short_names)
        if (role, field) in FIELDS_OF_MANY:
            found |= {field: fitting} if fitting else {}
        elif fitting:
            found[field], rivals[field] = fitting[:1], fitting[1:]
    return found, {field: others for field, others in rivals.items() if others}


def _match(aliases: Sequence[str], names: Sequence[str], short_names: bool) -> tuple[str, ...]:
    """Return the columns that match, in the order of the aliases."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(normalise_name(name), name)
    matched: dict[str, None] = {}
    for alias in aliases:
        keys = [normalise_name(alias)]
        if short_names:
            cut = alias.encode()[:_DBF_NAME_BYTES].decode(errors="ignore")
            keys.append(normalise_name(cut))
        for key in keys:
            if key in by_key:
                matched.setdefault(by_key[key])
    return tuple(matched)
