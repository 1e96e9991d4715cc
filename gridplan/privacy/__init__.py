"""Who may see what: audiences, and counts too small to be told."""

from gridplan.privacy.audience import AUDIENCES, MIN_CELL, Audience, parse_audience

__all__ = ["AUDIENCES", "MIN_CELL", "Audience", "parse_audience"]
