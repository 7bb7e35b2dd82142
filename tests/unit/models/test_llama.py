"""The real llama.cpp on a tiny model, as the server uses it: stopped, queued, trimmed, repeated."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import tiny_gguf
from writings import finished

from models.errors import (
    ModelBusyError,
    ModelUnavailableError,
    Revocation,
    WritingRevokedError,
)
from models.llama import LlamaGenerator, LlamaSettings
from models.llama.context import Context, Shape
from models.llama.weights import Weights
from models.ports import (
    Finish,
    Generator,
    Language,
    ModelIdentity,
    Prompt,
    Shared,
    Source,
)

pytestmark = pytest.mark.slow

IDENTITY = ModelIdentity("tiny", "0" * 64)
SETTINGS = LlamaSettings(context_tokens=512, answer_tokens=24, threads=1)
SOURCES = (
    Source(1, "Congés", "Chaque salarié acquiert deux jours et demi par mois. Il les pose."),
    Source(2, "Frais", "Les repas sont remboursés. Le barème est affiché. Il change."),
)
PROMPT = Prompt("Charte : ne rien inventer.", SOURCES, "Combien de jours ?", Language.FRENCH)


class Granted:
    """A permit that is withdrawn after so many looks; never by default."""

    def __init__(self, looks: int = sys.maxsize) -> None:
        self.left = looks

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise WritingRevokedError(Revocation.STOPPED)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_gguf.build(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture(scope="module")
def generator(file: Path) -> Iterator[LlamaGenerator]:
    generator = LlamaGenerator(file, IDENTITY, SETTINGS)
    yield generator
    generator.close()


def test_an_answer_says_what_it_cost(generator: LlamaGenerator) -> None:
    text, usage = finished(generator.write(PROMPT, Granted()))

    assert text
    assert usage.completion_tokens <= 24
    assert usage.prompt_tokens + 24 <= 512
    assert usage.sources_read == 2


def test_temperature_zero_writes_the_same_text_twice(generator: LlamaGenerator) -> None:
    first, _ = finished(generator.write(PROMPT, Granted()))
    second, _ = finished(generator.write(PROMPT, Granted()))

    assert first == second


def test_a_monitor_is_told_how_busy_the_model_is(generator: Generator) -> None:
    assert isinstance(generator, Shared)

    load = generator.load

    assert (load.waiting, load.free + load.reading + load.writing) == (0, SETTINGS.parallel)
    assert load.memory_mb > 0


def test_another_seed_of_weights_writes_another_text(
    generator: LlamaGenerator, tmp_path: Path
) -> None:
    other = LlamaGenerator(tiny_gguf.build(tmp_path / "o.gguf", seed=1), IDENTITY, SETTINGS)

    texts = {finished(one.write(PROMPT, Granted()))[0] for one in (generator, other)}

    assert len(texts) == 2


def test_a_stop_is_obeyed_at_the_next_token(generator: LlamaGenerator) -> None:
    permit = Granted()
    writing = generator.write(PROMPT, permit)
    next(writing)
    permit.left = 0

    with pytest.raises(WritingRevokedError) as stopped:
        next(writing)

    assert stopped.value.reason is Revocation.STOPPED
    assert finished(generator.write(PROMPT, Granted()))[0], "the model is free again"


def test_a_stop_is_obeyed_while_the_prompt_is_read(file: Path) -> None:
    slow = LlamaGenerator(file, IDENTITY, LlamaSettings(512, 24, threads=1, batch_tokens=9))
    permit = Granted(looks=4)  # one to begin, three chunks

    with pytest.raises(WritingRevokedError):
        next(slow.write(PROMPT, permit))

    slow.close()


def test_closing_an_answer_early_frees_the_model(generator: LlamaGenerator) -> None:
    writing = generator.write(PROMPT, Granted())
    next(writing)

    writing.close()

    assert finished(generator.write(PROMPT, Granted()))[0]


def test_a_full_queue_refuses_at_once(file: Path) -> None:
    narrow = LlamaGenerator(
        file, IDENTITY, replace(SETTINGS, answer_tokens=300, parallel=1, waiting=0)
    )
    writing = narrow.write(PROMPT, Granted())
    next(writing)

    with pytest.raises(ModelBusyError):
        next(narrow.write(PROMPT, Granted()))

    writing.close()
    narrow.close()


def test_who_waits_can_be_stopped_too(file: Path) -> None:
    one = LlamaGenerator(file, IDENTITY, replace(SETTINGS, answer_tokens=200, parallel=1))
    writing = one.write(PROMPT, Granted())
    next(writing)

    with pytest.raises(WritingRevokedError):
        next(one.write(PROMPT, Granted(looks=2)))

    assert one.load.waiting == 0, "the place in the queue is given up"
    writing.close()
    one.close()


def test_several_threads_get_whole_and_equal_answers(generator: LlamaGenerator) -> None:
    expected, _ = finished(generator.write(PROMPT, Granted()))

    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda _: finished(generator.write(PROMPT, Granted()))[0], range(8)))

    assert set(texts) == {expected}


def test_closing_waits_for_the_answer_that_is_being_written(file: Path) -> None:
    closing = LlamaGenerator(file, IDENTITY, SETTINGS)
    writing = closing.write(PROMPT, Granted())
    next(writing)
    closer = threading.Thread(target=closing.close)

    closer.start()
    _, usage = finished(writing)
    closer.join(20)

    assert usage.completion_tokens
    with pytest.raises(ModelUnavailableError):
        next(closing.write(PROMPT, Granted()))


def test_too_long_an_answer_says_so(file: Path) -> None:
    short = LlamaGenerator(file, IDENTITY, LlamaSettings(512, 2, threads=1))

    _, usage = finished(short.write(PROMPT, Granted()))

    assert usage.finish is Finish.LENGTH
    assert usage.completion_tokens == 2


def test_a_context_larger_than_the_models_own_is_cut_to_it(file: Path) -> None:
    large = Context(Weights(file), Shape(slots=1, tokens=100_000, batch=64, threads=1))

    assert large.tokens == 512


def test_an_answer_as_long_as_the_context_is_refused(file: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="answer_tokens"):
        LlamaGenerator(file, IDENTITY, LlamaSettings(512, 512, threads=1))


def test_a_charter_that_does_not_fit_is_refused_naming_the_setting(
    generator: LlamaGenerator,
) -> None:
    prompt = Prompt("Interdit. " * 500, SOURCES, "Combien ?", Language.FRENCH)

    with pytest.raises(ModelUnavailableError, match="context_tokens is too small"):
        next(generator.write(prompt, Granted()))


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("truncated", "cut short"),
        ("architecture", "does not know the architecture “nosuchmodel”"),
        ("not a gguf", "not a GGUF"),
        ("header", "damaged or cut short"),
    ],
)
def test_a_broken_file_is_refused_in_one_sentence_and_in_silence(
    kind: tiny_gguf.Broken,
    sentence: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    broken = tiny_gguf.build_broken(tmp_path / "broken.gguf", kind)

    with pytest.raises(ModelUnavailableError, match=sentence):
        LlamaGenerator(broken, IDENTITY, SETTINGS)

    assert capfd.readouterr() == ("", "")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailableError, match="There is no file"):
        LlamaGenerator(tmp_path / "absent.gguf", IDENTITY, SETTINGS)


def test_a_text_comes_back_from_its_tokens_character_by_character(file: Path) -> None:
    weights = Weights(file)
    text = "L’été à Noël : 1 234,50 € 🙂 日本"

    raw = b"".join(weights.bytes_of(token) for token in weights.tokens(text, control=False))

    assert raw.decode() == text


def test_a_document_cannot_speak_in_control_tokens(file: Path) -> None:
    weights = Weights(file)

    ours = weights.tokens("<|end|>", control=True)
    theirs = weights.tokens("<|end|>", control=False)

    assert len(ours) == 1
    assert ours[0] not in theirs


LEAVING = """
import pathlib, sys
sys.path.insert(0, sys.argv[2])
from models.llama import LlamaGenerator, LlamaSettings
from models.ports import Language, ModelIdentity, Prompt
class Granted:
    def check(self): pass
kept = LlamaGenerator(pathlib.Path(sys.argv[1]), ModelIdentity("t", ""), LlamaSettings(512, 24))
begun = kept.write(Prompt("s", (), "q", Language.FRENCH), Granted())
next(begun)
"""


def test_a_process_that_ends_in_the_middle_of_an_answer_ends_cleanly(file: Path) -> None:
    root = str(Path(__file__).parents[3])

    done = subprocess.run(
        # llama-cpp-python opens two files when it is imported, and never closes them.
        [
            sys.executable,
            "-W",
            "error",
            "-W",
            "ignore::ResourceWarning",
            "-c",
            LEAVING,
            str(file),
            root,
        ],
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_model_that_nobody_holds_any_more_is_freed(file: Path) -> None:
    weights = Weights(file)
    freed = weights._freed  # noqa: SLF001  (what it guards has no other trace)

    del weights
    gc.collect()

    assert not freed.alive
