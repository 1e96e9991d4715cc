"""Checks a plan from what is written in it, without the solver."""

from gridplan.check.findings import read_reason
from gridplan.check.judge import CHECKS, Check, check_plan, judge_plan
from gridplan.check.summary import summarise_findings

__all__ = ["CHECKS", "Check", "check_plan", "judge_plan", "read_reason", "summarise_findings"]
