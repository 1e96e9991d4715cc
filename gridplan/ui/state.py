"""The opened plan that pages share: the server's is read once for all, a visitor's belongs to the session."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

import streamlit as st

from gridplan import pipeline
from gridplan.demo import open_demo_plan
from gridplan.errors import InputError
from gridplan.io import open_plan
from gridplan.onemap.shown import Shown, described_from_file, show_plan_to
from gridplan.plan import Plan
from gridplan.privacy import Audience
from gridplan.ui.settings import read_audience

__all__ = [
    "JOB",
    "OpenedPlan",
    "attach_files",
    "drop_own_plan",
    "find_plan",
    "hold_own_plan",
    "holds_own_plan",
    "keep_results",
    "open_server_plan",
    "read_argument",
]

P = ParamSpec("P")
R = TypeVar("R")

_OWN = "own_plan"
#: Where a session keeps the plan that is being made for it.
JOB = "job"


@dataclass(frozen=True, slots=True, eq=False)
class OpenedPlan:
    """What may be seen of a plan.

    Parameters
    ----------
    key
        Another one when the content or the audience is.
    name
        What the plan is called.
    shown
        The plan as its audience sees it.
    synthetic
        Whether it is the demo: an invented town.
    """

    key: str
    name: str
    shown: Shown
    synthetic: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A plan and what may be seen of it; the plan itself never goes to a page."""

    opened: OpenedPlan
    plan: Plan


def keep_results(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep what a function makes of an opened plan, for all sessions that ask for the same.

    Parameters
    ----------
    most
        How many results are kept. The plan counts by its key, the other parameters by their value.
    """
    return st.cache_resource(
        max_entries=most, show_spinner=False, hash_funcs={OpenedPlan: lambda opened: opened.key}
    )


def read_argument() -> Path | None:
    """Return the file named after ``--`` on the command line."""
    return Path(sys.argv[1]) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else None


def find_plan() -> OpenedPlan:
    """Return the plan of this session: the visitor's own, else the server's.

    Raises
    ------
    GridplanError
        If the server's file is no plan, or its audience is none.
    """
    return _find_held().opened


def attach_files(files: Mapping[str, str], date: str) -> None:
    """Attach things to the plan of this session, which is the visitor's own from then on.

    Parameters
    ----------
    files
        A file by role, one of ``gridplan.schema.ATTACHED_COLUMNS``.
    date
        Day that they are of, "YYYY-MM-DD"; "" for not given.

    Raises
    ------
    GridplanError
        If a file cannot be used.
    """
    held = _find_held()
    plan = pipeline.attach_things(held.plan, files, date=date)
    _keep_own(plan, held.opened.name, synthetic=held.opened.synthetic)


def _find_held() -> _Held:
    own = st.session_state.get(_OWN)
    return own if isinstance(own, _Held) else open_server_plan()


def hold_own_plan(plan: Plan, name: str) -> None:
    """Let this session look at a plan of its own."""
    _keep_own(plan, name)


def _keep_own(plan: Plan, name: str, *, synthetic: bool = False) -> None:
    # nobody else can come upon a key that is drawn by lot
    key = secrets.token_hex(16)
    st.session_state[_OWN] = _hold(plan, key, name, read_audience(), synthetic=synthetic)


def drop_own_plan() -> None:
    """Go back to the server's plan."""
    st.session_state.pop(_OWN, None)


def holds_own_plan() -> bool:
    """Return whether this session looks at a plan of its own."""
    return _OWN in st.session_state


def open_server_plan() -> _Held:
    """Open the plan that the server was started with, else the demo; once for all sessions."""
    path, audience = read_argument(), read_audience()
    if path is None:
        return _open_demo(audience)
    if not path.is_file():
        raise InputError("file_missing", path=str(path))
    return _open_file(str(path), path.stat().st_mtime_ns, audience)


@st.cache_resource(max_entries=2, show_spinner=False)
def _open_file(path: str, stamp: int, audience: Audience) -> _Held:
    plan = open_plan(path)
    return _hold(plan, f"{path}:{stamp}:{audience}", Path(path).stem, audience)


@st.cache_resource(max_entries=1, show_spinner=False)
def _open_demo(audience: Audience) -> _Held:
    return _hold(open_demo_plan(), f"demo:{audience}", "", audience, synthetic=True)


def _hold(plan: Plan, key: str, name: str, audience: Audience, *, synthetic: bool = False) -> _Held:
    shown = show_plan_to(plan, described_from_file(plan), audience, name=name)
    return _Held(OpenedPlan(key, name, shown, synthetic), plan)
