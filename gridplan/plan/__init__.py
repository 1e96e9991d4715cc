"""A plan as a frozen value; how its areas are numbered, and which old area each one continues."""

from gridplan.plan.value import FORMAT_VERSION, Plan, dissolve_atoms, dissolve_level

__all__ = ["FORMAT_VERSION", "Plan", "dissolve_atoms", "dissolve_level"]
