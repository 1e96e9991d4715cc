"""Words of other vocabularies."""

from __future__ import annotations

import pandas as pd
import pytest

from gridplan.io.columns import find_columns, normalise_name
from gridplan.io.vocabulary import load_vocabulary
from gridplan.io.words import barrier_classes, kinds_of_words, street_classes
from gridplan.kinds import KINDS


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("apartments", "apartment"),
        ("house", "selfbuilt"),
        ("terrace", "selfbuilt"),
        ("garage", "empty"),
        ("roof", "empty"),
        ("school", "exclusive"),
        ("retail", "exclusive"),
        ("residential", "residential"),
        ("yes", None),
        ("Annexe", "empty"),
        ("Commercial et services", "exclusive"),
        ("Indifférencié", None),
        ("Résidentiel", "residential"),
        ("居民楼", "apartment"),
        ("城中村自建房", "selfbuilt"),
        ("私房", "selfbuilt"),
        ("小学", "exclusive"),
        ("非住宅", "exclusive"),
        ("住宅", "residential"),
        ("商住楼", "apartment"),
        ("住宅、商业", "residential"),
        ("车棚", "empty"),
        ("house;shop", "selfbuilt"),
        ("Train Station", "exclusive"),
        *((kind, kind) for kind in KINDS),
    ],
)
def test_kinds(word: str, kind: str | None) -> None:
    kinds, known = kinds_of_words(pd.Series([word, None, "甲类???"]))
    assert (kinds[0] if pd.notna(kinds[0]) else None) == kind
    assert known.tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("word", "street"),
    [
        ("primary_link", "primary_link"),
        ("主干道", "primary"),
        ("次干道", "secondary"),
        ("支路", "tertiary"),
        ("巷", "living_street"),
        ("小区内部路", "service"),
        ("高速公路", "motorway"),
        ("国道", "trunk"),
        ("Sentier", "path"),
        ("Escalier", "steps"),
        ("甲", None),
        ("track_grade2", "track"),
        ("次主干道", "secondary"),
    ],
)
def test_streets(word: str, street: str | None) -> None:
    classes, known = street_classes(pd.Series([word, None]))
    assert (classes[0] if pd.notna(classes[0]) else None) == street
    assert known.tolist() == [street is not None, True]


def test_importance_decides_for_streets_but_not_for_paths() -> None:
    nature = pd.Series(
        ["Route à 1 chaussée", "Rond-point", "Sentier", "Route à 2 chaussées", "Bac ou liaison maritime"]
    )
    classes, known = street_classes(nature, pd.Series(["5", "3", "5", "1", "6"]))
    assert classes.tolist() == ["residential", "secondary", "path", "primary", "ferry"]
    assert known.all()


def test_barriers_take_the_word_of_their_layer() -> None:
    words = pd.Series([None, "river", "铁路", "subway", "natural=water"])
    assert barrier_classes(words, "railways").tolist() == ["rail", "river", "rail", "other", "water"]


def test_aliases_are_told_apart_within_a_role() -> None:
    # one column may serve two fields only where that is meant: a street's 等级 is a word or a number
    meant = {("streets", "等级"), ("streets", "级别")}
    for role, fields in load_vocabulary().layers.items():
        seen: dict[str, str] = {}
        for name, aliases in fields.items():
            for alias in aliases:
                key = normalise_name(alias)
                assert seen.setdefault(key, name) == name or (role, alias) in meant, (role, alias)


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("户数", "households"),
        ("总户数(户)", "households"),
        ("Building:Flats", "dwellings"),
        ("NB_LOGTS", "dwellings"),
        ("层数", "floors"),
        ("ＣＳ", "floors"),
        ("building_levels", "floors"),
        ("number_of_floors", "floors"),
        ("常住人口", "population"),
        ("单元数", "stairwells"),
        ("JZWMC", "name"),
        ("HAUTEUR", "height"),
        ("类型", "kind"),
    ],
)
def test_columns_are_found(column: str, field: str) -> None:
    found, _ = find_columns("buildings", ["geom_area", column], {}, where="x")
    assert found == {field: (column,)}


def test_cut_names_are_found() -> None:
    cut = ["number_of_", "building_l", "building_f", "常住人"]
    found, _ = find_columns("buildings", cut, {}, where="x", short_names=True)
    assert found == {"floors": ("building_l",), "dwellings": ("building_f",), "population": ("常住人",)}
    assert find_columns("buildings", cut, {}, where="x")[0] == {}


def test_rival_counts_are_told() -> None:
    _, rivals = find_columns("buildings", ["户籍人口", "常住人口", "户数"], {}, where="x")
    assert rivals == {"population": ("户籍人口",)}
