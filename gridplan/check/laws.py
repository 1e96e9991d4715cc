"""The table of checks: every law with its key and version, and the front doors of the room."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.check.attached import check_attached
from gridplan.check.bounds import AreaVerdicts, check_areas, check_bounded, check_certificates
from gridplan.check.changes import check_changed
from gridplan.check.compounds import check_compounds
from gridplan.check.cover import check_seamless
from gridplan.check.faces import check_counts, check_faces
from gridplan.check.findings import Finding, tabulate_findings
from gridplan.check.order import check_coded, check_nested, check_whole
from gridplan.check.origins import check_accounted, check_reproducible
from gridplan.check.pieces import check_contiguous
from gridplan.check.reading import LevelReading, Reading, read_plan
from gridplan.check.shape import measure_shape
from gridplan.check.totals import check_complete
from gridplan.plan import Plan

__all__ = ["LAWS", "Law", "check_plan", "record_findings"]


@dataclass(frozen=True, slots=True)
class Law:
    """One law.

    Parameters
    ----------
    key
        Its name in the findings; the title is found under ``finding.<key>``.
    version
        Raised whenever its verdict on some plan changes.
    func
        Checks a plan as it was read.
    """

    key: str
    version: int
    func: Callable[[Reading], list[Finding]]


#: All laws of DESIGN.md section 2, in its order, then the figures that no law bounds.
LAWS = (
    Law("seamless", 1, check_seamless),
    Law("complete", 1, check_complete),
    Law("contiguous", 1, check_contiguous),
    Law("bounded", 1, check_bounded),
    Law("certificate", 1, check_certificates),
    Law("nested", 1, check_nested),
    Law("faces", 1, check_faces),
    Law("count", 1, check_counts),
    Law("whole", 1, check_whole),
    Law("compound", 1, check_compounds),
    Law("coded", 1, check_coded),
    Law("changed", 1, check_changed),
    Law("reproducible", 1, check_reproducible),
    Law("accounted", 1, check_accounted),
    Law("placed", 1, check_attached),
    Law("shape", 1, measure_shape),
)


def check_plan(plan: Plan, *, level_polygons: Mapping[str, gpd.GeoDataFrame] | None = None) -> pd.DataFrame:
    """Check a plan against every law, from what is written alone.

    Parameters
    ----------
    plan
        As opened from its file, or just made.
    level_polygons
        Level layers to be checked against the atoms; default: those that the plan carries
        (``plan.polygons``, filled when it was opened from a file).

    Returns
    -------
    DataFrame
        The ``FINDING_COLUMNS``: per law and level one row ``ok``, or one row per thing out of order.
        ``reason`` is a JSON text, see :func:`read_reason`. A failed check is a row, never an error.

    Notes
    -----
    Nothing of the solver, the atoms or the contiguity room is used: borders are measured from the
    polygons, pieces counted by connected components, certificates proved again.

    Examples
    --------
    >>> findings = gridplan.check_plan(gridplan.open_plan("plan.gpkg"))
    >>> int((findings["verdict"] == "violation").sum())
    0
    """
    return _check_reading(read_plan(plan, level_polygons))


def record_findings(plan: Plan) -> Plan:
    """Check a plan just made and write the findings into it.

    Parameters
    ----------
    plan
        A plan with areas, labels and certificates.

    Returns
    -------
    Plan
        With ``findings``, and with ``status`` (ok, exempt, violation), ``certificate``, ``certificate_id``,
        ``reason_key`` and ``reason_values`` of its ``areas`` as the check finds them. What a soft level
        only warns of is ok.
    """
    reading = read_plan(plan)
    tables = dict(plan.areas)
    for level in reading.levels:
        if level.id in tables:
            verdicts = check_areas(reading, level)
            tables[level.id] = _fill_table(tables[level.id], level, verdicts)
    checked = replace(plan, areas=tables)
    return replace(checked, findings=_check_reading(reading.with_plan(checked)))


def _check_reading(reading: Reading) -> pd.DataFrame:
    return tabulate_findings((law.key, law.version, finding) for law in LAWS for finding in law.func(reading))


def _fill_table(table: pd.DataFrame, level: LevelReading, verdicts: AreaVerdicts) -> pd.DataFrame:
    soft = verdicts.status == "warning"
    status = verdicts.status.copy()
    status[soft] = "ok"
    # that an area is out of bounds shows in its numbers; its reason says why that cannot be helped
    why = np.where(verdicts.certificate == "", verdicts.reason, verdicts.certificate)
    found = pd.DataFrame(
        {
            "status": status.astype(str),
            "certificate": verdicts.certificate.astype(str),
            "certificate_id": verdicts.certificate_id,
            "reason_key": why.astype(str),
            "reason_values": [json.dumps(v, ensure_ascii=False, sort_keys=True) for v in verdicts.values],
        },
        index=pd.Index(level.codes.astype(str)),
    ).reindex(table.index.astype(str))
    filled = table.copy()
    for column in found.columns:
        filled[column] = found[column].to_numpy()
    return filled
