"""A model is pulled whole or not at all, goes on where it was cut, and is what was announced."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_gguf
from hub import Shelf, serving

from models.errors import HubUnreachableError, ModelDigestError, ModelUnavailableError
from models.hub import Hub, Place
from models.offers import Offer, offered, offers
from models.pulling import TRIES, pull
from models.wording import Wording

OFFER = Offer(
    "essai", "Essai/Modele-GGUF", "*-Q4_K_M.gguf", "Apache-2.0", 512, 0.1, 0.2, Wording("e", "t")
)
NAME = "modele-q4_k_m.gguf"


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return tiny_gguf.build(tmp_path_factory.mktemp("gguf") / "tiny.gguf").read_bytes()


@pytest.fixture
def shelf(content: bytes) -> Shelf:
    return Shelf(files={NAME: content, "README.md": b"read me"}, digests={"README.md": None})


@pytest.fixture
def base(shelf: Shelf) -> Iterator[str]:
    with serving(shelf) as base:
        yield base


def pulled(place: Place | str, folder: Path, offer: Offer = OFFER) -> Path:
    place = Place(place) if isinstance(place, str) else place
    with closing(Hub(place, timeout_s=10)) as hub:
        return pull(offer, hub, folder, lambda _done, _of: None, lambda _seconds: None)


def ranges(shelf: Shelf) -> list[str | None]:
    return [headers.get("Range") for path, headers in shelf.asked if "/resolve/" in path]


def test_the_file_arrives_whole_under_the_name_of_the_offer(
    base: str, content: bytes, tmp_path: Path
) -> None:
    file = pulled(base, tmp_path / "weights")

    assert file == tmp_path / "weights" / "essai.gguf"
    assert file.read_bytes() == content
    assert [one.name for one in file.parent.iterdir()] == ["essai.gguf"]


def test_progress_is_told_up_to_the_end(base: str, content: bytes, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    with closing(Hub(Place(base))) as hub:
        pull(OFFER, hub, tmp_path, lambda done, of: told.append((done, of)))

    assert told[-1] == (len(content), len(content))
    assert told == sorted(told)


def test_a_cut_connection_goes_on_from_where_it_was(
    base: str, shelf: Shelf, content: bytes, tmp_path: Path
) -> None:
    shelf.cuts = [70_000, 50_000]

    file = pulled(base, tmp_path)

    assert file.read_bytes() == content
    assert ranges(shelf) == [None, "bytes=70000-", "bytes=120000-"]


def test_what_arrived_is_kept_for_the_next_pull(
    base: str, shelf: Shelf, content: bytes, tmp_path: Path
) -> None:
    shelf.cuts = [70_000] + [0] * TRIES

    with pytest.raises(HubUnreachableError, match="are kept: the same command goes on"):
        pulled(base, tmp_path)
    assert not (tmp_path / "essai.gguf").exists()
    shelf.asked.clear()

    assert pulled(base, tmp_path).read_bytes() == content
    assert ranges(shelf) == ["bytes=70000-"]


def test_a_pull_that_was_killed_after_the_last_byte_is_finished(
    base: str, shelf: Shelf, content: bytes, tmp_path: Path
) -> None:
    shelf.cuts = [70_000] + [0] * TRIES
    with pytest.raises(HubUnreachableError):
        pulled(base, tmp_path)
    (tmp_path / "essai.gguf.part").write_bytes(content)

    assert pulled(base, tmp_path).read_bytes() == content


@pytest.mark.parametrize("believes_ranges", [True, False])
def test_another_version_meanwhile_begins_anew(
    believes_ranges: bool, base: str, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.cuts = [70_000] + [0] * TRIES
    with pytest.raises(HubUnreachableError):
        pulled(base, tmp_path)
    other = tiny_gguf.build(tmp_path / "other.gguf", seed=1).read_bytes()
    shelf.files[NAME], shelf.etag = other, '"version-2"'
    shelf.believes_ranges = believes_ranges  # False: a part is given whatever If-Range says

    assert pulled(base, tmp_path).read_bytes() == other


def test_other_bytes_than_announced_are_refused_and_thrown_away(
    base: str, shelf: Shelf, content: bytes, tmp_path: Path
) -> None:
    shelf.digests[NAME] = hashlib.sha256(b"another").hexdigest()
    (tmp_path / "essai.gguf").write_bytes(b"GGUF of before")

    with pytest.raises(ModelDigestError, match="did not arrive as the hub announced"):
        pulled(base, tmp_path)

    assert (tmp_path / "essai.gguf").read_bytes() == b"GGUF of before"
    assert [one.name for one in tmp_path.iterdir()] == ["essai.gguf"]


def test_a_digest_that_is_only_in_a_header_is_checked_too(
    base: str, shelf: Shelf, content: bytes, tmp_path: Path
) -> None:
    shelf.digests[NAME] = None
    shelf.etag = f'"{hashlib.sha256(content).hexdigest()}"'
    assert pulled(base, tmp_path / "right").read_bytes() == content

    shelf.etag = f'"{hashlib.sha256(b"another").hexdigest()}"'
    with pytest.raises(ModelDigestError):
        pulled(base, tmp_path / "wrong")


def test_without_any_digest_nothing_is_taken(base: str, shelf: Shelf, tmp_path: Path) -> None:
    shelf.digests[NAME] = None

    with pytest.raises(ModelUnavailableError, match="no SHA-256"):
        pulled(base, tmp_path)


@pytest.mark.parametrize(
    ("kind", "content"),
    [("pickle", b"\x80\x04\x95 runs anything" * 99), ("pickle", b"PK\x03\x04" + b"x" * 99)],
)
def test_a_pickle_is_refused_whatever_its_name(
    kind: str, content: bytes, base: str, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.files[NAME] = content

    with pytest.raises(ModelUnavailableError, match=kind):
        pulled(base, tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"<html>Sign in to go on</html>", b"\x40\0\0\0\0\0\0\0" + b"{" + b" " * 63],
    ids=["a page", "safetensors"],
)
def test_what_llama_cpp_cannot_run_is_refused_at_its_first_bytes(
    content: bytes, base: str, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.files[NAME] = content

    with pytest.raises(ModelUnavailableError, match="is not a GGUF file"):
        pulled(base, tmp_path)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (401, "VIGIE_HUB_TOKEN"),
        (403, "VIGIE_HUB_TOKEN"),
        (404, "has no Essai/Modele-GGUF"),
        (429, "now"),
        (418, "418"),
    ],
)
def test_a_hub_that_refuses_is_a_sentence(
    status: int, sentence: str, base: str, shelf: Shelf, tmp_path: Path
) -> None:
    shelf.status = status

    with pytest.raises(ModelUnavailableError, match=sentence):
        pulled(base, tmp_path)


def test_a_hub_that_cannot_be_reached_names_the_other_way(tmp_path: Path) -> None:
    with pytest.raises(HubUnreachableError, match="vigie models add FILE"):
        pulled("http://127.0.0.1:9", tmp_path)


def test_a_page_that_is_no_listing_is_no_hub(tmp_path: Path) -> None:
    class Page(Shelf):
        def listing(self) -> bytes:
            return b"<html>Welcome</html>"

    with serving(Page()) as base, pytest.raises(ModelUnavailableError, match="VIGIE_HUB"):
        pulled(base, tmp_path)


def test_without_the_room_nothing_begins(base: str, shelf: Shelf, tmp_path: Path) -> None:
    shelf.sizes[NAME] = 10**18

    with pytest.raises(ModelUnavailableError, match="Not enough disk"):
        pulled(base, tmp_path)

    assert ranges(shelf) == []


def test_more_bytes_than_announced_are_refused(base: str, shelf: Shelf, tmp_path: Path) -> None:
    shelf.sizes[NAME] = 1000

    with pytest.raises(ModelUnavailableError, match="longer than the hub announced"):
        pulled(base, tmp_path)


def test_a_folder_that_cannot_be_written_is_a_sentence(base: str, tmp_path: Path) -> None:
    (tmp_path / "essai.gguf.part").mkdir()

    with pytest.raises(ModelUnavailableError, match="cannot be written"):
        pulled(base, tmp_path)


def test_two_pulls_of_one_file_do_not_mix(base: str, shelf: Shelf, tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / "essai.gguf.part").open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        with pytest.raises(ModelUnavailableError, match="being pulled already"):
            pulled(base, tmp_path)


def test_what_is_there_already_is_not_pulled_again(base: str, shelf: Shelf, tmp_path: Path) -> None:
    pulled(base, tmp_path)
    shelf.asked.clear()

    pulled(base, tmp_path)

    assert ranges(shelf) == []


@pytest.mark.parametrize("pattern", ["*-Q8_0.gguf", "*"])
def test_a_pattern_fits_one_file_or_nothing_is_taken(
    pattern: str, base: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelUnavailableError, match="not one"):
        pulled(base, tmp_path, replace(OFFER, file=pattern))


def test_a_redirect_is_followed_to_a_listed_host_and_carries_no_token(
    base: str, shelf: Shelf, content: bytes, tmp_path: Path
) -> None:
    store = replace(shelf, asked=[])
    with serving(store, "localhost") as elsewhere:
        shelf.elsewhere = elsewhere

        file = pulled(Place(base, ("localhost",), token="secret"), tmp_path)

    assert file.read_bytes() == content
    assert shelf.asked[-1][1]["Authorization"] == "Bearer secret"
    assert ["Authorization" in headers for _, headers in store.asked] == [False]


@pytest.mark.parametrize("hosts", [(), (".example",), ("host",)])
def test_a_redirect_to_another_host_is_not_followed(
    hosts: tuple[str, ...], base: str, shelf: Shelf, tmp_path: Path
) -> None:
    store = replace(shelf, asked=[])
    with serving(store, "localhost") as elsewhere:
        shelf.elsewhere = elsewhere

        with pytest.raises(ModelUnavailableError, match="VIGIE_HUB_HOSTS"):
            pulled(Place(base, hosts), tmp_path)

    assert store.asked == []


def test_two_digests_of_one_file_are_refused(base: str, shelf: Shelf, tmp_path: Path) -> None:
    with serving(replace(shelf, asked=[])) as elsewhere:
        shelf.elsewhere, shelf.linked = elsewhere, hashlib.sha256(b"another").hexdigest()

        with pytest.raises(ModelDigestError, match="two digests"):
            pulled(Place(base, ("127.0.0.1",)), tmp_path)


def test_the_catalogue_is_sound() -> None:
    found = offers()

    assert len({one.name for one in found}) == len(found)
    assert [one.size_gb_estimated for one in found] == sorted(o.size_gb_estimated for o in found)
    for one in found:
        assert one.memory_gb_estimated > one.size_gb_estimated
        assert one.why.fr != one.why.en
        assert one.file.endswith(".gguf")
    assert os.sep not in "".join(one.name for one in found)


def test_a_name_that_is_not_offered_is_answered_with_those_that_are() -> None:
    with pytest.raises(ModelUnavailableError, match=r"mistral-7b.*vigie models add FILE"):
        offered("gpt-9")
