"""The engine: one thread that writes many texts at once over one model.

Requests join and leave the running batch at any token (continuous batching: Yu et al., Orca,
OSDI 2022). A pass that writes a token of every text is followed by one that reads a chunk of the
first prompt that waits, sized so that nobody's next token waits long for it. Together in one pass
they would cost the same: llama.cpp takes sequences of unequal lengths apart.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable

from models.admission import Admission
from models.errors import (
    ModelBusyError,
    ModelUnavailableError,
)
from models.llama.beginnings import Beginnings
from models.llama.context import Context, Feed
from models.llama.drafting import Lookup, Stakes
from models.llama.effort import Effort
from models.llama.pace import Pace
from models.llama.running import Piece, Request, Stream, Written
from models.llama.sampling import log_probability, sampler_of
from models.llama.slots import Slots
from models.llama.spelling import Spelling
from models.llama.texts import Text
from models.ports import Charged, Finish, Load

Seconds = Callable[[], float]
_LAST_PASS_S = 10.0  # how long the end of the process waits for a pass to be over


class Engine:
    """Continuous batching over a context, which nobody else may touch until `close`."""

    def __init__(
        self,
        context: Context,
        waiting: int,
        seconds: Seconds = time.perf_counter,
        beginnings: Beginnings | None = None,
        effort: Effort | None = None,
    ) -> None:
        self._context = context
        self._slots = Slots(context.slots)
        self._pace = Pace(context.batch)
        self._stakes = Stakes()
        self._effort = effort or Effort(context.threads)
        self._seconds = seconds
        self._waiting: Admission[Text] = Admission(context.slots + waiting)
        self._running: list[Text] = []  # in order of admission; only the thread touches it
        self._changed = threading.Condition()
        self._shut = False
        self._beginnings = beginnings or Beginnings()
        self._beginnings.restore(context, self._slots)
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
        drafts = request.drafts and self._context.rewinds
        lookup = Lookup(request.tokens) if drafts else None
        charged = request.permit if isinstance(request.permit, Charged) else None
        text = Text(request, stream, sampler, Spelling(request.stops), lookup, charged)
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
        return Load(
            waiting=waiting,
            reading=len(running) - writing,
            writing=writing,
            free=self._context.slots - len(running),
            memory_mb=self._context.memory_mb,
            weights_mb=self._context.weights.memory_mb,
            kv_cache=self._context.cache,
            flash_attention=self._context.flash,
        )

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

    def _cancel(self, text: Text) -> None:
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
        """The next token of every text that writes, and a chunk of the first that is read."""
        self._drop_the_revoked()
        try:
            writing = self._write_all()
            self._read_some(writing)
        except ModelUnavailableError as error:
            self._lose(error)

    def _write_all(self) -> int:
        """How many texts wrote their next tokens."""
        texts = [text for text in self._running if text.writes]
        if not texts:
            return 0
        began = self._seconds()
        drafts = [text.draft() for text in texts]
        length = self._length(texts, drafts)
        feeds = [text.next(draft, length) for text, draft in zip(texts, drafts, strict=True)]
        rows = self._decode(texts, feeds)
        for text, feed, answers in zip(texts, feeds, rows, strict=True):
            self._verify(text, feed, answers)
        seconds = self._seconds() - began
        self._stakes.took(len(texts), length, seconds)
        if length == 1:
            self._pace.wrote(len(texts), seconds)
        return len(texts)

    def _decode(self, texts: list[Text], feeds: list[Feed]) -> list[list[int]]:
        """One pass, at the expense of the texts in it: each has as many rows as another."""
        self._effort.begin()
        rows = self._context.decode(feeds)
        share = self._effort.end() / len(texts)
        for text in texts:
            text.charge(share)
        return rows

    def _length(self, texts: list[Text], drafts: list[list[int]]) -> int:
        """How many tokens of each text are read at once: 1 where drafts do not pay."""
        if not any(drafts):
            return 1
        room = self._context.tokens - max(text.held for text in texts)
        chances = [text.chance(draft) for text, draft in zip(texts, drafts, strict=True)]
        return self._stakes.length(chances, min(room, self._context.batch // len(texts)))

    def _verify(self, text: Text, feed: Feed, rows: list[int]) -> None:
        """Choose what follows each token read, for as long as that is what was drafted.

        Chosen with the text's own sampler, in order, it is what would have been chosen without.
        """
        right = 0
        for row, draft in zip(rows, (*feed.tokens[1:], None), strict=True):
            right += 1
            if self._write(text, row) != draft or text.over:
                break
        text.drafted += len(feed.tokens) - 1
        text.foretold += right - 1
        self._slots.add(feed.slot, feed.tokens[:right])
        if right < len(feed.tokens):
            self._context.cut(feed.slot, feed.start + right)

    def _read_some(self, writing: int) -> None:
        unread = [text for text in self._running if not text.writes]
        if not unread:
            return
        text = unread[0]
        if text.slot is None:
            self._place(text)
        feed = text.chunk(self._pace.chunk(writing, len(unread)))
        began = self._seconds()
        (rows,) = self._decode([text], [feed])
        if writing:
            self._pace.read(len(feed.tokens), self._seconds() - began)
        self._slots.add(feed.slot, feed.tokens)
        text.read += len(feed.tokens)
        if text.read == text.request.shared:
            self._beginnings.read(self._context, text.place, text.beginning)
        for row in rows:
            self._write(text, row)

    def _place(self, text: Text) -> None:
        """Give a text its slot only now, when whoever came before may have read its beginning."""
        place = self._slots.take(text.request.tokens)
        if place.copied_from is None:
            kept = self._context.cut(place.slot, place.kept)
        else:
            kept = self._context.copy(place.copied_from, place.slot, place.kept)
        self._slots.cut(place.slot, kept)
        text.slot, text.read, text.kept = place.slot, kept, kept

    def _write(self, text: Text, row: int) -> int:
        """Choose the token that follows, and hand on what it spells."""
        token = text.sampler.choose(self._context, row)
        text.add(token)
        weights = self._context.weights
        if weights.ends_text(token):
            self._end(text, text.ended(Finish.END))
            return token
        said = text.spelling.add(weights.bytes_of(token))
        asked = text.request.log_probabilities
        sure = log_probability(self._context, row, token) if asked else None
        text.stream.put(Piece(said, token, sure))
        if text.spelling.stopped:
            self._end(text, text.ended(Finish.END))
        elif len(text.written) == text.request.limit:
            self._end(text, text.ended(Finish.LENGTH))
        return token

    def _end(self, text: Text, said: Written | BaseException) -> None:
        text.over = True
        with self._changed:
            self._running.remove(text)
        if text.slot is not None:
            self._slots.give_back(text.slot)
        text.stream.put(said)

    def _drop_the_revoked(self) -> None:
        """Before each pass, whoever may not go on leaves: a stop costs nobody a token more."""
        for text in tuple(self._running):
            error = text.why_not()
            if error is not None:
                self._end(text, error)
        with self._changed:
            waiting = self._waiting.everyone()
        for text in waiting:
            error = text.why_not()
            if error is not None and self._leave(text):
                text.stream.put(error)

    def _leave(self, text: Text) -> bool:
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
