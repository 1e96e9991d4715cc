"""Texts: every key in both languages, with the same placeholders."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gridplan
from gridplan.errors import GridplanError, InputError
from gridplan.i18n import LANGUAGES, align_rows, choose_language, load_texts, t, translate_error

SOURCES = Path(gridplan.__file__).parent
ERRORS = {
    cls.__name__ for cls in (GridplanError, *GridplanError.__subclasses__(), *InputError.__subclasses__())
}


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@cache
def _read_calls() -> list[tuple[str, str, ast.Call]]:
    """Return place, name and node of every call in the package."""
    calls = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                calls.append((f"{path.relative_to(SOURCES)}:{node.lineno}", name, node))
    return calls


def _list_literals(node: ast.expr) -> list[str]:
    """Return the texts that an argument can be: itself, or both sides of a choice."""
    if isinstance(node, ast.IfExp):
        return _list_literals(node.body) + _list_literals(node.orelse)
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _list_keys(names: Collection[str], place: int = 0) -> Iterator[tuple[str, str, ast.Call]]:
    """Give place, key and node of the calls whose argument at a place is a key written out."""
    for where, name, node in _read_calls():
        if name in names and len(node.args) > place:
            for key in _list_literals(node.args[place]):
                yield where, key, node


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    zh, en = (load_texts(lang) for lang in LANGUAGES)
    assert set(zh) == set(en)
    unlike = {key for key in zh if _placeholders(zh[key]) != _placeholders(en[key])}
    assert not unlike


def test_no_two_rooms_have_different_texts_for_a_key() -> None:
    for lang in LANGUAGES:
        seen: dict[str, str] = {}
        for path in sorted((SOURCES / "locales").glob(f"*.{lang}.json")):
            for key, text in json.loads(path.read_text(encoding="utf-8")).items():
                assert seen.setdefault(key, text) == text, f"{path.name}: {key}"


def test_every_error_that_is_raised_has_a_text() -> None:
    assert not [
        f"{where}: error.{key}"
        for where, key, _ in _list_keys(ERRORS)
        if f"error.{key}" not in load_texts("en")
    ]


def test_every_error_gives_the_values_that_its_text_names() -> None:
    lacking = []
    for where, key, node in _list_keys(ERRORS):
        given_names = {word.arg for word in node.keywords}
        if None not in given_names:  # **values are known when they are raised
            lacking += [
                f"{where}: {key}: {name}"
                for name in _placeholders(load_texts("en")[f"error.{key}"]) - given_names
            ]
    assert not lacking


def test_no_text_is_left_of_an_error_that_nobody_raises() -> None:
    words = {
        node.value
        for path in sorted(SOURCES.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # keys that are put together, such as f"no_{role}"
    heads = tuple(
        node.args[0].values[0].value
        for _, name, node in _read_calls()
        if name in ERRORS and node.args and isinstance(node.args[0], ast.JoinedStr)
    )
    keys = {key.removeprefix("error.") for key in load_texts("en") if key.startswith("error.")}
    assert not [key for key in sorted(keys - words) if not key.startswith(heads)]


def test_every_issue_that_is_noted_has_a_text() -> None:
    assert not [
        f"{where}: issue.{key}"
        for where, key, _ in _list_keys({"issue_rows"}, 2)
        if key and f"issue.{key}" not in load_texts("en")
    ]


def test_every_key_that_is_asked_for_has_a_text() -> None:
    assert not [
        f"{where}: {key}"
        for where, key, _ in _list_keys({"t", "say", "say_both"})
        if key not in load_texts("en")
    ]


def test_an_unknown_key_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        t("no.such.key", "zh")


def test_an_error_is_shown_in_words_or_at_least_by_its_key() -> None:
    assert "nope" in translate_error(InputError("scheme_unknown", name="nope", known="a"), "en")
    assert translate_error(InputError("no_such_error", a=1), "zh") == "InputError('no_such_error', a=1)"
    assert translate_error(InputError("scheme_unknown"), "zh") == "InputError('scheme_unknown')"


@pytest.mark.parametrize(
    ("asked", "variables", "lang"),
    [
        ("en", {"GRIDPLAN_LANG": "zh"}, "en"),
        (None, {"GRIDPLAN_LANG": "en", "LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, "zh"),
    ],
)
def test_language_is_chosen(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, variables: dict[str, str], lang: str
) -> None:
    for name in ("GRIDPLAN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert choose_language(asked) == lang


@given(st.lists(st.tuples(st.text("a网", max_size=5), st.text("a网", min_size=1, max_size=5)), min_size=1))
def test_aligned_rows_end_together(rows: list[tuple[str, str]]) -> None:
    widths = {sum(2 if char == "网" else 1 for char in line) for line in align_rows(rows).splitlines()}
    assert len(widths) == 1
