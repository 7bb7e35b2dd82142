"""The life of a question: lease, screen, open, retrieve, screen, write, check, release, close.

Nothing leaves this file that is not sealed, and only the record seals.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from collections.abc import Collection as Several
from collections.abc import Generator as Steps
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial

from guardrails.chain import Guards
from guardrails.leaning import bears, leans
from guardrails.pii.vault import bare
from guardrails.sufficiency import still_answers
from guardrails.verdicts import Decision, SentenceVerdict, Support, Verdict, Violation
from models.budget import trim
from models.energy import Work
from models.errors import ModelBusyError, ModelsError, Revocation, WritingRevokedError
from models.metering import Share, Sharing
from models.ports import Generator, Prompt, Source, Writing
from models.quoting import highlights
from models.segmentation import SentenceStream
from models.wording import Wording
from server.access import Right, audience_of, check
from server.asking import AnswerPermit, Asking, Limits, Progress, Suspended
from server.audit.events import Event, EventKind, Json
from server.audit.log import AuditLog, Recording, SealedOutcome, SealedSentence
from server.conversations import Conversation, Conversations
from server.errors import ServerError
from server.lazy import Lazy
from server.outcomes import (
    Abstained,
    Answered,
    Citation,
    Failed,
    FailureCause,
    Outcome,
    Refused,
    Stopped,
)
from server.passages import Finder, Passages
from server.prompting import Prompting
from server.replaying import grounds_json
from server.retrieval import Found, Retrieval
from server.switch import UNREADABLE, Lease, StoppedError, Switch, SwitchState

Sealed = SealedSentence | SealedOutcome
Reply = Steps[SealedSentence, None, Outcome]
Holds = Callable[[Several[int]], bool]
"""Whether the passages of these numbers may still be shown to who asks."""
_OF_THE_PROMPT = Support(supported=False, score=0.0, missing=("prompt",))


@dataclass(frozen=True, slots=True)
class Engines:
    """The parts that cost seconds to make; the first question or the server's start makes them."""

    guards: Lazy[Guards]
    generator: Lazy[Generator]
    prompting: Lazy[Prompting]


