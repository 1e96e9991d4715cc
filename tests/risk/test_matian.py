"""The published numbers of the place that xiao-Matian is made after come out exactly."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridplan.risk import RATINGS, count_funnel, rate
from gridplan.scheme import RiskRules

DATA = Path(__file__).resolve().parents[2] / "data"
COLOURS = dict(zip("红橙黄蓝", RATINGS, strict=True))


def test_95198_of_95714_hazards_were_fixed_on_site() -> None:
    table = pd.read_parquet(DATA / "xiao_matian_hazards.parquet")
    funnel = count_funnel(
        pd.DataFrame({"on_site": table["现场整改"], "fixed": table["整改日期"].dt.strftime("%Y-%m-%d")})
    )
    assert (funnel.found, funnel.on_site, funnel.share) == (95_714, 95_198, "99.46 %")
    assert funnel.fixed_later + funnel.open == 516 and funnel.unspecified == funnel.fixed_unspecified == 0


def test_all_enterprises_are_rated_by_colour_or_by_lec() -> None:
    table = gpd.read_file(DATA / "xiao_matian.gpkg", layer="enterprises", ignore_geometry=True)
    things = table.rename(columns={"L": "likelihood", "E": "exposure", "C": "consequence"})
    rated = rate(things.assign(level=things["风险等级"].map(COLOURS).fillna("")), RiskRules())
    assert len(rated) == 3_177 and (rated["rating"] != "").all()
    assert rated["rated_by"].value_counts().to_dict() == {"given": 2_691, "lec": 486}
