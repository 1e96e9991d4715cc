"""Enterprise risk in numbers: ratings of things and areas, hazards, hot spots, the load on the staff.

Nothing here knows geometry or words: things are tables, areas are codes, neighbours are pairs.
"""

from gridplan.risk.areas import AREA_COLUMNS, compare_staff, rank_areas, score_areas
from gridplan.risk.hazards import Funnel, count_funnel, count_funnels, format_share
from gridplan.risk.hotspots import MIN_AREAS, SPOTS, find_hot_spots
from gridplan.risk.rating import RATINGS, rate

__all__ = [
    "AREA_COLUMNS",
    "MIN_AREAS",
    "RATINGS",
    "SPOTS",
    "Funnel",
    "compare_staff",
    "count_funnel",
    "count_funnels",
    "find_hot_spots",
    "format_share",
    "rank_areas",
    "rate",
    "score_areas",
]
