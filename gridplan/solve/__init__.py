"""The solver: arrays in, labels and proofs out."""

from gridplan.graph.bounds import LoadRule, make_rule
from gridplan.solve.levels import solve_levels
from gridplan.solve.partition import Partition, partition
from gridplan.solve.problem import Weights
from gridplan.solve.proofs.certificate import Certificate
from gridplan.solve.proofs.certify import certify

__all__ = [
    "Certificate",
    "LoadRule",
    "Partition",
    "Weights",
    "certify",
    "make_rule",
    "partition",
    "solve_levels",
]
