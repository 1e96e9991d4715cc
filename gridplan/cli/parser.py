"""The arguments of the command line, and its help."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from gridplan.errors import InputError
from gridplan.i18n import LANGUAGES, t
from gridplan.onemap.catalogue import AREA_RULES, MAPS

__all__ = ["EXPORT_FORMATS", "EXPORT_PAPERS", "asked_language", "build_parser"]

#: Formats of ``gridplan export``.
EXPORT_FORMATS = ("geojson", "geoparquet", "shapefile", "csv", "png", "svg", "pdf", "html", "xlsx", "gpkg")
#: Sheets that maps are drawn on.
EXPORT_PAPERS = ("screen", "A4", "A3")


# argparse speaks English only; its messages that users meet are text in both languages
_FAULTS = (
    (r"the following arguments are required: (?P<what>.+)", "cli.fault.required"),
    (r"unrecognized arguments: (?P<what>.+)", "cli.fault.unrecognized"),
    (
        r"argument (?P<option>.+?): invalid choice: (?P<what>.+?) \(choose from (?P<known>.+)\)",
        "cli.fault.choice",
    ),
    (r"argument (?P<option>.+?): invalid \w+ value: (?P<what>.+)", "cli.fault.value"),
    (r"argument (?P<option>.+?): expected .+", "cli.fault.expected"),
    (r"ambiguous option: (?P<what>.+)", "cli.fault.ambiguous"),
)


# what the adders below add their arguments to, and what gives them words
_Group = argparse._ArgumentGroup
_Say = Callable[[str], str]


class _Parser(argparse.ArgumentParser):
    """A parser that speaks the language of the user; every argument is in a group of our own."""

    lang = LANGUAGES[0]

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, add_help=False, allow_abbrev=False)

    def format_help(self) -> str:
        """Give the help with its first word in the language of the user."""
        return super().format_help().replace("usage:", t("cli.usage", self.lang), 1)

    def error(self, message: str) -> NoReturn:
        """Raise what is wrong and how to get help."""
        text = message
        for pattern, key in _FAULTS:
            if match := re.fullmatch(pattern, message):
                text = t(key, self.lang, **match.groupdict())
                break
        raise InputError("usage", message=text, program=self.prog)


def asked_language(words: Sequence[str]) -> str | None:
    """Return the language that ``--lang`` asks for, before anything is parsed."""
    for place, word in enumerate(words):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and place + 1 < len(words):
            return words[place + 1]
    return None


def build_parser(lang: str, *, both: bool = False) -> argparse.ArgumentParser:
    """Build the parser with its help in one language or both.

    Parameters
    ----------
    lang
        "zh" or "en".
    both
        Give the overview (``gridplan --help``) in both languages, because none was asked for.

    Returns
    -------
    ArgumentParser
    """

    def say(key: str) -> str:
        return _escape(t(key, lang))

    def say_both(key: str) -> str:
        return _escape(" / ".join(t(key, language) for language in (LANGUAGES if both else (lang,))))

    parser = _bind_parser(lang)(
        prog="gridplan", description=say_both("cli.about"), epilog=say_both("cli.exit_codes")
    )
    common = parser.add_argument_group(say_both("cli.options"))
    _add_common(common, say_both)
    common.add_argument("--version", action="version", version=_read_version(), help=say_both("cli.version"))
    commands = parser.add_subparsers(
        dest="command",
        metavar=say_both("cli.command"),
        title=say_both("cli.commands"),
        required=True,
        parser_class=_bind_parser(lang),
    )
    for name, add in _ADDERS.items():
        sub = commands.add_parser(name, help=say_both(f"cli.{name}"), description=say(f"cli.{name}"))
        group = sub.add_argument_group(say("cli.options"))
        add(group, say)
        _add_common(group, say)
        if name != "app":
            group.add_argument("--json", action="store_true", help=say("cli.json"))
    return parser


def _bind_parser(lang: str) -> type[_Parser]:
    """Return a parser class of one language, because argparse makes the commands' parsers itself."""
    return type("_LocalParser", (_Parser,), {"lang": lang})


def _escape(text: str) -> str:
    # argparse formats help texts with %
    return text.replace("%", "%%")


def _read_version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"gridplan {version('gridplan')}"
    except PackageNotFoundError:  # run from a copy of the source that was not installed
        return "gridplan"


