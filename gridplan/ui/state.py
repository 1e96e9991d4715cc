"""What the pages share: the opened plan, read and described once for all sessions."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import streamlit as st

from gridplan.io import open_plan
from gridplan.plan import Plan
from gridplan.report import describe_plan

__all__ = ["OpenedPlan", "open_file", "open_upload", "tell_argument"]


@dataclass(frozen=True, slots=True)
class OpenedPlan:
    """A plan and its described areas by level; ``key`` is another one when the content is."""

    key: str
    name: str
    plan: Plan
    areas: Mapping[str, gpd.GeoDataFrame]


def tell_argument() -> Path | None:
    """Return the plan named after ``--`` on the command line."""
    return Path(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].endswith(".gpkg") else None


def open_file(path: Path) -> OpenedPlan:
    """Open a plan file; a file that has changed since is read again.

    Raises
    ------
    InputError
        If it is no plan.
    """
    stamp = path.stat().st_mtime_ns if path.is_file() else 0
    return _open_cached(str(path), stamp, path.name)


def open_upload(name: str, content: bytes) -> OpenedPlan:
    """Open a plan that was uploaded; the same content is read once."""
    digest = hashlib.sha256(content).hexdigest()
    return _open_content(digest, name, content)


@st.cache_resource(max_entries=4, show_spinner=False)
def _open_cached(path: str, stamp: int, name: str) -> OpenedPlan:
    plan = open_plan(path)
    return OpenedPlan(f"{path}:{stamp}", name, plan, describe_plan(plan))


@st.cache_resource(max_entries=4, show_spinner=False)
def _open_content(digest: str, name: str, _content: bytes) -> OpenedPlan:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{digest}.gpkg"
        path.write_bytes(_content)
        plan = open_plan(path)
    return OpenedPlan(digest, name, plan, describe_plan(plan))
