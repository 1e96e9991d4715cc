"""The examples in the docstrings of the front door give what they say."""

from __future__ import annotations

import doctest
import shutil
from importlib import import_module
from pathlib import Path

import pytest

import gridplan

TOWN = Path(__file__).resolve().parents[2] / "data" / "xiao_cheng.gpkg"
# what the methods of a plan hand on to has its examples there
MODULES = sorted(
    {getattr(gridplan, name).__module__ for name in gridplan.__all__} | {"gridplan.onemap.notebook.explore"}
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, gridplan.Plan]:
    """A folder with what the examples read: the data of the town, and a plan of it."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "data").mkdir()
    shutil.copy(TOWN, folder / "data")
    plan = gridplan.make_plan(f"{TOWN}#buildings", f"{TOWN}#streets")
    plan.save(folder / "plan.gpkg")
    return folder, plan


@pytest.mark.parametrize("module", MODULES)
def test_examples_give_what_they_say(
    module: str, desk: tuple[Path, gridplan.Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, plan = desk
    monkeypatch.chdir(folder)
    failed, _ = doctest.testmod(
        import_module(module),
        extraglobs={"gridplan": gridplan, "plan": plan},
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE,
    )
    assert not failed


@pytest.mark.parametrize("name", gridplan.__all__)
def test_every_door_shows_how_it_opens(name: str) -> None:
    assert ">>> " in (getattr(gridplan, name).__doc__ or "")
