"""The base map: nothing unless it is set, and a key only from the setting."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from raising import raises

from gridplan.errors import InputError
from gridplan.i18n import translate_error
from gridplan.onemap.browser.tiles import TILE_PRESETS, Tiles, parse_tiles
from gridplan.ui.tiles import TILES_VARIABLE, read_tiles

PLAIN = 'url = "http://a/{z}/{x}/{y}"'
DEGREES = "http://t0.tianditu.gov.cn/vec_c/wmts?TILEMATRIXSET=c&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"


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
    other.write_text('url = ["a/{z}/{x}/{y}", "b/{z}/{x}/{y}"]\nmax_zoom = 16\n', encoding="utf-8")
    monkeypatch.setenv(TILES_VARIABLE, str(other))
    assert read_tiles() == Tiles(("a/{z}/{x}/{y}", "b/{z}/{x}/{y}"), max_zoom=16)
    monkeypatch.setenv(TILES_VARIABLE, str(tmp_path / "none.toml"))
    with raises(InputError, "file_missing"):
        read_tiles()


def test_a_file_of_a_windows_editor_is_read_or_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "tiles.toml"
    monkeypatch.setenv(TILES_VARIABLE, str(path))
    path.write_text(f'{PLAIN}\nattribution = "天地图"', encoding="utf-8-sig")
    assert read_tiles() == Tiles(("http://a/{z}/{x}/{y}",), attribution="天地图")
    path.write_text(f'{PLAIN}\nattribution = "天地图" # 底图', encoding="gb18030")
    with raises(InputError, "tiles_broken"):
        read_tiles()


@pytest.mark.parametrize("preset", sorted(TILE_PRESETS))
def test_a_preset_wants_the_office_s_own_key(preset: str) -> None:
    with raises(InputError, "tiles_key_missing"):
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
        (f'{PLAIN}\ncrs = "mars"', "tiles_value"),
        (f'{PLAIN}\ncrs = "bd09"', "tiles_value"),
        (f'{PLAIN}\ncrs = "EPSG:4490"', "tiles_value"),
        (f'{PLAIN}\nmax_zoom = "18"', "tiles_value"),
        (f"{PLAIN}\nkey = 5", "tiles_value"),
        (f"{PLAIN}\ntms = 1", "tiles_value"),
        ('preset = ["tianditu-vec"]', "tiles_unknown"),
        ("url = 5", "tiles_value"),
        ("url = []", "tiles_value"),
        ('url = "http://a"', "tiles_value"),
        ('url = ["http://a/{z}/{x}/{y}", 5]', "tiles_value"),
        (f'url = "{DEGREES}"', "tiles_degrees"),
        (f'url = ["http://a/{{z}}/{{x}}/{{y}}", "{DEGREES}"]', "tiles_degrees"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_setting_is_told(text: str, key: str, lang: str) -> None:
    with raises(InputError, key) as fault:
        parse_tiles(text)
    told = translate_error(fault.value, lang)
    assert told
    assert "error." not in told


@pytest.mark.parametrize("name", ["docs/guide/basemap.md", "docs/zh/guide/basemap.md"])
def test_settings_of_the_guide_are_read(name: str) -> None:
    text = (Path(__file__).resolve().parents[2] / name).read_text(encoding="utf-8")
    blocks = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "extends" not in block]
    preset, own = (parse_tiles(block) for block in blocks)
    assert preset is not None
    assert own is not None
    assert (preset.attribution, own.system, own.max_zoom) == ("天地图", "gcj02", 18)
    web_mercator = preset.urls[0].replace("{key}", "k")
    assert parse_tiles(f'url = "{web_mercator}"') is not None