@dataclass(frozen=True, slots=True)
class House:
    """What the company decided: who is suspended, what to do without the AI, the limits."""

    suspended: Suspended
    procedure: Wording
    limits: Limits
    power: Sharing | None = None  # the machine's counters of energy, where they can be read

    @property
    def energy(self) -> str:
        """How the energy of an answer is known: by which counters, "estimated" or "unknown"."""
        if self.limits.elsewhere:
            return "unknown"
        return "estimated" if self.power is None else "+".join(self.power.counters)


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers questions. Every part is a port or a value; wiring chooses which."""

    switch: Switch
    record: AuditLog
    retrieval: Retrieval
    engines: Engines
    conversations: Conversations
    house: House

    def answer(self, asking: Asking) -> Iterator[Sealed]:
        """Sealed sentences as they are released, then the sealed outcome, always last.

        Raises AccessDeniedError before anything happens, and RecordUnavailableError when the
        record cannot be written: then nothing more is shown.
        """
        check(asking.asker, Right.ASK)
        work = Work()
        with self._charged(work) as share:
            yield from self._answered(asking, Progress(work, share))

    def answer_whole(self, asking: Asking) -> tuple[list[SealedSentence], SealedOutcome]:
        """All of it at once, for whoever reads nothing before its end. Raises as `answer` does."""
        *sentences, last = self.answer(asking)
        if not isinstance(last, SealedOutcome):
            raise ServerError("The answer ended without an outcome.")
        return [one for one in sentences if isinstance(one, SealedSentence)], last

    def _charged(self, work: Work) -> AbstractContextManager[Share | None]:
        power = self.house.power
        return nullcontext() if power is None else power.share(work)

    def _answered(self, asking: Asking, progress: Progress) -> Iterator[Sealed]:
        lease = self.switch.require()
        conversation = self.conversations.of(asking.asker, asking.conversation)
        verdict = self.engines.guards.get().screen_question(
            asking.text, conversation.placeholders, asking.language, conversation.heard
        )
        progress.lap("screen")

        recording = self.record.open_answer(self._opening(asking, lease, verdict))
        self.conversations.remember(recording.record, asking.asker, conversation)
        answer = _Answer(self, asking, conversation, recording, progress)
        try:
            outcome = yield from answer.reply(lease, verdict)
        except GeneratorExit:
            recording.close(Failed(FailureCause.ABANDONED), progress.facts(self.house.limits))
            raise
        except Exception:  # the one broad except: whatever broke is on the record, then goes on
            recording.close(Failed(FailureCause.INTERNAL), progress.facts(self.house.limits))
            raise
        yield recording.close(outcome, progress.facts(self.house.limits))

    def _opening(self, asking: Asking, lease: Lease | SwitchState, verdict: Verdict) -> Event:
        facts: dict[str, Json] = {
            "charter": self.engines.guards.get().charter_version,
            "language": asking.language.value,
            "decision": verdict.decision.value,
            "redacted": dict(Counter(finding.kind for finding in verdict.findings)),
        }
        if isinstance(lease, Lease):
            generator, embedder = self.engines.generator.get(), self.retrieval.embedder.get()
            facts["prompt"] = self.engines.prompting.get().digest(asking.language)
            facts["generator"] = [generator.identity.name, generator.identity.digest]
            facts["embedder"] = [embedder.identity.name, embedder.identity.digest]
            if (reranker := self.retrieval.reranker) is not None:
                facts["reranker"] = [reranker.get().identity.name, reranker.get().identity.digest]
            if (entailment := self.engines.guards.get().entailment) is not None:
                facts["entailment"] = [entailment.name, entailment.digest]
        return Event(
            EventKind.ANSWER_OPENED,
            "",
            asking.asker.pseudonym,
            facts,
            {
                "question": bare(verdict.text),
                **grounds_json(verdict, self.engines.guards.get().charter_version),
            },
            owner=asking.asker.pseudonym,
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that makes sense alone: whether it leans on one before, what the charter said."""

    question: str
    leans: bool
    remarks: tuple[Violation, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """One answer on its way, from an open record to an outcome."""

    desk: Answering
    asking: Asking
    conversation: Conversation
    recording: Recording
    progress: Progress

    def reply(self, lease: Lease | SwitchState, verdict: Verdict) -> Reply:
        self.progress.violated(verdict.violations)
        if verdict.refused:
            return Refused(verdict.violations)
        question = self.conversation.whole(verdict.text, self.asking.language)
        if isinstance(lease, SwitchState):
            return self._without_ai(lease, question)
        try:
            asked = _Asked(question, leans=question != verdict.text, remarks=_remarks(verdict))
            return (yield from self._with_ai(lease, asked))
        except WritingRevokedError as revoked:
            return self._revoked(revoked, question)
        except ModelBusyError:
            return Failed(FailureCause.BUSY)
        except ModelsError as error:
            self.progress.failed(error)
            return Failed(FailureCause.MODEL)

    def _with_ai(self, lease: Lease, asked: _Asked) -> Reply:
        limits = self.desk.house.limits
        permit = AnswerPermit(
            lease,
            self.asking,
            self.desk.house.suspended,
            time.monotonic() + limits.deadline_s,
            self.progress.work,
        )

        ground = self.desk.retrieval.ground(audience_of(self.asking.asker))
        found = self._found(asked.question)
        self.progress.lap("retrieve")
        passages = self._passages(found)
        self.progress.lap("passages")
        self.progress.weighed(found.likelihood)
        # One that leans on another question holds the words of both: no passage has them all.
        if not found.relevant and not asked.leans:
            return Abstained(
                passages.shown, asked.remarks, relevant=False, understood=passages.understood
            )
        sources = [Source(one.n, one.title, one.quote) for one in passages.shown]
        prompting = self.desk.engines.prompting.get()
        prompt = prompting.prompt(asked.question, sources, self.asking.language)
        prompt = replace(prompt, asker=self.asking.asker.pseudonym)
        permit.check()

        writing = self.desk.engines.generator.get().write(self._in_time(prompt), permit)
        holds = partial(ground.holds, found.hits)
        broken = yield from self._released(writing, prompt, permit, holds)
        if broken is not None:
            return broken
        standing = tuple(one for one in passages.shown if holds((one.n,)))
        outcome = self._outcome(standing, asked.question)
        return replace(outcome, remarks=asked.remarks, understood=passages.understood)

    def _in_time(self, prompt: Prompt) -> Prompt:
        """As much of it as can be read before a first sentence is due; answers are checked by all.

        What is left out is on the record.
        """
        tokens = self.desk.house.limits.prompt_tokens
        if tokens is None:
            return prompt
        trimmed = trim(prompt, tokens)
        self.progress.trimmed(trimmed.shortened, tokens)
        return trimmed.prompt

    def _released(
        self, writing: Writing, prompt: Prompt, permit: AnswerPermit, holds: Holds
    ) -> Steps[SealedSentence, None, Refused | Failed | None]:
        """Each sentence once it is checked and on the record; at the end, what broke the answer.

        One that leans on a sentence withheld just before it is withheld as well: "sauf ce jour-là"
        would be said of something else.
        """
        gap = False
        for written in self._sentences(writing):
            permit.check()
            sentence = written.replace(prompt.mark, "")
            checked = self._checked(sentence, prompt)
            if isinstance(checked, Refused):
                return checked
            leaning = leans(sentence, self.asking.language)
            if not checked.released or (gap and leaning):
                self.progress.withhold(checked)
                gap = bears(sentence) or (gap and leaning)
                continue
            gap = False
            permit.check()
            if not holds(checked.cited):
                return Failed(FailureCause.WITHDRAWN)
            sealed = self._release(checked)
            # A stop, or a withdrawal, while it was being written: on the record, and not shown.
            permit.check()
            if not holds(checked.cited):
                return Failed(FailureCause.WITHDRAWN)
            yield sealed
        shown = {n for sentence in self.progress.released for n in sentence.cited}
        return None if holds(shown) else Failed(FailureCause.WITHDRAWN)

    def _without_ai(
        self, state: SwitchState, question: str, *, interrupted: bool = False
    ) -> Stopped:
        """What the asker may read, who answers for it, and how work goes on."""
        passages = self._passages(self._found(question))
        return Stopped(
            state.mode,
            state.reason,
            passages.shown,
            self.desk.house.procedure.spoken(self.asking.language),
            self.desk.retrieval.contacts(passages.shown),
            interrupted,
            passages.understood,
        )

    def _passages(self, found: Found) -> Passages:
        passages = self._finder().screen(found)
        self.progress.found(passages.shown)
        return passages

    def _found(self, question: str) -> Found:
        return self._finder().find(question, self.desk.house.limits.passages)

    def _finder(self) -> Finder:
        guards = self.desk.engines.guards.get()
        return Finder(self.desk.retrieval, guards, self.asking, self.conversation)

    def _sentences(self, writing: Writing) -> Iterator[str]:
        """Whole sentences; the model's usage goes to the facts when the text has ended."""
        stream = SentenceStream()
        try:
            while True:
                piece = next(writing)
                self.progress.token()
                yield from stream.feed(piece)
        except StopIteration as end:
            self.progress.used(end.value)
        finally:
            writing.close()
        yield from stream.close()

    def _checked(self, sentence: str, prompt: Prompt) -> SentenceVerdict | Refused:
        """The sentence alone, then the answer as it would read with it: nothing is taken back."""
        guards = self.desk.engines.guards.get()
        checked = guards.check_sentence(
            sentence,
            prompt.sources,
            self.conversation.placeholders,
            self.asking.language,
            self.progress.kept,
        )
        if checked.released and self.desk.engines.prompting.get().tells(sentence, prompt):
            checked = replace(checked, support=_OF_THE_PROMPT)
        if not checked.released:
            return checked
        whole = guards.check_answer(
            self.progress.text_with(checked.verdict.text), self.asking.language
        )
        if whole.refused:
            self.progress.violated(whole.violations)
            return Refused(whole.violations)
        return checked

    def _release(self, checked: SentenceVerdict) -> SealedSentence:
        sealed = self.recording.release(
            bare(checked.verdict.text), checked.cited, {"support": round(checked.support.score, 3)}
        )
        self.progress.release(sealed)
        return sealed

    def _outcome(self, passages: tuple[Citation, ...], question: str) -> Answered | Abstained:
        released = self.progress.released
        left = [sentence.text for sentence in released]
        if not left:
            return Abstained(passages)
        if not still_answers(question, left, self.progress.withheld, self.asking.language):
            return Abstained(passages, partial=True)
        cited = {n for sentence in released for n in sentence.cited}
        return Answered(
            " ".join(left),
            tuple(self._marked(passage) for passage in passages if passage.n in cited),
            self.desk.engines.generator.get().identity.name,
        )

    def _marked(self, passage: Citation) -> Citation:
        """With what its sentences rest on marked in it, rather than what the question asks."""
        said = (one.text for one in self.progress.released if passage.n in one.cited)
        (marked,) = highlights(" ".join(said), [passage.quote], self.asking.language)
        return replace(passage, highlights=marked or passage.highlights)

    def _revoked(self, revoked: WritingRevokedError, question: str) -> Outcome:
        match revoked.reason:
            case Revocation.STOPPED:
                said = revoked.state if isinstance(revoked, StoppedError) else UNREADABLE
                return self._without_ai(said, question, interrupted=True)
            case Revocation.DEADLINE:
                return Failed(FailureCause.DEADLINE)
            case Revocation.ABANDONED:
                return Failed(FailureCause.ABANDONED)
            case Revocation.SUSPENDED:
                return Failed(FailureCause.SUSPENDED)


def _remarks(verdict: Verdict) -> tuple[Violation, ...]:
    """What the charter has said beside an answer that it restricts."""
    return tuple(one for one in verdict.violations if one.decision is Decision.ANSWER_RESTRICTED)
