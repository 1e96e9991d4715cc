"""Schemes by name or from a file."""

from __future__ import annotations

import os
from pathlib import Path

from gridplan.errors import SchemeError
from gridplan.scheme import Scheme, list_schemes, load_preset, parse_scheme

__all__ = ["load_scheme"]


def load_scheme(source: Scheme | str | os.PathLike[str]) -> Scheme:
    """Read a packaged scheme by name, or a scheme file by path; a scheme is given back as it is.

    Parameters
    ----------
    source
        One of :func:`gridplan.list_schemes`, a ``.toml`` file, or a scheme.

    Returns
    -------
    Scheme

    Raises
    ------
    SchemeError
        If there is no such scheme, or it is not a valid one (all faults at once).

    Examples
    --------
    >>> load_scheme("gridplan").id
    'gridplan'
    """
    if isinstance(source, Scheme):
        return source
    if not isinstance(source, (str, os.PathLike)):
        raise SchemeError("scheme_type", given=type(source).__name__)
    path = Path(source)
    if path.suffix == ".toml":
        if not path.is_file():
            raise SchemeError("scheme_missing", path=str(path))
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise SchemeError("scheme_not_utf8", path=str(path)) from None
        return parse_scheme(text, where=str(path))
    if os.fspath(source) not in list_schemes():
        raise SchemeError("scheme_unknown", name=str(source), known=", ".join(list_schemes()))
    return load_preset(os.fspath(source))
