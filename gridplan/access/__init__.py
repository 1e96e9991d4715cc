"""How far people walk by the streets: from homes to the places that serve them."""

from gridplan.access.network import BARRED_CLASSES, BRIDGE_M, MAX_ACCESS_M, Network, build_network
from gridplan.access.summary import REACHES_M, WAY_COLUMNS, summarise_ways
from gridplan.access.ways import Ways, find_ways

__all__ = [
    "BARRED_CLASSES",
    "BRIDGE_M",
    "MAX_ACCESS_M",
    "REACHES_M",
    "WAY_COLUMNS",
    "Network",
    "Ways",
    "build_network",
    "find_ways",
    "summarise_ways",
]
