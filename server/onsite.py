"""On site: which machines Vigie may connect to. Promise 10 ends here."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from server.errors import SettingsError


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


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (address.is_private or address.is_loopback) and not address.is_unspecified
