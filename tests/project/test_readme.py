"""The README's commands exist, its Python prints what it says, and its Chinese twin says the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
TWINS = ("README.md", "README.zh.md")


def _blocks(name: str) -> list[tuple[str, str]]:
    return FENCE.findall((ROOT / name).read_text(encoding="utf-8"))


def _without_comments(block: tuple[str, str]) -> tuple[str, str]:
    language, code = block
    return language, re.sub(r"\s+#.*$", "", code, flags=re.MULTILINE)


def test_twins_have_the_same_code() -> None:
    english, chinese = ([_without_comments(block) for block in _blocks(name)] for name in TWINS)
    assert english == chinese


def test_twins_name_the_same_commands_and_chapters() -> None:
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in TWINS)
    for pattern in (r"`(gridplan \w+)", r"^#+ ", r"`--\w+", r"\]\(([^)]+)\)"):
        found = [
            re.findall(pattern, text.replace("docs/zh/", "docs/"), re.MULTILINE)
            for text in (english, chinese)
        ]
        mirrored = [sorted(word for word in words if word not in TWINS) for words in found]
        assert mirrored[0] == mirrored[1]


@pytest.mark.parametrize("name", TWINS)
def test_it_can_be_read_at_one_sitting(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("name", [*TWINS, "CONTRIBUTING.md", "data/SOURCES.md", "benchmarks/README.md"])
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not missing


def test_commands_exist(capsys: pytest.CaptureFixture[str]) -> None:
    from gridplan.cli import main

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = set(re.findall(r"^\| `gridplan (\w+)", text, flags=re.MULTILINE))
    for command in sorted(table):
        assert main([command, "--help"]) == 0, command
    capsys.readouterr()
    assert main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert (
        set(
            re.findall(
                r"^\s+(plan|feasibility|attach|check|schemes|compounds|export|demo|compare|borders|staff|app|doctor)\b",
                listed,
                re.MULTILINE,
            )
        )
        == table
    )


def test_python_prints_what_the_readme_says() -> None:
    blocks = _blocks("README.md")
    at = next(place for place, (language, _) in enumerate(blocks) if language == "python")
    code, (language, expected) = blocks[at][1], blocks[at + 1]
    assert language == "text", "the output stands below the code"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True, encoding="utf-8"
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == expected.strip()
