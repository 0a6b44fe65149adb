"""Tests and chapters run with the network off."""

import socket
from pathlib import Path

import pytest

from assignment4.book.network import NetworkError
from assignment4.book.notebooks import kernel_environment


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("2001:db8::1", 80), ("example.org", 80)])
def test_no_other_machine_is_reached(address):
    with pytest.raises(NetworkError, match="the network is off"):
        socket.create_connection(address, timeout=1)


def test_a_socket_is_refused_without_a_name():
    with socket.socket() as one, pytest.raises(NetworkError, match=r"192\.0\.2\.1"):
        one.connect(("192.0.2.1", 80))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()


def test_kernels_of_chapters_start_with_the_network_off():
    profile = Path(kernel_environment()["IPYTHONDIR"]) / "profile_default"
    scripts = list((profile / "startup").glob("*.py"))
    assert ["forbid_network()" in script.read_text("utf-8") for script in scripts] == [True]
