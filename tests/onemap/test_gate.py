"""What passed the gate holds nothing that was cut: every object that can be reached from it is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from forbidden import list_forbidden
from guarded_town import BESIDE, OWN, TELLTALE, build_guarded_town
from pandas.core.arrays import BaseMaskedArray
from shapely.geometry.base import BaseGeometry

from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.plan import Plan
from gridplan.privacy import parse_audience
from gridplan.report import describe_plan
from gridplan.schema import ATOM_COLUMNS, issue_rows

AUDIENCES = ("office", "public", f"worker:{OWN}")
_PLAIN = (str, bytes, int, float, bool, type(None), type, ModuleType, BaseGeometry, BuiltinFunctionType)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """Make the town with small counts, things, and papers that name every grid and house."""
    plan = build_guarded_town(tmp_path_factory.mktemp("guarded"))
    grids, houses = (
        sorted(set(plan.atoms["grid"])),
        list(plan.buildings.index[plan.buildings["households"] > 0]),
    )
    findings = pd.DataFrame(
        {
            "key": "bounded", "law": 4, "level": "grid", "code": pd.array(grids, dtype="str"),
            "value": float(TELLTALE), "bound": 80.0, "verdict": "violation",
            "reason": json.dumps({"key": "above_upper", "values": {"households": TELLTALE}}),
        }
    )  # fmt: skip
    findings = findings.set_axis(plan.findings.columns, axis=1)
    findings = findings[findings["code"] == BESIDE].reset_index(drop=True)
    issues = issue_rows(
        "buildings", houses, "households_from_people", "estimated", [float(TELLTALE)] * len(houses)
    )
    return replace(plan, findings=findings, issues=issues)


@pytest.fixture(scope="module", params=AUDIENCES)
def reached(request: pytest.FixtureRequest, guarded: Plan) -> tuple[Shown, list[object]]:
    """Give what an audience is shown, and everything that can be reached from it."""
    areas = describe_plan(guarded)
    shown = show_plan_to(guarded, areas, parse_audience(request.param), name="town")
    return shown, list(_reach(shown))


def _reach(root: object) -> Iterator[object]:
    """Walk over an object and all that it refers to: attributes, items, the arrays below views."""
    seen: dict[int, object] = {}
    waiting = [root]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen[id(thing)] = thing
        yield thing
        if not isinstance(thing, _PLAIN):
            waiting += _refer(thing)


def _refer(thing: object) -> list[object]:
    if isinstance(thing, np.ndarray):
        items = list(thing.ravel()) if thing.dtype == object else []
        return [*items, *([] if thing.base is None else [thing.base])]
    if isinstance(thing, pa.ChunkedArray):
        return [buffer.to_pybytes() for chunk in thing.chunks for buffer in chunk.buffers() if buffer]
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple | set | frozenset):
        return list(thing)
    if isinstance(thing, FunctionType):
        return [cell.cell_contents for cell in thing.__closure__ or ()]
    if isinstance(thing, MethodType):
        return [thing.__self__]
    names = {name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())}
    found: list[object] = [getattr(thing, name) for name in names if _holds(thing, name)]
    found += list(getattr(thing, "__dict__", {}).values())
    if isinstance(thing, pd.DataFrame | pd.Series):
        found += [*thing._mgr.arrays, *thing.axes]
    if isinstance(thing, pd.Index | pd.api.extensions.ExtensionArray):
        found += [getattr(thing, name) for name in ("_data", "_mask", "_ndarray") if _holds(thing, name)]
    return found


def _holds(thing: object, name: str) -> bool:
    return name not in ("__weakref__", "__dict__") and hasattr(thing, name)


def test_the_walk_finds_a_plan_wherever_it_hides(guarded: Plan) -> None:
    @dataclass(slots=True)
    class Slotted:
        inside: object

    def close() -> Plan:
        return guarded

    for hidden in (
        {"a": [guarded]},
        Slotted((guarded,)),
        close,
        guarded.summary if hasattr(guarded, "summary") else close,
    ):
        assert any(isinstance(thing, Plan) for thing in _reach(hidden))
    table = pd.DataFrame({"name": ["shown", "cut away"]})
    assert b"cut away" in b"".join(thing for thing in _reach(table.iloc[:1]) if isinstance(thing, bytes))


def test_no_plan_and_no_atoms_are_reached(reached: tuple[Shown, list[object]], guarded: Plan) -> None:
    things = reached[1]
    assert not [thing for thing in things if isinstance(thing, Plan)]
    frames = [thing for thing in things if isinstance(thing, pd.DataFrame)]
    assert len(frames) > 5
    for frame in frames:
        assert frame is not guarded.atoms
        assert len(set(ATOM_COLUMNS) & set(frame.columns)) < len(ATOM_COLUMNS) / 2, list(frame.columns)


def test_no_number_stays_under_a_mask(reached: tuple[Shown, list[object]]) -> None:
    masked = [thing for thing in reached[1] if isinstance(thing, BaseMaskedArray)]
    assert any(thing._mask.any() for thing in masked) or reached[0].audience.name == "public"
    for thing in masked:
        assert not thing._data[thing._mask].any()


def test_no_withheld_number_is_reached(reached: tuple[Shown, list[object]]) -> None:
    for thing in reached[1]:
        if isinstance(thing, np.ndarray) and thing.dtype.kind in "iuf":
            assert not (thing == TELLTALE).any()
        elif isinstance(thing, int | float | np.number):
            assert thing != TELLTALE
        elif isinstance(thing, str):
            assert str(TELLTALE) not in thing


def test_no_forbidden_word_is_reached(reached: tuple[Shown, list[object]], guarded: Plan) -> None:
    shown, things = reached
    words = [thing for thing in things if isinstance(thing, str)]
    words += [thing.decode("utf-8", "replace") for thing in things if isinstance(thing, bytes)]
    text = "\n".join(words)
    assert [word for word in list_forbidden(guarded, shown.audience) if word in text] == []
