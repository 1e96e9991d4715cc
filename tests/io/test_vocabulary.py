"""One table of words: what it says is sound, and it is read only when something is read."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from gridplan.io.columns import normalise_name
from gridplan.io.thing_words import find_personal
from gridplan.io.vocabulary import load_vocabulary
from gridplan.io.words import RESIDENTIAL
from gridplan.kinds import KINDS
from gridplan.schema import ATTACHED_COLUMNS

WORDS = load_vocabulary()


def test_roles_are_those_of_the_tables() -> None:
    assert set(WORDS.lists) == {*ATTACHED_COLUMNS, "compounds", "people"}
    for role, columns in ATTACHED_COLUMNS.items():
        assert set(columns) <= set(WORDS.lists[role]), role
    assert set(WORDS.kinds.values()) <= {*KINDS, RESIDENTIAL, ""}


@pytest.mark.parametrize("role", WORDS.lists)
def test_no_column_about_persons_is_ever_looked_for(role: str) -> None:
    assert find_personal([alias for names in WORDS.lists[role].values() for alias in names]) == []


@pytest.mark.parametrize("role", WORDS.lists)
def test_a_column_serves_one_field_of_a_list(role: str) -> None:
    seen: dict[str, str] = {}
    for name, aliases in WORDS.lists[role].items():
        for key in map(normalise_name, aliases):
            assert seen.setdefault(key, name) == name, (key, name)


def test_shared_words_are_put_in_their_place() -> None:
    assert WORDS.layers["boundary"]["id"] == WORDS.layers["landuse"]["id"]
    assert WORDS.layers["services"]["id"][:2] == ("service_id", "站点编号")
    names = [words for fields in WORDS.layers.values() for words in fields.values()]
    assert "@" not in "".join("".join(words) for words in names)
    assert WORDS.lists["care"]["house"] == WORDS.lists["people"]["house"]


def test_patterns_are_expressions_and_streets_have_an_order() -> None:
    for rows in WORDS.patterns.values():
        assert all(re.compile(pattern) for _, pattern in rows)
    assert WORDS.street_classes.index("primary") < WORDS.street_classes.index("residential")
    assert set(WORDS.importance.values()) <= set(WORDS.street_classes)


def test_help_does_not_read_it() -> None:
    code = "import sys; from gridplan.cli import main; main(['--help'])"
    code += "; print('gridplan.io.vocabulary' in sys.modules)"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert ran.stdout.splitlines()[-1] == "False"
