"""The risk of enterprises on the one map: things with their ratings, areas, hazards, hot spots."""

from gridplan.onemap.catalogue import AREA_RULES, THING_ROLES
from gridplan.onemap.risk.areas import (
    compare_risk_staff,
    find_spots,
    list_hazards,
    list_key_areas,
    score_level,
)
from gridplan.onemap.risk.swatches import label_method, label_rating
from gridplan.onemap.risk.tables import tabulate_key_areas
from gridplan.onemap.risk.things import (
    Kinds,
    ThingFilter,
    count_undated,
    list_kinds,
    rate_all,
    rate_things,
    select_things,
)
from gridplan.onemap.risk.view import view_risk

__all__ = [
    "AREA_RULES",
    "THING_ROLES",
    "Kinds",
    "ThingFilter",
    "compare_risk_staff",
    "count_undated",
    "find_spots",
    "label_method",
    "label_rating",
    "list_hazards",
    "list_key_areas",
    "list_kinds",
    "rate_all",
    "rate_things",
    "score_level",
    "select_things",
    "tabulate_key_areas",
    "view_risk",
]
