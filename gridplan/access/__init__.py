"""How far people walk by the streets: from homes to the places that serve them."""

from gridplan.access.network import BARRED_CLASSES, BRIDGE_M, MAX_ACCESS_M, Network, build_network
from gridplan.access.routes import Routes, find_routes
from gridplan.access.summary import REACHES_M, ROUTE_COLUMNS, summarise_routes

__all__ = [
    "BARRED_CLASSES",
    "BRIDGE_M",
    "MAX_ACCESS_M",
    "REACHES_M",
    "ROUTE_COLUMNS",
    "Network",
    "Routes",
    "build_network",
    "find_routes",
    "summarise_routes",
]
