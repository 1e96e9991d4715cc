"""``gridplan app``: where it listens."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from gridplan import cli

pytest.importorskip("streamlit")


@pytest.mark.parametrize("port", ["0", "-1", "65536", "a"])
def test_a_port_is_a_port(call: Callable, port: str) -> None:
    told = call("app", "--port", port)
    assert told.code == cli.UNUSABLE
    assert port in told.err


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_address_that_cannot_be_had_is_told_in_one_line(call: Callable, lang: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = call("app", "--port", port, "--lang", lang)
    assert told.code == cli.UNUSABLE
    assert str(port) in told.err
    assert len(told.err.strip().splitlines()) == 1
    told = call("app", "--host", "256.0.0.1", "--port", port, "--lang", lang)
    assert told.code == cli.UNUSABLE
    assert "256.0.0.1" in told.err
