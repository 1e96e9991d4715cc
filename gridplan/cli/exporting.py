"""``gridplan export``: levels of a plan for other programs, and its maps as files."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from gridplan.cli import FINE
from gridplan.errors import InputError, WriteError
from gridplan.i18n import t
from gridplan.io import export_plan, open_plan, write_whole
from gridplan.io.export import drop_ending
from gridplan.plan import Plan
from gridplan.privacy import parse_audience
from gridplan.report import describe_areas

__all__ = ["run_export"]

# what only a map can be; a picture without the name of a map is that of the plan itself
_PAGE_FORMATS = ("html", "xlsx", "gpkg")
_PICTURES = ("png", "svg", "pdf")
_FIRST_MAP = "population"
_SCREEN = "screen"


def run_export(options: argparse.Namespace) -> int:
    """Write a plan in another format, or draw it."""
    audience = options.audience or os.environ.get("GRIDPLAN_AUDIENCE", "")
    wants_map = bool(
        options.map or options.format in _PAGE_FORMATS or (audience and options.format in _PICTURES)
    )
    _refuse_idle(options, wants_map=wants_map)
    drawn = wants_map or options.format in _PICTURES
    target = _find_target(options, wants_map=wants_map) if drawn else Path(options.out)
    plan = open_plan(options.plan)
    if wants_map:
        written: tuple[Path, ...] = (_write_map(plan, options, target, audience or "office"),)
    elif drawn:
        written = (_draw_plan(plan, options, target),)
    else:
        written = _write_levels(plan, options, audience)
    if options.json:
        print(json.dumps({"written": [str(path) for path in written]}, ensure_ascii=False))
    else:
        print("\n".join(t("cli.export.written", options.lang, path=path) for path in written))
    return FINE


def _refuse_idle(options: argparse.Namespace, *, wants_map: bool) -> None:
    """Refuse options that would do nothing: a user who asks for an A3 sheet must not get another size."""
    of_maps = {
        "--paper": options.paper != _SCREEN,
        "--review-number": options.review_number,
        "--stamp": options.stamp is not None,
    }
    of_risk = {"--rule": options.rule, "--heat": options.heat}
    for given, wanted, heeded in (
        (of_maps, "--map", wants_map or options.format in _PICTURES),
        ({"--within": options.within}, "--map", wants_map),
        (of_risk, "--map risk", options.map == "risk"),
    ):
        for option, value in given.items():
            if value and not heeded:
                raise InputError("export_idle", option=option, wanted=wanted)


def _find_target(options: argparse.Namespace, *, wants_map: bool) -> Path:
    """Return the file of a map; in a folder it is named after the map, else after the level."""
    out = Path(options.out)
    name = drop_ending(out.name)
    if out.is_dir():
        name = (options.map or _FIRST_MAP) if wants_map else options.level or "plan"
        out = out / name
    if not out.parent.is_dir():  # refused before the long work, not after it
        raise WriteError("write_folder_missing", path=str(out.parent))
    return out.with_name(f"{name}.{options.format}")


def _draw_plan(plan: Plan, options: argparse.Namespace, target: Path) -> Path:
    """Draw the overview of a plan, with nothing withheld."""
    from gridplan.onemap.overview import OVERVIEW_SIZE, view_plan
    from gridplan.onemap.pictures import draw_poster
    from gridplan.onemap.shown import described_from_file

    view = view_plan(
        plan,
        options.lang,
        level=options.level or "",
        areas=described_from_file(plan),
        review_number=options.review_number,
        stamp="" if options.stamp == "none" else options.stamp,
    )
    return draw_poster(view, target, size=OVERVIEW_SIZE if options.paper == _SCREEN else options.paper)


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
        if options.level is not None and levels[0] not in shown.areas:
            raise InputError("export_level", level=levels[0], known=", ".join(shown.levels))
        areas = {level: shown.areas[level] for level in levels if level in shown.areas}
    return export_plan(plan, Path(options.out), options.format, areas)


def _write_map(plan: Plan, options: argparse.Namespace, target: Path, audience: str) -> Path:
    """Write one of the maps as its audience may see it."""
    from gridplan.onemap.catalogue import MapOrder
    from gridplan.onemap.exports import export_view
    from gridplan.onemap.maps import make_map
    from gridplan.onemap.pictures import SCREEN_SIZE
    from gridplan.onemap.shown import described_from_file, show_plan_to

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
    view, tables = make_map(shown, order, options.lang)
    size = SCREEN_SIZE if options.paper == _SCREEN else options.paper
    return write_whole(target, export_view(shown, view, tables, options.format, size=size))
