"""The hub that models are pulled from."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from server.errors import SettingsError
from server.onsite import check_on_site
from server.settings import Settings

if TYPE_CHECKING:
    from models.hub import Hub


def open_hub(settings: Settings) -> Hub:
    """Speaks to nobody yet. Raises SettingsError: in clear, only a mirror on site is spoken to."""
    from models.hub import Hub, Place

    parts = urlsplit(settings.hub)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in settings.hub:
        raise SettingsError("VIGIE_HUB: say https://HOST, and no password.")
    if parts.scheme == "http":
        check_on_site(settings.hub, settings.on_site, "VIGIE_HUB")
    hosts = tuple(one.strip().lower() for one in settings.hub_hosts.split(",") if one.strip())
    return Hub(Place(settings.hub, hosts, settings.hub_token))
