"""The generator that runs a GGUF: many answers at once, each stopped at any token."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Lock

from models.errors import ModelUnavailableError
from models.llama.beginnings import Beginnings
from models.llama.context import Context, Shape
from models.llama.engine import Engine
from models.llama.framing import Clock, frame_of, utc_now
from models.llama.prefixes import Prefixes
from models.llama.prompting import FittedPrompt, Fitter
from models.llama.running import Request, Stream
from models.llama.settings import LlamaSettings
from models.llama.weights import Weights
from models.ports import Generator, Load, ModelIdentity, Permit, Prompt, Usage, Writing

_LAST_ANSWER_S = 10.0  # how long closing waits for the running answers to end


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
        self._weights = Weights(path, use_mmap=settings.use_mmap, adapters=settings.adapters)
        self._context = Context(self._weights, _shape(self._weights, settings))
        self._weights.adapt(self._context.handle)
        self._fitter = self._make_fitter(clock)
        self._disk = ThreadPoolExecutor(1, "prefixes")
        self._engine = Engine(self._context, settings.waiting, beginnings=self._beginnings())
        self._open = Lock()  # held while the weights are used from outside the engine
        self._closed = False

    @property
    def identity(self) -> ModelIdentity:
        return self._identity

    @property
    def load(self) -> Load:
        """Who is being served now."""
        return self._engine.load()

    def close(self) -> None:
        """Free the model once nobody writes; raises ModelBusyError if someone goes on."""
        self._engine.close(_LAST_ANSWER_S)
        self._disk.shutdown()
        with self._open:
            self._closed = True
            self._context.close()
            self._weights.close()
            _return_to_the_system()

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        permit.check()
        fitted, stream = self._begin(prompt, permit)
        with closing(iter(stream)) as pieces:
            for piece in pieces:
                yield from _something(piece.text)
        written = stream.written
        yield from _something(written.rest)
        return Usage(
            len(fitted.tokens),
            written.completion_tokens,
            fitted.sources_read,
            written.finish,
            written.work_s,
        )

    def _begin(self, prompt: Prompt, permit: Permit) -> tuple[FittedPrompt, Stream]:
        with self._open:
            if self._closed:
                raise ModelUnavailableError("the model was closed")
            fitted = self._fitter.fit(prompt)
            request = Request(
                fitted.tokens,
                self._settings.answer_tokens,
                permit,
                self._settings.sampling,
                asker=prompt.asker,
                drafts=self._settings.drafts,
                shared=fitted.shared,
            )
            return fitted, self._engine.submit(request)

    def _beginnings(self) -> Beginnings:
        """What is on disk of this model, as this build of llama.cpp keeps it."""
        if self._settings.prefixes is None:
            return Beginnings()
        import llama_cpp

        cache, flash = self._settings.cache, self._settings.flash
        model = f"{self._identity.digest} {cache} {flash} {llama_cpp.__version__}"
        prefixes = Prefixes(self._settings.prefixes, model)
        # A prefix that cannot be written is read again after the next start: nobody waits for it.
        return Beginnings(prefixes.load(), lambda new: self._disk.submit(prefixes.keep, new))

    def _make_fitter(self, clock: Clock) -> Fitter:
        weights, answer = self._weights, self._settings.answer_tokens
        room = self._context.tokens - answer
        if room <= 0:
            raise ModelUnavailableError(
                f"answer_tokens is too large: {answer} of a context of {self._context.tokens}."
            )
        begin, end = weights.marks
        frame = frame_of(weights.template, begin, end, clock)
        return Fitter(frame, weights.tokens, _opening(frame.head, begin, weights), room)


def _return_to_the_system() -> None:
    """The many small pieces of a vocabulary lie between others: glibc keeps them unless told."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # another C library has none
    if trim is not None:
        trim(0)


def _shape(weights: Weights, settings: LlamaSettings) -> Shape:
    """As many slots as were asked for, or as the memory holds."""
    tokens = min(settings.context_tokens, weights.trained_tokens)
    slots = settings.slots(tokens, weights.cache_numbers_per_token)
    return Shape(
        slots, tokens, settings.batch_tokens, settings.threads, settings.cache, settings.flash
    )


def _opening(head: str, begin: str, weights: Weights) -> tuple[int, ...]:
    """The model's first tokens, unless its template writes them itself."""
    return () if begin and head.startswith(begin) else weights.first_tokens


def _something(piece: str) -> Iterator[str]:
    if piece:
        yield piece
