"""Levels that go on from areas that stand, with as few people moved as can be."""

from gridplan.solve.redraw.level import AIMS, Alternative, redraw_level

__all__ = ["AIMS", "Alternative", "redraw_level"]
