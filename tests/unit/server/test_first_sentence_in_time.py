"""A slow model reads less of the passages; the answer is held to all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from adapters import ScriptedGenerator
from conftest import Opened

from models.ports import Language, Prompt
from server.access import anyone
from server.asking import Asking
from server.audit.log import SealedOutcome
from server.lazy import Lazy
from server.outcomes import Answered
from server.wiring import Vigie

pytestmark = pytest.mark.slow

ANSWER = "Le badge est rendu à l’accueil le dernier jour du contrat."
OTHERS = [
    f"Le local numéro {n} est nettoyé par une entreprise extérieure chaque soir."
    for n in range(2, 12)
]
QUESTION = "Quand le badge est-il rendu à l’accueil ?"


class Reading:
    """Quotes the answer, then a sentence of the document that it was not given to read, if any."""

    def __init__(self) -> None:
        self.given = ""
        self.unread: list[str] = []

    def __call__(self, prompt: Prompt) -> Iterable[str]:
        self.given = "".join(one.text for one in prompt.sources)
        self.unread = [one for one in OTHERS if one not in self.given]
        for sentence in (ANSWER, *self.unread[:1]):
            yield f"{sentence[:-1]} [1].\n"


def asked(house: Vigie, reading: Reading, folder: Path) -> SealedOutcome:
    document = folder / "badge.md"
    document.write_text(f"# Badge\n\n{ANSWER} {' '.join(OTHERS)}\n")
    house.library.ingest(document, "essai", house.operator, lambda _done, _of: None)
    engines = replace(house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(reading)))
    asking = Asking(QUESTION, anyone(house.secret), Language.FRENCH)
    *_, last = replace(house.answering, engines=engines).answer(asking)
    assert isinstance(last, SealedOutcome)
    return last


def facts_of(sealed: SealedOutcome) -> Mapping[str, Any]:
    return sealed.facts


def test_a_slow_model_reads_what_answers_and_the_record_says_what_it_did_not(
    open_house: Opened, tmp_path: Path
) -> None:
    reading = Reading()
    house = open_house(relevance=0.0, read_tokens_per_s=20, first_sentence_s=10)

    sealed = asked(house, reading, tmp_path)

    assert ANSWER in reading.given
    assert reading.unread
    trimmed = facts_of(sealed)["trimmed"]
    assert trimmed["tokens"] == 256
    (passage,) = trimmed["passages"]
    assert passage["n"] == 1
    assert passage["of"] - passage["kept"] == len(reading.unread)


def test_what_was_not_read_supports_and_is_shown(open_house: Opened, tmp_path: Path) -> None:
    reading = Reading()
    house = open_house(relevance=0.0, read_tokens_per_s=20, first_sentence_s=10)

    sealed = asked(house, reading, tmp_path)

    assert isinstance(sealed.outcome, Answered)
    assert reading.unread[0][:-1] in sealed.outcome.text
    (citation,) = sealed.outcome.citations
    assert reading.unread[0] in citation.quote


def test_without_a_known_speed_passages_are_read_whole(open_house: Opened, tmp_path: Path) -> None:
    reading = Reading()

    sealed = asked(open_house(relevance=0.0), reading, tmp_path)

    assert not reading.unread
    assert "trimmed" not in facts_of(sealed)
