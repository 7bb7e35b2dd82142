"""Which of several model servers writes an answer: one that is up, and the least busy."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

from models.admission import Admission
from models.errors import ModelUnavailableError
from models.openai_http.endpoint import Endpoint
from models.openai_http.wire import TICK_S


@dataclass(eq=False, slots=True)
class Post:
    """A server on duty. One that failed rests, and is doubted until it has answered again."""

    endpoint: Endpoint
    running: int = 0
    rests_until: float = 0.0  # time.monotonic(), seconds
    doubted: bool = False


@dataclass(eq=False, slots=True)
class Turn:
    """A place in the waiting room, then at a post."""

    asker: str
    post: Post | None = None


class Fleet:
    """At most `each` answers at once on each server; others wait, few enough, askers in turn."""

    def __init__(
        self, endpoints: Sequence[Endpoint], each: int, waiting: int, rest_s: float
    ) -> None:
        self._posts = [Post(endpoint) for endpoint in endpoints]
        self._each = each
        self._rest_s = rest_s
        self._waiting: Admission[Turn] = Admission(each * len(endpoints) + waiting)
        self._changed = Condition()

    @contextmanager
    def turn(self, asker: str, watch: Callable[[], None]) -> Iterator[Turn]:
        """A turn, given back at the end. `watch` is asked while it waits.

        Raises ModelBusyError when too many wait, ModelUnavailableError when no server is up.
        """
        turn = Turn(asker)
        with self._changed:
            self._check_up()
            self._waiting.enter(asker, turn, running=sum(post.running for post in self._posts))
        try:
            self._wait(turn, watch)
            yield turn
        finally:
            with self._changed:
                self._leave(turn)

    def post_of(self, turn: Turn) -> Post:
        """Where a turn stands. Raises LookupError for one that waits."""
        if turn.post is None:
            raise LookupError("the turn still waits")
        return turn.post

    def absent(self, endpoints: Iterable[Endpoint]) -> None:
        """Those that did not answer at the start: what they serve is not known yet."""
        missing = {endpoint.name for endpoint in endpoints}
        for post in self._posts:
            if post.endpoint.name in missing:
                self.failed(post)

    def failed(self, post: Post) -> None:
        """It could not be connected to: leave it alone for a while."""
        with self._changed:
            post.rests_until, post.doubted = time.monotonic() + self._rest_s, True

    def doubt(self, post: Post) -> None:
        """It broke an answer: whoever comes next asks it first whether it is well."""
        with self._changed:
            post.doubted = True

    def trust(self, post: Post) -> None:
        with self._changed:
            post.rests_until, post.doubted = 0.0, False

    def moved(self, turn: Turn, tried: Collection[Post]) -> Post:
        """A post that was not tried, for a turn whose own failed.

        Raises ModelUnavailableError when none is left.
        """
        with self._changed:
            others = [post for post in self._up() if post not in tried]
            if not others:
                raise self._nobody()
            self.post_of(turn).running -= 1
            turn.post = min(others, key=lambda post: post.running)
            turn.post.running += 1
            self._changed.notify_all()
            return turn.post

    def _wait(self, turn: Turn, watch: Callable[[], None]) -> None:
        while True:
            watch()
            with self._changed:
                self._assign()
                if turn.post is not None:
                    return
                self._check_up()
                self._changed.wait(TICK_S)

    def _assign(self) -> None:
        """Whoever's turn it is goes to the least busy server, as long as one has room."""
        while free := [post for post in self._up() if post.running < self._each]:
            turn = self._waiting.next()
            if turn is None:
                return
            turn.post = min(free, key=lambda post: post.running)
            turn.post.running += 1
            self._changed.notify_all()

    def _leave(self, turn: Turn) -> None:
        if turn.post is None:
            self._waiting.leave(turn.asker, turn)
            return
        turn.post.running -= 1
        self._changed.notify_all()

    def _up(self) -> list[Post]:
        now = time.monotonic()
        return [post for post in self._posts if post.rests_until <= now]

    def _check_up(self) -> None:
        if not self._up():
            raise self._nobody()

    def _nobody(self) -> ModelUnavailableError:
        names = ", ".join(post.endpoint.name for post in self._posts)
        return ModelUnavailableError(f"No model server can be reached: {names}.")
