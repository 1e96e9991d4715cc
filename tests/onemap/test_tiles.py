"""The base map: nothing unless it is set, and a key only from the setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridplan.errors import InputError
from gridplan.onemap.browser.tiles import TILE_PRESETS, Tiles, parse_tiles
from gridplan.ui.tiles import TILES_VARIABLE, read_tiles


def test_nothing_set_is_no_base_map(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(TILES_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert read_tiles() is None
    assert parse_tiles("") is None


def test_a_file_beside_the_app_is_read_and_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(TILES_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    Path("tiles.toml").write_text(
        'url = "http://10.0.0.5/{z}/{x}/{y}.png"\ncrs = "gcj02"\n', encoding="utf-8"
    )
    tiles = read_tiles()
    assert tiles == Tiles(("http://10.0.0.5/{z}/{x}/{y}.png",), crs="gcj02")
    assert tiles.system == "gcj02"
    other = tmp_path / "other.toml"
    other.write_text('url = ["a/{z}", "b/{z}"]\nmax_zoom = 16\n', encoding="utf-8")
    monkeypatch.setenv(TILES_VARIABLE, str(other))
    assert read_tiles() == Tiles(("a/{z}", "b/{z}"), max_zoom=16)
    monkeypatch.setenv(TILES_VARIABLE, str(tmp_path / "none.toml"))
    with pytest.raises(InputError, match="file_missing"):
        read_tiles()


@pytest.mark.parametrize("preset", sorted(TILE_PRESETS))
def test_a_preset_wants_the_office_s_own_key(preset: str) -> None:
    with pytest.raises(InputError, match="tiles_key_missing"):
        parse_tiles(f'preset = "{preset}"')
    tiles = parse_tiles(f'preset = "{preset}"\nkey = "of-the-office"\nmax_zoom = 17')
    assert tiles is not None
    config = tiles.to_config()
    assert all(
        url.endswith("&tk=of-the-office") and "{z}" in url and "{key}" not in url for url in config["urls"]
    )
    assert config["max_zoom"] == 17
    assert tiles.system == "wgs84"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("url =", "tiles_broken"),
        ('preset = "google"', "tiles_unknown"),
        ("max_zoom = 3", "tiles_unknown"),
        ('preset = "tianditu-vec"\nurl = "a"\nkey = "k"', "tiles_unknown"),
        ('url = "a"\ncolour = "red"', "tiles_unknown"),
        ('url = "a"\ncrs = "mars"', "tiles_unknown"),
    ],
)
def test_a_wrong_setting_is_told(text: str, key: str) -> None:
    with pytest.raises(InputError, match=key):
        parse_tiles(text)
