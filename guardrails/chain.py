"""The guards, in the order in which a question, its passages and its answer meet them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from guardrails import built_in, egress, form, grounding, injection, masking
from guardrails.charter.cascade import Cascade, Senses
from guardrails.charter.rules import Charter, strictest
from guardrails.errors import CharterError
from guardrails.grounding import CITATION
from guardrails.masking import NOTHING_KEPT, Kept, Masking
from guardrails.pii.placeholders import Placeholders
from guardrails.pii.policy import AS_USUAL, NOTHING_CLEAR, Clear, Policy, Treatment
from guardrails.pii.ports import PersonalData
from guardrails.text import Rewritten
from guardrails.verdicts import (
    Decision,
    Finding,
    SentenceVerdict,
    Stage,
    Support,
    Verdict,
    Violation,
)
from models.ports import Entailment, Language, ModelIdentity, Source

_UNSUPPORTED = Support(supported=False, score=0.0, missing=("citation",))


class Guards:
    """Every guard of the house. Positions in verdicts are in characters of the text as given.

    Fail closed: whatever a guard raises goes through to the caller, who then shows nothing. A
    verdict exists only when every guard has read its text to the end.
    """

    def __init__(
        self,
        personal_data: PersonalData,
        charter: Charter,
        senses: Senses | None = None,
        entailment: Entailment | None = None,
    ) -> None:
        """`entailment` may take support back that the rules gave, and never gives any."""
        self._masking = Masking(personal_data)
        self._charter = charter
        self._cascade = Cascade(charter, senses or Senses())
        self._entailment = entailment

    @property
    def charter_version(self) -> str:
        """The exact charter in force: name, version and digest."""
        return self._charter.reference

    @property
    def entailment(self) -> ModelIdentity | None:
        """The model that confirms support, where there is one."""
        return self._entailment.identity if self._entailment else None

    def screen_question(
        self,
        text: str,
        placeholders: Placeholders,
        language: Language,
        heard: Sequence[str] = (),
    ) -> Verdict:
        """A question of the wrong form leaves no text: nobody knows what would be in it.

        `heard` are sentences of earlier turns: the charter reads what is split over turns.
        """
        if faults := form.faults(text):
            refusal = built_in.violation(built_in.FORM, Stage.QUESTION, Decision.REFUSE, faults)
            return Verdict(Decision.REFUSE, "", (), (refusal,))
        orders = injection.orders(text)
        against = [one for one in orders if one.certain and one.family in injection.AGAINST_US]
        found = self._masking.found(text, language)
        masked, findings = masking.hidden(Rewritten(text, ()), found, placeholders, typed=True)
        ruling = self._cascade.rule(masked.text, Stage.QUESTION, heard)
        violations = [
            *_against(against, orders, Stage.QUESTION, Decision.REFUSE),
            *ruling.violations,
        ]
        verdict = _verdict(masked.text, (*findings, *_findings(against)), violations)
        return replace(verdict, grounds=ruling.grounds)

    def screen_use(self, text: str, use: str, language: Language) -> Verdict:
        """A question within a declared use: what the use does not allow is refused.

        Raises CharterError for a use that the charter does not declare.
        """
        declared = self._charter.use_case(use)
        if declared is None:
            raise CharterError(f"The charter declares no use called {use!r}.")
        asked = self.screen_question(text, Placeholders.fresh(), language)
        ruling = self._cascade.rule(asked.text, Stage.QUESTION, use=declared)
        found = [one for one in ruling.violations if one not in asked.violations]
        verdict = _verdict(asked.text, asked.findings, [*asked.violations, *found])
        return replace(verdict, grounds=ruling.grounds)

    def screen_passages(
        self,
        texts: Sequence[str],
        placeholders: Placeholders,
        language: Language,
        policy: Policy = AS_USUAL,
    ) -> tuple[Verdict, ...]:
        """In the order given: orders give way to a marker, personal data as the policy says."""
        return tuple(self._screen_passage(text, placeholders, language, policy) for text in texts)

    def _screen_passage(
        self,
        text: str,
        placeholders: Placeholders,
        language: Language,
        policy: Policy = AS_USUAL,
    ) -> Verdict:
        orders = injection.in_passage(text, language)
        against = [one for one in orders if one.certain]
        left = injection.neutralised(text, against)
        found = self._masking.found(left.text, language, backwards=True)
        kept = [one for one in found if policy.of(one.kind) is Treatment.KEEP]
        nameless = {one.kind for one in found if policy.of(one.kind) is Treatment.MASK}
        hidden = [one for one in found if one not in kept]
        masked, findings = masking.hidden(left, hidden, placeholders, nameless=nameless)
        violations = [
            *_against(against, orders, Stage.DOCUMENT, Decision.REDACT),
            *self._cascade.rule(masked.text, Stage.DOCUMENT).violations,
        ]
        verdict = _verdict(masked.text, (*findings, *_findings(against)), violations)
        return replace(verdict, kept=tuple(masking.traced(one, left) for one in kept))

    def check_sentence(
        self,
        sentence: str,
        sources: Sequence[Source],
        placeholders: Placeholders,
        language: Language,
        kept: Kept = NOTHING_KEPT,
    ) -> SentenceVerdict:
        """What may be shown of a sentence of an answer, and whether its cited sources carry it.

        `sources` are as the model read them; `kept` are the kinds of personal data that stand in
        clear in them, by their numbers: only what a cited one says may be said. A sentence that
        cites nothing, or a number that no source has, is not supported.
        """
        numbers = _cited(sentence)
        texts = [source.text for source in sources if source.n in numbers]
        known = {source.n for source in sources}.issuperset(numbers)
        clear = self._masking.clear([one for one in sources if one.n in numbers], language, kept)
        verdict = self._screen_said(sentence, texts, placeholders, language, clear)
        support = _UNSUPPORTED
        if numbers and known:
            if verdict.findings:  # compare masked with masked, where sources came unmasked
                texts = [self._masking.all_but(clear, one, placeholders, language) for one in texts]
            support = grounding.support(verdict.text, texts, language)
            if self._entailment is not None:
                support = grounding.confirmed(support, verdict.text, texts, self._entailment)
        return SentenceVerdict(verdict, support, numbers)

    def check_answer(self, text: str, language: Language) -> Verdict:
        """What only shows when the sentences are read together; the text is left as it is."""
        del language  # the charter's words are of both languages
        return _verdict(text, (), self._cascade.rule(text, Stage.ANSWER).violations)

    def mask(self, text: str, language: Language) -> str:
        """A text of no conversation without its personal data; nothing else is judged."""
        return self.masked(text, language).text

    def masked(self, text: str, language: Language) -> Verdict:
        """The same, with what was found."""
        found = self._masking.found(text, language)
        left, findings = masking.hidden(Rewritten(text, ()), found, Placeholders.fresh())
        return _verdict(left.text, findings, ())

    def screen(self, text: str, stage: Stage, language: Language) -> Verdict:
        """One text on its own, without a conversation and, for an answer, without sources."""
        placeholders = Placeholders.fresh()
        match stage:
            case Stage.QUESTION:
                return self.screen_question(text, placeholders, language)
            case Stage.DOCUMENT:
                return self._screen_passage(text, placeholders, language)
            case Stage.SENTENCE:
                return self._screen_said(text, (), placeholders, language)
            case Stage.ANSWER:
                said = self._screen_said(text, (), placeholders, language)
                whole = self.check_answer(said.text, language)
                return _verdict(said.text, said.findings, (*said.violations, *whole.violations))

    def _screen_said(
        self,
        text: str,
        sources: Sequence[str],
        placeholders: Placeholders,
        language: Language,
        clear: Clear = NOTHING_CLEAR,
    ) -> Verdict:
        bare = egress.without_markup(text)
        found = self._masking.found_but(clear, bare.text, language)
        masked, findings = masking.hidden(bare, found, placeholders)
        left, violations = egress.without_foreign_links(masked, sources, Stage.SENTENCE)
        decided = self._cascade.rule(left.text, Stage.SENTENCE).violations
        return _verdict(left.text, findings, (*violations, *decided))


def _cited(sentence: str) -> tuple[int, ...]:
    """The numbers in brackets, each once, in order of appearance."""
    numbers = (
        int(n) for group in CITATION.findall(sentence) for n in group.replace(";", ",").split(",")
    )
    return tuple(dict.fromkeys(numbers))


def _against(
    against: Sequence[injection.Order],
    every: Sequence[injection.Order],
    stage: Stage,
    decision: Decision,
) -> tuple[Violation, ...]:
    """The orders that decide; else those that are suspect and only told."""
    if not every:
        return ()
    facts = tuple(sorted({f"injection.{order.family.value}" for order in against or every}))
    told = decision if against else Decision.ALLOW
    return (built_in.violation(built_in.INJECTION, stage, told, facts),)


def _findings(orders: Sequence[injection.Order]) -> tuple[Finding, ...]:
    return tuple(Finding(injection.KIND, one.start, one.end, 0.9) for one in orders)


def _verdict(text: str, findings: Sequence[Finding], violations: Sequence[Violation]) -> Verdict:
    """The most restrictive decides; a text that had to be masked is at least redacted."""
    decided = [violation.decision for violation in violations]
    masked = [Decision.REDACT] if findings else []
    ordered = sorted(violations, key=lambda one: (-one.decision.severity, one.clause))
    return Verdict(
        strictest([*decided, *masked]),
        text,
        tuple(sorted(findings, key=lambda one: (one.start, one.end))),
        tuple(ordered),
    )
