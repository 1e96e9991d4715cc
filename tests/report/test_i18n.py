"""Texts: every key in both languages, with the same placeholders."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
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


def _calls() -> Iterator[tuple[str, str, list[ast.expr]]]:
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                yield f"{path.relative_to(SOURCES)}:{node.lineno}", name, node.args


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_both_languages_have_the_same_keys_and_placeholders() -> None:
    zh, en = (load_texts(lang) for lang in LANGUAGES)
    assert set(zh) == set(en)
    unlike = {key for key in zh if _placeholders(zh[key]) != _placeholders(en[key])}
    assert not unlike


def test_no_two_rooms_tell_one_key_differently() -> None:
    for lang in LANGUAGES:
        seen: dict[str, str] = {}
        for path in sorted((SOURCES / "locales").glob(f"*.{lang}.json")):
            for key, text in json.loads(path.read_text(encoding="utf-8")).items():
                assert seen.setdefault(key, text) == text, f"{path.name}: {key}"


def test_every_error_that_is_raised_has_a_text() -> None:
    missing = [
        f"{where}: error.{key}"
        for where, name, args in _calls()
        if name in ERRORS and args and (key := _literal(args[0])) and f"error.{key}" not in load_texts("zh")
    ]
    assert not missing


def test_every_issue_that_is_noted_has_a_text() -> None:
    missing = [
        f"{where}: issue.{key}"
        for where, name, args in _calls()
        if name == "issue_rows" and len(args) > 2 and (key := _literal(args[2]))
        and f"issue.{key}" not in load_texts("zh")
    ]  # fmt: skip
    assert not missing


def test_every_key_that_is_asked_for_has_a_text() -> None:
    missing = [
        f"{where}: {key}"
        for where, name, args in _calls()
        if name in ("t", "say", "say_both")
        and args
        and (key := _literal(args[0]))
        and key not in load_texts("zh")
    ]
    assert not missing


def test_an_unknown_key_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        t("no.such.key", "zh")


def test_an_error_is_told_in_words_or_at_least_by_its_key() -> None:
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
