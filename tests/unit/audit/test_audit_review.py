"""Answers are sampled by a coin nobody foresees, judged blind, and counted once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from server.audit.errors import ReviewRefusedError
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.audit.review import ReviewQueue, ReviewVerdict, Severity, coin
from server.outcomes import Abstained, Answered

Ask = Callable[..., str]
KEY = b"k" * 32
GOOD = ReviewVerdict(correct=True, grounded=True, severity=Severity.NONE)
WRONG = ReviewVerdict(
    correct=False, grounded=True, severity=Severity.MISLEADING, note="Confond RTT et congés."
)


def queue(log: AuditLog, rate: float = 1.0) -> ReviewQueue:
    return ReviewQueue(log, KEY, rate)


def test_the_coin_is_fair_fixed_and_needs_the_key() -> None:
    tossed = [coin(KEY, f"record-{n}") for n in range(4_000)]

    assert tossed == [coin(KEY, f"record-{n}") for n in range(4_000)]
    assert all(0 <= value < 1 for value in tossed)
    assert abs(sum(value < 0.25 for value in tossed) / 4_000 - 0.25) < 0.03
    assert coin(b"other", "record-1") != tossed[1]


def test_only_answers_whose_coin_fell_are_reviewed(log: AuditLog, ask: Ask) -> None:
    records = [ask() for _ in range(30)]
    due = [record for record in records if coin(KEY, record) < 0.3]

    reviewed = []
    while (answer := queue(log, 0.3).next_for("rita")) is not None:
        queue(log, 0.3).verdict(answer.record, "rita", GOOD)
        reviewed.append(answer.record)

    assert reviewed == due


def test_a_reviewer_sees_the_answer_and_nobody_behind_it(log: AuditLog, ask: Ask) -> None:
    record = ask("alice")
    log.append(Event(EventKind.ANSWER_REPORTED, record, "alice", {"wrong": True}))

    answer = queue(log).next_for("rita")

    assert answer is not None
    assert answer.asked == {"question": "Combien de congés ?"}
    assert isinstance(answer.outcome, Answered)
    assert "alice" not in repr(answer)


def test_the_same_answer_waits_until_it_has_a_verdict(log: AuditLog, ask: Ask) -> None:
    first, second = ask(), ask()

    shown = [queue(log).next_for("rita"), queue(log).next_for("rita")]
    queue(log).verdict(first, "rita", GOOD)
    after = queue(log).next_for("rita")

    assert [answer and answer.record for answer in [*shown, after]] == [first, first, second]


def test_nobody_judges_an_answer_to_themselves(log: AuditLog, ask: Ask) -> None:
    record = ask("rita")

    assert queue(log).next_for("rita") is None
    with pytest.raises(ReviewRefusedError):
        queue(log).verdict(record, "rita", GOOD)


def test_an_answer_is_judged_once(log: AuditLog, ask: Ask) -> None:
    record = ask()
    queue(log).verdict(record, "rita", GOOD)

    with pytest.raises(ReviewRefusedError):
        queue(log).verdict(record, "omar", WRONG)


def test_an_answer_outside_the_sample_gets_no_verdict(log: AuditLog, ask: Ask) -> None:
    record = ask()

    with pytest.raises(ReviewRefusedError):
        queue(log, 0.0).verdict(record, "rita", WRONG)


def test_what_was_not_answered_is_not_sampled(log: AuditLog, ask: Ask) -> None:
    ask(outcome=Abstained(()))

    assert queue(log).next_for("rita") is None
    assert queue(log).report().sampled == 0


def test_the_report_counts_errors_from_misleading_on(log: AuditLog, ask: Ask) -> None:
    verdicts = [GOOD, GOOD, WRONG, ReviewVerdict(False, True, Severity.COSMETIC)]
    for verdict in verdicts:
        queue(log).verdict(ask(), "rita", verdict)
    ask()

    report = queue(log).report()

    assert (report.error_rate.n, report.error_rate.errors, report.error_rate.rate) == (4, 1, 0.25)
    assert (report.sampled, report.pending, report.lost) == (5, 1, 0)


def test_without_a_verdict_the_rate_is_unknown(log: AuditLog, ask: Ask) -> None:
    ask()

    report = queue(log).report()

    assert (report.error_rate.rate, report.error_rate.interval, report.pending) == (None, None, 1)


def test_erasing_the_asker_takes_the_note_and_keeps_the_count(log: AuditLog, ask: Ask) -> None:
    queue(log).verdict(ask("alice"), "rita", WRONG)
    ask("alice")

    log.erase("alice", "admin", "gdpr-17")

    report = queue(log).report()
    notes = log.entries(kinds=[EventKind.ANSWER_REVIEWED])
    assert [(note.erased, note.facts["severity"]) for note in notes] == [(True, 2)]
    assert (report.error_rate.errors, report.pending, report.lost) == (1, 0, 1)
    assert queue(log).next_for("rita") is None
