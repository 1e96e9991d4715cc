"""Atoms: the smallest pieces of a district that no plan cuts."""

from gridplan.atoms.build import build_atoms, label_compounds
from gridplan.atoms.options import Atoms

__all__ = ["Atoms", "build_atoms", "label_compounds"]
