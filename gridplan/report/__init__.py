"""What a plan looks like to people: described areas and tables, in Chinese and English."""

from gridplan.report.areas import describe_areas, describe_plan
from gridplan.report.tables import format_findings, format_summary, summarise_plan

__all__ = [
    "describe_areas",
    "describe_plan",
    "format_findings",
    "format_summary",
    "summarise_plan",
]
