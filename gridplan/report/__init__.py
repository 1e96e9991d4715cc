"""What a plan looks like to people: described areas, tables and maps, in Chinese and English."""

from gridplan.report.areas import describe_areas, describe_plan
from gridplan.report.border_tables import describe_borders, tabulate_borders
from gridplan.report.maps import draw_overview
from gridplan.report.tables import format_findings, format_summary, summarise_plan

__all__ = [
    "describe_areas",
    "describe_borders",
    "describe_plan",
    "draw_overview",
    "format_findings",
    "format_summary",
    "summarise_plan",
    "tabulate_borders",
]
