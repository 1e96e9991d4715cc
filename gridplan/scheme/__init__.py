"""The rules as data: a scheme says how streets bar, how homes are counted and what each level must obey.

A scheme is one TOML file. The packaged ones live in ``gridplan/presets``; a planner's own file is
read the same way. Everything wrong in a file is listed at once.
"""

from gridplan.scheme.parse import list_schemes, load_preset, parse_scheme
from gridplan.scheme.rules import (
    AtomRules,
    BarrierRules,
    CodeRules,
    DwellingRules,
    Level,
    RiskRules,
    Scheme,
    StaffRule,
    Text,
)

__all__ = [
    "AtomRules",
    "BarrierRules",
    "CodeRules",
    "DwellingRules",
    "Level",
    "RiskRules",
    "Scheme",
    "StaffRule",
    "Text",
    "list_schemes",
    "load_preset",
    "parse_scheme",
]
