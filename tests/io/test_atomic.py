"""Files are written whole or not at all, and what is wrong is told of what the user knows."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest
from raising import raises

from gridplan.errors import WriteError
from gridplan.io import write_whole


@pytest.mark.parametrize(
    ("number", "key"),
    [(errno.EACCES, "write_not_allowed"), (errno.ENOSPC, "disk_full"), (errno.EIO, "write_failed")],
)
def test_a_folder_that_takes_no_files_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, key: str
) -> None:
    def refuse(**_: object) -> NoReturn:
        raise OSError(number, "no", str(tmp_path / ".gridplan-x1y2"))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with raises(WriteError, key) as fault:
        write_whole(tmp_path / "a.png", b"x")
    assert fault.value.values["path"] == str(tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_stood_there_before_is_untouched(tmp_path: Path) -> None:
    target = tmp_path / "a.png"
    target.write_bytes(b"old")
    with pytest.raises(TypeError):
        write_whole(target, None)  # type: ignore[arg-type]
    assert target.read_bytes() == b"old"
    assert write_whole(target, b"new") == target
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]
