"""docs/format.md names every table and column of plan.gpkg as it is written, with its type."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from gridplan import demo
from gridplan.pipeline import write_plan
from gridplan.schema import ATTACHED_COLUMNS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "format.md"
TYPES = {"TEXT": "text", "INTEGER": "integer", "MEDIUMINT": "integer", "REAL": "real", "BOOLEAN": "boolean"}
# columns that follow from the scheme, of the geometry, and the row number of the format
_OWN = {"fid", "geom"}


def read_page() -> dict[str, dict[str, str]]:
    """Read the tables of the page: type by column, by table."""
    tables: dict[str, dict[str, str]] = {}
    for part in re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name = part.splitlines()[0].strip("`")
        tables[name] = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", part, flags=re.MULTILINE))
    return tables


def read_file(path: Path) -> dict[str, dict[str, str]]:
    with sqlite3.connect(path) as file:
        names = [row[0] for row in file.execute("SELECT table_name FROM gpkg_contents")]
        return {
            name: {row[1]: TYPES.get(row[2], row[2]) for row in file.execute(f'PRAGMA table_info("{name}")')}
            for name in names
        }


@pytest.mark.parametrize(
    "town",
    [
        "xiao_cheng",
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("xiao_matian", "xiao_shangnan")),
    ],
)
def test_the_page_says_what_is_written(town: str, tmp_path: Path) -> None:
    plan = demo.plan_town(demo.find_towns()[town])
    written, page = read_file(write_plan(plan, tmp_path / "plan.gpkg")), read_page()
    levels = list(plan.areas)
    of_scheme = {*levels, *(f"old_{level}" for level in plan.existing)}
    assert written.pop("layer_styles")
    for table, columns in written.items():
        listed = page["areas"] if table in levels else page[table]
        if table in plan.attached:
            listed = listed | page["placed"]
        found = [(name, kind) for name, kind in columns.items() if name not in _OWN | of_scheme]
        assert found == list(listed.items()), table
    optional = {"alternatives", "existing", *ATTACHED_COLUMNS}
    assert set(page) - {"areas", "placed", "layer_styles"} - set(written) <= optional
