"""A network that is off: what the book computes, it computes from what is on the machine."""

import ipaddress
import sys

LOOKED_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")


class NetworkError(OSError):
    """Something asked for another machine."""


def forbid_network() -> None:
    """Have each attempt of this process to look up or reach another machine raise NetworkError."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple) -> None:
    if event in LOOKED_UP:
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if not _is_this_machine(host):
        raise NetworkError(f"{host} was asked for, and the network is off: the book needs none")


def _is_this_machine(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
