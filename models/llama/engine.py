"""The engine: one thread that writes many texts at once over one model.

Requests join and leave the running batch at any token (continuous batching: Yu et al., Orca,
OSDI 2022). Each pass decodes one token for every text that writes and a chunk of the prompt
of the one that is being read, sized so that nobody's next token waits long for it.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from models.admission import Admission
from models.errors import (
    ModelBusyError,
    ModelUnavailableError,
    Revocation,
    WritingRevokedError,
)
from models.llama.context import Context, Feed
from models.llama.pace import Pace
from models.llama.running import Piece, Request, Stream, Written
from models.llama.sampling import Sampler, log_probability, sampler_of
from models.llama.slots import Slots
from models.llama.spelling import Spelling
from models.ports import Finish, Permit

Seconds = Callable[[], float]
_LAST_PASS_S = 10.0  # how long the end of the process waits for a pass to be over


@dataclass(eq=False, slots=True)
class _Text:
    """A request in the engine. `slot` is None while it waits to be read."""

    request: Request
    stream: Stream
    sampler: Sampler
    spelling: Spelling
    slot: int | None = None
    read: int = 0  # tokens of the prompt that its slot holds
    kept: int = 0  # of those, how many were there before
    written: list[int] = field(default_factory=list)
    cancelled: bool = False

    @property
    def writes(self) -> bool:
        return self.read == len(self.request.tokens)


@dataclass(frozen=True, slots=True)
class Load:
    """What the engine is doing now."""

    waiting: int
    reading: int
    writing: int
    free: int


class Engine:
    """Continuous batching over a context, which nobody else may touch until `close`."""

    def __init__(
        self, context: Context, waiting: int, seconds: Seconds = time.perf_counter
    ) -> None:
        self._context = context
        self._slots = Slots(context.slots)
        self._pace = Pace(context.batch - context.slots + 1)
        self._seconds = seconds
        self._waiting: Admission[_Text] = Admission(context.slots + waiting)
        self._running: list[_Text] = []  # in order of admission; only the thread touches it
        self._changed = threading.Condition()
        self._shut = False
        self._thread = threading.Thread(target=self._run, name="llama", daemon=True)
        self._thread.start()
        atexit.register(self._end_with_process)

    def submit(self, request: Request) -> Stream:
        """The text that continues a request, in pieces.

        Raises ModelBusyError when too many wait, ModelUnavailableError when it cannot fit, has
        a grammar that cannot be read, or the engine is closed.
        """
        self._check_fits(request)
        sampler = sampler_of(request.sampling, self._context.weights)
        stream = Stream(request, lambda: self._cancel(text))
        text = _Text(request, stream, sampler, Spelling(request.stops))
        with self._changed:
            if self._shut:
                raise ModelUnavailableError("the model was closed")
            self._waiting.enter(request.asker, text, running=len(self._running))
            self._changed.notify_all()
        return stream

    def load(self) -> Load:
        with self._changed:
            running = tuple(self._running)
            waiting = len(self._waiting)
        writing = sum(text.writes for text in running)
        return Load(waiting, len(running) - writing, writing, self._context.slots - len(running))

    def close(self, timeout_s: float) -> None:
        """Take no more requests, finish the running ones and end the thread.

        Raises ModelBusyError, and goes on, when that takes too long.
        """
        with self._changed:
            self._shut = True
            self._changed.notify_all()
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            with self._changed:
                self._shut = False
            raise ModelBusyError("the model is still writing: stop the answers first")
        atexit.unregister(self._end_with_process)

    def _end_with_process(self) -> None:
        """The process ends: llama.cpp may not be taken down under a thread that decodes."""
        with self._changed:
            self._shut = True
            for text in (*self._running, *self._waiting.everyone()):
                text.cancelled = True
            self._changed.notify_all()
        self._thread.join(_LAST_PASS_S)

    def _check_fits(self, request: Request) -> None:
        if not request.tokens or request.limit < 1:
            raise ModelUnavailableError("A request has a token to continue, and one to write.")
        if not all(0 <= token < self._context.weights.vocabulary_size for token in request.tokens):
            raise ModelUnavailableError("A token is not of this model's vocabulary.")
        needed = len(request.tokens) + request.limit
        if needed > self._context.tokens:
            raise ModelUnavailableError(
                f"context_tokens is too small: {needed} tokens are asked of a context of "
                f"{self._context.tokens}."
            )

    def _cancel(self, text: _Text) -> None:
        text.cancelled = True
        self._leave(text)

    def _run(self) -> None:
        try:
            while self._has_work():
                self._step()
        finally:
            self._end_all(ModelUnavailableError("the model was closed"))

    def _has_work(self) -> bool:
        """Wait for something to do; False once closed and done. Lets requests in."""
        with self._changed:
            self._changed.wait_for(lambda: self._shut or self._running or len(self._waiting))
            while len(self._running) < self._context.slots:
                text = self._waiting.next()
                if text is None:
                    break
                self._running.append(text)
            return bool(self._running)

    def _step(self) -> None:
        """One pass of the model over everybody's next tokens."""
        self._drop_the_revoked()
        writing = [text for text in self._running if text.writes]
        reading = next((text for text in self._running if not text.writes), None)
        feeds = [(text, self._next_of(text)) for text in writing]
        chunk = 0
        if reading is not None:
            feed = self._chunk_of(reading, self._pace.chunk(writing=bool(writing)))
            feeds.append((reading, feed))
            chunk = len(feed.tokens)
        if not feeds:
            return
        began = self._seconds()
        try:
            self._pass(feeds)
        except ModelUnavailableError as error:
            self._lose(error)
        self._pace.took(self._seconds() - began, writing=len(writing), read=chunk)

    def _pass(self, feeds: list[tuple[_Text, Feed]]) -> None:
        rows = self._context.decode([feed for _, feed in feeds])
        for (text, feed), answers in zip(feeds, rows, strict=True):
            self._slots.add(feed.slot, feed.tokens)
            if not text.writes:
                text.read += len(feed.tokens)
            if answers:
                self._write(text, answers[-1])

    def _next_of(self, text: _Text) -> Feed:
        start = len(text.request.tokens) + len(text.written) - 1
        return Feed(_slot(text), start, text.written[-1:], answers=1)

    def _chunk_of(self, text: _Text, size: int) -> Feed:
        if text.slot is None:
            self._place(text)
        tokens = text.request.tokens[text.read : text.read + size]
        last = text.read + len(tokens) == len(text.request.tokens)
        return Feed(_slot(text), text.read, tokens, answers=int(last))

    def _place(self, text: _Text) -> None:
        """Give a text its slot only now, when whoever came before may have read its beginning."""
        place = self._slots.take(text.request.tokens)
        if place.copied_from is None:
            kept = self._context.cut(place.slot, place.kept)
        else:
            kept = self._context.copy(place.copied_from, place.slot, place.kept)
        self._slots.cut(place.slot, kept)
        text.slot, text.read, text.kept = place.slot, kept, kept

    def _write(self, text: _Text, row: int) -> None:
        """Choose the token that follows, and hand on what it spells."""
        token = text.sampler.choose(self._context, row)
        text.written.append(token)
        weights = self._context.weights
        if weights.ends_text(token):
            self._finish(text, Finish.END)
            return
        said = text.spelling.add(weights.bytes_of(token))
        asked = text.request.log_probabilities
        sure = log_probability(self._context, row, token) if asked else None
        text.stream.put(Piece(said, token, sure))
        if text.spelling.stopped:
            self._finish(text, Finish.END)
        elif len(text.written) == text.request.limit:
            self._finish(text, Finish.LENGTH)

    def _finish(self, text: _Text, finish: Finish) -> None:
        end = Written(
            finish,
            text.spelling.end(),
            prompt_tokens=len(text.request.tokens),
            kept=text.kept,
            completion_tokens=len(text.written),
        )
        self._end(text, end)

    def _end(self, text: _Text, said: Written | BaseException) -> None:
        with self._changed:
            self._running.remove(text)
        if text.slot is not None:
            self._slots.give_back(text.slot)
        text.stream.put(said)

    def _drop_the_revoked(self) -> None:
        """Before each pass, whoever may not go on leaves: a stop costs nobody a token more."""
        for text in tuple(self._running):
            error = _revoked(text.request.permit)
            if error is not None or text.cancelled:
                self._end(text, error or _abandoned())
        with self._changed:
            waiting = self._waiting.everyone()
        for text in waiting:
            error = _revoked(text.request.permit)
            if error is not None and self._leave(text):
                text.stream.put(error)

    def _leave(self, text: _Text) -> bool:
        with self._changed:
            return self._waiting.leave(text.request.asker, text)

    def _lose(self, error: ModelUnavailableError) -> None:
        """A pass failed: what the slots hold is unknown, so every running text ends."""
        for text in tuple(self._running):
            self._end(text, error)
        self._context.clear()
        self._slots.forget()

    def _end_all(self, error: ModelUnavailableError) -> None:
        """The thread ends, in order or not: nobody is left waiting for it."""
        with self._changed:
            self._shut = True
            left = (*self._running, *self._waiting.everyone())
            self._running.clear()
        for text in left:
            text.stream.put(error)


def _slot(text: _Text) -> int:
    if text.slot is None:
        raise AssertionError("only a text that was placed is read")
    return text.slot


def _revoked(permit: Permit) -> Exception | None:
    try:
        permit.check()
    except Exception as error:  # noqa: BLE001  (raised again where the text is read)
        return error
    return None


def _abandoned() -> WritingRevokedError:
    return WritingRevokedError(Revocation.ABANDONED)
