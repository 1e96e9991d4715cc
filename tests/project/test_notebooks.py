"""The notebooks run from their own folder, as a reader would run them, with every other host cut off."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from project.osm_answers import serve_town

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
PATIENCE_S = 300

#: Read by every Python that a notebook starts: no other host is known, and none can be reached.
CUT_OFF = """
import socket

_resolve, _connect = socket.getaddrinfo, socket.socket.connect
_HERE = {"localhost", "127.0.0.1", "::1", "", None}


def getaddrinfo(host, *words, **options):
    if host not in _HERE:
        raise socket.gaierror(f"cut off: {host}")
    return _resolve(host, *words, **options)


def connect(self, address):
    if isinstance(address, tuple) and address[0] not in _HERE:
        raise OSError(f"cut off: {address[0]}")
    return _connect(self, address)


socket.getaddrinfo = getaddrinfo
socket.gethostbyname = lambda host: getaddrinfo(host, None)[0][4][0]
socket.socket.connect = connect
"""


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # the kernel's own files stay out of the reader's home
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "sitecustomize.py").write_text(CUT_OFF, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(tools), str(ROOT))))
    monkeypatch.setenv("PATH", os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def run(book: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    client = NotebookClient(
        book, timeout=PATIENCE_S, kernel_name="python3", resources={"metadata": {"path": folder}}
    )
    return client.execute()


@pytest.mark.slow
@pytest.mark.usefixtures("cut_off")
@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_town() as address:
        monkeypatch.setenv("NOMINATIM_URL", address)
        monkeypatch.setenv("OVERPASS_URL", address)
        book = run(nbformat.read(path, as_version=4), FOLDER)
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    said = "".join(output.get("text", "") for output in outputs)
    assert "Error" not in said and "错误" not in said, said


@pytest.mark.slow
@pytest.mark.usefixtures("cut_off")
@pytest.mark.parametrize(
    "code",
    [
        "import urllib.request; urllib.request.urlopen('http://example.org')",
        "import socket; socket.create_connection(('192.0.2.1', 80))",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import socket; "
        'socket.create_connection((\\"192.0.2.1\\", 80))\'], check=True)',
    ],
)
def test_other_hosts_are_cut_off(code: str, tmp_path: Path) -> None:
    with pytest.raises(CellExecutionError, match=r"cut off|CalledProcessError"):
        run(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)]), tmp_path)
