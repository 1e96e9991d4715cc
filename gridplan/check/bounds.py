"""Law 4, bounded: each area is within the scheme's bounds, or exempt with a certificate that holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.arrays import FloatArray, IntArray
from gridplan.check.carriers import Carriers
from gridplan.check.findings import Finding, with_ok
from gridplan.check.proofs import Proof
from gridplan.check.reading import LevelReading, Reading
from gridplan.check.rule import LEGAL, MIXED_KINDS, TOO_FEW, LoadRule

__all__ = ["AreaVerdicts", "judge_areas", "judge_bounded", "judge_certificates"]


#: A written area may pass a cap by this share: the rounding of coordinates.
CAP_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class AreaVerdicts:
    """What each area of a level is, before and after its certificates.

    Parameters
    ----------
    status
        ok, exempt, violation or warning, shape (k,).
    certificate
        Kind of the certificate, ``unproven``, or "" for areas in order, shape (k,).
    certificate_id
        Number of the (first) certificate, -1 for none, shape (k,).
    reason
        Message key, "" for areas in order, shape (k,).
    values
        What goes into the message, shape (k,).
    value, bound
        What was found and what was wanted, shape (k,).
    counted
        What the level counts in each area (households, or people), shape (k,).
    """

    status: npt.NDArray[np.object_]
    certificate: npt.NDArray[np.object_]
    certificate_id: IntArray
    reason: npt.NDArray[np.object_]
    values: list[dict[str, Any]]
    value: FloatArray
    bound: FloatArray
    counted: IntArray


def judge_areas(reading: Reading, one: LevelReading) -> AreaVerdicts:
    """Judge each area of a level.

    Parameters
    ----------
    reading, one
        The plan and the level.
    """
    level = one.level
    rule = reading.make_rule(level)
    k = len(one.codes)
    sums = np.zeros((k, len(rule.kinds)), dtype=np.int64)
    for column in range(len(rule.kinds)):
        sums[:, column] = one.count_by_area(rule.loads[:, column])
    each = level.statistic == "each"
    fault = rule.judge(sums)
    area = one.sum_by_area(reading.area)
    homes = one.count_by_area(reading.households)
    over = (area > level.max_area_m2 * (1 + CAP_SLACK)) if level.max_area_m2 else np.zeros(k, dtype=bool)
    verdicts = AreaVerdicts(
        status=np.full(k, "ok", dtype=object),
        certificate=np.full(k, "", dtype=object),
        certificate_id=np.full(k, -1, dtype=np.int64),
        reason=np.full(k, "", dtype=object),
        values=[{} for _ in range(k)],
        value=np.full(k, np.nan),
        bound=np.full(k, np.nan),
        counted=sums.sum(axis=1) if rule.kinds else homes,
    )
    bad = "violation" if each and level.hard else "warning"
    for i in np.flatnonzero(over):
        # land where nobody lives has no household to be served in it: said, not forbidden
        verdicts.status[i] = bad if homes[i] else "warning"
        verdicts.reason[i] = "over_cap" if homes[i] else "land_over_cap"
        verdicts.value[i], verdicts.bound[i] = area[i], level.max_area_m2
        verdicts.values[i].update(area_m2=round(float(area[i]), 1), cap_m2=level.max_area_m2)
    people = one.count_by_area(np.where(reading.applies(level), reading.population, 0))
    for i in np.flatnonzero(people > level.max_people) if level.max_people else ():
        verdicts.status[i], verdicts.reason[i] = bad, "over_people"
        verdicts.value[i], verdicts.bound[i] = people[i], level.max_people
        verdicts.values[i].update(people=int(people[i]), most=level.max_people)
    for i in np.flatnonzero(fault != LEGAL):
        verdicts.status[i] = bad
        verdicts.reason[i], verdicts.value[i], verdicts.bound[i] = _tell_fault(rule, sums[i], int(fault[i]))
        verdicts.values[i].update({name: int(sums[i, c]) for c, name in enumerate(rule.kinds)})
        verdicts.values[i].update(households=int(homes[i]), counted=int(sums[i].sum()))
    if bad == "violation":
        _apply_proofs(one, verdicts, *reading.proofs[level.id])
        _excuse_land(one, verdicts, reading.proofs[level.id][1])
    return verdicts


def _tell_fault(rule: LoadRule, sums: IntArray, fault: int) -> tuple[str, float, float]:
    """Give the message key, and the count beside the bound of its kind where there is one kind."""
    total = float(sums.sum())
    if fault == MIXED_KINDS:
        return "mixed_kinds", total, np.nan
    held = np.flatnonzero(sums)
    chief = int(sums.argmax())
    one_kind = len(held) == 1 or rule.mixed == "majority"
    few = fault == TOO_FEW
    bound = float((rule.lower if few else rule.upper)[chief]) if one_kind else np.nan
    return ("below_lower" if few else "above_upper") + ("" if one_kind else "_mixed"), total, bound


def _apply_proofs(
    one: LevelReading, verdicts: AreaVerdicts, carriers: Carriers | None, proofs: list[Proof]
) -> None:
    """Mark areas out of bounds as exempt where proved certificates explain all their households."""
    out = verdicts.status == "violation"
    verdicts.certificate[out] = "unproven"
    if carriers is None:
        return
    core = np.full(len(one.labels), -1, dtype=np.int64)
    tight = np.zeros(len(proofs), dtype=bool)
    out_atom = (one.labels >= 0) & out[one.labels]
    for p, proof in enumerate(proofs):
        if proof.reason or proof.claim.atoms is None:
            continue
        atoms = proof.claim.atoms
        core[atoms] = p
        tight[p] = int(carriers.households[atoms[out_atom[atoms]]].sum()) == proof.claim.bound
    explained = (core >= 0) & tight[core]
    lacking = np.zeros(len(out), dtype=bool)
    holds = carriers.dwelling & (one.labels >= 0)
    lacking[one.labels[holds & ~explained]] = True
    first = np.full(len(out), len(proofs), dtype=np.int64)
    chosen = holds & explained
    np.minimum.at(first, one.labels[chosen], core[chosen])
    for i in np.flatnonzero(out & ~lacking & (first < len(proofs))):
        claim = proofs[first[i]].claim
        verdicts.status[i], verdicts.certificate[i] = "exempt", claim.kind
        verdicts.certificate_id[i] = claim.id
        verdicts.values[i].update(certificate=claim.kind, certificate_id=claim.id, proved=claim.bound)


def _excuse_land(one: LevelReading, verdicts: AreaVerdicts, proofs: list[Proof]) -> None:
    """Mark land over the cap as exempt where it is a single atom that is certified as such."""
    size = np.bincount(one.labels[one.labels >= 0], minlength=len(one.codes))
    for proof in proofs:
        if proof.reason or proof.claim.atoms is None or proof.claim.kind != "indivisible":
            continue
        for i in one.labels[proof.claim.atoms]:
            if i >= 0 and size[i] == 1 and verdicts.reason[i] == "land_over_cap":
                verdicts.status[i], verdicts.certificate[i] = "exempt", proof.claim.kind
                verdicts.certificate_id[i] = proof.claim.id


def judge_bounded(reading: Reading) -> list[Finding]:
    """Judge the bounds of every level.

    Parameters
    ----------
    reading
        The plan.
    """
    rows: list[Finding] = []
    for one in reading.levels:
        verdicts = judge_areas(reading, one)
        faults = [
            Finding(
                str(verdicts.status[i]), one.level.id, str(one.codes[i]), float(verdicts.value[i]),
                float(verdicts.bound[i]), str(verdicts.reason[i]),
                verdicts.values[i] | {"certificate": str(verdicts.certificate[i])},
            )
            for i in np.flatnonzero(verdicts.status != "ok")
        ]  # fmt: skip
        faults += _judge_statistics(reading, one) + _compare_written(reading, one, verdicts)
        rows += with_ok(one.level.id, faults, judged=len(one.codes))
    return rows


def _judge_statistics(reading: Reading, one: LevelReading) -> list[Finding]:
    """Judge bounds that hold for the mean or the 95th percentile of a level, and those that only warn."""
    level = one.level
    hard = "violation" if level.hard else "warning"
    asked = [(level.statistic, hard)] if level.statistic != "each" else []
    asked += [(statistic, "warning") for statistic in level.warn if statistic != "each"]
    faults = []
    for statistic, verdict in asked if len(one.codes) else ():
        faults += _judge_statistic(reading, one, statistic, verdict)
    return faults


def _judge_statistic(reading: Reading, one: LevelReading, statistic: str, verdict: str) -> list[Finding]:
    level = one.level
    faults = []
    if level.max_area_m2:
        found = _take_statistic(one.sum_by_area(reading.area), statistic)
        if found > level.max_area_m2 * (1 + CAP_SLACK):
            cap = level.max_area_m2
            values = {"statistic": statistic, "cap_m2": cap, "area_m2": round(found, 1)}
            faults.append(Finding(verdict, level.id, "", found, cap, "statistic_over_cap", values))
    rule = reading.make_rule(level)
    sums = one.count_by_area(rule.total)
    if rule.kinds and (sums > 0).any():
        found = _take_statistic(sums[sums > 0].astype(float), statistic)
        lower, upper = float(rule.lower.min()), float(rule.upper.max())
        if not lower <= found <= upper:
            values = {"statistic": statistic, "found": round(found, 1)}
            bound = lower if found < lower else upper
            faults.append(Finding(verdict, level.id, "", found, bound, "statistic_out", values))
    return faults


def _take_statistic(values: FloatArray, statistic: str) -> float:
    return float(values.mean() if statistic == "mean" else np.percentile(values, 95))


def _compare_written(reading: Reading, one: LevelReading, verdicts: AreaVerdicts) -> list[Finding]:
    """Compare the status that the file tells of its areas with the one found here."""
    written = reading.polygons.get(one.level.id)
    if written is None or "status" not in written.columns:
        return []
    codes = written["code"] if "code" in written.columns else written.index.to_series()
    told = dict(zip(codes.astype(str), written["status"].fillna("").astype(str), strict=True))
    # a level that only warns writes its areas as ok
    found = np.where(verdicts.status == "warning", "ok", verdicts.status)
    return [
        Finding(
            "violation", one.level.id, str(code), reason="status_differs",
            values={"told": told[code], "found": str(found[i])},
        )
        for i, code in enumerate(one.codes)
        if told.get(code, found[i]) != found[i]
    ]  # fmt: skip


def judge_certificates(reading: Reading) -> list[Finding]:
    """Judge every certificate by itself, used or not.

    Parameters
    ----------
    reading
        The plan.
    """
    rows: list[Finding] = []
    known = {one.level.id for one in reading.levels}
    strange = sorted(set(reading.plan.certificates["level"].astype(str)) - known)
    rows += [Finding("violation", level, reason="certificate_level_unknown") for level in strange]
    for one in reading.levels:
        proofs = reading.proofs[one.level.id][1]
        faults = [
            Finding(
                "violation",
                one.level.id,
                str(proof.claim.id),
                float(proof.proved),
                float(proof.claim.bound),
                proof.reason,
                {"kind": proof.claim.kind, "proved": proof.proved, "claimed": proof.claim.bound},
            )
            for proof in proofs
            if proof.reason
        ]
        rows += with_ok(one.level.id, faults, judged=len(proofs))
    return rows
