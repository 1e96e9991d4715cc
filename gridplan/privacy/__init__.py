"""Who may see what: audiences, and counts too small to be published."""

from gridplan.privacy.audience import AUDIENCES, MIN_CELL, Audience, parse_audience
from gridplan.privacy.rounding import is_few, round_counts, round_parts, withhold_counts
from gridplan.privacy.suppress import TiedCounts, find_determined, hide_cells
from gridplan.privacy.ties import Ties

__all__ = [
    "AUDIENCES",
    "MIN_CELL",
    "Audience",
    "TiedCounts",
    "Ties",
    "find_determined",
    "hide_cells",
    "is_few",
    "parse_audience",
    "round_counts",
    "round_parts",
    "withhold_counts",
]
