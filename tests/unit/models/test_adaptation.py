"""A training that really happens: the same each time, bounded, and without a trace if it ends."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from models.adaptation import Budget, Pair, Training, adapt
from models.apprentice import adapt_apart
from models.errors import ModelUnavailableError
from models.sentence import bundled_folder, open_embedder

pytestmark = pytest.mark.slow

SUBJECTS = ("badge", "congé", "repas", "train", "stage", "prime", "salle", "avion")


@pytest.fixture(autouse=True)
def memory() -> Iterator[None]:
    """Weights and their gradients hang together in cycles: hundreds of megabytes a training."""
    yield
    gc.collect()


def pairs() -> Iterator[Pair]:
    return cycle(
        Pair(f"Que faire d’un {one} ?", f"Le {one} est rendu à l’accueil.", one) for one in SUBJECTS
    )


def quiet(_spent: float) -> None:
    pass


def test_the_same_pairs_give_the_same_embedder(tmp_path: Path) -> None:
    made = [tmp_path / "one", tmp_path / "two"]

    trainings = [adapt(bundled_folder(), into, pairs(), Budget(3600, 3), quiet) for into in made]

    assert [training.steps for training in trainings] == [3, 3]
    assert trainings[0].pairs == 3 * len(SUBJECTS)  # one of each document in a step
    rows = [open_embedder(folder).embed(SUBJECTS) for folder in made]
    assert np.allclose(rows[0], rows[1], atol=1e-2)  # bfloat16 keeps three digits


def test_what_is_learnt_is_nearer_than_before(tmp_path: Path) -> None:
    adapt(bundled_folder(), tmp_path / "new", pairs(), Budget(3600, 8), quiet)

    nearness = []
    for embedder in (open_embedder(), open_embedder(tmp_path / "new")):
        asked = embedder.embed([f"Que faire d’un {one} ?" for one in SUBJECTS])
        told = embedder.embed([f"Le {one} est rendu à l’accueil." for one in SUBJECTS])
        alike = asked @ told.T
        nearness.append(float(np.mean(np.diag(alike) - alike.mean(axis=1))))
    assert nearness[1] > nearness[0]


def test_time_ends_a_training(tmp_path: Path) -> None:
    training = adapt(bundled_folder(), tmp_path / "new", pairs(), Budget(1e-6, 1000), quiet)

    assert training.steps <= 1
    assert open_embedder(tmp_path / "new").dimensions == 384


Teach = Callable[[Path, Path, Iterator[Pair], Budget, Callable[[float], None]], Training]
both_ways = pytest.mark.parametrize("teach", [adapt, adapt_apart], ids=["here", "apart"])


def test_a_process_of_its_own_teaches_the_same(tmp_path: Path) -> None:
    told: list[float] = []
    budget = Budget(3600, 3)
    adapt(bundled_folder(), tmp_path / "here", pairs(), budget, quiet)

    done = adapt_apart(bundled_folder(), tmp_path / "apart", pairs(), budget, told.append)

    assert (done.steps, done.pairs) == (3, 3 * len(SUBJECTS))
    assert 0 <= told[0] < told[-1] < 1
    rows = [open_embedder(tmp_path / name).embed(SUBJECTS) for name in ("here", "apart")]
    assert np.allclose(rows[0], rows[1], atol=1e-2)


@both_ways
def test_what_interrupts_a_training_leaves_no_weights(tmp_path: Path, teach: Teach) -> None:
    def interrupt(spent: float) -> None:
        if spent > 0:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        teach(bundled_folder(), tmp_path / "new", pairs(), Budget(3600, 1000), interrupt)

    assert not (tmp_path / "new").exists()


@both_ways
def test_a_base_that_is_no_embedder_is_a_sentence(tmp_path: Path, teach: Teach) -> None:
    with pytest.raises(ModelUnavailableError, match="sentence-transformers"):
        teach(tmp_path, tmp_path / "new", pairs(), Budget(3600, 1), quiet)
