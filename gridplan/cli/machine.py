"""``gridplan doctor`` and ``gridplan app``: the machine that gridplan runs on."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import socket
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from gridplan.cli import FINE, UNUSABLE
from gridplan.errors import GridplanError, InputError
from gridplan.i18n import align_rows, t
from gridplan.parallel import default_workers
from gridplan.privacy import parse_audience

__all__ = ["run_app", "run_doctor"]

_NEEDED = (
    "gridplan", "folium", "geopandas", "mapclassify", "matplotlib", "numba", "numpy", "openpyxl", "pandas",
    "pyarrow", "pyogrio", "pyproj", "scipy", "shapely", "tqdm", "xlsxwriter",
)  # fmt: skip
_OPTIONAL = ("esda", "highspy", "libpysal", "osmnx", "pyrosm", "streamlit")


def run_doctor(options: argparse.Namespace) -> int:
    """Print what a bug report needs, and what is missing."""
    facts = {
        "python": f"{platform.python_version()} ({platform.machine()})",
        "system": platform.platform(),
        "processors": str(default_workers()),
        "memory": _read_memory(),
        **{name: _read_version(name) for name in (*_NEEDED, *_OPTIONAL)},
        **_list_libraries(),
    }
    missing = [name for name in _NEEDED[1:] if not facts[name]]
    try:
        facts["font"] = _name_font()
    except GridplanError:
        facts["font"] = ""
    if options.json:
        print(json.dumps({**facts, "missing": missing}, ensure_ascii=False))
    else:
        nothing = t("cli.doctor.absent", options.lang)
        names = {
            key: t(f"cli.doctor.{key}", options.lang) for key in ("system", "processors", "memory", "font")
        }
        print(align_rows([[names.get(key, key), value or nothing] for key, value in facts.items()]))
        if not facts["font"]:
            print(t("cli.doctor.no_font", options.lang))
        print(
            t("cli.doctor.bad", options.lang, names=missing)
            if missing
            else t("cli.doctor.good", options.lang)
        )
    return UNUSABLE if missing else FINE


def _read_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _list_libraries() -> dict[str, str]:
    """Return the versions of the C libraries, as far as their Python packages are there."""
    libraries = {}
    if find_spec("pyogrio"):
        import pyogrio

        libraries["GDAL"] = ".".join(map(str, pyogrio.__gdal_version__))
    if find_spec("shapely"):
        import shapely

        libraries["GEOS"] = ".".join(map(str, shapely.geos_version))
    if find_spec("pyproj"):
        import pyproj

        libraries["PROJ"] = str(pyproj.proj_version_str)
    return libraries


def _read_memory() -> str:
    """Return the memory of the machine, "" where the system has no such figure (Windows)."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return ""
    return f"{total / 1024**3:.1f} GiB"


def _name_font() -> str:
    """Return the font that maps are lettered with in Chinese."""
    from gridplan.onemap.pictures.fonts import find_fonts

    return str(find_fonts("网格划分图", "zh").get_family()[0])


def run_app(options: argparse.Namespace) -> int:
    """Open the app in the browser and stay until it is closed."""
    if not find_spec("streamlit"):
        raise InputError("app_missing")
    parse_audience(options.audience)
    if options.plan is not None and not Path(options.plan).is_file():
        raise InputError("file_missing", path=options.plan)
    _try_address(options.host, options.port)
    words = [] if options.plan is None else ["--", str(Path(options.plan).absolute())]
    command = [
        sys.executable, "-m", "streamlit", "run", str(_find_app()),
        f"--server.port={options.port}", f"--server.address={options.host}", *words,
    ]  # fmt: skip
    setting = {"GRIDPLAN_LANG": options.lang, "GRIDPLAN_AUDIENCE": options.audience}
    with subprocess.Popen(command, env={**os.environ, **setting}) as server:
        # ending this process ends the server too, which would keep the port otherwise
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        return server.wait()


def _try_address(host: str, port: int) -> None:
    """Listen for a moment, because the server itself would say what is wrong in English or by a traceback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        fault = error.strerror or str(error)
        raise InputError("app_address", host=host, port=port, fault=fault) from error


def _find_app() -> Path:
    """Find the app, its settings beside it: inside the package once installed, above it in a clone."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "ui" / "script" / "app.py"
    return installed if installed.is_file() else package.parent / "app.py"