def _add_common(group: _Group, say: _Say) -> None:
    group.add_argument("-h", "--help", action="help", help=say("cli.help"))
    # SUPPRESS: a default of the command must not overwrite what stood before the command's name
    group.add_argument("--lang", choices=LANGUAGES, default=argparse.SUPPRESS, help=say("cli.lang"))


def _add_inputs(group: _Group, say: _Say) -> None:
    for name, metavar in (
        ("buildings", "B"), ("streets", "S"), ("boundary", "X"), ("barriers", "W"), ("landuse", "L"),
        ("compounds", "C"), ("services", "P"),
    ):  # fmt: skip
        group.add_argument(f"--{name}", metavar=metavar, help=say(f"cli.plan.{name}"))
    group.add_argument(
        "--existing", metavar="[LEVEL=]FILE", action="append", default=[], help=say("cli.plan.existing")
    )
    group.add_argument("--place", metavar="NAME", help=say("cli.plan.place"))
    group.add_argument("--scheme", metavar="NAME|FILE", default="gridplan", help=say("cli.plan.scheme"))
    group.add_argument(
        "--column", metavar="ROLE.FIELD=COLUMN", action="append", default=[], help=say("cli.plan.column")
    )
    group.add_argument("--crs", metavar="EPSG:n", help=say("cli.plan.crs"))
    group.add_argument("--date", metavar="YYYY-MM-DD", default="", help=say("cli.date"))


def _add_plan(group: _Group, say: _Say) -> None:
    _add_inputs(group, say)
    group.add_argument("--out", metavar="plan.gpkg", required=True, help=say("cli.plan.out"))
    group.add_argument("--map", metavar="out.png", help=say("cli.plan.map"))
    group.add_argument("--choose", metavar="ALTERNATIVE", default="", help=say("cli.plan.choose"))
    _add_run(group, say)


def _add_feasibility(group: _Group, say: _Say) -> None:
    _add_inputs(group, say)
    group.add_argument("--out", metavar="out.csv|xlsx", help=say("cli.feasibility.out"))
    group.add_argument("--workers", metavar="N", type=_positive, help=say("cli.plan.workers"))
    group.add_argument("--quiet", action="store_true", help=say("cli.plan.quiet"))


def _add_run(group: _Group, say: _Say) -> None:
    group.add_argument("--seed", metavar="N", type=_natural, default=0, help=say("cli.plan.seed"))
    group.add_argument("--workers", metavar="N", type=_positive, help=say("cli.plan.workers"))
    group.add_argument("--time-limit", metavar="S", type=_seconds, help=say("cli.plan.time_limit"))
    group.add_argument("--quiet", action="store_true", help=say("cli.plan.quiet"))


def _add_demo(group: _Group, say: _Say) -> None:
    group.add_argument("town", metavar="TOWN", nargs="?", help=say("cli.demo.town"))
    group.add_argument("--out", metavar="DIR", default="gridplan-demo", help=say("cli.demo.out"))
    _add_run(group, say)


def _add_attach(group: _Group, say: _Say) -> None:
    group.add_argument("plan", metavar="plan.gpkg", help=say("cli.check.plan"))
    for role in ("enterprises", "risk_points", "hazards", "services", "staff", "care", "compounds"):
        group.add_argument(f"--{role.replace('_', '-')}", metavar="F", help=say(f"cli.attach.{role}"))
    group.add_argument("--out", metavar="other.gpkg", help=say("cli.attach.out"))
    group.add_argument("--crs", metavar="EPSG:n|gcj02|bd09", help=say("cli.attach.crs"))
    group.add_argument("--date", metavar="YYYY-MM-DD", default="", help=say("cli.date"))
    group.add_argument(
        "--column", metavar="ROLE.FIELD=COLUMN", action="append", default=[], help=say("cli.plan.column")
    )


def _add_check(group: _Group, say: _Say) -> None:
    group.add_argument("plan", metavar="plan.gpkg", help=say("cli.check.plan"))


