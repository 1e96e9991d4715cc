"""Things placed into the areas of a plan: by point, building, house code, area, or by their enterprise."""

from gridplan.attach.compounds import list_members, relabel_compounds
from gridplan.attach.directory import Directory, build_directory
from gridplan.attach.place import list_owners, place_things, replace_followers
from gridplan.attach.systems import compare_systems

__all__ = [
    "Directory",
    "build_directory",
    "compare_systems",
    "list_members",
    "list_owners",
    "place_things",
    "relabel_compounds",
    "replace_followers",
]
