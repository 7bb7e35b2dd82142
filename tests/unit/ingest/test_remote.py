"""Remote places are sources like any other: real WebDAV and S3 servers, over HTTP on loopback."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Protocol

import pytest
from minio import Minio
from passages import WordsEmbedder
from remotes import PASSWORD, USER, Served, s3, served, webdav

from ingest.address import Address
from ingest.collections import Collection
from ingest.errors import CollectionError, RemoteRefusedError, RemoteUnavailableError
from ingest.index import Audience, Query
from ingest.ingestion import Ingestion
from ingest.memory import MemoryCatalogue, MemoryIndex, MemoryLedger
from ingest.patience import Patience
from ingest.readers import reasons
from ingest.reading import InProcessReader
from ingest.remote import Remote, RemoteStore
from ingest.report import IngestionReport, RunOptions
from ingest.s3 import S3
from ingest.webdav import WebDav
from models.ports import Language

RH = Collection.undescribed("rh", "Camille", frozenset({"everyone"}))
NAMES = ("note.md", "sous/page 100 %.md", "sous/été.md")
NO_PAUSE = (0.0, 0.0)


class Place(Protocol):
    """A remote folder named `rh`, and what a person does there."""

    server: Served
    address: Address

    def write(self, name: str, text: str) -> None: ...
    def remove(self, name: str) -> None: ...
    def store(self) -> RemoteStore: ...


class WebDavPlace(Place):
    def __init__(self, folder: Path, server: Served) -> None:
        self._folder = folder
        self.server = server
        self.address = Address.parse(f"webdav://{server.address}/rh")

    def write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        times = path.stat().st_mtime_ns + len(self.server.asked) * 1_000_000_000
        os.utime(path, ns=(times, times))  # a server's entity tag counts in seconds

    def remove(self, name: str) -> None:
        (self._folder / name).unlink()

    def store(self) -> RemoteStore:
        return WebDav(f"http://{self.server.address}", USER, PASSWORD, timeout_s=5)


class S3Place(Place):
    def __init__(self, server: Served) -> None:
        self.server = server
        self._bucket = f"documents-{secrets.token_hex(4)}"  # moto keeps them as long as it lives
        self.address = Address.parse(f"s3://{self._bucket}/rh")
        self._client = Minio(server.address, USER, PASSWORD, secure=False, region="fr-par")
        self._client.make_bucket(self._bucket)

    def write(self, name: str, text: str) -> None:
        data = text.encode()
        self._client.put_object(self._bucket, name, BytesIO(data), len(data))

    def remove(self, name: str) -> None:
        self._client.remove_object(self._bucket, name)

    def store(self) -> RemoteStore:
        return S3(f"http://{self.server.address}", self._bucket, USER, PASSWORD, "fr-par")


@pytest.fixture(params=["webdav", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "webdav":
        folder = tmp_path / "dav"
        folder.mkdir()
        with served(webdav(folder)) as server:
            yield furnished(WebDavPlace(folder, server))
    else:
        with served(s3()) as server:
            yield furnished(S3Place(server))


def furnished(place: Place) -> Place:
    for name in NAMES:
        place.write(f"rh/{name}", f"Un texte de {name}.")
    place.write("rh/.cache.md", "Un texte caché.")
    place.write("rh-autre/dehors.md", "Un texte d’ailleurs.")
    return place


class House:
    def __init__(self) -> None:
        self.index, self.catalogue = MemoryIndex(), MemoryCatalogue()
        self.ledger = MemoryLedger()

    def ingest(self, place: Place, options: RunOptions | None = None) -> IngestionReport:
        remote = Remote(place.address, place.store(), Patience(NO_PAUSE))
        ingestion = Ingestion(
            self.index, self.catalogue, WordsEmbedder(), InProcessReader(), self.ledger
        )
        return ingestion.run(remote, RH, lambda _done, _of: None, options or RunOptions())

    def found(self) -> dict[str, str]:
        query = Query("texte", WordsEmbedder().embed(["texte"]), Language.FRENCH)
        hits = self.index.search(query, Audience(frozenset({"everyone"})), 100)
        return {hit.chunk.document: hit.chunk.text for hit in hits}


@pytest.fixture
def house() -> House:
    return House()


def test_a_remote_folder_is_indexed_and_nothing_is_fetched_twice(
    house: House, place: Place
) -> None:
    first = house.ingest(place)
    place.server.read()

    second = house.ingest(place)

    assert (first.added, first.failed) == (3, ())
    assert house.found() == {name: f"Un texte de {name}." for name in NAMES}
    assert second.unchanged == 3
    assert not [path for path in place.server.read() if path.endswith(".md")]


def test_changed_renamed_and_removed_files_are_followed(house: House, place: Place) -> None:
    house.ingest(place)
    place.write("rh/note.md", "Un autre texte.")
    place.remove("rh/sous/page 100 %.md")
    place.remove("rh/sous/été.md")
    place.write("rh/hiver.md", "Un texte de sous/été.md.")
    place.server.read()

    report = house.ingest(place)

    assert (report.added, report.updated, report.removed) == (1, 1, 2)
    assert house.found() == {
        "note.md": "Un autre texte.",
        "hiver.md": "Un texte de sous/été.md.",
    }


def test_a_name_may_hold_any_sign(house: House, tmp_path: Path) -> None:
    with served(webdav(tmp_path)) as server:
        place = WebDavPlace(tmp_path, server)
        place.write("rh/n° 1 #2 ? 100 % [é].md", "Un texte.")

        house.ingest(place)

    assert house.found() == {"n° 1 #2 ? 100 % [é].md": "Un texte."}


def test_a_checksum_fetches_everything(house: House, place: Place) -> None:
    house.ingest(place)
    place.server.read()

    report = house.ingest(place, RunOptions(checksum=True))

    assert report.unchanged == 3
    assert len([path for path in place.server.read() if path.endswith(".md")]) == 3


def test_a_server_that_stumbles_is_asked_again(house: House, place: Place) -> None:
    place.server.failing = {"note.md": 2}

    report = house.ingest(place)

    assert (report.added, report.failed) == (3, ())


def test_a_file_that_cannot_be_fetched_stays(house: House, place: Place) -> None:
    house.ingest(place)
    place.write("rh/note.md", "Un autre texte.")
    place.server.failing = {"note.md": 99}

    report = house.ingest(place)

    assert [(one.path, one.reason) for one in report.failed] == [("note.md", reasons.UNREACHABLE)]
    assert report.removed == 0
    assert "note.md" in house.found()


def test_a_server_that_is_gone_is_no_reason_to_remove(house: House, place: Place) -> None:
    house.ingest(place)
    place.server.failing = {"": 99}

    with pytest.raises(RemoteUnavailableError):
        house.ingest(place)

    assert len(house.found()) == 3


def test_no_redirect_is_followed_to_another_host(house: House, place: Place) -> None:
    with served(webdav(Path(__file__).parent)) as elsewhere:
        place.server.leading = f"http://{elsewhere.address}/rh/"

        with pytest.raises((RemoteRefusedError, RemoteUnavailableError)):
            house.ingest(place)

        assert elsewhere.asked == []


def test_a_wrong_password_is_said_and_nothing_is_removed(house: House, tmp_path: Path) -> None:
    (tmp_path / "rh").mkdir()
    with served(webdav(tmp_path)) as server:
        address = Address.parse(f"webdav://{server.address}/rh")
        store = WebDav(f"http://{server.address}", USER, "faux", timeout_s=5)

        with pytest.raises(RemoteRefusedError, match=r"remotes\.toml") as refused:
            Remote(address, store, Patience(NO_PAUSE))

    assert "faux" not in str(refused.value)


def test_a_part_of_a_described_place_is_not_taken_alone(house: House, place: Place) -> None:
    place.write("rh/collection.toml", 'owner = "Léa"\nreaders = ["paie"]')
    below = Address(place.address.scheme, place.address.host, "rh/sous")

    with pytest.raises(CollectionError, match=r"rh/collection\.toml"):
        Remote(below, place.store(), Patience(NO_PAUSE))


def test_a_described_folder_inside_is_left_to_itself(house: House, place: Place) -> None:
    place.write("rh/sous/collection.toml", 'owner = "Léa"\nreaders = ["paie"]')

    report = house.ingest(place)

    assert {one.path: one.reason for one in report.failed} == dict.fromkeys(
        NAMES[1:], reasons.OWN_COLLECTION
    )
    assert set(house.found()) == {"note.md"}


@pytest.mark.parametrize(
    "text",
    [
        "webdavs://lea:secret@cloud.example/rh",
        "https://cloud.example/rh",
        "s3://",
        "webdavs://cloud.example/rh?token=secret",
        "webdavs://cloud.example:port/rh",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(RemoteRefusedError) as refused:
        Address.parse(text)

    assert "secret" not in str(refused.value)


def test_an_address_reads_as_it_was_written() -> None:
    address = Address.parse("webdavs://cloud.example:8443/remote.php/dav/files/lea/R%C3%A8gles/")

    assert address.path == "remote.php/dav/files/lea/Règles"
    assert address.name == "Règles"
    assert Address.parse("s3://documents").name == "documents"
