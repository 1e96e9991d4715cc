"""With ``--json`` every command prints one object, on bad input and on a fault of our own too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridplan import cli
from gridplan.cli import FAULT, INTERRUPTED, UNUSABLE, main

#: A command line of every command that reads a file, with one that is not there.
MISSING = {
    "plan": [
        "plan",
        "--buildings",
        "{gone}",
        "--streets",
        "{gone}",
        "--scheme",
        "gridplan",
        "--out",
        "{out}",
    ],
    "feasibility": ["feasibility", "--buildings", "{gone}", "--streets", "{gone}", "--scheme", "gridplan"],
    "attach": ["attach", "{gone}", "--staff", "{gone}"],
    "check": ["check", "{gone}"],
    "compounds": ["compounds", "{gone}"],
    "export": ["export", "{gone}", "--format", "csv", "--out", "{out}"],
    "compare": ["compare", "{gone}"],
    "borders": ["borders", "{gone}", "--out", "{out}"],
    "staff": ["staff", "{gone}", "--out", "{out}"],
    "schemes": ["schemes", "validate", "{gone}.toml"],
}


def _read_error(capsys: pytest.CaptureFixture[str]) -> dict:
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert set(answer) == {"error"} and set(answer["error"]) == {"key", "message", "values"}
    # people read the same on the other stream
    assert answer["error"]["message"].splitlines()[0] in printed.err
    return answer["error"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("command", sorted(MISSING))
def test_a_missing_file_is_one_object(
    command: str, lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone, out = str(tmp_path / "gone.gpkg"), str(tmp_path / "out.gpkg")
    words = [word.format(gone=gone, out=out) for word in MISSING[command]]
    assert main([*words, "--json", "--lang", lang]) == UNUSABLE
    error = _read_error(capsys)
    assert gone in error["message"] and gone in str(error["values"])
    assert ("找不到" in error["message"]) == (lang == "zh")
    assert not list(tmp_path.iterdir())


def test_a_wrong_option_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--no-such-option", "--json", "--lang", "en"]) == UNUSABLE
    assert _read_error(capsys)["key"] == "usage"
    # without the wish for an object the message alone is given
    assert main(["check", "--no-such-option", "--lang", "en"]) == UNUSABLE
    printed = capsys.readouterr()
    assert printed.out == "" and "--help" in printed.err


def test_help_is_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--help", "--json"]) == 0
    assert "error" not in capsys.readouterr().out.split("\n")[0]


@pytest.mark.parametrize(
    ("raised", "code", "key"),
    [(ZeroDivisionError("x"), FAULT, "fault"), (KeyboardInterrupt(), INTERRUPTED, "interrupted")],
)
def test_a_fault_of_ours_is_one_object_too(
    raised: BaseException,
    code: int,
    key: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_options: object) -> int:
        raise raised

    monkeypatch.delenv("GRIDPLAN_DEBUG", raising=False)
    monkeypatch.setattr(cli, "_find_command", lambda _name: fail)
    assert main(["check", "plan.gpkg", "--json", "--lang", "en"]) == code
    assert _read_error(capsys)["key"] == key


def test_values_of_any_kind_are_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import numpy as np

    from gridplan.errors import InputError

    def fail(_options: object) -> int:
        values = {"n": np.int64(3), "path": Path("a"), "ids": {"b", "a"}, "rows": np.array([1, 2])}
        raise InputError("no_such_error", **values)

    monkeypatch.setattr(cli, "_find_command", lambda _name: fail)
    assert main(["check", "plan.gpkg", "--json", "--lang", "en"]) == UNUSABLE
    assert json.loads(capsys.readouterr().out)["error"]["values"] == {
        "n": 3,
        "path": "a",
        "ids": ["a", "b"],
        "rows": [1, 2],
    }
