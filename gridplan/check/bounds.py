"""Law 4, bounded: each area is within the scheme's bounds, or exempt with a certificate that holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from gridplan.arrays import FloatArray, IntArray
from gridplan.check.carriers import Carriers
from gridplan.check.cover import layer_codes
from gridplan.check.findings import Finding, with_ok
from gridplan.check.proofs import Proof
from gridplan.check.reading import LevelReading, Reading, read_texts
from gridplan.check.rule import LEGAL, MIXED_KINDS, TOO_FEW, BoundedLoads

__all__ = ["AreaVerdicts", "check_areas", "check_bounded", "check_certificates"]


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
    """

    status: npt.NDArray[np.object_]
    certificate: npt.NDArray[np.object_]
    certificate_id: IntArray
    reason: npt.NDArray[np.object_]
    values: list[dict[str, Any]]
    value: FloatArray
    bound: FloatArray


def check_areas(reading: Reading, level: LevelReading) -> AreaVerdicts:
    """Check each area of a level.

    Parameters
    ----------
    reading, level
        The plan and the level.
    """
    rules = level.rules
    rule = reading.make_rule(rules)
    k = len(level.codes)
    sums = np.zeros((k, len(rule.kinds)), dtype=np.int64)
    for column in range(len(rule.kinds)):
        sums[:, column] = level.count_by_area(rule.loads[:, column])
    each = rules.statistic == "each"
    fault = rule.check(sums)
    area = level.sum_by_area(reading.area)
    homes = level.count_by_area(reading.households)
    over = (area > rules.max_area_m2 * (1 + CAP_SLACK)) if rules.max_area_m2 else np.zeros(k, dtype=bool)
    verdicts = AreaVerdicts(
        status=np.full(k, "ok", dtype=object),
        certificate=np.full(k, "", dtype=object),
        certificate_id=np.full(k, -1, dtype=np.int64),
        reason=np.full(k, "", dtype=object),
        values=[{} for _ in range(k)],
        value=np.full(k, np.nan),
        bound=np.full(k, np.nan),
    )
    bad = "violation" if each and rules.hard else "warning"
    for i in np.flatnonzero(over):
        # land where nobody lives has no household to be served: a warning, not a violation
        verdicts.status[i] = bad if homes[i] else "warning"
        verdicts.reason[i] = "over_cap" if homes[i] else "land_over_cap"
        verdicts.value[i], verdicts.bound[i] = area[i], rules.max_area_m2
        verdicts.values[i].update(area_m2=round(float(area[i]), 1), cap_m2=rules.max_area_m2)
    people = level.count_by_area(np.where(reading.applies(rules), reading.population, 0))
    for i in np.flatnonzero(people > rules.max_people) if rules.max_people else ():
        verdicts.status[i], verdicts.reason[i] = bad, "over_people"
        verdicts.value[i], verdicts.bound[i] = people[i], rules.max_people
        verdicts.values[i].update(people=int(people[i]), most=rules.max_people)
    for i in np.flatnonzero(fault != LEGAL):
        verdicts.status[i] = bad
        verdicts.reason[i], verdicts.value[i], verdicts.bound[i] = _describe_fault(
            rule, sums[i], int(fault[i])
        )
        verdicts.values[i].update({name: int(sums[i, c]) for c, name in enumerate(rule.kinds)})
        verdicts.values[i].update(households=int(homes[i]), counted=int(sums[i].sum()))
    if bad == "violation":
        _apply_proofs(level, verdicts, *reading.proofs[rules.id])
        _excuse_land(level, verdicts, reading.proofs[rules.id][1])
    return verdicts


def _describe_fault(rule: BoundedLoads, sums: IntArray, fault: int) -> tuple[str, float, float]:
    """Return message key, count and bound; the bound is that of the kind where there is a single kind."""
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
    level: LevelReading, verdicts: AreaVerdicts, carriers: Carriers | None, proofs: list[Proof]
) -> None:
    """Mark areas out of bounds as exempt where proved certificates explain all their households."""
    out = verdicts.status == "violation"
    verdicts.certificate[out] = "unproven"
    if carriers is None:
        return
    core = np.full(len(level.labels), -1, dtype=np.int64)
    tight = np.zeros(len(proofs), dtype=bool)
    out_atom = (level.labels >= 0) & out[level.labels]
    for p, proof in enumerate(proofs):
        if proof.reason or proof.claim.atoms is None:
            continue
        atoms = proof.claim.atoms
        core[atoms] = p
        tight[p] = int(carriers.households[atoms[out_atom[atoms]]].sum()) == proof.claim.bound
    explained = (core >= 0) & tight[core]
    lacking = np.zeros(len(out), dtype=bool)
    holds = carriers.dwelling & (level.labels >= 0)
    lacking[level.labels[holds & ~explained]] = True
    first = np.full(len(out), len(proofs), dtype=np.int64)
    chosen = holds & explained
    np.minimum.at(first, level.labels[chosen], core[chosen])
    for i in np.flatnonzero(out & ~lacking & (first < len(proofs))):
        claim = proofs[first[i]].claim
        verdicts.status[i], verdicts.certificate[i] = "exempt", claim.kind
        verdicts.certificate_id[i] = claim.id
        verdicts.values[i].update(certificate=claim.kind, certificate_id=claim.id, proved=claim.bound)


