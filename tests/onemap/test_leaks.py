"""Nothing that is told gives a count below 5 away: by sums, by rings of a way, by papers, by two exports."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from lattice_town import build_town
from raising import raises
from scipy.optimize import linprog

import gridplan.onemap.service_access as access_room
from gridplan.access import Routes
from gridplan.borders.limits import list_limits
from gridplan.borders.trace import trace_borders
from gridplan.errors import InputError
from gridplan.i18n import t
from gridplan.onemap.care import hide_care
from gridplan.onemap.compounds import find_outline_level, list_distances, list_services
from gridplan.onemap.issues import list_findings, list_issues
from gridplan.onemap.limits import HIDDEN, cut_limits, list_seen_limits
from gridplan.onemap.population import list_chains
from gridplan.onemap.shown import Shown, show_plan_to
from gridplan.plan import Plan
from gridplan.privacy import MIN_CELL, Audience, parse_audience, round_counts, round_parts
from gridplan.report import describe_plan
from gridplan.schema import issue_rows

LEVELS = ("subgrid", "grid")


def _show(plan: Plan, audience: str = "office") -> Shown:
    return show_plan_to(plan, describe_plan(plan), parse_audience(audience), name="town")


def _house(counts: dict[str, tuple[int, int]], town: Plan | None = None) -> Plan:
    """Give grids so many households and people, all in their first house."""
    plan = town or build_town()
    atoms = plan.atoms.copy()
    for code, (homes, people) in counts.items():
        mine = np.flatnonzero((atoms["grid"] == code).to_numpy())
        for name, count in (("households", homes), ("population", people)):
            atoms.iloc[mine, atoms.columns.get_loc(name)] = 0
            atoms.iloc[mine[0], atoms.columns.get_loc(name)] = count
    return replace(plan, atoms=atoms)


def _serve(plan: Plan, *grids: str) -> Plan:
    """Put a service place on the first house of some grids."""
    first = plan.atoms.drop_duplicates("grid").set_index("grid", drop=False).loc[list(grids)]
    table = {"id": [f"FW-{code}" for code in grids], "name": list(grids), "kind": "", "area_m2": 100.0}
    told = {"building_id": "", "placed": "point", **{level: first[level].to_numpy(str) for level in LEVELS}}
    places = gpd.GeoDataFrame({**table, **told}, geometry=first.geometry.centroid.to_numpy(), crs=plan.crs)
    return replace(plan, attached={**plan.attached, "services": places})


# ------------------------------------------------------------------ routes
def _stage_routes(
    monkeypatch: pytest.MonkeyPatch, plan: Plan, metres: np.ndarray, place: np.ndarray | None = None
) -> None:
    """Let the homes of a plan have the routes that are wanted, in the order of the atoms."""
    homes = plan.atoms[plan.atoms["households"] > 0].geometry
    at = {xy: row for row, xy in enumerate(map(tuple, _stand(homes)))}

    def find(_network: object, homes: np.ndarray, _places: object, **_: object) -> Routes:
        rows = [at[xy] for xy in map(tuple, homes)]
        own = metres[rows]
        goes = np.where(np.isnan(own), -1, 0 if place is None else place[rows])
        return Routes(own, goes.astype(np.int64), np.zeros(len(own)), goes >= 0)

    monkeypatch.setattr(access_room, "find_routes", find)


def _stand(shapes: gpd.GeoSeries) -> np.ndarray:
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(shapes.to_numpy())))


def _read_share(share: float, people: int) -> tuple[int, int]:
    """Tell how few and how many of some people a share may stand for."""
    parts = np.arange(people + 1)
    rounded = round_parts(parts, np.full(people + 1, people))
    fits = parts[(100 * rounded / people).round() == share]
    return int(fits.min()), int(fits.max())


class _Reader:
    """What somebody works out from the tables of distances: how many people walk so far, in each grid."""

    def __init__(self, plan: Plan, shown: Shown, metres: np.ndarray) -> None:
        homes = plan.atoms[plan.atoms["households"] > 0]
        ring = np.where(np.isnan(metres), 3, np.searchsorted((500, 1000), metres))
        self.cells = [(code, at) for code in sorted(set(homes["grid"])) for at in range(4)]
        people = pd.Series(homes["population"].to_numpy()).groupby([homes["grid"].to_numpy(), ring]).sum()
        self.true = np.array([people.get(cell, 0) for cell in self.cells])
        self.sums: list[np.ndarray] = []
        self.known: list[tuple[int, int]] = []
        for level in LEVELS:
            above = dict(zip(homes["grid"], homes[level], strict=True))
            told = list_distances(shown, level).merge(shown.areas[level][["code", "population"]], on="code")
            for row in told[told["population"].notna()].itertuples():
                mine = np.array([above[grid] == row.code for grid, _ in self.cells])
                self._learn(mine, (0, 1, 2, 3), (row.population, row.population))
                self._learn(mine, (0,), _read_share(row.share_500_m, row.population))
                self._learn(mine, (0, 1), _read_share(row.share_1000_m, row.population))

    def _learn(self, mine: np.ndarray, rings: tuple[int, ...], known: tuple[int, int]) -> None:
        self.sums.append(mine & np.isin([at for _, at in self.cells], rings))
        self.known.append(known)

    def list_determined(self) -> list[tuple[str, int]]:
        """List the rings of grids with a few people whose number is certain."""
        ends = np.array(self.known, dtype=float)
        rows = np.array(self.sums, dtype=float)
        limits = {"A_ub": np.vstack([rows, -rows]), "b_ub": np.concatenate([ends[:, 1], -ends[:, 0]])}
        found = []
        for at in np.flatnonzero((self.true > 0) & (self.true < MIN_CELL)):
            cost = np.eye(len(self.cells))[at]
            low, high = (linprog(sign * cost, **limits) for sign in (1.0, -1.0))
            assert low.status == high.status == 0, "what is told contradicts itself"
            if -high.fun - low.fun < 1 - 1e-6:
                found.append(self.cells[at])
        return found


@pytest.mark.parametrize("seed", range(6))
def test_rings_of_distance_give_no_small_count_away(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(seed)
    town = build_town()
    atoms = town.atoms.copy()
    some = (atoms["households"] > 0).to_numpy()
    atoms.loc[some, "population"] = rng.integers(1, 7, some.sum())
    plan = _serve(_house({"S003-01": (3, 4)} if seed % 2 else {}, replace(town, atoms=atoms)), "S001-01")
    homes = int((plan.atoms["households"] > 0).sum())
    metres = rng.choice([100.0, 700.0, 1500.0, np.nan], homes, p=[0.91, 0.04, 0.03, 0.02])
    _stage_routes(monkeypatch, plan, metres)
    shown = _show(plan)
    assert _Reader(plan, shown, metres).list_determined() == []
    told = list_distances(shown, "grid")
    assert (told["share_500_m"].isna() == told["households"].isna()).all()
    for column in ("share_500_m", "share_1000_m"):
        assert told[column].dropna().between(0, 100).all()
    assert (told["share_500_m"] <= told["share_1000_m"]).where(told["households"].notna(), True).all()


def test_households_without_a_route_add_up_to_no_small_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven of the sub-grid and five of the one grid were two of the other."""
    plan = _serve(build_town(), "S001-01")
    homes = plan.atoms[plan.atoms["households"] > 0]
    grid = homes["grid"].to_numpy()
    lost = np.isin(np.arange(len(homes)), np.flatnonzero(grid == "S004-01")[:1])
    lost |= np.isin(np.arange(len(homes)), np.flatnonzero(grid == "S004-02")[:3])
    _stage_routes(monkeypatch, plan, np.where(lost, np.nan, 100.0))
    shown = _show(plan)
    grids, whole = (
        list_distances(shown, level).set_index("code")["without_route"] for level in ("grid", "subgrid")
    )
    assert grids["S004-01"] is pd.NA
    assert (grids["S004-02"], whole["S004"], grids["S005-01"]) == (10, 10, 0)


