"""Checks a plan from what is written in it, without the solver."""

from gridplan.check.findings import read_reason
from gridplan.check.laws import LAWS, Law, check_plan, record_findings
from gridplan.check.summary import summarise_findings

__all__ = ["LAWS", "Law", "check_plan", "read_reason", "record_findings", "summarise_findings"]
