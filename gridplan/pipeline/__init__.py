"""The whole way from layers to a judged plan: this room alone knows the order of the others."""

from gridplan.pipeline.attachment import attach_things
from gridplan.pipeline.comparing import compare_with_existing
from gridplan.pipeline.feasibility import assess_feasibility
from gridplan.pipeline.inputs import Inputs, SchemeLike
from gridplan.pipeline.make import ROOMS, make_plan, solve_plan, write_plan
from gridplan.pipeline.provenance import ATTACHABLE

__all__ = [
    "ATTACHABLE",
    "ROOMS",
    "Inputs",
    "SchemeLike",
    "assess_feasibility",
    "attach_things",
    "compare_with_existing",
    "make_plan",
    "solve_plan",
    "write_plan",
]
