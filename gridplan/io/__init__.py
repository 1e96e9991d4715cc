"""Files in and out: the only room that touches files and the network."""

from gridplan.io.atomic import write_whole
from gridplan.io.export import export_plan
from gridplan.io.layers import pack_layers
from gridplan.io.open import open_plan
from gridplan.io.read import read_layers
from gridplan.io.schemes import load_scheme
from gridplan.io.spreadsheet import pack_tables, write_tables
from gridplan.io.write import write_plan

__all__ = [
    "export_plan",
    "load_scheme",
    "open_plan",
    "pack_layers",
    "pack_tables",
    "read_layers",
    "write_plan",
    "write_tables",
    "write_whole",
]
