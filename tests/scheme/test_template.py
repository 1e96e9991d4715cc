"""A scheme to start from reads as the one that it comes from."""

from __future__ import annotations

import re
from dataclasses import fields, replace

import pytest

from gridplan.i18n import LANGUAGES, load_texts, t
from gridplan.scheme import (
    AtomRules,
    BarrierRules,
    CodeRules,
    DwellingRules,
    Level,
    RiskRules,
    StaffRule,
    list_schemes,
    load_preset,
    parse_scheme,
)
from gridplan.scheme.template import write_template


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", list_schemes())
def test_it_reads_as_the_same_rules(name: str, lang: str) -> None:
    start = load_preset(name)
    text = write_template(start, "my-town", lambda key: t(f"scheme.{key}", lang))
    mine = parse_scheme(text)
    assert mine.id == "my-town" and start.source in mine.source
    assert replace(mine, id=start.id, name=start.name, source=start.source, version=start.version) == start
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert len(comments) > 60
    if lang == "en":
        assert not any(re.search("[\u4e00-\u9fff]", line) for line in comments)


def test_every_rule_has_a_word_in_both_languages() -> None:
    rules = {
        "barriers": BarrierRules, "dwellings": DwellingRules, "atoms": AtomRules, "codes": CodeRules,
        "levels": Level, "staffing": StaffRule, "risk": RiskRules,
    }  # fmt: skip
    wanted = {f"scheme.{name}.{one.name}" for name, rule in rules.items() for one in fields(rule)}
    wanted |= {f"scheme.{name}" for name in rules}
    for lang in LANGUAGES:
        told = {key for key in load_texts(lang) if key.startswith("scheme.")}
        assert wanted <= told
        assert told - wanted == {
            f"scheme.{key}" for key in ("head", "id", "version", "name", "source", "your_source", "unused")
        }  # fmt: skip


def test_what_is_not_set_stands_there_as_a_comment_that_can_be_used() -> None:
    text = write_template(load_preset("gridplan"), "x", str)
    assert "# [[staffing]]" in text and "# redraw = false" in text
    opened = re.sub(r"^# (redraw|count|max_people) = .*$", r"\1 = 3", text, flags=re.MULTILINE)
    assert parse_scheme(opened.replace("redraw = 3", "redraw = true"))["grid"].max_people == 3
