"""The whole way with real weights: the demo company teaches, is indexed anew, and goes back."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from models import adapted
from models.errors import ModelDigestError
from models.ports import Embedder, Language, Matrix, ModelIdentity
from server.access import anyone, audience_of
from server.adapting import Adaptation
from server.retrieval import Wanted
from server.settings import Settings, load
from server.wiring import Parts, Vigie, make_embedder, open_vigie

pytestmark = pytest.mark.slow

QUESTION = "Combien de jours de congés payés par an ?"


class Forgetful(Embedder):
    """Finds what it read last, whatever is asked: those held apart are read first."""

    identity = ModelIdentity("forgetful", "0" * 64)
    dimensions = 1

    def __init__(self) -> None:
        self._read = count(1)

    def embed(self, texts: Sequence[str]) -> Matrix:
        return np.array([[next(self._read)] for _ in texts], dtype=np.float32)


@pytest.fixture(autouse=True)
def memory() -> Iterator[None]:
    """Weights and their gradients hang together in cycles: hundreds of megabytes a training."""
    yield
    gc.collect()


@dataclass(frozen=True, slots=True)
class Taught:
    """A closed home whose embedder learnt, what it was before, and what was said of it.

    `in_force` is who reads once it learnt; `found` is what a search gave, before and after, while
    the house stayed open.
    """

    home: Path
    base: ModelIdentity
    done: Adaptation
    in_force: ModelIdentity
    found_before: list[str]
    found_after: list[str]


@pytest.fixture(scope="module")
def taught(furnished: Path, tmp_path_factory: pytest.TempPathFactory) -> Taught:
    """Learning takes most of the time: done once here; copy the home, never open it."""
    settings = copied(furnished, tmp_path_factory.mktemp("taught"))
    base = make_embedder(settings).identity
    with open_vigie(settings) as vigie:
        before = found(vigie)
        embedders = replace(vigie.adapting.embedders, in_force=Forgetful)
        done = replace(vigie.adapting, embedders=embedders).adapt(None, 0.05, vigie.operator, quiet)
        in_force = vigie.answering.retrieval.embedder.get().identity
        after = found(vigie)
    return Taught(settings.home, base, done, in_force, before, after)


def copied(home: Path, into: Path) -> Settings:
    """Of a house that is closed, and opened by each test with parts of its own."""
    ignored = shutil.ignore_patterns("*.sock", "server.lock")
    shutil.copytree(home, into / "home", ignore=ignored)
    return load(into / "home", generator="extractive")


def quiet(_done: int, _of: int) -> None:
    pass


def found(vigie: Vigie) -> list[str]:
    audience = audience_of(anyone(vigie.secret))
    hits = vigie.answering.retrieval.find(Wanted(QUESTION, Language.FRENCH), audience, 5).hits
    return [hit.chunk.document for hit in hits]


def test_an_embedder_that_learnt_comes_into_force_while_people_search_and_goes_back(
    taught: Taught, tmp_path: Path
) -> None:
    settings, base, done = copied(taught.home, tmp_path), taught.base, taught.done

    assert done.verdict.better
    assert done.embedder == taught.in_force != base, "without being opened again"
    assert "conges-payes.md" in taught.found_before
    assert "conges-payes.md" in taught.found_after
    with open_vigie(settings) as vigie:
        assert "conges-payes.md" in found(vigie)
        assert list(vigie.remarks()) == []
    assert make_embedder(settings).identity == done.embedder != base

    with open_vigie(settings) as vigie:
        assert "conges-payes.md" in found(vigie)
        vigie.adapting.undo(vigie.operator)
        assert vigie.answering.retrieval.embedder.get().identity == base
        assert "conges-payes.md" in found(vigie)
    assert make_embedder(settings).identity == base


def test_a_small_house_that_gains_nothing_certain_keeps_what_it_has(
    furnished: Path, tmp_path: Path
) -> None:
    settings = copied(furnished, tmp_path)
    base = make_embedder(settings).identity

    with open_vigie(settings, Parts.of(settings)) as vigie:
        done = vigie.adapting.adapt(None, 0.001, vigie.operator, quiet)

    assert not done.verdict.better
    assert done.embedder == make_embedder(settings).identity == base
    assert not list((settings.home / adapted.FOLDER).iterdir())


def test_weights_that_somebody_changed_are_not_read(taught: Taught, tmp_path: Path) -> None:
    settings = copied(taught.home, tmp_path)
    (own,) = adapted.listed(settings.home)
    (own.folder(settings.home) / "config.json").write_text("{}")

    with pytest.raises(ModelDigestError, match="--undo"):
        make_embedder(settings)
    with open_vigie(settings) as vigie:
        vigie.adapting.undo(vigie.operator)

    assert adapted.listed(settings.home) == ()
    assert make_embedder(settings).embed([QUESTION]).shape == (1, 384)
