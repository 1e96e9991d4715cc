"""``gridplan plan`` and ``gridplan demo``: from files to a checked plan, a map and a table."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TypedDict

import geopandas as gpd

from gridplan.cli import FINE, VIOLATIONS
from gridplan.cli.progress import RoomBar
from gridplan.demo import DemoTown, find_towns, plan_town
from gridplan.errors import InputError
from gridplan.i18n import t
from gridplan.io import load_scheme, write_plan
from gridplan.onemap.overview import OVERVIEW_SIZE, view_plan
from gridplan.onemap.pictures import draw_poster
from gridplan.onemap.pictures.fonts import find_fonts
from gridplan.parallel import default_workers
from gridplan.pipeline import ROOMS, Inputs, make_plan
from gridplan.plan import Plan
from gridplan.report import describe_plan, format_summary, summarise_plan
from gridplan.scheme import Scheme

__all__ = ["read_date", "read_inputs", "run_demo", "run_plan"]

_ROLES = ("buildings", "streets", "boundary", "barriers", "landuse", "compounds", "services")


class SearchOptions(TypedDict):
    """How a plan is searched for: random seed, number of processes, and most seconds."""

    seed: int
    workers: int
    time_limit: float | None


def run_plan(options: argparse.Namespace) -> int:
    """Make a plan, write it, and report its figures."""
    scheme = load_scheme(options.scheme)
    inputs = read_inputs(options, scheme)

    def make(bar: RoomBar) -> Plan:
        return make_plan(
            **inputs, scheme=scheme, **_read_effort(options), choice=options.choose, progress=bar
        )

    picture = Path(options.map) if options.map else None
    summary, text, code = _make_and_write(make, options, Path(options.out), picture)
    print(json.dumps(summary, ensure_ascii=False) if options.json else text)
    return code


def read_inputs(options: argparse.Namespace, scheme: Scheme) -> Inputs:
    """Gather the files that the command line names.

    Parameters
    ----------
    options
        What was asked for.
    scheme
        The rules; its levels are what ``--existing`` may name.

    Raises
    ------
    InputError
        If nothing is named to read, or something that is not known.
    """
    if options.place is None and options.buildings is None:
        raise InputError("cli_no_input")
    return Inputs(
        buildings=options.buildings,
        streets=options.streets,
        boundary=options.boundary,
        barriers=options.barriers,
        landuse=options.landuse,
        compounds=options.compounds,
        services=options.services,
        existing=_read_existing(options.existing, scheme),
        place=options.place,
        columns=read_columns(options.column, (*_ROLES, "existing")),
        crs=options.crs,
        date=read_date(options.date),
    )


def read_date(text: str) -> str:
    """Read a day as it is written on the command line, "" for none.

    Raises
    ------
    InputError
        ``date_unreadable`` for what is no day.
    """
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise InputError("date_unreadable", date=text) from None


def run_demo(options: argparse.Namespace) -> int:
    """Plan the towns that come with gridplan and its dependencies."""
    towns = find_towns()
    if options.town is not None and options.town not in towns:
        raise InputError("demo_unknown", town=options.town, known=sorted(towns))
    if not towns:
        raise InputError("demo_none")
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    chosen = towns if options.town is None else {options.town: towns[options.town]}
    results, codes = {}, []
    for name, town in chosen.items():
        target = folder / f"{name}.gpkg"
        make = partial(_plan_town, town, options)
        summary, text, code = _make_and_write(make, options, target, target.with_suffix(".png"))
        results[name] = summary
        codes.append(code)
        if not options.json:
            print(f"{t('cli.demo.town_head', options.lang, town=name)}\n{text}\n")
    if options.json:
        print(json.dumps(results, ensure_ascii=False))
    else:
        richest = max(chosen, key=lambda name: len(chosen[name].things))
        print(t("cli.demo.app", options.lang, path=folder / f"{richest}.gpkg"))
    return max(codes)


def _plan_town(town: DemoTown, options: argparse.Namespace, bar: RoomBar) -> Plan:
    return plan_town(town, **_read_effort(options), progress=bar)


def _read_effort(options: argparse.Namespace) -> SearchOptions:
    workers = options.workers or default_workers()
    return {"seed": options.seed, "workers": workers, "time_limit": options.time_limit}


def _make_and_write(
    make: Callable[[RoomBar], Plan], options: argparse.Namespace, out: Path, picture: Path | None
) -> tuple[dict[str, object], str, int]:
    """Make a plan and write it; return it for a machine and for people, and the exit code."""
    _require_writable(out, picture, options.lang)
    rooms = (*ROOMS, "attach", "write", "map")
    with RoomBar(rooms, options.lang, quiet=options.quiet or options.json) as bar:
        plan = make(bar)
        areas = describe_plan(plan)
        plan = _time_room(plan, "write", bar, lambda: write_plan(plan, out, areas))
        if picture is not None:
            plan = _time_room(plan, "map", bar, lambda: _draw(plan, picture, options.lang, areas))
    summary = summarise_plan(plan, areas)
    violations = int((plan.findings["verdict"] == "violation").sum())
    report = {"plan": str(out), "map": str(picture) if picture else None, "violations": violations, **summary}
    lines = [format_summary(summary, plan, options.lang), "", t("cli.plan.written", options.lang, path=out)]
    if picture is not None:
        lines.append(t("cli.plan.drawn", options.lang, path=picture))
    lines.append(_format_verdict(violations, options.lang))
    return report, "\n".join(lines), VIOLATIONS if violations else FINE


def _draw(plan: Plan, picture: Path, lang: str, areas: Mapping[str, gpd.GeoDataFrame]) -> None:
    draw_poster(view_plan(plan, lang, areas=areas), picture, size=OVERVIEW_SIZE)


def _format_verdict(violations: int, lang: str) -> str:
    return t("cli.violations", lang, count=violations) if violations else t("cli.no_violations", lang)


def _time_room(plan: Plan, room: str, bar: RoomBar, act: Callable[[], object]) -> Plan:
    bar(room, 0.0)
    start = perf_counter()
    act()
    peak = max((used for _, used in plan.timings.values()), default=float("nan"))
    return replace(plan, timings={**plan.timings, room: (perf_counter() - start, peak)})


def _require_writable(out: Path, picture: Path | None, lang: str) -> None:
    """Refuse before the work what would fail after it."""
    for path in filter(None, (out, picture)):
        if not path.absolute().parent.is_dir():
            raise InputError("folder_missing", folder=str(path.absolute().parent))
    if out.suffix.lower() != ".gpkg":
        raise InputError("plan_suffix", path=str(out))
    if picture is not None:
        if picture.suffix.lower() not in (".png", ".svg", ".pdf"):
            raise InputError("map_format", path=str(picture))
        find_fonts(t("map.title", lang, level=""), lang)


def _read_existing(words: list[str], scheme: Scheme) -> dict[str, str]:
    """Read ``[LEVEL=]FILE`` words; without LEVEL the rows of the file or the scheme decide."""
    levels = [level.id for level in scheme.levels]
    existing: dict[str, str] = {}
    for word in words:
        level, sign, path = word.partition("=")
        if not sign or (level not in levels and Path(word.partition("#")[0]).exists()):
            level, path = "", word
        elif level not in levels:
            raise InputError("existing_level_unknown", level=level, known=", ".join(levels))
        if level in existing:
            raise InputError("existing_twice", level=level, paths=[existing[level], path])
        existing[level] = path
    return existing


def read_columns(pairs: Sequence[str], roles: Sequence[str]) -> dict[str, dict[str, str]]:
    """Read ``role.field=COLUMN`` words.

    Raises
    ------
    InputError
        If a word is not of that form, or of another role.
    """
    columns: dict[str, dict[str, str]] = {}
    for pair in pairs:
        place, _, column = pair.partition("=")
        role, _, field = place.partition(".")
        if not (role and field and column):
            raise InputError("column_option", option=pair)
        if role not in roles:
            raise InputError("column_role", role=role, known=tuple(roles))
        columns.setdefault(role, {})[field] = column
    return columns
