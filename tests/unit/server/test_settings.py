"""Settings: what is wrong is named, what is secret is kept."""

from __future__ import annotations

import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import tiny_gguf

from ingest.documents import Document
from models import catalog
from models.ports import Language
from server import holding
from server.errors import HomeInUseError, SettingsError
from server.settings import load, prepare_home, secret_key
from server.store import Store
from server.store.shelves import Shelves
from server.wiring import Vigie, open_vigie


def test_a_wrong_value_names_its_variable() -> None:
    with pytest.raises(SettingsError, match="VIGIE_PORT"):
        load(port=70_000)


def test_a_kind_of_data_that_nobody_knows_cannot_be_kept() -> None:
    with pytest.raises(SettingsError, match="SIRENE is none of NIR"):
        load(keep_kinds="SIRET, SIRENE")

    assert load(keep_kinds=" siret,VAT ").kept == {"SIRET", "VAT"}


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = load(tmp_path / "home")
    prepare_home(settings)

    first, second = secret_key(settings), secret_key(settings)

    file = tmp_path / "home" / "secret.key"
    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


@pytest.mark.parametrize("secret", ["", "changeme", "secret" * 2, "a" * 64])
def test_a_secret_that_can_be_guessed_is_refused(tmp_path: Path, secret: str) -> None:
    with pytest.raises(SettingsError, match="VIGIE_SECRET"):
        secret_key(load(tmp_path, secret=secret))


def test_a_damaged_secret_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("court")

    with pytest.raises(SettingsError, match=r"secret\.key"):
        secret_key(load(tmp_path))


def test_a_charter_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VIGIE_CHARTER"):
        load(tmp_path, charter=tmp_path / "nowhere.yaml").charter_file()


def test_an_index_outside_the_site_is_refused_at_the_start(tmp_path: Path) -> None:
    outside = load(tmp_path, index_url="https://qdrant.example:6333")

    with pytest.raises(SettingsError, match="VIGIE_ON_SITE"), open_vigie(outside):
        pass

    vouched = load(tmp_path, index_url="https://qdrant.example:6333", on_site="qdrant.example")
    with open_vigie(vouched):  # nothing is asked of it before the first search
        pass


def test_a_house_has_one_server(tmp_path: Path) -> None:
    with holding.hold(tmp_path) as announce:
        announce("http://127.0.0.1:1")
        assert holding.holder(tmp_path)
        with (
            pytest.raises(HomeInUseError, match=r"127\.0\.0\.1:1"),
            holding.hold(tmp_path),
        ):
            pass
    assert holding.holder(tmp_path) is None


@pytest.mark.parametrize("name", ["record.db", "store.db"])
def test_an_emptied_database_is_not_taken_for_a_new_one(house: Vigie, name: str) -> None:
    home = house.settings.home
    house.record.close()
    (home / name).write_bytes(b"")

    with pytest.raises(SettingsError, match=f"{name} is empty"), open_vigie(house.settings):
        pass


def test_a_record_that_was_removed_is_not_begun_anew(house: Vigie) -> None:
    house.record.close()
    (house.settings.home / "record.db").unlink()

    with pytest.raises(SettingsError, match="restore the record"), open_vigie(house.settings):
        pass


def test_what_an_indexing_left_unfinished_is_said_at_the_start(house: Vigie) -> None:
    begun = Document("rh", "a", "A", "texte", Language.FRENCH, frozenset({"everyone"}), "1")
    with closing(Store.open(house.settings.home / "store.db")) as store:
        Shelves(store).begin(begun, "origin")

    assert list(house.remarks()) == ["1 documents are not indexed: vigie index rebuild."]


@pytest.mark.slow
def test_a_model_that_cannot_be_loaded_is_said_at_the_start(
    open_house: Callable[..., Vigie], tmp_path: Path
) -> None:
    whole = tiny_gguf.build(tmp_path / "whole.gguf")
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    house = open_house(generator="auto")
    catalog.add(house.settings.home, cut)

    (remark,) = house.remarks()

    assert remark.startswith("Answers come from extractive: the model cut cannot be loaded")


def test_a_deep_home_has_a_socket_too(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 60)
    deep.mkdir(parents=True)

    with holding.socket_path(deep) as path:
        Path(path).touch()

    assert (deep / holding.SOCKET).exists()
