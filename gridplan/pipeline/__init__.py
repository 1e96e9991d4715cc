"""The whole way from inputs to a judged plan: this room alone knows the order of the others."""

from gridplan.pipeline.make import (
    ATTACHABLE,
    ROOMS,
    Inputs,
    attach_things,
    foresee,
    make_plan,
    solve_plan,
    write_plan,
)

__all__ = [
    "ATTACHABLE",
    "ROOMS",
    "Inputs",
    "attach_things",
    "foresee",
    "make_plan",
    "solve_plan",
    "write_plan",
]
