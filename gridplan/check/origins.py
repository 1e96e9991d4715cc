"""Laws 8 and 9: what the file says about how it was made, and that all that came in is accounted for."""

from __future__ import annotations

import json
from string import hexdigits

from gridplan.check.findings import Finding, with_ok
from gridplan.check.reading import Reading
from gridplan.check.totals import building_ids
from gridplan.errors import SchemeError
from gridplan.scheme import parse_scheme

__all__ = ["check_accounted", "check_reproducible"]

#: What the provenance of every plan must say.
RUN = ("gridplan_version", "scheme_toml", "scheme_sha256", "seed")
#: What the provenance of a plan made from files says besides; a plan made from tables has neither.
FILES = ("inputs", "buildings_in")
#: Length of a SHA-256 in hexadecimal digits.
DIGEST = 64


def check_reproducible(reading: Reading) -> list[Finding]:
    """Check that the file says how it was made, and that its scheme is the one it names.

    Parameters
    ----------
    reading
        The plan. Whether a second run gives the same is for a second run to show.
    """
    provenance = reading.plan.provenance
    faults = [
        Finding("violation", reason="provenance_missing", values={"name": key})
        for key in RUN
        if not str(provenance.get(key, "")).strip()
    ]
    faults += _check_scheme(reading, str(provenance.get("scheme_toml", "")))
    if provenance.get("inputs") and not _has_digests(str(provenance["inputs"])):
        faults.append(Finding("violation", reason="digest_missing"))
    return with_ok("", faults, checked=len(RUN) + len(FILES))


def _check_scheme(reading: Reading, text: str) -> list[Finding]:
    if not text:
        return []
    try:
        written = parse_scheme(text)
    except SchemeError as error:
        return [Finding("violation", reason="scheme_unreadable", values={"fault": error.key})]
    faults = []
    digest = str(reading.plan.provenance.get("scheme_sha256", ""))
    if digest and digest != written.digest:
        values = {"stated": digest[:12], "found": written.digest[:12]}
        faults.append(Finding("violation", reason="scheme_tampered", values=values))
    if written != reading.plan.scheme:
        faults.append(Finding("violation", reason="scheme_other", values={"name": reading.plan.scheme.id}))
    return faults


def _has_digests(text: str) -> bool:
    """Whether every input is listed with a digest."""
    try:
        listed = json.loads(text)
    except ValueError:
        return False
    digests = [str(entry.get("sha256", "")) for entry in listed if isinstance(entry, dict)]
    whole = isinstance(listed, list) and len(digests) == len(listed) > 0
    return whole and all(len(text) == DIGEST and set(text.lower()) <= set(hexdigits) for text in digests)


def check_accounted(reading: Reading) -> list[Finding]:
    """Check that buildings read = buildings in the plan + buildings dropped and listed.

    Parameters
    ----------
    reading
        The plan; its provenance gives ``buildings_in``.
    """
    plan = reading.plan
    missing = [key for key in FILES if not str(plan.provenance.get(key, "")).strip()]
    if missing:
        verdict = "warning" if len(missing) == len(FILES) else "violation"
        values = {"name": missing[0]}
        return with_ok("", [Finding(verdict, reason="provenance_missing", values=values)], checked=0)
    came = str(plan.provenance["buildings_in"])
    if not came.isdigit():
        return [Finding("violation", reason="provenance_missing", values={"name": "buildings_in"})]
    issues = plan.issues[plan.issues["layer"] == "buildings"]
    inside = set(building_ids(plan.buildings))
    # an id may be listed twice, by reading and by cleaning, and one that others were merged into lives on
    gone = set(issues["id"][issues["action"].isin(["dropped", "merged"])].astype(str)) - inside
    # parts of a building that became buildings have ids of their own and did not come in as such
    pieces = set(issues["id"][issues["code"] == "part_own_building"].astype(str))
    found = len((inside | gone) - pieces)
    faults = []
    if found != int(came):
        sums = {"came": int(came), "inside": len(inside), "listed": len(gone), "lost": int(came) - found}
        faults.append(Finding("violation", "", "", found, int(came), "buildings_lost", sums))
    return with_ok("", faults, checked=int(came))