def _excuse_land(level: LevelReading, verdicts: AreaVerdicts, proofs: list[Proof]) -> None:
    """Mark land over the cap as exempt where it is a single atom that is certified as such."""
    size = np.bincount(level.labels[level.labels >= 0], minlength=len(level.codes))
    for proof in proofs:
        if proof.reason or proof.claim.atoms is None or proof.claim.kind != "indivisible":
            continue
        for i in level.labels[proof.claim.atoms]:
            if i >= 0 and size[i] == 1 and verdicts.reason[i] == "land_over_cap":
                verdicts.status[i], verdicts.certificate[i] = "exempt", proof.claim.kind
                verdicts.certificate_id[i] = proof.claim.id


def check_bounded(reading: Reading) -> list[Finding]:
    """Check the bounds of every level."""

    def check(level: LevelReading) -> list[Finding]:
        verdicts = check_areas(reading, level)
        faults = [
            Finding(
                str(verdicts.status[i]), level.id, str(level.codes[i]), float(verdicts.value[i]),
                float(verdicts.bound[i]), str(verdicts.reason[i]),
                verdicts.values[i] | {"certificate": str(verdicts.certificate[i])},
            )
            for i in np.flatnonzero(verdicts.status != "ok")
        ]  # fmt: skip
        return faults + _check_statistics(reading, level) + _compare_written(reading, level, verdicts)

    return reading.check_levels(check)


def _check_statistics(reading: Reading, level: LevelReading) -> list[Finding]:
    """Check bounds that hold for the mean or the 95th percentile of a level, and those that only warn."""
    rules = level.rules
    hard = "violation" if rules.hard else "warning"
    asked = [(rules.statistic, hard)] if rules.statistic != "each" else []
    asked += [(statistic, "warning") for statistic in rules.warn if statistic != "each"]
    faults = []
    for statistic, verdict in asked if len(level.codes) else ():
        faults += _check_statistic(reading, level, statistic, verdict)
    return faults


def _check_statistic(reading: Reading, level: LevelReading, statistic: str, verdict: str) -> list[Finding]:
    rules = level.rules
    faults = []
    if rules.max_area_m2:
        found = _take_statistic(level.sum_by_area(reading.area), statistic)
        if found > rules.max_area_m2 * (1 + CAP_SLACK):
            cap = rules.max_area_m2
            values = {"statistic": statistic, "cap_m2": cap, "area_m2": round(found, 1)}
            faults.append(Finding(verdict, rules.id, "", found, cap, "statistic_over_cap", values))
    rule = reading.make_rule(rules)
    sums = level.count_by_area(rule.total)
    if rule.kinds and (sums > 0).any():
        found = _take_statistic(sums[sums > 0].astype(float), statistic)
        lower, upper = float(rule.lower.min()), float(rule.upper.max())
        if not lower <= found <= upper:
            values = {"statistic": statistic, "found": round(found, 1)}
            bound = lower if found < lower else upper
            faults.append(Finding(verdict, rules.id, "", found, bound, "statistic_out", values))
    return faults


def _take_statistic(values: FloatArray, statistic: str) -> float:
    return float(values.mean() if statistic == "mean" else np.percentile(values, 95))


def _compare_written(reading: Reading, level: LevelReading, verdicts: AreaVerdicts) -> list[Finding]:
    """Compare the status of the areas as written with the one found here."""
    written = reading.polygons.get(level.id)
    if written is None or "status" not in written.columns:
        return []
    stated = dict(zip(layer_codes(written), read_texts(written["status"]), strict=True))
    # a level that only warns writes its areas as ok
    found = np.where(verdicts.status == "warning", "ok", verdicts.status)
    return [
        Finding(
            "violation", level.id, str(code), reason="status_differs",
            values={"stated": stated[code], "found": str(found[i])},
        )
        for i, code in enumerate(level.codes)
        if stated.get(code, found[i]) != found[i]
    ]  # fmt: skip


def check_certificates(reading: Reading) -> list[Finding]:
    """Check every certificate by itself, used or not."""
    rows: list[Finding] = []
    known = {level.id for level in reading.levels}
    strange = sorted(set(reading.plan.certificates["level"].astype(str)) - known)
    rows += [Finding("violation", level, reason="certificate_level_unknown") for level in strange]
    for level in reading.levels:
        proofs = reading.proofs[level.id][1]
        faults = [
            Finding(
                "violation",
                level.id,
                str(proof.claim.id),
                float(proof.proved),
                float(proof.claim.bound),
                proof.reason,
                {"kind": proof.claim.kind, "proved": proof.proved, "claimed": proof.claim.bound},
            )
            for proof in proofs
            if proof.reason
        ]
        rows += with_ok(level.id, faults, checked=len(proofs))
    return rows
