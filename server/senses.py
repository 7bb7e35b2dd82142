"""What a charter senses beyond its words, in this house: nearness and a judge, with the AI on."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Self

from guardrails.charter import Charter, Senses
from guardrails.charter.judging import GeneratorJudge
from guardrails.charter.nearest import NearestExamples
from models.errors import Revocation, WritingRevokedError
from models.ports import Embedder, Generator, Permit
from server.lazy import Lazy
from server.outcomes import Mode
from server.switch import StoppedError, Switch

JUDGE_S = 3.0
"""How long the judge may take; then the clause's `on_error` decides."""


@dataclass(frozen=True, slots=True)
class JudgePermit(Permit):
    """Asked at each token: is the AI on, is there time left?"""

    switch: Switch
    deadline: float  # time.monotonic(), seconds

    @classmethod
    def now(cls, switch: Switch) -> Self:
        permit = cls(switch, time.monotonic() + JUDGE_S)
        permit.check()
        return permit

    def check(self) -> None:
        state = self.switch.state()
        if state.mode is not Mode.ON:
            raise StoppedError(state)
        if time.monotonic() > self.deadline:
            raise WritingRevokedError(Revocation.DEADLINE)


def senses_of(
    charter: Charter, embedder: Lazy[Embedder], generator: Lazy[Generator], switch: Switch
) -> Senses:
    """Only what the charter asks for: no embedder without examples, no judge without a band."""
    detectors = (NearestExamples(charter, embedder.get()),) if charter.likenesses else ()
    if not any(clause.grey_band for clause in charter.clauses):
        return Senses(detectors)
    return Senses(detectors, GeneratorJudge(generator.get(), lambda: JudgePermit.now(switch)))
