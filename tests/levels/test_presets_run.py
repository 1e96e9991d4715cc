"""Every packaged scheme makes a plan of the synthetic town that its own rules accept."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from gridplan.check import check_plan
from gridplan.io import open_plan
from gridplan.pipeline import make_plan, write_plan
from gridplan.scheme import list_schemes, load_preset, parse_scheme

TOWN = Path(__file__).resolve().parents[2] / "data" / "xiao_cheng.gpkg"
#: Counts of these are met on any town with enough homes; the others' belong to their own streets and people.
ANYWHERE = {"rongxian", "beiliu"}
#: What stands already: the level that takes the four old communities, by scheme.
STANDING = {
    "matian": ("community",),
    "rongxian": ("community",),
    "shangnan": ("community",),
    "shangnan-county": ("community", "town"),
    "wuhou-micro": ("grid",),
    "yinzhou": ("community",),
}


@pytest.fixture(scope="module")
def quarters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four old communities that meet in the middle of the town, whatever stands there."""
    outline = gpd.read_file(TOWN, layer="boundary")
    west, south, east, north = outline.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    boxes = shapely.box([west, x, west, x], [south, south, y, y], [x, east, x, east], [y, y, north, north])
    areas = gpd.GeoDataFrame(
        {
            "编码": [f"610223100{number:03d}" for number in range(1, 5)],
            "名称": list("甲乙丙丁"),
            "类型": "居委会",
            "城乡": "城镇",
        },
        geometry=shapely.intersection(boxes, outline.union_all()),
        crs=outline.crs,
    )
    path = tmp_path_factory.mktemp("old") / "communities.gpkg"
    areas.to_file(path)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", list_schemes())
def test_its_plan_breaks_none_of_its_rules(name: str, quarters: Path, tmp_path: Path) -> None:
    scheme = load_preset(name)
    if name not in ANYWHERE:  # as the presets tell a planner elsewhere to do
        scheme = parse_scheme(re.sub(r"^count(_elsewhere)? = \d+\n", "", scheme.text, flags=re.MULTILINE))
    layers = {role: f"{TOWN}#{role}" for role in ("buildings", "streets", "boundary", "landuse", "compounds")}
    existing = dict.fromkeys(STANDING.get(name, ()), quarters)
    plan = make_plan(**layers, barriers=f"{TOWN}#river", existing=existing, scheme=scheme)
    assert list(plan.areas) == [level.id for level in load_preset(name).levels]
    broken = plan.findings[plan.findings["verdict"] == "violation"]
    assert not len(broken), broken.to_string()
    for level in scheme.levels:
        assert plan.atoms.groupby(level.id)["households"].sum().sum() == plan.buildings["households"].sum()
    again = check_plan(open_plan(write_plan(plan, tmp_path / "plan.gpkg")))
    assert not (again["verdict"] == "violation").any()
