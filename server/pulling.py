"""Pulling a model by command: the only time that Vigie speaks to a hub."""

from __future__ import annotations

import contextlib
from typing import Any

from models import catalog
from models.offers import offered
from models.pulling import Watch, pull
from server.judging import model_json
from server.settings import Settings, prepare_home
from server.wiring import open_hub

FOLDER = "weights"
"""Of the state folder."""


def pulled(settings: Settings, name: str, watch: Watch) -> dict[str, Any]:
    """Bring a model of the catalogue and pin it. Raises ModelsError, SettingsError."""
    offer = offered(name)
    prepare_home(settings)
    with contextlib.closing(open_hub(settings)) as hub:
        file = pull(offer, hub, settings.home / FOLDER, watch)
    return model_json(catalog.add(settings.home, file, offer.name))
