"""`vigie models pull` in a process of its own: pinned like what is added, a sentence when not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_gguf
from hub import Shelf, serving

from models import catalog
from models.offers import offered
from server.errors import SettingsError
from server.settings import load
from server.wiring import choose_generator, open_hub

pytestmark = pytest.mark.slow

OFFER = offered("qwen2.5-1.5b")


def vigie(home: Path, hub: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "VIGIE_HOME": str(home), "VIGIE_HUB": hub}
    command = [sys.executable, "-m", "server", "models", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_a_pulled_model_is_pinned_and_answers(tmp_path: Path) -> None:
    content = tiny_gguf.build(tmp_path / "tiny.gguf").read_bytes()
    shelf = Shelf(OFFER.repository, {"any-q4_k_m.gguf": content})
    with serving(shelf) as hub:
        done = vigie(tmp_path / "home", hub, "pull", OFFER.name, "--json")

    assert done.returncode == 0, done.stderr
    (pinned,) = catalog.listed(tmp_path / "home")
    assert json.loads(done.stdout)["digest"] == pinned.digest
    assert pinned.path == tmp_path / "home" / "weights" / f"{OFFER.name}.gguf"
    assert choose_generator(load(tmp_path / "home")).model == pinned


def test_what_cannot_be_pulled_is_a_sentence_and_pins_nothing(tmp_path: Path) -> None:
    with serving(replace(Shelf(OFFER.repository), status=404)) as hub:
        done = vigie(tmp_path / "home", hub, "pull", OFFER.name)
    unknown = vigie(tmp_path / "home", "https://hub.example", "pull", "gpt-9")

    assert (done.returncode, unknown.returncode) == (1, 1)
    assert f"has no {OFFER.repository}" in done.stderr
    assert "not in the catalogue" in unknown.stderr
    assert "Traceback" not in done.stderr + unknown.stderr
    assert catalog.listed(tmp_path / "home") == ()


def test_the_list_shows_what_can_be_pulled_only_when_asked(tmp_path: Path) -> None:
    plain = json.loads(vigie(tmp_path, "", "list", "--json").stdout)
    asked = json.loads(vigie(tmp_path, "", "list", "--available", "--json").stdout)

    assert set(plain) == {"models", "answers", "reason", "machine_gb", "embedder", "adapted"}
    assert OFFER.name in {one["name"] for one in asked.pop("available")}
    assert asked == plain


@pytest.mark.parametrize("hub", ["http://hub.example", "ftp://hub.example", "hub", "https://a@b"])
def test_a_hub_in_clear_or_without_an_address_is_refused(hub: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VIGIE_HUB"):
        open_hub(load(tmp_path, hub=hub))


def test_a_mirror_on_site_may_speak_in_clear(tmp_path: Path) -> None:
    open_hub(load(tmp_path, hub="http://10.1.2.3:8081")).close()
    open_hub(load(tmp_path, hub="http://miroir", on_site="miroir")).close()
