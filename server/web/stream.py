"""The one bridge from answers, which are written in threads, to the web, which waits for none."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor

from starlette.requests import Request

from models.errors import ModelBusyError
from server.answering import Answering, Sealed
from server.asking import Asking

Reading = AsyncGenerator[Sealed, None]
_HandOver = Callable[[Sealed | None], None]


class AnswerStreams:
    """Answers being written, each in a thread of its own, at most `places` at a time.

    The threads belong to answers alone: a stop, a page or a health check never waits for one.
    """

    def __init__(self, answering: Answering, places: int) -> None:
        self._answering = answering
        self._places = places
        self._threads = ThreadPoolExecutor(places, thread_name_prefix="answer")
        self._running: dict[asyncio.Future[None], Asking] = {}

    async def begin(self, request: Request, asking: Asking) -> Reading:
        """The answer's parts as they are sealed, the first one being there already.

        Raises ModelBusyError at once when every place is taken, and whatever the answer raises
        before its first part: a status can still be chosen then.
        """
        if len(self._running) >= self._places:
            raise ModelBusyError("Every place for an answer is taken.")
        reading = self._read(request, asking)
        return _resumed(await anext(reading), reading)

    async def finish(self) -> None:
        """Tell every answer that nobody reads any more, and wait until each is closed."""
        for asking in self._running.values():
            asking.abandoned.set()
        if self._running:
            await asyncio.wait(self._running)
        self._threads.shutdown()

    async def _read(self, request: Request, asking: Asking) -> Reading:
        # The queue needs no bound of its own: an answer is short, and waiting for a slow reader
        # would hold the model. What is bounded is how many answers there are.
        arriving: asyncio.Queue[Sealed | None] = asyncio.Queue()
        work = self._start(asking, arriving)
        watch = asyncio.create_task(_watch(request, asking))
        try:
            while (sealed := await arriving.get()) is not None:
                yield sealed
            await asyncio.shield(work)  # raises what broke the answer
        finally:
            watch.cancel()
            # Whoever leaves early ends the writing; the thread goes on until the record is closed.
            asking.abandoned.set()

    def _start(
        self, asking: Asking, arriving: asyncio.Queue[Sealed | None]
    ) -> asyncio.Future[None]:
        loop = asyncio.get_running_loop()

        def hand_over(sealed: Sealed | None) -> None:
            loop.call_soon_threadsafe(arriving.put_nowait, sealed)

        work = loop.run_in_executor(self._threads, self._write, asking, hand_over)
        self._running[work] = asking
        work.add_done_callback(self._ended)
        return work

    def _write(self, asking: Asking, hand_over: _HandOver) -> None:
        try:
            for sealed in self._answering.answer(asking):
                hand_over(sealed)
        finally:
            hand_over(None)

    def _ended(self, work: asyncio.Future[None]) -> None:
        del self._running[work]
        if not work.cancelled():
            work.exception()  # seen: the record holds it, and a reader that is gone needs no log


async def _resumed(first: Sealed, rest: Reading) -> Reading:
    async with contextlib.aclosing(rest):
        yield first
        async for sealed in rest:
            yield sealed


async def _watch(request: Request, asking: Asking) -> None:
    """Mark the asking as abandoned as soon as its client goes away."""
    while (await request.receive())["type"] != "http.disconnect":
        continue
    asking.abandoned.set()
