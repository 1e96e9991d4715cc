"""Dividing one connected piece of ground into legal parts."""

from gridplan.solve.partition.divide import Partition, Weights, partition

__all__ = ["Partition", "Weights", "partition"]
