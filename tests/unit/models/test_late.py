"""A model comes with the answer that needs it, and goes when told: never under one that writes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
import tiny_gguf
from writings import Withdrawable, finished

from models.apart import ApartGenerator
from models.errors import (
    ModelBusyError,
    ModelUnavailableError,
    Revocation,
    WritingRevokedError,
)
from models.late import LateGenerator
from models.llama import LlamaGenerator, LlamaSettings
from models.ports import Language, ModelIdentity, Prompt, Source, Unloadable

pytestmark = pytest.mark.slow

IDENTITY = ModelIdentity("tiny", "0" * 64)
SETTINGS = LlamaSettings(context_tokens=512, answer_tokens=40, threads=1, parallel=3)
LONG = LlamaSettings(context_tokens=8192, answer_tokens=7000, threads=1, parallel=2)
PROMPT = Prompt("Charte.", (Source(1, "Frais", "Les repas."),), "Quoi ?", Language.FRENCH)
KINDS = (LlamaGenerator, ApartGenerator)
PATIENCE_S = 60.0
AT_ONCE_S = 0.05

Kind = type[LlamaGenerator] | type[ApartGenerator]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.build(tmp_path_factory.mktemp("models") / "tiny.gguf", context=8192)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
def late(kind: Kind, file: Path) -> Iterator[LateGenerator]:
    with closing(LateGenerator(IDENTITY, partial(kind, file, IDENTITY, SETTINGS))) as made:
        yield made


@pytest.fixture
def long(kind: Kind, file: Path) -> Iterator[LateGenerator]:
    """One that writes long enough to be interrupted, and whose unloading waits long."""
    make = partial(kind, file, IDENTITY, LONG)
    with closing(LateGenerator(IDENTITY, make, last_answer_s=PATIENCE_S)) as made:
        yield made


def test_it_is_loaded_at_the_first_answer_and_once(file: Path) -> None:
    loaded: list[LlamaGenerator] = []

    def load() -> LlamaGenerator:
        loaded.append(LlamaGenerator(file, IDENTITY, SETTINGS))
        return loaded[-1]

    late = LateGenerator(IDENTITY, load)
    assert (late.identity, late.load, loaded) == (IDENTITY, None, [])

    first, second = (finished(late.write(PROMPT, Withdrawable())) for _ in range(2))

    assert first[0] == second[0]
    assert len(loaded) == 1
    late.close()


def test_what_was_loaded_before_is_not_loaded_again(file: Path) -> None:
    def load() -> LlamaGenerator:
        raise ModelUnavailableError("loaded twice")

    with closing(LateGenerator(IDENTITY, load, LlamaGenerator(file, IDENTITY, SETTINGS))) as late:
        assert late.load is not None
        assert finished(late.write(PROMPT, Withdrawable()))


def test_unloading_tells_what_it_gave_back_and_the_next_answer_is_the_same(
    late: LateGenerator,
) -> None:
    assert isinstance(late, Unloadable)
    assert late.unload() is None, "nothing was loaded"
    text, _ = finished(late.write(PROMPT, Withdrawable()))
    held = late.load

    assert late.unload() == held
    assert late.load is None
    assert late.unload() is None
    assert finished(late.write(PROMPT, Withdrawable()))[0] == text


def test_a_withdrawn_permit_loads_nothing(late: LateGenerator) -> None:
    permit = Withdrawable()
    permit.reason = Revocation.STOPPED

    with pytest.raises(WritingRevokedError):
        next(late.write(PROMPT, permit))

    assert late.load is None


def test_while_someone_goes_on_the_model_stays_and_the_answer_is_whole(
    kind: Kind, file: Path
) -> None:
    make = partial(kind, file, IDENTITY, SETTINGS)
    with closing(LateGenerator(IDENTITY, make, last_answer_s=AT_ONCE_S)) as late:
        alone, _ = finished(late.write(PROMPT, Withdrawable()))
        writing = late.write(PROMPT, Withdrawable())
        first = next(writing)

        with pytest.raises(ModelBusyError, match="1 answers"):
            late.unload()

        assert first + finished(writing)[0] == alone
        assert late.unload() is not None


def test_unloading_waits_for_whoever_was_stopped(long: LateGenerator) -> None:
    permit = Withdrawable()
    writing = long.write(PROMPT, permit)
    next(writing)
    with ThreadPoolExecutor(1) as pool:
        freed = pool.submit(long.unload)
        permit.reason = Revocation.STOPPED
        with pytest.raises(WritingRevokedError):
            finished(writing)

        assert freed.result() is not None
    assert long.load is None


def test_nobody_notices_a_model_that_comes_and_goes(late: LateGenerator) -> None:
    """Answers, looks and unloadings in any order: each text whole, and nothing freed in use."""
    alone, _ = finished(late.write(PROMPT, Withdrawable()))
    over, pause = threading.Event(), threading.Event()

    def ask(number: int) -> str:
        pause.wait(number % 3 * 0.01)
        return finished(late.write(PROMPT, Withdrawable()))[0]

    def interrupt() -> int:
        times = 0
        while not over.wait(0.002):
            with suppress(ModelBusyError):
                times += late.unload() is not None
            assert (late.load or alone) is not None
        return times

    with ThreadPoolExecutor(3) as pool:
        unloading = pool.submit(interrupt)
        texts = set(pool.map(ask, range(20)))
        over.set()

        assert texts == {alone}
        assert unloading.result() > 0


def test_closed_for_good_it_answers_nobody(late: LateGenerator) -> None:
    finished(late.write(PROMPT, Withdrawable()))
    late.close()

    with pytest.raises(ModelUnavailableError, match="closed"):
        finished(late.write(PROMPT, Withdrawable()))
