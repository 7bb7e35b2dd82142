"""Only the record seals what may be shown."""

from __future__ import annotations

import dataclasses

import pytest

from server.audit.errors import NotSealedError, RecordingClosedError, UnrecordableEventError
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog, new_record_id
from server.audit.recording import Recording, SealedOutcome, SealedSentence
from server.outcomes import Abstained

QUESTION = Event(EventKind.ANSWER_OPENED, "", "alice", {}, {"question": "?"}, "alice")


def opened(log: AuditLog) -> Recording:
    return log.open_answer(QUESTION)


def test_no_record_id_is_taken_for_an_option_of_a_command() -> None:
    assert all(new_record_id().isalnum() for _ in range(1_000))


def test_a_released_sentence_says_where_it_stands(log: AuditLog) -> None:
    recording = opened(log)

    sealed = recording.release("Oui [2].", (2,), {"score": 0.9})

    entry = log.entries(after=0)[0]
    assert (sealed.record, sealed.text, sealed.cited) == (recording.record, "Oui [2].", (2,))
    assert (sealed.seq, sealed.hash) == (entry.seq, entry.hash)
    assert entry.facts == {"n": 1, "cited": [2], "score": 0.9}
    assert entry.content == {"text": "Oui [2]."}


def test_a_closed_answer_says_how_it_ended(log: AuditLog) -> None:
    recording = opened(log)
    recording.release("Oui.", ())

    sealed = recording.close(Abstained(()), {"energy_wh": 0.1})

    assert sealed.outcome == Abstained(())
    assert sealed.facts == {"energy_wh": 0.1, "outcome": "abstained", "sentences": 1}
    assert log.answer(recording.record).outcome == Abstained(())


def test_a_seal_cannot_be_made_elsewhere() -> None:
    with pytest.raises(NotSealedError):
        SealedSentence("r", "Vous avez 90 jours.", (1,), 4, "f" * 64, object())
    with pytest.raises(NotSealedError):
        SealedOutcome("r", Abstained(()), {}, 4, "f" * 64, None)


def test_a_sealed_sentence_cannot_be_given_other_words(log: AuditLog) -> None:
    sealed = opened(log).release("25 jours.", (1,))

    with pytest.raises(dataclasses.FrozenInstanceError):
        sealed.text = "90 jours."  # type: ignore[misc]
    with pytest.raises(ValueError, match="seal"):
        dataclasses.replace(sealed, text="90 jours.")


def test_nothing_follows_the_end_of_an_answer(log: AuditLog) -> None:
    recording = opened(log)
    recording.close(Abstained(()))

    with pytest.raises(RecordingClosedError):
        recording.release("Encore.", ())
    with pytest.raises(RecordingClosedError):
        recording.close(Abstained(()))


def test_record_ids_cannot_be_guessed(log: AuditLog) -> None:
    ids = {opened(log).record for _ in range(50)}

    assert len(ids) == 50
    assert all(len(bytes.fromhex(record)) == 12 for record in ids)


def test_only_a_question_opens_an_answer(log: AuditLog) -> None:
    with pytest.raises(UnrecordableEventError):
        log.open_answer(Event(EventKind.LOGIN, "", "alice"))
