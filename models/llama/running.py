"""One text on its way through the engine: what was asked, what was written, how it ended."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from queue import SimpleQueue

from models.llama.sampling import Sampling
from models.ports import Finish, Permit


@dataclass(frozen=True, slots=True)
class Request:
    """Tokens to continue by at most `limit` tokens. `asker` is whose turn it costs.

    With `drafts`, what it quotes is written several tokens at a time; the text is the same. The
    first `shared` tokens begin other prompts too, and hold nothing of this one's.
    """

    tokens: tuple[int, ...]
    limit: int
    permit: Permit
    sampling: Sampling = field(default_factory=Sampling)
    stops: tuple[str, ...] = ()
    asker: str = ""
    log_probabilities: bool = False
    drafts: bool = True
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """What one token added: often a syllable, sometimes nothing yet."""

    text: str
    token: int
    log_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The end of a text: `rest` was held back until now, `kept` tokens were not read again.

    Of the tokens written, `foretold` came for free: drafted, and right. `work_s` is its share of
    the CPU seconds of the passes that it was in.
    """

    finish: Finish
    rest: str
    prompt_tokens: int
    kept: int
    completion_tokens: int
    drafted: int
    foretold: int
    work_s: float


class Stream:
    """The reader's end of one text. Iterating gives pieces; `written` is there afterwards."""

    def __init__(self, request: Request, cancel: Callable[[], None]) -> None:
        self._request = request
        self._cancel = cancel
        self._queue: SimpleQueue[Piece | Written | BaseException] = SimpleQueue()
        self._written: Written | None = None

    @property
    def written(self) -> Written:
        """Raises LookupError before the text is over."""
        if self._written is None:
            raise LookupError("the text is not over")
        return self._written

    def __iter__(self) -> Generator[Piece]:
        """Raises whatever ended the text before its time.

        The permit is checked before each piece. Leaving the loop early cancels the text.
        """
        try:
            while True:
                said = self._queue.get()
                self._request.permit.check()
                match said:
                    case Written():
                        self._written = said
                        return
                    case Piece():
                        yield said
                    case BaseException():
                        raise said
        finally:
            if self._written is None:
                self._cancel()

    def put(self, said: Piece | Written | BaseException) -> None:
        """For the engine: hand something to the reader."""
        self._queue.put(said)
