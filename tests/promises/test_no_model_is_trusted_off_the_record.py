"""Which models the house trusts, and who said so, is on the record first: no record, no change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import tiny_gguf
from conftest import Opened
from demo import employee

from models import catalog
from models.errors import ModelsError
from server.access import Person
from server.audit.entries import Entry
from server.audit.errors import RecordUnavailableError
from server.audit.events import EventKind
from server.errors import AccessDeniedError, InvalidInputError
from server.wiring import Vigie

pytestmark = pytest.mark.slow

KINDS = (
    EventKind.MODEL_PINNED,
    EventKind.MODEL_CHOSEN,
    EventKind.ADAPTER_ATTACHED,
    EventKind.ADAPTER_DETACHED,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tiny_gguf.build(tmp_path / "tiny.gguf")


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    return tiny_gguf.build_adapter(tmp_path / "ton.gguf")


@pytest.fixture
def trusting(house: Vigie, file: Path, adapter: Path, tmp_path: Path) -> Vigie:
    """A house with two models, of which one has an adapter."""
    house.models.pin(file, None, "MIT", house.operator)
    house.models.attach(adapter, "tiny", None, house.operator)
    house.models.pin(tiny_gguf.build(tmp_path / "other.gguf", seed=1), "other", "", house.operator)
    return house


def noted(house: Vigie) -> list[Entry]:
    return list(house.record.entries(kinds=KINDS))


@contextmanager
def locked_record(house: Vigie) -> Iterator[None]:
    lock = sqlite3.connect(house.settings.home / "record.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    yield
    lock.execute("ROLLBACK")
    lock.close()


def every_change(folder: Path) -> dict[str, Callable[[Vigie, Person], object]]:
    model = tiny_gguf.build(folder / "new.gguf", seed=2)
    adapter = tiny_gguf.build_adapter(folder / "new-ton.gguf", seed=2)
    return {
        "pin": lambda house, by: house.models.pin(model, None, "", by),
        "attach": lambda house, by: house.models.attach(adapter, "tiny", None, by),
        "detach": lambda house, by: house.models.detach("tiny", "ton", by),
        "choose": lambda house, by: house.models.choose("tiny", by),
    }


def test_each_change_names_digest_size_licence_and_who(trusting: Vigie) -> None:
    home = trusting.settings.home
    other = catalog.listed(home)[-1]
    trusting.models.choose("tiny", trusting.operator)
    trusting.models.detach("tiny", "ton", trusting.operator)

    pinned, attached, _, chosen, detached = noted(trusting)

    model = catalog.listed(home)[-1]
    assert model.name == "tiny"
    assert [pinned.kind, attached.kind, chosen.kind, detached.kind] == [
        KINDS[0].value,
        KINDS[2].value,
        KINDS[1].value,
        KINDS[3].value,
    ]
    assert pinned.subject == "tiny"
    assert pinned.actor == trusting.operator.pseudonym
    assert pinned.facts["digest"] == model.digest
    assert pinned.facts["size"] == model.size
    assert pinned.facts["licence"] == "MIT"
    assert attached.facts["adapters"] != pinned.facts["adapters"] == []
    assert attached.facts["identity_before"] == model.digest
    assert chosen.facts["answered_before"] == other.digest
    assert detached.facts["identity_before"] == attached.facts["identity"]
    assert detached.facts["identity"] == model.identity.digest
    assert str(model.path) not in str([entry.facts for entry in noted(trusting)])


@pytest.mark.parametrize("change", ["pin", "attach", "detach", "choose"])
def test_without_the_record_nothing_changes(change: str, trusting: Vigie, tmp_path: Path) -> None:
    before = catalog.listed(trusting.settings.home)
    act = every_change(tmp_path)[change]

    with (
        locked_record(trusting),
        pytest.raises(RecordUnavailableError, match="Nothing was changed"),
    ):
        act(trusting, trusting.operator)

    assert catalog.listed(trusting.settings.home) == before
    act(trusting, trusting.operator)
    assert catalog.listed(trusting.settings.home) != before


@pytest.mark.parametrize("change", ["pin", "attach", "detach", "choose"])
def test_whoever_may_not_changes_and_records_nothing(
    change: str, trusting: Vigie, tmp_path: Path
) -> None:
    before, known = catalog.listed(trusting.settings.home), noted(trusting)

    with pytest.raises(AccessDeniedError):
        every_change(tmp_path)[change](trusting, employee(trusting))

    assert catalog.listed(trusting.settings.home) == before
    assert noted(trusting) == known


def test_what_cannot_be_trusted_is_not_on_the_record(
    trusting: Vigie, file: Path, adapter: Path, tmp_path: Path
) -> None:
    known, by = noted(trusting), trusting.operator
    pickle = tiny_gguf.build_broken(tmp_path / "model.bin", "not a gguf")
    refused: list[Callable[[], object]] = [
        lambda: trusting.models.pin(pickle, None, "", by),
        lambda: trusting.models.attach(file, "tiny", None, by),
        lambda: trusting.models.attach(adapter, "unknown", None, by),
        lambda: trusting.models.detach("other", "ton", by),
        lambda: trusting.models.choose("unknown", by),
    ]

    for act in refused:
        with pytest.raises(ModelsError):
            act()
    file.write_bytes(b"GGUF, and then something else")
    with pytest.raises(ModelsError, match="not the file that was pinned"):
        trusting.models.choose("tiny", by)

    assert noted(trusting) == known


def test_two_changes_at_once_do_not_undo_each_other(
    trusting: Vigie, open_house: Opened, file: Path
) -> None:
    second = open_house(generator="extractive")

    with (
        trusting.models._alone(trusting.operator),  # noqa: SLF001  (a change under way)
        pytest.raises(InvalidInputError, match="under way"),
    ):
        second.models.pin(file, None, "", second.operator)
