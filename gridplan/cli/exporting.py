"""``gridplan export``: levels of a plan for other programs, and the maps of the one map as files."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from gridplan.cli import FINE
from gridplan.i18n import t
from gridplan.io import export_plan, open_plan, write_whole
from gridplan.plan import Plan
from gridplan.privacy import parse_audience
from gridplan.report import describe_areas, draw_overview

__all__ = ["run_export"]

# what only a map can be; a picture without the name of a map is that of the plan itself
_PAGE_FORMATS = ("html", "xlsx", "gpkg")
_PICTURES = ("png", "svg", "pdf")
_FIRST_MAP = "population"


def run_export(options: argparse.Namespace) -> int:
    """Write a plan in another format, or draw it."""
    plan = open_plan(options.plan)
    told = options.audience or os.environ.get("GRIDPLAN_AUDIENCE", "")
    wants_map = options.map or options.format in _PAGE_FORMATS or (told and options.format in _PICTURES)
    if wants_map:
        written: tuple[Path, ...] = (_write_map(plan, options, told or "office"),)
    elif options.format in _PICTURES:
        target = Path(options.out).with_suffix(f".{options.format}")
        written = (draw_overview(plan, target, level=options.level, lang=options.lang),)
    else:
        written = _write_levels(plan, options, told)
    if options.json:
        print(json.dumps({"written": [str(path) for path in written]}, ensure_ascii=False))
    else:
        print("\n".join(t("cli.export.written", options.lang, path=path) for path in written))
    return FINE


def _write_levels(plan: Plan, options: argparse.Namespace, audience: str) -> tuple[Path, ...]:
    """Write levels for other programs: whole for the planner, cut down where an audience is named."""
    levels = tuple(plan.areas) if options.level is None else (plan.scheme[options.level].id,)
    if not audience:
        areas = {level: describe_areas(plan, level) for level in levels}
    else:
        from gridplan.onemap.shown import described_from_file, show_plan_to

        shown = show_plan_to(
            plan, described_from_file(plan), parse_audience(audience), name=Path(options.plan).stem
        )
        areas = {level: shown.areas[level] for level in levels if level in shown.areas}
    return export_plan(plan, Path(options.out), options.format, areas)


def _write_map(plan: Plan, options: argparse.Namespace, audience: str) -> Path:
    """Write one of the maps as its audience may see it."""
    from gridplan.onemap.exports import export_view
    from gridplan.onemap.poster import SCREEN_SIZE
    from gridplan.onemap.shown import described_from_file, show_plan_to
    from gridplan.onemap.standard import MapOrder, make_standard

    target = Path(options.out).with_suffix(f".{options.format}")
    shown = show_plan_to(
        plan, described_from_file(plan), parse_audience(audience), name=Path(options.plan).stem
    )
    order = MapOrder(
        name=options.map or _FIRST_MAP,
        level=options.level or "",
        rule=options.rule,
        heat=options.heat,
        within=options.within,
        review_number=options.review_number,
        stamp="" if options.stamp == "none" else options.stamp,
    )
    view, tables = make_standard(shown, order, options.lang)
    size = SCREEN_SIZE if options.paper == "screen" else options.paper
    return write_whole(target, export_view(shown, view, tables, options.format, size=size))
