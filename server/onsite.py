"""On site: which machines Vigie may connect to. Promise 10 ends here."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from models.errors import ModelUnreachableError
from server.errors import SettingsError

Resolve = Callable[[str], Sequence[str]]
"""The addresses that a name leads to. Raises OSError."""

_HERE = tuple(
    ip_network(one)
    for one in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1", "fc00::/7")
)


def check_on_site(url: str, allowed: str, setting: str) -> None:
    """An address of this machine or of a private network, or a name that the operator vouches for.

    No name is resolved: where it leads is not ours to know. Raises SettingsError.
    """
    parts = urlsplit(url)
    host = parts.hostname
    if parts.scheme not in {"http", "https"} or host is None:
        raise SettingsError(f"{setting}: expected http://HOST:PORT, not {url!r}.")
    vouched = {name.strip().lower() for name in allowed.split(",")}
    if host not in {"localhost", *vouched} and not _is_private(host):
        raise SettingsError(
            f"{setting}: {host} is no address of this machine or of a private network. If it "
            "stands on your site, name it in VIGIE_ON_SITE."
        )


def resolved(host: str) -> list[str]:
    """The addresses of a host, IPv4 first; what is an address already is not looked up."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        return sorted({str(one[4][0]) for one in found}, key=lambda one: (":" in one, one))


def on_site(host: str, resolve: Resolve = resolved) -> list[str]:
    """Where a host is now. Whoever connects goes to what is told here, and looks nothing up.

    Raises ModelUnreachableError when it has no address, or a single one that is not on site: also
    a name that an operator vouches for may have been made to lead elsewhere.
    """
    try:
        found = list(resolve(host))
    except OSError as error:
        raise ModelUnreachableError(f"The host {host} is not found.") from error
    if strangers := [one for one in found if not is_here(one)]:
        raise ModelUnreachableError(
            f"{host} leads to {strangers[0]}, which is no address of this machine or of a private "
            "network: it is not connected to."
        )
    return found


def is_here(address: str) -> bool:
    """Whether an address is this machine's or of a private network (RFC 1918, RFC 4193)."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in _HERE if network.version == found.version)


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (address.is_private or address.is_loopback) and not address.is_unspecified
