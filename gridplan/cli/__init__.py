"""The command line: one command per job, in Chinese and English.

Exit codes: 0 fine; 1 the plan has violations without a certificate; 2 bad input or usage; 3 a fault
of the program itself; 130 interrupted. Only the chosen command's packages are imported, so that
``--help`` answers at once.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from gridplan.cli.parser import asked_language, build_parser
from gridplan.errors import GridplanError
from gridplan.i18n import choose_language, t, translate_error

__all__ = ["FAULT", "FINE", "INTERRUPTED", "UNUSABLE", "VIOLATIONS", "main"]

FINE, VIOLATIONS, UNUSABLE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130

#: Set to 1 to see the traceback of an error.
DEBUG_VARIABLE = "GRIDPLAN_DEBUG"

# module and function of each command
_COMMANDS = {
    "plan": "gridplan.cli.planning:run_plan",
    "feasibility": "gridplan.cli.feasibility:run_feasibility",
    "attach": "gridplan.cli.attach:run_attach",
    "demo": "gridplan.cli.planning:run_demo",
    "check": "gridplan.cli.checking:run_check",
    "export": "gridplan.cli.exporting:run_export",
    "compare": "gridplan.cli.comparing:run_compare",
    "borders": "gridplan.cli.borders:run_borders",
    "staff": "gridplan.cli.staff:run_staff",
    "compounds": "gridplan.cli.compounds:run_compounds",
    "schemes": "gridplan.cli.schemes:run_schemes",
    "app": "gridplan.cli.machine:run_app",
    "doctor": "gridplan.cli.machine:run_doctor",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        Arguments without the program's name; default: those of the process.

    Returns
    -------
    int
        The exit code.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    asked = asked_language(words)
    lang = choose_language(asked)
    _speak_utf8()
    json_wanted = "--json" in words
    try:
        options = build_parser(lang, both=asked is None).parse_args(words)
    except SystemExit as stop:  # argparse has given its help
        return stop.code if isinstance(stop.code, int) else UNUSABLE
    except GridplanError as error:
        _complain(translate_error(error, lang))
        return _answer(UNUSABLE, json_wanted, error.key, translate_error(error, lang), error.values)
    options.lang = lang
    return _run(_find_command(options.command), options, json_wanted=json_wanted)


def _find_command(name: str) -> Callable[[argparse.Namespace], int]:
    module, function = _COMMANDS[name].split(":")
    command: Callable[[argparse.Namespace], int] = getattr(import_module(module), function)
    return command


def _run(
    command: Callable[[argparse.Namespace], int], options: argparse.Namespace, *, json_wanted: bool
) -> int:
    """Run a command; every error becomes one message and an exit code."""
    lang = options.lang
    try:
        return command(options)
    except KeyboardInterrupt:
        message = t("cli.interrupted", lang)
        _complain(message)
        return _answer(INTERRUPTED, json_wanted, "interrupted", message)
    except BrokenPipeError:  # the reader of a pipe has gone, as in `gridplan ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINE
    except GridplanError as error:
        if os.environ.get(DEBUG_VARIABLE) == "1":
            raise
        message = translate_error(error, lang)
        _complain(t("cli.error", lang, message=message))
        return _answer(UNUSABLE, json_wanted, error.key, message, error.values)
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE) == "1":
            raise
        fault = f"{type(error).__name__}: {error}"
        message = t("cli.fault", lang, fault=fault, variable=DEBUG_VARIABLE)
        _complain(message)
        return _answer(FAULT, json_wanted, "fault", message, {"fault": fault})


def _answer(
    code: int, json_wanted: bool, key: str, message: str, values: Mapping[str, object] | None = None
) -> int:
    """Give machines the error as the one object that they wait for; return the exit code."""
    if json_wanted:
        error = {"key": key, "message": message, "values": {**(values or {})}}
        print(json.dumps({"error": error}, ensure_ascii=False, default=_plain))
    return code


def _plain(value: object) -> object:
    """Return what JSON has no type for as one that it has: arrays and sets as lists, numbers, else text."""
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)
    to_list = getattr(value, "tolist", None)
    return str(value) if to_list is None else to_list()


def _complain(message: str) -> None:
    print(message, file=sys.stderr)


def _speak_utf8() -> None:
    # a Windows console or a pipe may default to a code page that cannot write Chinese
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            reconfigure(errors="replace") if stream.isatty() else reconfigure(encoding="utf-8")
