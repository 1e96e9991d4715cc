"""Give the buildings and atoms of a plan other compounds, and list what changes by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gridplan.arrays import TextArray
from gridplan.attach.directory import Directory
from gridplan.plan import Plan
from gridplan.schema import Things, issue_rows, join_issues

__all__ = ["list_members", "relabel_compounds"]


def list_members(directory: Directory, things: Things) -> tuple[TextArray, TextArray, pd.DataFrame]:
    """Find the compound of each building from a list of buildings: by building id, else by point.

    Parameters
    ----------
    directory
        Where everything is in the plan.
    things
        Rows with ``name`` (else ``id``) and ``type``, one per building.

    Returns
    -------
    name, type, issues
        Per building of the plan, None for none. A building in two compounds belongs to the first by name.
    """
    frame = things.frame
    names = frame["name"].where(frame["name"] != "", frame["id"])
    house, _ = directory.find_houses(frame["house"])
    atom = directory.find_atoms(frame[["x", "y"]].to_numpy(dtype=np.float64))
    spot = directory.buildings.get_indexer(np.append(directory.atom_building, "")[atom])
    at = np.where(house >= 0, house, spot)
    table = pd.DataFrame({"at": at, "name": names, "type": frame["type"], "id": frame["id"]})
    lost = table[table["at"] < 0]
    table = table[table["at"] >= 0].sort_values(["at", "name", "type"], kind="stable")
    again = table["at"].duplicated() & (table["name"] != table.groupby("at")["name"].transform("first"))
    first = table.drop_duplicates("at")
    name, kind = np.full((2, len(directory.buildings)), None, dtype=object)
    rows = first["at"].to_numpy(dtype=np.int64)
    name[rows] = first["name"].to_numpy(dtype=object)
    types = table[table["type"] != ""].drop_duplicates("name").set_index("name")["type"]
    named = first["name"].map(types)
    kind[rows] = named.where(named.notna(), None).to_numpy(dtype=object)
    twice = directory.buildings.to_numpy(dtype=object)[table.loc[again, "at"].to_numpy(dtype=np.int64)]
    issues = join_issues(
        issue_rows("compounds", lost["id"], "thing_building_unknown", "noted", detail=list(lost["name"])),
        issue_rows("buildings", twice, "building_in_two_compounds", "assigned",
                   detail=list(table.loc[again, "name"])),
    )  # fmt: skip
    return name, kind, issues


def relabel_compounds(
    plan: Plan, name: TextArray, types: TextArray, atoms: TextArray
) -> tuple[Plan, pd.DataFrame]:
    """Put other compounds on the buildings and atoms of a plan.

    Parameters
    ----------
    plan
        The plan; its areas stay as they are and have to be judged anew.
    name, types
        Compound and its type per building, None for none.
    atoms
        Compound per atom, "" for none.

    Returns
    -------
    plan, issues
        By compound how many buildings came to it (``compound_joined``) and left it (``compound_left``).
    """
    before = _texts(plan.buildings["compound"]) if "compound" in plan.buildings else _blank(len(name))
    after = _texts(pd.Series(name, dtype=object))
    moved = before != after
    rows = []
    for code, words in (("compound_joined", after[moved]), ("compound_left", before[moved])):
        names, count = np.unique(words[words != ""].astype(str), return_counts=True)
        rows.append(issue_rows("compounds", names, code, "noted", count))
    buildings = plan.buildings.assign(compound=name, compound_type=types)
    labelled = plan.atoms.assign(compound=pd.array(atoms, dtype="str"))
    return replace(plan, buildings=buildings, atoms=labelled), join_issues(*rows)


def _texts(column: pd.Series) -> TextArray:
    texts: TextArray = column.astype(object).where(column.notna(), "").astype(str).to_numpy(dtype=object)
    return texts


def _blank(n: int) -> TextArray:
    return np.full(n, "", dtype=object)
