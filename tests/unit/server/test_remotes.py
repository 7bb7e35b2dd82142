"""Remote places: nothing is reached that no operator listed, and no secret is repeated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from keeping import keeping
from remotes import PASSWORD, USER, Served, served, webdav
from syncing import PLACE, HeldStore, opened

from ingest.address import Address
from ingest.errors import RemoteRefusedError
from server.errors import SettingsError
from server.library import place
from server.remotes import reach
from server.settings import load
from server.wiring import Vigie

NEXTCLOUD = Address.parse("webdavs://cloud.maison.example/remote.php/dav/files/lea/RH")
BUCKET = Address.parse("s3://documents/rh")
HOST = "cloud.maison.example"
SECRET = "un-secret-de-test"


def with_credentials(home: Path, *hosts: str, mode: int = 0o600) -> Path:
    home.mkdir(exist_ok=True)
    file = home / "remotes.toml"
    table = (f'["{host}"]\nuser = "{USER}"\npassword = "{PASSWORD}"\n' for host in hosts)
    file.write_text("\n".join(table))
    file.chmod(mode)
    return home


def at(*addresses: str) -> Callable[[str], list[str]]:
    return lambda _host: list(addresses)


def never(host: str) -> list[str]:
    raise AssertionError(f"{host} was looked up")


def test_nothing_is_reached_by_default(tmp_path: Path) -> None:
    settings = load(with_credentials(tmp_path, HOST))

    with pytest.raises(RemoteRefusedError, match="VIGIE_REMOTE_HOSTS"):
        reach(settings, NEXTCLOUD, never)


def test_a_listed_host_inside_is_reached_with_its_credentials(tmp_path: Path) -> None:
    settings = load(with_credentials(tmp_path, HOST), remote_hosts=f"autre.example, {HOST}")

    reached = reach(settings, NEXTCLOUD, at("10.0.0.7", "fd00::7"))

    assert reached.base == f"https://{HOST}"
    assert reached.credentials.password == PASSWORD
    assert PASSWORD not in repr(reached) + str(reached.credentials)


@pytest.mark.parametrize("outside", ["8.8.8.8", "2606:4700::1111"])
def test_a_public_address_must_be_listed_itself(tmp_path: Path, outside: str) -> None:
    home = with_credentials(tmp_path, HOST)

    with pytest.raises(RemoteRefusedError, match="public address"):
        reach(load(home, remote_hosts=HOST), NEXTCLOUD, at("10.0.0.7", outside))

    named = load(home, remote_hosts=f"{HOST},{outside}")
    assert reach(named, NEXTCLOUD, at(outside)).base == f"https://{HOST}"


def test_a_password_never_goes_over_a_network_in_clear(tmp_path: Path) -> None:
    plain = Address.parse("webdav://cloud.maison.example/rh")
    settings = load(with_credentials(tmp_path, HOST), remote_hosts=HOST)

    with pytest.raises(RemoteRefusedError, match="HTTPS"):
        reach(settings, plain, at("10.0.0.7"))

    assert reach(settings, plain, at("127.0.0.1")).base == f"http://{HOST}"


@pytest.mark.parametrize(
    ("endpoint", "allowed", "error"),
    [
        ("https://s3.maison.example:9000", "s3.maison.example:9000", None),
        ("https://s3.maison.example:9000", "s3.maison.example", None),
        ("https://s3.maison.example:9000", "s3.maison.example:9001", RemoteRefusedError),
        ("", "s3.maison.example", SettingsError),
        ("ftp://s3.maison.example", "s3.maison.example", SettingsError),
        ("https://vigie:secret@s3.maison.example", "s3.maison.example", SettingsError),
    ],
)
def test_the_object_store_is_a_listed_host_like_others(
    tmp_path: Path, endpoint: str, allowed: str, error: type[Exception] | None
) -> None:
    home = with_credentials(tmp_path, "s3.maison.example:9000")
    settings = load(home, s3_endpoint=endpoint, remote_hosts=allowed)

    if error is None:
        assert reach(settings, BUCKET, at("10.0.0.8")).base == endpoint
        return
    with pytest.raises(error) as refused:
        reach(settings, BUCKET, at("10.0.0.8"))
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        (None, 0o600),
        (f'["{HOST}"]\nuser = "u"\npassword = "{SECRET}"', 0o640),
        (f'["{HOST}"\npassword = "{SECRET}"', 0o600),
        (f'["{HOST}"]\npassword = "{SECRET}"', 0o600),
        (f'["autre.example"]\nuser = "u"\npassword = "{SECRET}"', 0o600),
    ],
)
def test_credentials_that_cannot_be_used_are_a_sentence_without_them(
    tmp_path: Path, content: str | None, mode: int
) -> None:
    if content is not None:
        (tmp_path / "remotes.toml").write_text(content)
        (tmp_path / "remotes.toml").chmod(mode)
    settings = load(tmp_path, remote_hosts=HOST)

    with pytest.raises(SettingsError, match=r"remotes\.toml") as refused:
        reach(settings, NEXTCLOUD, at("10.0.0.7"))

    assert SECRET not in str(refused.value)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "cloud" / "rh").mkdir(parents=True)
    (tmp_path / "cloud" / "rh" / "note.md").write_text("Un texte.", encoding="utf-8")
    with served(webdav(tmp_path / "cloud")) as server:
        yield server


@pytest.mark.slow
def test_a_remote_folder_says_who_reads_it_and_that_changes_at_once(
    tmp_path: Path, cloud: Served, open_house: Callable[..., Vigie]
) -> None:
    home = with_credentials(tmp_path / "home", cloud.address)
    house = open_house(home, remote_hosts="127.0.0.1", generator="extractive")
    address = place(f"webdav://{cloud.address}/rh")
    description = tmp_path / "cloud" / "rh" / "collection.toml"
    description.write_text('owner = "Léa"\nreaders = ["paie"]', encoding="utf-8")

    first = house.library.ingest(address, None, house.operator, lambda _done, _of: None)
    before = house.library.collection("rh").readers
    description.write_text('owner = "Léa"\nreaders = ["direction"]', encoding="utf-8")
    again = house.library.ingest_again("rh", house.operator, lambda _done, _of: None)

    assert (first.added, again.failed) == (1, ())
    assert before == {"paie"}
    assert house.library.collection("rh").readers == {"direction"}
    assert house.library.sources() == []


@pytest.mark.slow
def test_an_address_nobody_listed_is_refused_before_anything_is_sent(
    cloud: Served, house: Vigie
) -> None:
    with pytest.raises(RemoteRefusedError, match="VIGIE_REMOTE_HOSTS"):
        house.library.ingest(
            place(f"webdav://{cloud.address}/rh"), "rh", house.operator, lambda _done, _of: None
        )

    assert cloud.asked == []


def test_a_remote_sidecar_closes_its_document_until_it_is_gone(tmp_path: Path) -> None:
    store = HeldStore()
    store.held["rh/note.md.vigie.toml"] = b'readers = ["paie"]'
    with keeping(tmp_path, lambda _address: opened(store)) as house:
        lea, paie = house.person("lea"), house.person("paie", groups=("paie",))
        house.ingest(PLACE)
        closed = house.found("texte", lea), house.found("texte", paie)
        store.held["rh/note.md.vigie.toml"] = b"readers = 7"
        house.ingest(PLACE)
        wrong = house.found("texte", paie)
        del store.held["rh/note.md.vigie.toml"]
        house.ingest(PLACE)

        assert closed[0] == ["lot.zip/a.md"]
        assert set(closed[1]) == {"lot.zip/a.md", "note.md"}
        assert wrong == ["lot.zip/a.md"]
        assert set(house.found("texte", lea)) == {"lot.zip/a.md", "note.md"}
