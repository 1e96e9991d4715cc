"""Which column of a layer holds what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from gridplan.errors import InputError
from gridplan.io.vocabulary import load_vocabulary

__all__ = ["find_columns", "normalise_name"]

#: Fields beside the ids that are read from several columns: the first one that is filled in counts.
_FIELDS_OF_MANY = frozenset(
    {
        ("buildings", "secondary"),
        ("barriers", "class"),
        ("landuse", "use"),
        ("services", "kind"),
        ("services", "area"),
    }
)

#: Bytes of a field name in a DBF table.
_DBF_NAME_BYTES = 10


def normalise_name(name: str) -> str:
    """Return a column name without case, width, brackets, blanks and signs."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    plain = re.sub(r"\(.*?\)|\[.*?\]", "", plain)
    return re.sub(r"[\s_\-:./]+", "", plain)


def find_columns(
    role: str,
    names: Sequence[str],
    asked: Mapping[str, str],
    *,
    where: str,
    short_names: bool = False,
) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Find the columns of a layer.

    Parameters
    ----------
    role
        What the layer is: a key of ``layers`` in the vocabulary.
    names
        The columns that the layer has.
    asked
        Columns by field that the caller named; "" says that the layer has none for the field.
    where
        The layer, for messages.
    short_names
        Whether names are cut to the 10 bytes of a DBF table.

    Returns
    -------
    found, rivals
        Columns by field, and by field the columns that would have done as well but were not taken.

    Raises
    ------
    InputError
        If a field is unknown or a named column is not there.
    """
    table = load_vocabulary().layers[role]
    for field in asked:
        if field not in table:
            raise InputError("field_unknown", role=role, field=field, known=", ".join(table))
    found: dict[str, tuple[str, ...]] = {}
    rivals: dict[str, tuple[str, ...]] = {}
    for field, aliases in table.items():
        if field in asked:
            named = asked[field]
            if named and named not in names:
                raise InputError(
                    "column_missing", layer=where, field=field, column=named, columns=", ".join(names) or "-"
                )
            found |= {field: (named,)} if named else {}
            continue
        fitting = _match(aliases, names, short_names)
        if field == "id" or (role, field) in _FIELDS_OF_MANY:
            found |= {field: fitting} if fitting else {}
        elif fitting:
            found[field], rivals[field] = fitting[:1], fitting[1:]
    return found, {field: others for field, others in rivals.items() if others}


def _match(aliases: Sequence[str], names: Sequence[str], short_names: bool) -> tuple[str, ...]:
    """Return the columns that match, in the order of the aliases."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(normalise_name(name), name)
    matched: dict[str, None] = {}
    for alias in aliases:
        keys = [normalise_name(alias)]
        if short_names:
            cut = alias.encode()[:_DBF_NAME_BYTES].decode(errors="ignore")
            keys.append(normalise_name(cut))
        for key in keys:
            if key in by_key:
                matched.setdefault(by_key[key])
    return tuple(matched)
