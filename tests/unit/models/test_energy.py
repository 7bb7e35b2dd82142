"""Energy is an estimate from CPU time; what is not known is not zero; nobody pays for another."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier, Thread

import pytest
import tiny_gguf
from cpu_time import cpu_seconds
from writings import Paying, finished

from models.apart import ApartGenerator
from models.energy import Work, estimate_wh
from models.llama import LlamaGenerator, LlamaSettings
from models.ports import Language, ModelIdentity, Prompt, Source

USERS = 8
IDENTITY = ModelIdentity("tiny", "0" * 64)
SETTINGS = LlamaSettings(context_tokens=1024, answer_tokens=200, threads=1, parallel=USERS)
Model = LlamaGenerator | ApartGenerator


def busy() -> int:
    return sum(range(3_000_000))


def test_an_hour_of_one_core_at_ten_watts_is_ten_watt_hours() -> None:
    assert estimate_wh(3600, 10) == pytest.approx(10)


def test_unknown_time_is_unknown_energy() -> None:
    assert estimate_wh(None, 10) is None


def test_the_work_of_the_thread_that_answers_counts() -> None:
    before = cpu_seconds()
    work = Work()
    busy()
    took = work.cpu_s

    assert 0 < took <= cpu_seconds() - before


def test_the_work_of_other_threads_does_not() -> None:
    other = Thread(target=busy)
    began = cpu_seconds()
    work = Work()
    other.start()
    other.join()

    assert work.cpu_s < (cpu_seconds() - began) / 2


def test_what_a_model_worked_is_added() -> None:
    work = Work()
    work.charge(3)
    work.charge(4)

    assert work.cpu_s == pytest.approx(7, abs=1)


def test_the_work_of_a_thread_that_ended_is_known_up_to_where_it_was_seen() -> None:
    found: list[Work] = []

    def answer() -> None:
        found.append(Work())
        busy()
        assert found[0].cpu_s > 0

    other = Thread(target=answer)
    other.start()
    other.join()

    assert (found[0].known_s or 0) > 0


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.build(tmp_path_factory.mktemp("models") / "tiny.gguf", context=1024)


@pytest.fixture(params=["none", "process"])
def model(request: pytest.FixtureRequest, file: Path) -> Iterator[Model]:
    kind = LlamaGenerator if request.param == "none" else ApartGenerator
    with closing(kind(file, IDENTITY, SETTINGS)) as generator:
        finished(generator.write(prompt(99), Paying()))  # loaded, and everything warm
        yield generator


def prompt(user: int) -> Prompt:
    source = Source(1, "Frais", f"Les repas du dossier {user} sont remboursés. " * 8)
    return Prompt("Charte.", (source,), f"Question {user} ?", Language.FRENCH, asker=str(user))


def answered(model: Model, users: int) -> list[float]:
    """What each took of answers that begin together, in threads of their own."""
    all_here = Barrier(users)

    def answer(user: int) -> float:
        paying = Paying()
        all_here.wait()
        _, usage = finished(model.write(prompt(user), paying))
        assert usage.work_s is not None
        assert 0 < usage.work_s <= paying.work.cpu_s
        return paying.work.cpu_s

    with ThreadPoolExecutor(users) as pool:
        return list(pool.map(answer, range(users)))


@pytest.mark.slow
@pytest.mark.parametrize("users", [1, USERS])
def test_answers_pay_for_all_that_is_worked_and_for_nothing_twice(model: Model, users: int) -> None:
    began = cpu_seconds()
    paid = sum(answered(model, users))
    took = cpu_seconds() - began

    # So small a model takes hardly more time than it takes to speak of it to another process.
    close = 0.9 if isinstance(model, LlamaGenerator) else 0.6
    assert close * took <= paid <= took
