"""A model in a process of its own writes as it does here, and its death is a sentence, no more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_gguf
from patience import within
from writings import Withdrawable, finished

from models.apart import ApartGenerator
from models.apart.patience import MOST, Patience
from models.apart.started import Started, Text
from models.apart.wire import Load, ordered, orders
from models.errors import ModelUnavailableError, Revocation, WritingRevokedError
from models.llama import LlamaGenerator, LlamaSettings
from models.llama.sampling import Sampling
from models.ports import Language, ModelIdentity, Prompt, Source

pytestmark = pytest.mark.slow

IDENTITY = ModelIdentity("tiny", "0" * 64)
SETTINGS = LlamaSettings(context_tokens=512, answer_tokens=40, threads=1, parallel=3)
LONG = LlamaSettings(context_tokens=8192, answer_tokens=7000, threads=1, parallel=2)
PROMPT = Prompt("Charte.", (Source(1, "Frais", "Les repas."),), "Quoi ?", Language.FRENCH)


TESTS = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("models") / "tiny.gguf"
    return tiny_gguf.build(path, context=8192)


@pytest.fixture(scope="module")
def shared(file: Path) -> Iterator[ApartGenerator]:
    with closing(ApartGenerator(file, IDENTITY, SETTINGS)) as generator:
        generator.start()
        yield generator


@pytest.fixture
def long(file: Path) -> Iterator[ApartGenerator]:
    """One that writes long enough to be interrupted."""
    with closing(ApartGenerator(file, IDENTITY, LONG)) as generator:
        yield generator


@pytest.fixture
def endless(file: Path) -> Iterator[Started]:
    """A process whose answers end only when it is told."""
    command = (sys.executable, "-P", str(TESTS / "endless.py"))
    started = Started.start(Load(file, SETTINGS), lambda: None, command)
    yield started
    started.end()


def other(question: str) -> Prompt:
    return Prompt("Charte.", PROMPT.sources, question, Language.FRENCH)


def test_it_writes_what_the_same_model_writes_here(shared: ApartGenerator, file: Path) -> None:
    with closing(LlamaGenerator(file, IDENTITY, SETTINGS)) as here:
        assert finished(shared.write(PROMPT, Withdrawable())) == finished(
            here.write(PROMPT, Withdrawable())
        )
    assert shared.identity == IDENTITY


def test_several_answers_at_once_are_each_their_own(shared: ApartGenerator) -> None:
    prompts = [other(f"Question {n} ?") for n in range(6)]
    alone = [finished(shared.write(prompt, Withdrawable())) for prompt in prompts]

    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda one: finished(shared.write(one, Withdrawable())), prompts))

    assert [text for text, _ in together] == [text for text, _ in alone]


def test_a_killed_process_ends_its_answers_with_a_sentence_and_the_next_one_works(
    long: ApartGenerator,
) -> None:
    writing = long.write(PROMPT, Withdrawable())
    next(writing)
    killed = long.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)

    with pytest.raises(ModelUnavailableError, match=r"in the middle of the answer \(SIGKILL\)"):
        finished(writing)

    again = long.write(PROMPT, Withdrawable())
    assert next(again) is not None
    assert long.pid not in {None, killed}
    again.close()


def test_a_stop_ends_the_answer_with_its_reason(long: ApartGenerator) -> None:
    permit = Withdrawable()
    writing = long.write(PROMPT, permit)
    next(writing)
    permit.reason = Revocation.STOPPED

    with pytest.raises(WritingRevokedError) as stopped:
        finished(writing)

    assert stopped.value.reason is Revocation.STOPPED


def test_a_stop_is_told_to_the_process_though_nobody_reads_the_pieces(endless: Started) -> None:
    permit = Withdrawable()
    text = endless.ask(PROMPT, permit)
    text.said.get()
    assert not rests(endless, seconds=1)

    permit.reason = Revocation.DEADLINE

    assert rests(endless)
    assert any(isinstance(said, WritingRevokedError) for said in iter(text.said.get_nowait, None))


def test_an_answer_that_is_left_is_stopped_and_the_others_go_on(endless: Started) -> None:
    left, kept = endless.ask(other("a"), Withdrawable()), endless.ask(other("b"), Withdrawable())
    left.said.get()
    endless.leave(left)
    more = [kept.said.get() for _ in range(100)]
    endless.leave(kept)

    assert set(more) == {"b "}
    assert rests(endless)


def test_a_process_that_does_not_obey_is_ended(file: Path) -> None:
    mourned: list[str] = []
    command = (sys.executable, "-P", str(TESTS / "endless.py"), "deaf")
    deaf = Started.start(Load(file, SETTINGS), lambda: mourned.append("once"), command, hung_s=0.1)
    left, kept = deaf.ask(PROMPT, Withdrawable()), deaf.ask(PROMPT, Withdrawable())
    left.said.get()
    kept.said.get()
    deaf.leave(left)

    with pytest.raises(ModelUnavailableError, match="in the middle of the answer"):
        raise said_last(kept)

    assert deaf.is_gone
    assert mourned == ["once"]


def test_a_revoked_permit_starts_nothing(file: Path) -> None:
    permit = Withdrawable()
    permit.reason = Revocation.STOPPED
    with closing(ApartGenerator(file, IDENTITY, SETTINGS)) as generator:
        with pytest.raises(WritingRevokedError):
            next(generator.write(PROMPT, permit))
        assert generator.pid is None


def test_nothing_is_started_before_the_first_answer_and_it_ends_with_the_generator(
    file: Path,
) -> None:
    with closing(ApartGenerator(file, IDENTITY, SETTINGS)) as generator:
        assert (generator.pid, generator.load) == (None, None)
        finished(generator.write(PROMPT, Withdrawable()))
        first = generator.pid
        assert first is not None

    assert generator.pid is None
    assert is_gone(first)


def test_it_says_how_busy_its_process_is_and_what_memory_it_takes(
    long: ApartGenerator, file: Path
) -> None:
    with closing(LlamaGenerator(file, IDENTITY, LONG)) as here:
        idle = here.load
    writing = long.write(PROMPT, Withdrawable())
    next(writing)

    busy = long.load

    assert busy == replace(idle, writing=1, free=idle.free - 1)
    writing.close()
    assert within(20, lambda: long.load == idle)


def test_one_that_does_not_say_how_busy_it_is_holds_nobody_up(file: Path) -> None:
    command = (sys.executable, "-P", str(TESTS / "endless.py"), "deaf")
    deaf = Started.start(Load(file, SETTINGS), lambda: None, command)
    deaf.await_loaded()

    assert (deaf.burden(), deaf.burden()) == (None, None)
    deaf.end()


def test_closing_ends_running_answers_and_refuses_more(file: Path) -> None:
    generator = ApartGenerator(file, IDENTITY, LONG)
    writing = generator.write(PROMPT, Withdrawable())
    next(writing)
    generator.close()

    for asked in (writing, generator.write(PROMPT, Withdrawable())):
        with pytest.raises(ModelUnavailableError, match="the model was closed"):
            finished(asked)


@pytest.mark.parametrize(
    ("kind", "sentence"), [("truncated", "cut short"), ("architecture", "nosuchmodel")]
)
def test_a_file_that_cannot_be_loaded_says_why(
    kind: tiny_gguf.Broken, sentence: str, tmp_path: Path
) -> None:
    broken = tiny_gguf.build_broken(tmp_path / "broken.gguf", kind)
    generator = ApartGenerator(broken, IDENTITY, SETTINGS)

    with closing(generator), pytest.raises(ModelUnavailableError, match=sentence):
        generator.start()


def test_the_process_inherits_no_descriptor_and_no_secret(
    shared: ApartGenerator, file: Path
) -> None:
    process = Path(f"/proc/{shared.pid}")
    opened = [str(one.readlink()) for one in (process / "fd").iterdir()]

    names = {line.split(b"=")[0] for line in (process / "environ").read_bytes().split(b"\0")}

    assert sum(one.startswith("socket:") for one in opened) == 1
    assert all(one.startswith(("socket:", "/dev/null", str(file))) for one in opened), opened
    assert names <= {b"PATH", b"LANG", b"LC_ALL", b"LD_LIBRARY_PATH", b"PYTHONPATH", b""}


def test_the_process_ends_when_its_parent_is_killed(file: Path, tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, str(TESTS / "orphaning.py"), str(file)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not is_gone(child)
        parent.kill()
        parent.wait()

    assert within(20, lambda: is_gone(child))


def test_a_process_that_keeps_crashing_is_started_less_and_less_and_then_not_at_all() -> None:
    now = [0.0]
    patience = Patience(lambda: now[0])
    patience.crashed()
    patience.check()  # once is no pattern

    patience.crashed()
    with pytest.raises(ModelUnavailableError, match="started again in 1 s"):
        patience.check()
    now[0] += 1.1
    patience.check()
    patience.served()
    for _ in range(MOST):
        patience.crashed()
    now[0] += 1_000.0
    with pytest.raises(ModelUnavailableError, match="vigie models doctor"):
        patience.check()


def test_every_setting_crosses_to_the_process() -> None:
    sampling = Sampling(temperature=0.7, grammar='root ::= "a"', bias={3: -1.5})
    load = Load(Path("/m.gguf"), LlamaSettings(sampling=sampling, adapters=(Path("/a"),)))

    assert orders().validate_json(ordered(load)) == load


def said_last(text: Text) -> Exception:
    last = text.said.get(timeout=30)
    assert isinstance(last, Exception)
    return last


def rests(started: Started, seconds: float = 20) -> bool:
    """Whether the process comes to spend no time any more."""

    def idle() -> bool:
        before = spent(started.pid)
        threading.Event().wait(0.2)
        return spent(started.pid) == before

    return within(seconds, idle)


def spent(pid: int | None) -> int:
    """Ticks of CPU time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return int(fields[11]) + int(fields[12])


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z"
    except FileNotFoundError:
        return True
