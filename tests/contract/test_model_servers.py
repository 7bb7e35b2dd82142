"""What any model server must do for us: llama-cpp-python's own, llama.cpp's where it was built
(`make peers`), and the one that VIGIE_TEST_LLM_URL names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from model_servers import LLAMA_SERVER, Child, llama_cpp_server, llama_server, talkative
from tiny_gguf import build
from writings import pieces_of

from models.errors import ModelUnavailableError, Revocation, WritingRevokedError
from models.openai_http import Endpoint, HttpGenerator, HttpSettings
from models.ports import Finish, Language, Permit, Prompt, Source, Usage
from server.onsite import on_site

pytestmark = pytest.mark.slow

SETTINGS = HttpSettings(context_tokens=4096, answer_tokens=24, parallel=4, bytes_per_token=1.2)
CONTEXT, SLOTS = 4096, 4
PYTHON, CPP, GIVEN = "llama_cpp.server", "llama-server", "VIGIE_TEST_LLM_URL"
LONGEST = 3_000  # tokens that nobody waits for
PROMPT = Prompt(
    "Réponds en une phrase.",
    (Source(1, "Badge", "Le badge est rendu le dernier jour du contrat."),),
    "Quand le badge est-il rendu ?",
    Language.FRENCH,
    "a1b2c3d4",
)


@dataclass(frozen=True, slots=True)
class Until(Permit):
    """Holds for so many tokens: a piece may be asked about more than once."""

    after: list[str]
    most: int

    def check(self) -> None:
        if len(self.after) >= self.most:
            raise WritingRevokedError(Revocation.STOPPED)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talkative(build(tmp_path_factory.mktemp("model") / "tiny.gguf", context=CONTEXT))


@pytest.fixture(scope="module")
def child(model: Path) -> Iterator[Child]:
    with llama_cpp_server(model, model.with_name("python.log"), CONTEXT) as started:
        yield started


@pytest.fixture(scope="module")
def llama(model: Path) -> Iterator[Child]:
    if not LLAMA_SERVER.is_file():
        pytest.skip("llama-server was not built: make peers")
    context = str(SLOTS * CONTEXT)
    log = model.with_name("cpp.log")
    with llama_server(model, log, SLOTS, "--ctx-size", context, "--threads", "1") as started:
        yield started


@pytest.fixture(params=[PYTHON, CPP, GIVEN])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == GIVEN:
        if GIVEN not in os.environ:
            pytest.skip(f"no other model server: {GIVEN} names none")
        return os.environ[GIVEN]
    started: Child = request.getfixturevalue("child" if request.param == PYTHON else "llama")
    return started.url


def generator(url: str, answer_tokens: int = SETTINGS.answer_tokens) -> HttpGenerator:
    settings = HttpSettings(
        context_tokens=4096, answer_tokens=answer_tokens, parallel=4, bytes_per_token=1.2
    )
    return HttpGenerator([Endpoint.at(url, on_site)], settings)


def written(writer: HttpGenerator, prompt: Prompt = PROMPT) -> tuple[list[str], Usage]:
    return pieces_of(writer.write(prompt, Until([], 1)))


def test_a_text_is_written_and_ends(url: str) -> None:
    pieces, usage = written(generator(url))

    assert "".join(pieces)
    assert usage.sources_read == 1
    assert usage.finish is Finish.LENGTH or len(pieces) < SETTINGS.answer_tokens


def test_the_best_tokens_are_the_same_each_time(url: str) -> None:
    writer = generator(url)

    assert written(writer)[0] == written(writer)[0]


def test_many_are_served_and_each_gets_its_own(url: str) -> None:
    writer = generator(url)
    prompts = [
        Prompt(PROMPT.system, PROMPT.sources, f"Question {n} ?", Language.FRENCH, "a1b2c3d4")
        for n in range(4)
    ]
    alone = [written(writer, one)[0] for one in prompts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: written(writer, one)[0], prompts))

    assert together == alone


def test_a_stop_ends_a_text_at_a_token(url: str) -> None:
    pieces: list[str] = []
    writing = generator(url, LONGEST).write(PROMPT, Until(pieces, 3))
    with pytest.raises(WritingRevokedError):
        pieces.extend(writing)

    assert len(pieces) == 0 or len(pieces) == 3


def test_a_prompt_too_long_for_the_server_ends_as_a_sentence(url: str) -> None:
    prompt = Prompt("Réponds.", (Source(1, "", "Le badge. " * 4000),), "Quand ?", Language.FRENCH)
    settings = HttpSettings(context_tokens=100_000, answer_tokens=24)
    writer = HttpGenerator([Endpoint.at(url, on_site)], settings)
    with pytest.raises(ModelUnavailableError, match="The model server") as failure:
        written(writer, prompt)

    assert "badge" not in str(failure.value)


def test_leaving_a_text_frees_the_server_for_the_next(child: Child) -> None:
    """It writes one text at a time: the next one waits until the one that was left has ended."""
    long = generator(child.url, LONGEST).write(PROMPT, Until([], 1))
    next(long)
    long.close()
    pieces, _ = written(generator(child.url))

    said = child.log.read_text(errors="replace")
    assert pieces
    assert said.count("Disconnected from client") >= 1