@given(st.integers(0, 300), st.integers(0, 300))
def test_a_rounded_part_leaves_room_for_a_few(one: int, other: int) -> None:
    part, whole = one, one + other
    told = int(round_parts(np.array([part]), np.array([whole]))[0])
    assert 0 <= told <= whole and abs(told - part) <= 7
    same = [at for at in range(whole + 1) if round_parts(np.array([at]), np.array([whole]))[0] == told]
    assert len(same) >= min(4, (whole + 1) // 2)
    counts = round_counts(np.array([part]))
    assert pd.isna(counts[0]) if 0 < part < MIN_CELL else abs(counts[0] - part) <= MIN_CELL


def test_a_worker_reads_no_more_of_distances_than_the_office(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = _serve(build_town(), "S001-01")
    homes = plan.atoms[plan.atoms["households"] > 0]
    lost = np.isin(np.arange(len(homes)), np.flatnonzero(homes["grid"] == "S001-01")[:1])
    lost |= np.isin(np.arange(len(homes)), np.flatnonzero(homes["grid"] == "S001-02")[:5])
    _stage_routes(monkeypatch, plan, np.where(lost, np.nan, 100.0))
    office = list_distances(_show(plan), "grid").set_index("code")
    worker = list_distances(_show(plan, "worker:S001-02"), "grid").set_index("code")
    assert office.loc["S001-01", "without_route"] is pd.NA
    columns = ["households", "share_500_m", "share_1000_m", "without_route"]
    pd.testing.assert_frame_equal(worker[columns], office.loc[["S001-02"], columns])


def test_whom_a_place_serves_tells_no_hidden_area(monkeypatch: pytest.MonkeyPatch) -> None:
    """The grid beside the one with 3 households is withheld; the people of its own place are these."""
    plan = _serve(_house({"S003-01": (3, 4), "S003-02": (41, 91)}), "S003-02", "S003-01")
    homes = plan.atoms[plan.atoms["households"] > 0]
    elsewhere = ~homes["grid"].isin(["S003-01", "S003-02"]).to_numpy()
    metres = np.where(elsewhere, np.nan, 100.0)
    _stage_routes(monkeypatch, plan, metres, (homes["grid"] == "S003-01").to_numpy())
    grids = _show(plan).areas["grid"].set_index("code")["households"]
    assert grids[["S003-01", "S003-02"]].isna().all()
    office = list_services(_show(plan)).set_index("name")["households"]
    assert office["S003-01"] is pd.NA
    assert office["S003-02"] % 10 == 0
    worker = list_services(_show(plan, "worker:S003-02"))
    assert worker["name"].tolist() == ["S003-02"]
    assert worker[["households", "population"]].isna().all(axis=None)


# ------------------------------------------------------------------ care classes, and what comes later
def _care(plan: Plan, rows: list[tuple[str, str, int]]) -> Plan:
    """Attach counts of care classes to grids."""
    table = pd.DataFrame(rows, columns=["grid", "care_class", "households"])
    table["subgrid"] = table["grid"].str[:4]
    table = table.assign(building_id="", placed="code")
    return replace(plan, attached={**plan.attached, "care": table})


def test_what_is_attached_later_changes_nothing_that_was_told() -> None:
    """Else the map from before and the map from after hide different areas, and tell of both."""
    bare = _house({"S003-01": (3, 4), "S005-01": (2, 5)})
    rows = [(code, one, 6 if one == "steady" else 2) for code in sorted(set(bare.atoms["grid"]))[:9]
            for one in ("steady", "attention")]  # fmt: skip
    before, after = _show(bare), _show(_serve(_care(bare, rows), "S001-01"))
    for level in LEVELS:
        pd.testing.assert_series_equal(before.areas[level]["households"], after.areas[level]["households"])
    assert after.attached["care"]["households"].isna().any()
    atoms = bare.atoms.copy()
    mine = np.flatnonzero(atoms["grid"].isin(["S003-02", "S005-02", "S001-01"]).to_numpy())
    atoms["compound"] = ""
    atoms.iloc[mine[1::2], atoms.columns.get_loc("compound")] = "新苑"
    walled = _show(replace(bare, atoms=atoms))
    for level in LEVELS:
        pd.testing.assert_series_equal(before.areas[level]["households"], walled.areas[level]["households"])


def test_classes_that_make_up_a_hidden_area_are_not_all_told() -> None:
    plan = _care(
        _house({"S003-01": (3, 4), "S003-02": (40, 91)}),
        [("S003-02", "steady", 30), ("S003-02", "attention", 10), ("S001-01", "steady", 30)],
    )
    care = _show(plan).attached["care"].set_index(["level", "code", "care_class"]).sort_index()["households"]
    assert care["grid", "S003-02"].isna().any()
    assert care["grid", "S001-01", "steady"] == 30


def test_a_class_is_not_given_away_by_levels_that_cross() -> None:
    """Three sections and two communities lie across each other; one community has two such households."""
    town = build_town()
    atoms = town.atoms.copy()
    east = atoms["grid"].str.endswith("02").to_numpy()
    atoms["community"] = np.where(east, "C2", "C1")
    plan = replace(town, atoms=atoms)
    levels = ("community", "subgrid", "grid")
    secret = {
        level: pd.Series(False, index=pd.Index(np.unique(atoms[level]), name="code")) for level in levels
    }
    secret = {"": pd.Series(False, index=pd.Index([""], name="code")), **secret}
    care = pd.DataFrame(
        {
            "care_class": "attention",
            "households": [12, 9, 2],
            "community": ["C1", "C1", "C2"],
            "subgrid": ["S001", "S002", "S001"],
            "grid": "",
        }
    )
    told = hide_care(replace(plan, attached={"care": care}), secret)
    assert told is not None
    hidden = told.set_index(["level", "code"])["households"].isna()
    assert hidden["community", "C2"]
    # the communities' sum is that of the sub-grids
    assert hidden["community", "C1"] or hidden["subgrid"].any()


# ------------------------------------------------------------------ papers
def test_issues_tell_no_households_of_single_houses() -> None:
    """Of a grid of 53 households the issues told 20 and 30: the third house has 3."""
    town = build_town()
    atoms = town.atoms.copy()
    mine = np.flatnonzero((atoms["grid"] == "S003-02").to_numpy())
    atoms.iloc[mine, atoms.columns.get_loc("households")] = 0
    atoms.iloc[mine[:3], atoms.columns.get_loc("households")] = (20, 30, 3)
    houses = atoms["building_id"].iloc[mine[:3]].tolist()
    issues = issue_rows("buildings", houses, "households_from_floor_area", "estimated", [20.0, 30.0, 3.0])
    shown = _show(replace(town, atoms=atoms, issues=issues))
    told = shown.issues["value"].dropna()
    total = shown.areas["grid"].set_index("code").loc["S003-02", "households"]
    assert not 0 < total - told.sum() < MIN_CELL
    assert list_issues(shown, "en")["what"].notna().all()


def test_the_share_of_the_estimated_tells_no_few() -> None:
    """All but three households were estimated, or three alone."""
    town = _house({"S003-01": (3, 4)})
    few = (town.atoms["grid"] == "S003-01").to_numpy()
    for mine in (few, ~few):
        sources = np.where(mine & (town.atoms["households"] > 0), "estimated_floor_area", "given")
        shown = _show(replace(town, atoms=town.atoms.assign(households_source=sources)))
        assert "estimated" not in shown.totals


def test_what_came_in_is_not_told() -> None:
    """Of 515 households 512 were estimated: 3 came in."""
    town = build_town()
    shown = _show(replace(town, provenance={**town.provenance, "households_in": "3"}))
    assert "households_in" not in shown.provenance


def test_the_public_sees_no_plan_of_grids_alone() -> None:
    plan = build_town()
    areas = {"grid": describe_plan(plan)["grid"]}
    with raises(InputError, "audience_no_level"):
        show_plan_to(plan, areas, parse_audience("public"), name="town")


def test_the_public_sees_down_to_the_level_that_the_scheme_calls_public() -> None:
    plan = build_town()
    assert _show(plan, "public").levels == ("subgrid",), "nothing is flagged: the coarsest"
    levels = tuple(replace(level, public=level.id == "grid") for level in plan.scheme.levels)
    flagged = replace(plan, scheme=replace(plan.scheme, levels=levels))
    shown = _show(flagged, "public")
    assert shown.levels == ("subgrid", "grid")
    assert list_chains(shown) == (("subgrid", "grid"),)
    assert find_outline_level(shown) == "grid"


def test_findings_tell_no_small_counts_of_people() -> None:
    town = build_town()
    hidden = _house({"S003-01": (3, 4)}, town)

    def find(key: str, code: str, value: float, bound: float, reason: str, **values: object) -> list[object]:
        told = json.dumps({"key": reason, "values": values})
        level = "grid"
        return [key, 1, level, code, value, bound, "violation", told]

    rows = [
        find("changed", "", 3.0, np.nan, "people_moved", moved=3, people=500, areas=8),
        find("changed", "", 497.0, 500.0, "people_left_out", people=3),
        find("complete", "S003-01", 5.0, 3.0, "sum_differs_households"),
        find(
            "bounded",
            "S002-01",
            80.0,
            50.0,
            "above_upper",
            households=80,
            counted=80,
            apartment=77,
            selfbuilt=3,
        ),
    ]
    findings = pd.DataFrame(rows, columns=list(town.findings.columns))
    shown = _show(replace(hidden, findings=findings))
    told = list_findings(shown, "en")
    assert len(told) == 4
    assert shown.findings["value"].isna().tolist() == [True, True, True, False]
    assert shown.findings["bound"].isna().tolist() == [True, True, True, False]
    for text in shown.findings["reason"]:
        values = json.loads(text)["values"]
        assert not any(isinstance(one, int) and 0 < one < MIN_CELL for one in values.values())


def test_a_core_beyond_an_area_tells_nothing_of_the_rest() -> None:
    """The core of a proof is its area and three households of the next: 43 less 40."""
    town = build_town()
    proof = town.certificates.iloc[:1].copy()
    ids = town.atoms.index
    own = ids[town.atoms["grid"] == "S003-02"].tolist()
    beside = ids[town.atoms["grid"] == "S003-01"].tolist()
    atoms = town.atoms.copy()
    atoms.loc[beside[0], "households"] = 3
    areas = {**town.areas, "grid": town.areas["grid"].copy()}
    number = int(proof["certificate_id"].iloc[0])
    areas["grid"]["certificate_id"] = pd.array([pd.NA] * len(areas["grid"]), dtype="Int64")
    areas["grid"].loc["S003-02", ["status", "certificate", "certificate_id"]] = [
        "exempt",
        "structure",
        number,
    ]
    for core, kept in (
        (own, True),
        ([*own, beside[0]], False),
        ([*own, *beside[1:]], False),
        ([*own, *beside], True),
    ):
        proof["atoms"] = json.dumps(core)
        shown = _show(replace(town, atoms=atoms, areas=areas, certificates=proof))
        reason = shown.areas["grid"].set_index("code").loc["S003-02", "reason_en"]
        assert (reason != "") == kept, len(core)


# ------------------------------------------------------------------ words
def test_limits_name_nothing_that_their_reader_may_not_see() -> None:
    """Off the streets a limit is told by the areas and the houses beside it."""
    plan = _name_houses()
    office = _show(plan).areas
    assert office["grid"]["borders_en"].str.contains("S002-02", regex=False).any()
    assert office["subgrid"]["borders_en"].str.contains("HOUSE", regex=False).any()
    public = _show(plan, "public").areas["subgrid"]
    assert not public[["borders_en", "borders_zh"]].map(lambda text: "HOUSE" in text).any(axis=None)
    assert public["borders_en"].str.contains("a house").any()
    assert public["borders_zh"].str.contains("与S002之间的楼间界线（本侧房屋", regex=False).any()
    for own, off in (("S002-01", True), ("S005-01", False)):
        worker = _show(plan, f"worker:{own}").areas["grid"].iloc[0]
        mine = set(plan.atoms.loc[plan.atoms["grid"] == own, "building_id"])
        for lang in ("en", "zh"):
            text = str(worker[f"borders_{lang}"])
            assert text and "S002-02" not in text
            assert set(re.findall(r"HOUSE (b\d+)", text)) <= mine
        assert ("相邻区域" in worker["borders_zh"]) == off


def _name_houses(named: str = "HOUSE") -> Plan:
    """Give every house of the town a name, and take the lanes of the north away: limits go between houses."""
    town = build_town()
    streets = town.streets[(town.streets["rank"] == 1) | (town.streets.centroid.y < 3_700_165)]
    houses = town.buildings.assign(name=[f"{named} {name}" for name in town.buildings.index])
    return replace(town, streets=streets.reset_index(drop=True), buildings=houses)


def _list_words(limits: pd.DataFrame) -> set[str]:
    return {name for hand in ("inside", "across") for names in limits[hand] for name in names}


def test_limits_are_cut_by_value() -> None:
    """Whatever things are called: it is not the text that is searched, but names that are not there."""
    plan = _name_houses("长江大街 80 m,")
    areas = {level: frame.assign(name="HOUSE") for level, frame in describe_plan(plan).items()}
    public, names = list_seen_limits(areas["subgrid"], plan, "subgrid", parse_audience("public"))
    assert _list_words(public) == {HIDDEN}
    assert set(names) == {"HOUSE"}, "areas of the level are shown to the public"
    for own in areas["grid"]["code"]:
        limits, names = list_seen_limits(areas["grid"], plan, "grid", parse_audience(f"worker:{own}"))
        mine = plan.buildings.loc[plan.atoms.loc[plan.atoms["grid"] == own, "building_id"].dropna(), "name"]
        assert _list_words(limits) <= {HIDDEN, *mine}
        between = limits[limits["follows"] == "inner"]
        assert all(set(names) <= set(mine) and names for names in between["inside"]), "the own are named"
        assert set(limits["code"]) == {own}
        assert sorted(names) == sorted(["HOUSE"] + [HIDDEN] * (len(names) - 1))


def test_what_a_worker_reads_of_limits_is_what_the_office_reads() -> None:
    """Only the areas around are traced for one: nothing but names differs."""
    plan = _name_houses()
    frame = describe_plan(plan)["grid"]
    traced = trace_borders(frame.set_index("code"), plan.streets, plan.district, plan.atoms)
    office = list_limits(traced, plan.streets).drop(columns=["inside", "across", "neighbours", "ring"])
    for own in frame["code"]:
        limits, _ = list_seen_limits(frame, plan, "grid", parse_audience(f"worker:{own}"))
        pd.testing.assert_frame_equal(
            limits[office.columns].reset_index(drop=True),
            office[office["code"] == own].reset_index(drop=True),
        )


def test_the_public_reads_the_compound_that_a_limit_runs_along() -> None:
    plan = _name_houses()
    atoms = plan.atoms.copy()
    atoms["compound"] = np.where(atoms["subgrid"] == "S001", "新苑", "")
    shown = _show(replace(plan, atoms=atoms), "public").areas["subgrid"].set_index("code")
    assert "新苑" in shown.loc["S001", "borders_en"] and "a house" in shown.loc["S001", "borders_en"]
    assert not shown["borders_en"].str.contains("HOUSE").any()


def test_an_area_in_a_hole_is_not_named_to_a_worker() -> None:
    town = build_town()
    atoms = town.atoms.copy()
    middle = atoms.geometry.centroid.distance(atoms.union_all().centroid).idxmin()
    core = atoms.geometry.touches(atoms.geometry[middle]) | (atoms.index == middle)
    atoms["grid"] = np.where(core, "CORE", "RING")
    areas = town.areas["grid"].iloc[:2].set_axis(pd.Index(["CORE", "RING"], name="code"))
    areas = areas.assign(name=["内圈", "外圈"], parent="")
    plan = replace(town, atoms=atoms, areas={**town.areas, "grid": areas})
    frame = describe_plan(plan)["grid"]
    assert "内圈" in frame.set_index("code").loc["RING", "borders_zh"]
    worker = Audience("worker", "RING")
    text = cut_limits(frame[frame["code"] == "RING"], frame, plan, "grid", worker)["borders_zh"].iloc[0]
    assert "内圈" not in text and t("onemap.other_area", "zh") in text
