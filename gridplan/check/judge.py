"""The table of checks: every law with its key and version, and the front doors of the room."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from gridplan.check.attached import judge_attached
from gridplan.check.bounds import AreaVerdicts, judge_areas, judge_bounded, judge_certificates
from gridplan.check.changes import judge_changed
from gridplan.check.compounds import judge_compounds
from gridplan.check.cover import judge_seamless
from gridplan.check.faces import judge_counts, judge_faces
from gridplan.check.findings import Finding, tabulate_findings
from gridplan.check.order import judge_coded, judge_nested, judge_whole
from gridplan.check.origins import judge_accounted, judge_reproducible
from gridplan.check.pieces import judge_contiguous
from gridplan.check.reading import LevelReading, Reading, read_plan
from gridplan.check.shape import measure_shape
from gridplan.check.totals import judge_complete
from gridplan.plan import Plan

__all__ = ["CHECKS", "Check", "check_plan", "judge_plan"]


@dataclass(frozen=True, slots=True)
class Check:
    """One law.

    Parameters
    ----------
    key
        Its name in the findings; the title is found under ``finding.<key>``.
    version
        Raised whenever its verdict on some plan changes.
    func
        Checks a plan.
    """

    key: str
    version: int
    func: Callable[[Reading], list[Finding]]


#: All laws of DESIGN.md section 2, in its order, then the figures that no law bounds.
CHECKS = (
    Check("seamless", 1, judge_seamless),
    Check("complete", 1, judge_complete),
    Check("contiguous", 1, judge_contiguous),
    Check("bounded", 1, judge_bounded),
    Check("certificate", 1, judge_certificates),
    Check("nested", 1, judge_nested),
    Check("faces", 1, judge_faces),
    Check("count", 1, judge_counts),
    Check("whole", 1, judge_whole),
    Check("compound", 1, judge_compounds),
    Check("coded", 1, judge_coded),
    Check("changed", 1, judge_changed),
    Check("reproducible", 1, judge_reproducible),
    Check("accounted", 1, judge_accounted),
    Check("placed", 1, judge_attached),
    Check("shape", 1, measure_shape),
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
    return _judge_reading(read_plan(plan, level_polygons))


def judge_plan(plan: Plan) -> Plan:
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
            verdicts = judge_areas(reading, level)
            tables[level.id] = _fill_table(tables[level.id], level, verdicts)
    judged = replace(plan, areas=tables)
    return replace(judged, findings=_judge_reading(reading.with_plan(judged)))


def _judge_reading(reading: Reading) -> pd.DataFrame:
    return tabulate_findings(
        (law.key, law.version, finding) for law in CHECKS for finding in law.func(reading)
    )


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
