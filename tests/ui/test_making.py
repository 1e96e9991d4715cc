"""Plans made of uploaded files: in a process of their own, to be cancelled, one message when they fail."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from raising import raises

from gridplan.errors import GridplanError, InputError
from gridplan.io import open_plan
from gridplan.ui import making
from gridplan.ui.making import STEPS, Job
from gridplan.ui.uploads import keep_files, strip_folder

TOWN = Path(__file__).parents[2] / "data" / "xiao_cheng.gpkg"


@dataclass
class File:
    """What the browser sends."""

    name: str
    content: bytes = b""

    def getvalue(self) -> bytes:
        return self.content


def _await_end(job: Job, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while job.running:
        assert time.monotonic() < until
        time.sleep(0.05)


def _begin(*, whole: bool) -> Job:
    folder = tempfile.TemporaryDirectory()
    kept = Path(folder.name) / "town.gpkg"
    if whole:
        shutil.copy(TOWN, kept)
    else:
        kept.write_bytes(b"no town")
    return Job({"buildings": str(kept), "existing": {}}, "gridplan", folder, "town")


def test_files_keep_their_names_and_stay_in_their_folder(tmp_path: Path) -> None:
    folder = tmp_path / "streets"
    parts = [File("路.dbf"), File("..\\..\\路.prj"), File("路.shp")]
    assert Path(keep_files(parts, folder)).name == "路.shp"
    assert Path(keep_files([File("../../etc/passwd#a")], folder)).name == "passwd_a"
    assert {path.name for path in folder.iterdir()} == {"路.dbf", "路.shp", "路.prj", "passwd_a"}
    assert list(tmp_path.iterdir()) == [folder]


def test_a_name_is_no_longer_than_a_file_system_takes(tmp_path: Path) -> None:
    parts = [File("楼" * 120 + ending, ending.encode()) for ending in (".shp", ".shx", ".dbf")]
    shape = Path(keep_files(parts, tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {shape.stem + e for e in (".shp", ".shx", ".dbf")}
    assert shape.read_bytes() == b".shp"
    assert 100 < len(shape.name.encode()) <= 143
    assert Path(keep_files([File("." * 300 + "长" * 300)], tmp_path)).is_file()


@pytest.mark.parametrize("names", [("a.gpkg", "b.gpkg"), ("a.shp", "a.dbf", "b.shp"), ("a.shp", "b.dbf")])
def test_no_file_is_left_out_without_a_word(tmp_path: Path, names: tuple[str, ...]) -> None:
    with raises(InputError, "upload_several") as told:
        keep_files([File(name) for name in names], tmp_path / "buildings")
    assert told.value.values["files"] == list(names)


def test_a_message_does_not_name_folders_of_the_server(tmp_path: Path) -> None:
    told = strip_folder(InputError("file_missing", path=str(tmp_path / "a.gpkg"), count=3), str(tmp_path))
    assert told.key == "file_missing"
    assert told.values == {"path": "a.gpkg", "count": 3}


def test_a_file_that_cannot_be_read_is_told_in_one_message() -> None:
    job = _begin(whole=False)
    _await_end(job)
    assert isinstance(job.error, GridplanError)
    assert job.error.values["path"] == "town.gpkg"
    assert not job.out.exists()
    job.drop()


def test_a_job_can_be_cancelled_and_makes_room_for_others() -> None:
    jobs = [_begin(whole=True) for _ in range(making._MOST_AT_ONCE)]
    with raises(InputError, "making_busy"):
        _begin(whole=True)
    for job in jobs:
        job.cancel()
        assert not job.running
        assert job.error is None
        assert not Path(job.folder.name).exists()
    last = _begin(whole=False)
    _await_end(last)
    last.drop()


def test_a_job_goes_when_its_browser_does_not_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_GRACE_S", 0.3)
    job = _begin(whole=True)
    job.leave()
    job.attend()
    time.sleep(0.5)
    assert job.running, "it came back"
    job.leave()
    _await_end(job, 20)
    until = time.monotonic() + 10
    while Path(job.folder.name).exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    job.leave()
    assert job.error is None


def test_nothing_outlives_the_server() -> None:
    job = _begin(whole=True)
    making.end_jobs()
    assert not job.running
    assert not Path(job.folder.name).exists()
    making.end_jobs()


@pytest.mark.slow
def test_a_town_is_planned_step_by_step() -> None:
    job = _begin(whole=True)
    _await_end(job, 170)
    assert job.error is None
    assert all(job.seconds(step) is not None for step in STEPS)
    assert len(open_plan(job.out).areas)
    job.drop()
