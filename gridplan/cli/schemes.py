"""``gridplan schemes``: list, show, validate and start the rules."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from gridplan.cli import FINE
from gridplan.errors import InputError
from gridplan.i18n import t
from gridplan.scheme import Scheme, list_schemes, load_preset
from gridplan.scheme.parse import read_preset
from gridplan.scheme.template import write_template

__all__ = ["run_schemes"]


def run_schemes(options: argparse.Namespace) -> int:
    """List the packaged schemes, show one as TOML, validate a file, or write one to start from."""
    if options.action == "list":
        _list_schemes(options)
        return FINE
    if options.scheme is None:
        raise InputError("cli_no_scheme", action=options.action)
    if options.action == "new":
        _start_scheme(options)
        return FINE
    scheme = _load_scheme(options.scheme)
    described = {
        "id": scheme.id,
        "version": scheme.version,
        "name": {"zh": scheme.name.zh, "en": scheme.name.en},
    }
    if options.action == "show":
        print(
            json.dumps({**described, "toml": scheme.text}, ensure_ascii=False)
            if options.json
            else (read_preset(options.scheme) if options.scheme in list_schemes() else scheme.text).rstrip()
        )
    elif options.json:
        print(json.dumps({**described, "valid": True}, ensure_ascii=False))
    else:
        levels = [level.name[options.lang] for level in scheme.levels]
        print(t("cli.schemes.valid", options.lang, name=scheme.name[options.lang], levels=levels))
    return FINE


def _start_scheme(options: argparse.Namespace) -> None:
    """Write a commented file with the rules of a scheme that is there."""
    from gridplan.io.text import write_text  # the other actions need no geometry and answer at once

    name = Path(options.scheme).stem if options.scheme.endswith(".toml") else options.scheme
    start = _load_scheme(options.start or "gridplan")
    text = write_template(start, name, lambda key: t(f"scheme.{key}", options.lang))
    path = write_text(text, options.out or f"{name}.toml")
    if options.json:
        print(json.dumps({"id": name, "written": str(path)}, ensure_ascii=False))
    else:
        print(t("cli.schemes.written", options.lang, path=path))


def _list_schemes(options: argparse.Namespace) -> None:
    schemes = {name: load_preset(name) for name in list_schemes()}
    if options.json:
        rows = [
            {
                "id": name,
                "version": scheme.version,
                "name": {"zh": scheme.name.zh, "en": scheme.name.en},
                "source": scheme.source,
            }
            for name, scheme in schemes.items()
        ]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        print("\n".join(f"{name:<16}{scheme.name[options.lang]}" for name, scheme in schemes.items()))


def _load_scheme(source: str) -> Scheme:
    """Load a scheme; a packaged one without the room of files, so that it is there at once."""
    if source in list_schemes():
        return load_preset(source)
    from gridplan.io import load_scheme

    return load_scheme(source)
