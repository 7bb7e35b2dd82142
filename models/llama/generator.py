"""The generator that runs a GGUF: one answer at a time, a bounded queue, stopped at any token."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from models.errors import ModelUnavailableError
from models.llama.engine import Engine
from models.llama.framing import Clock, frame_of, utc_now
from models.llama.prompting import FittedPrompt, Fitter
from models.llama.settings import LlamaSettings
from models.llama.turns import Turns
from models.ports import Finish, Generator, ModelIdentity, Permit, Prompt, Usage, Writing

_LAST_ANSWER_S = 10.0  # how long closing waits for whoever writes to notice and leave


class LlamaGenerator(Generator):
    """Loads its file when it is built. Raises ModelUnavailableError, with what to do."""

    def __init__(
        self,
        path: Path,
        identity: ModelIdentity,
        settings: LlamaSettings | None = None,
        clock: Clock = utc_now,
    ) -> None:
        settings = settings or LlamaSettings()
        self._identity = identity
        self._settings = settings
        self._turns = Turns(settings.waiting)
        self._engine = Engine(path, settings)
        self._fitter = self._make_fitter(clock)

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    def close(self) -> None:
        """Free the model once nobody writes; raises ModelBusyError if someone goes on."""
        self._turns.shut(_LAST_ANSWER_S)
        self._engine.close()

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        self._turns.take(permit)
        try:
            fitted = self._fitter.fit(prompt)
            self._read(fitted, permit)
            return (yield from self._written(fitted, permit))
        finally:
            self._turns.give_back()

    def _make_fitter(self, clock: Clock) -> Fitter:
        engine, answer = self._engine, self._settings.answer_tokens
        room = engine.context_tokens - answer
        if room <= 0:
            raise ModelUnavailableError(
                f"answer_tokens is too large: {answer} of a context of {engine.context_tokens}."
            )
        begin, end = engine.marks
        frame = frame_of(engine.template, begin, end, clock)
        return Fitter(frame, engine.tokens, _opening(frame.head, begin, engine), room)

    def _read(self, fitted: FittedPrompt, permit: Permit) -> None:
        self._engine.forget()
        for start in range(0, len(fitted.tokens), self._settings.batch_tokens):
            permit.check()
            self._engine.read(fitted.tokens[start : start + self._settings.batch_tokens])

    def _written(self, fitted: FittedPrompt, permit: Permit) -> Writing:
        text = codecs.getincrementaldecoder("utf-8")("replace")
        finish, count = Finish.LENGTH, 0
        while count < self._settings.answer_tokens:
            permit.check()
            token = self._engine.next_token()
            count += 1
            if self._engine.ends_text(token):
                finish = Finish.END
                break
            yield from _something(text.decode(self._engine.bytes_of(token)))
            permit.check()
            self._engine.read([token])
        yield from _something(text.decode(b"", final=True))
        return Usage(len(fitted.tokens), count, fitted.sources_read, finish)


def _opening(head: str, begin: str, engine: Engine) -> tuple[int, ...]:
    """The model's first tokens, unless its template writes them itself."""
    return () if begin and head.startswith(begin) else engine.first_tokens


def _something(piece: str) -> Iterator[str]:
    if piece:
        yield piece
