"""An adapted embedder is kept only if it is better, named on the record, and can be undone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from ingest.collections import EVERYONE
from ingest.documents import Document
from models import adapted
from models.adaptation import Budget, Pair, Training
from models.digests import folder_digest
from models.ports import Embedder, Language, Matrix, ModelIdentity
from server.access import anyone
from server.adapting import LEAST_DOCUMENTS, Adapting, Embedders
from server.audit.events import EventKind
from server.errors import AccessDeniedError, InvalidInputError, RunEndedError
from server.outcomes import Mode
from server.settings import load
from server.store.shelves import Shelves
from server.switch import StoppedError
from server.wiring import Parts, Vigie, open_vigie


class Toy(Embedder):
    """Reads only the first word it knows; how many it knows stands in its folder."""

    def __init__(self, folder: Path) -> None:
        self._known = int((folder / "known.txt").read_text())
        self._identity = ModelIdentity(folder.name, folder_digest(folder))

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def dimensions(self) -> int:
        return 201

    def embed(self, texts: Sequence[str]) -> Matrix:
        rows = np.zeros((len(texts), 201), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            numbers = [int(word) for word in text.split() if word.isdigit()]
            row[numbers[0] if numbers and numbers[0] < self._known else 200] = 1
        return rows


@dataclass
class Workshop:
    """Embedders in folders of their own; the index is the digest of whoever made it last."""

    home: Path
    taught: int = 200
    indexed_by: str | None = None
    interrupt: Callable[[], None] = field(default=lambda: None)

    @property
    def base(self) -> Path:
        return self.home / "base"

    def in_force(self) -> Embedder:
        base = Toy(self.base)
        own = adapted.in_force(self.home, base.identity.digest, self.indexed_by)
        return Toy(own.folder(self.home)) if own else base

    def teach(
        self,
        _base: Path,
        into: Path,
        pairs: Iterator[Pair],
        budget: Budget,
        watch: Callable[[float], None],
    ) -> Training:
        watch(0)
        self.interrupt()
        watch(0.5)
        assert len(list(islice(pairs, 3))) == 3
        (into / "known.txt").write_text(str(self.taught))
        return Training(budget.steps, 3, 0.0)

    def reindex(self, embedder: Embedder) -> tuple[int, int]:
        self.indexed_by = embedder.identity.digest
        return 0, 0

    def embedders(self) -> Embedders:
        return Embedders(self.base, self.teach, Toy, self.in_force, self.reindex)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, parts: Parts) -> Path:
    """A home that keeps two hundred documents, closed; copy it, never open it."""
    home = tmp_path_factory.mktemp("kept") / "home"
    with open_vigie(load(home, generator="extractive"), parts) as house:
        fill(house.adapting.shelves, 200)
    return home


@pytest.fixture
def house(kept: Path, tmp_path: Path, open_house: Callable[..., Vigie]) -> Vigie:
    shutil.copytree(kept, tmp_path / "home")
    return open_house(generator="extractive")


@pytest.fixture
def bare(tmp_path: Path, open_house: Callable[..., Vigie]) -> Vigie:
    """Another house, which keeps nothing yet."""
    return open_house(tmp_path / "bare", generator="extractive")


@pytest.fixture
def workshop(house: Vigie) -> Workshop:
    return workshop_of(house)


def workshop_of(house: Vigie) -> Workshop:
    made = Workshop(house.settings.home)
    made.base.mkdir()
    (made.base / "known.txt").write_text("20")
    return made


@pytest.fixture
def adapting(house: Vigie, workshop: Workshop) -> Adapting:
    """On a house of two hundred documents, whose base embedder can tell twenty apart."""
    return replace(house.adapting, embedders=workshop.embedders())


def fill(shelves: Shelves, documents: int) -> None:
    for n in range(documents):
        text = f"Le numéro {n} est à garder toujours. Le numéro {n} est à rendre un jour."
        document = Document(
            collection="rh",
            id=f"{n}.md",
            title=f"Le sujet {n} entier",
            text=text,
            language=Language.FRENCH,
            readers=frozenset({EVERYONE}),
            version="0",
        )
        shelves.begin(document, "test")
        shelves.finish(document, "done")


def quiet(_done: int, _of: int) -> None:
    pass


def state(home: Path) -> tuple[object, ...]:
    """What must not change where nothing was kept."""
    made = home / "models"
    return adapted.listed(home), sorted(made.iterdir()) if made.exists() else []


def test_a_better_embedder_is_kept_and_named_on_the_record(
    house: Vigie, adapting: Adapting, workshop: Workshop
) -> None:
    done = adapting.adapt(None, 1, house.operator, quiet)

    (entry,) = house.record.entries(kinds=(EventKind.EMBEDDER_ADAPTED,))
    assert done.verdict.better
    assert done.embedder == workshop.in_force().identity
    assert done.embedder.digest == workshop.indexed_by == entry.facts["after"]
    assert entry.facts["kept"] is True
    assert entry.facts["before"] == Toy(workshop.base).identity.digest


@pytest.mark.parametrize("taught", [20, 10])
def test_one_that_is_not_better_is_dropped(
    house: Vigie, adapting: Adapting, workshop: Workshop, taught: int
) -> None:
    workshop.taught = taught
    before = state(house.settings.home)

    done = adapting.adapt(None, 1, house.operator, quiet)

    (entry,) = house.record.entries(kinds=(EventKind.EMBEDDER_ADAPTED,))
    assert not done.verdict.better
    assert entry.facts["kept"] is False
    assert done.embedder == Toy(workshop.base).identity == workshop.in_force().identity
    assert workshop.indexed_by is None
    assert state(house.settings.home)[0] == before[0]
    assert not state(house.settings.home)[1]


def test_an_undo_goes_back_and_leaves_nothing(
    house: Vigie, adapting: Adapting, workshop: Workshop
) -> None:
    adapting.adapt(None, 1, house.operator, quiet)

    back = adapting.undo(house.operator)

    assert back == Toy(workshop.base).identity == workshop.in_force().identity
    assert workshop.indexed_by == back.digest
    assert state(house.settings.home) == ((), [])
    (entry,) = house.record.entries(kinds=(EventKind.EMBEDDER_RESTORED,))
    assert entry.facts["after"] == back.digest
    with pytest.raises(InvalidInputError, match="nothing to undo"):
        adapting.undo(house.operator)


def test_a_second_adaptation_keeps_the_first_for_an_undo_and_none_older(
    house: Vigie, adapting: Adapting, workshop: Workshop
) -> None:
    kept = []
    for taught in (70, 130, 200):
        workshop.taught = taught
        kept.append(adapting.adapt(None, 1, house.operator, quiet).embedder)

    listed = adapted.listed(house.settings.home)
    back = adapting.undo(house.operator)

    assert [one.digest for one in listed] == [one.digest for one in kept[1:]]
    assert back == kept[1] == workshop.in_force().identity


def test_too_few_documents_is_a_sentence_and_nothing_changes(bare: Vigie) -> None:
    fill(bare.adapting.shelves, LEAST_DOCUMENTS - 1)
    adapting = replace(bare.adapting, embedders=workshop_of(bare).embedders())

    with pytest.raises(InvalidInputError, match="Only 19 documents"):
        adapting.adapt(None, 1, bare.operator, quiet)

    assert state(bare.settings.home) == ((), [])
    assert not bare.record.entries(kinds=(EventKind.EMBEDDER_ADAPTED,))


def test_only_the_collections_that_are_named_are_learnt(house: Vigie, adapting: Adapting) -> None:
    with pytest.raises(InvalidInputError, match="Only 0 documents"):
        adapting.adapt(frozenset({"direction"}), 1, house.operator, quiet)


def test_with_the_ai_off_nothing_is_taught(house: Vigie, adapting: Adapting) -> None:
    house.switch.tighten(Mode.OFF, "essai", "garde")

    with pytest.raises(StoppedError):
        adapting.adapt(None, 1, house.operator, quiet)
    with pytest.raises(StoppedError):
        adapting.undo(house.operator)

    assert state(house.settings.home) == ((), [])


def test_a_stop_ends_a_training(house: Vigie, adapting: Adapting, workshop: Workshop) -> None:
    workshop.interrupt = lambda: house.switch.tighten(Mode.OFF, "essai", "garde") and None

    with pytest.raises(StoppedError):
        adapting.adapt(None, 1, house.operator, quiet)

    assert state(house.settings.home) == ((), [])


def test_an_interrupted_training_leaves_nothing(
    house: Vigie, adapting: Adapting, workshop: Workshop
) -> None:
    def press() -> None:
        raise KeyboardInterrupt

    workshop.interrupt = press

    with pytest.raises(KeyboardInterrupt):
        adapting.adapt(None, 1, house.operator, quiet)

    assert state(house.settings.home) == ((), [])
    assert workshop.in_force().identity == Toy(workshop.base).identity


def test_an_index_that_could_not_be_made_leaves_the_old_embedder_in_force(
    house: Vigie, adapting: Adapting, workshop: Workshop
) -> None:
    def fail(_embedder: Embedder) -> tuple[int, int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(adapting, embedders=replace(adapting.embedders, reindex=fail)).adapt(
            None, 1, house.operator, quiet
        )
    workshop.indexed_by = Toy(workshop.base).identity.digest

    assert workshop.in_force().identity == Toy(workshop.base).identity


def test_a_server_that_ends_ends_a_training(
    house: Vigie, adapting: Adapting, workshop: Workshop
) -> None:
    workshop.interrupt = adapting.end

    with pytest.raises(RunEndedError):
        adapting.adapt(None, 1, house.operator, quiet)

    assert state(house.settings.home) == ((), [])


def test_one_adaptation_at_a_time(house: Vigie, adapting: Adapting, workshop: Workshop) -> None:
    def again() -> None:
        with pytest.raises(InvalidInputError, match="under way"):
            adapting.adapt(None, 1, house.operator, quiet)

    workshop.interrupt = again

    assert adapting.adapt(None, 1, house.operator, quiet).verdict.better


def test_an_employee_may_not(house: Vigie, adapting: Adapting) -> None:
    with pytest.raises(AccessDeniedError):
        adapting.adapt(None, 1, anyone(house.secret), quiet)
    with pytest.raises(AccessDeniedError):
        adapting.undo(anyone(house.secret))
