"""Files in and out: the only room that touches files and the network."""

from gridplan.io.read import read_layers

__all__ = ["read_layers"]
