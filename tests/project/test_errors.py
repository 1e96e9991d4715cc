"""Errors read as one sentence in the language that is asked for, and stay themselves for machines."""

from __future__ import annotations

import copy
import pickle

import pytest

from gridplan.errors import CRSError, GridplanError, InputError, SchemeError, WriteError
from gridplan.i18n import load_texts

KINDS = (GridplanError, InputError, CRSError, SchemeError, WriteError)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_is_a_sentence(kind: type[GridplanError], monkeypatch: pytest.MonkeyPatch) -> None:
    error = kind("level_unknown", level="ward", known=["subgrid", "grid"])
    monkeypatch.setenv("GRIDPLAN_LANG", "zh")
    assert str(error) == "方案中没有层级 ward；已有层级：subgrid、grid。"
    for other in ("en", "fr", ""):
        monkeypatch.setenv("GRIDPLAN_LANG", other)
        assert str(error) == "The scheme has no level ward; its levels are: subgrid, grid."
    # the locale of the machine decides nothing
    monkeypatch.delenv("GRIDPLAN_LANG")
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert str(error).startswith("The scheme")
    assert (error.key, error.values["level"]) == ("level_unknown", "ward")
    assert repr(error) == f"{kind.__name__}('level_unknown', level='ward', known=['subgrid', 'grid'])"


def test_an_error_without_a_text_is_named_by_its_key() -> None:
    assert str(InputError("no_such_error", a=1)) == "InputError('no_such_error', a=1)"
    assert str(InputError("level_unknown")) == "InputError('level_unknown')"


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_travels_between_processes(kind: type[GridplanError]) -> None:
    error = kind("file_missing", path="a.shp")
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert type(again) is kind
        assert (again.key, again.values, str(again)) == (error.key, error.values, str(error))


def test_a_renamed_error_keeps_its_kind_and_key() -> None:
    error = WriteError("write_failed", path="x/part.gpkg", fault=["part.gpkg is full", 3])
    renamed = error.rename("part.gpkg", "plan.gpkg")
    assert type(renamed) is WriteError and renamed.key == "write_failed"
    assert renamed.values == {"path": "x/plan.gpkg", "fault": ["plan.gpkg is full", 3]}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_text_of_an_error_ends_as_a_sentence(lang: str) -> None:
    ends = (".", "。", "}", "--help", "?", "？", ")", "）", ":", "：")
    odd = [
        key for key, text in load_texts(lang).items() if key.startswith("error.") and not text.endswith(ends)
    ]
    assert not odd