def _add_export(group: _Group, say: _Say) -> None:
    group.add_argument("plan", metavar="plan.gpkg", help=say("cli.check.plan"))
    group.add_argument("--format", choices=EXPORT_FORMATS, required=True, help=say("cli.export.format"))
    group.add_argument("--out", metavar="PATH", required=True, help=say("cli.export.out"))
    group.add_argument("--level", metavar="ID", help=say("cli.export.level"))
    group.add_argument("--map", choices=[kind.key for kind in MAPS], help=say("cli.export.map"))
    group.add_argument("--within", metavar="CODE", default="", help=say("cli.export.within"))
    group.add_argument(
        "--rule",
        choices=AREA_RULES,
        default="",
        help=say("cli.export.rule"),
    )
    group.add_argument("--heat", action="store_true", help=say("cli.export.heat"))
    group.add_argument("--audience", metavar="office|public|worker:CODE", help=say("cli.export.audience"))
    group.add_argument("--paper", choices=EXPORT_PAPERS, default="screen", help=say("cli.export.paper"))
    group.add_argument("--review-number", metavar="N", default="", help=say("cli.export.review_number"))
    group.add_argument("--stamp", metavar="TEXT|none", help=say("cli.export.stamp"))


def _add_compare(group: _Group, say: _Say) -> None:
    group.add_argument("before", metavar="A.gpkg", help=say("cli.compare.before"))
    group.add_argument("after", metavar="B.gpkg", nargs="?", help=say("cli.compare.after"))
    group.add_argument("--level", metavar="ID", help=say("cli.compare.level"))
    group.add_argument("--map", metavar="out.png", help=say("cli.compare.map"))
    group.add_argument("--table", metavar="out.xlsx|csv", help=say("cli.compare.table"))


def _add_borders(group: _Group, say: _Say) -> None:
    group.add_argument("plan", metavar="plan.gpkg", help=say("cli.check.plan"))
    group.add_argument("--out", metavar="out.xlsx|csv", required=True, help=say("cli.borders.out"))
    group.add_argument("--level", metavar="ID", help=say("cli.export.level"))


def _add_staff(group: _Group, say: _Say) -> None:
    group.add_argument("plan", metavar="plan.gpkg", help=say("cli.check.plan"))
    group.add_argument("--people", metavar="FILE", help=say("cli.staff.people"))
    group.add_argument("--out", metavar="out.xlsx|csv", required=True, help=say("cli.staff.out"))


def _add_compounds(group: _Group, say: _Say) -> None:
    group.add_argument("plan", metavar="plan.gpkg", help=say("cli.check.plan"))
    group.add_argument("--out", metavar="out.xlsx|csv", help=say("cli.compounds.out"))


def _add_schemes(group: _Group, say: _Say) -> None:
    group.add_argument(
        "action",
        nargs="?",
        choices=("list", "show", "validate", "new"),
        default="list",
        help=say("cli.schemes.action"),
    )
    group.add_argument("scheme", metavar="NAME|FILE", nargs="?", help=say("cli.schemes.scheme"))
    group.add_argument("--from", dest="start", metavar="NAME|FILE", help=say("cli.schemes.from"))
    group.add_argument("--out", metavar="FILE.toml", help=say("cli.schemes.out"))


def _add_app(group: _Group, say: _Say) -> None:
    group.add_argument("plan", metavar="plan.gpkg", nargs="?", help=say("cli.check.plan"))
    group.add_argument("--port", metavar="N", type=_port, default=8501, help=say("cli.app.port"))
    group.add_argument("--host", metavar="ADDRESS", default="127.0.0.1", help=say("cli.app.host"))
    group.add_argument(
        "--audience",
        metavar="office|public|worker:CODE",
        default=os.environ.get("GRIDPLAN_AUDIENCE") or "office",
        help=say("cli.app.audience"),
    )


def _add_doctor(group: _Group, say: _Say) -> None:
    """Add nothing: this command has no options of its own."""


def _natural(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def _port(text: str) -> int:
    value = _positive(text)
    if value >= 2**16:
        raise ValueError(text)
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError(text)
    return value


_ADDERS = {
    "plan": _add_plan,
    "feasibility": _add_feasibility,
    "attach": _add_attach,
    "check": _add_check,
    "schemes": _add_schemes,
    "demo": _add_demo,
    "export": _add_export,
    "compare": _add_compare,
    "borders": _add_borders,
    "staff": _add_staff,
    "compounds": _add_compounds,
    "app": _add_app,
    "doctor": _add_doctor,
}
