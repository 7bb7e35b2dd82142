"""A request inside the engine: what was read of it, what was written, what may come next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.errors import Revocation, WritingRevokedError
from models.llama.context import Feed
from models.llama.drafting import MOST, Chance, Lookup
from models.llama.running import Request, Stream, Written
from models.llama.sampling import Sampler
from models.llama.spelling import Spelling
from models.ports import Charged, Finish


@dataclass(eq=False, slots=True)
class Text:
    """`slot` is None while it waits to be read; `lookup` where no drafts are wanted."""

    request: Request
    stream: Stream
    sampler: Sampler
    spelling: Spelling
    lookup: Lookup | None = None
    charged: Charged | None = None  # who hears of its share of each pass, if anyone does
    slot: int | None = None
    read: int = 0  # tokens of the prompt that its slot holds
    kept: int = 0  # of those, how many were there before
    written: list[int] = field(default_factory=list)
    drafted: int = 0  # tokens that were verified
    foretold: int = 0  # of those, how many were right
    cancelled: bool = False
    over: bool = False
    work_s: float = 0.0

    @property
    def writes(self) -> bool:
        return self.read == len(self.request.tokens)

    @property
    def held(self) -> int:
        """Tokens that its slot holds while it writes: all but the last one."""
        return len(self.request.tokens) + len(self.written) - 1

    @property
    def place(self) -> int:
        if self.slot is None:
            raise AssertionError("only a text that was placed is read")
        return self.slot

    def draft(self) -> list[int]:
        return self.lookup.draft(MOST) if self.lookup else []

    def chance(self, draft: Sequence[int]) -> Chance:
        return Chance(self.lookup.sure if self.lookup else 0.0, len(draft))

    @property
    def beginning(self) -> tuple[int, ...]:
        """What its prompt shares with others."""
        return self.request.tokens[: self.request.shared]

    def chunk(self, size: int) -> Feed:
        """What is read next of its prompt: up to the end of what it shares, then the rest."""
        left = self.request.shared - self.read
        size = min(size, left) if left > 0 else size
        tokens = self.request.tokens[self.read : self.read + size]
        last = self.read + len(tokens) == len(self.request.tokens)
        return Feed(self.place, self.read, tokens, answers=int(last))

    def next(self, draft: Sequence[int], length: int) -> Feed:
        """Its last token and a draft, filled up with what nobody expects to be right."""
        drafts = [*draft, *[0] * length][: length - 1]
        return Feed(self.place, self.held, [self.written[-1], *drafts], answers=length)

    def add(self, token: int) -> None:
        self.written.append(token)
        if self.lookup:
            self.lookup.add(token)

    def charge(self, cpu_s: float) -> None:
        """Its share of a pass."""
        self.work_s += cpu_s
        if self.charged is not None:
            self.charged.charge(cpu_s)

    def ended(self, finish: Finish) -> Written:
        return Written(
            finish,
            self.spelling.end(),
            prompt_tokens=len(self.request.tokens),
            kept=self.kept,
            completion_tokens=len(self.written),
            drafted=self.drafted,
            foretold=self.foretold,
            work_s=self.work_s,
        )

    def why_not(self) -> Exception | None:
        """Why it may not go on."""
        try:
            self.request.permit.check()
        except Exception as error:  # noqa: BLE001  (raised again where the text is read)
            return error
        return WritingRevokedError(Revocation.ABANDONED) if self.cancelled else None
