"""A sentence without support in the passages it cites is not shown as an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from adapters import ScriptedGenerator
from demo import asked_by, employee

from guardrails import charter as charters
from guardrails.chain import Guards
from guardrails.pii import Placeholders, StructuredIdentifiers
from guardrails.verdicts import SentenceVerdict
from models.ports import Language, Prompt, Source
from models.segmentation import split
from server.audit.log import SealedOutcome
from server.lazy import Lazy
from server.outcomes import Abstained, Answered
from server.wiring import Vigie

EXAMPLES = Path(__file__).parents[2] / "examples"
GUARDS = Guards(StructuredIdentifiers(), charters.load(EXAMPLES / "charter.yaml"))
FR = Language.FRENCH
SOURCES = [
    Source(1, "Congés", "Chaque salarié acquiert 25 jours de congés par an avant le 31 mai 2027."),
    Source(
        3,
        "Préavis",
        "Le préavis est de 3 mois pour un cadre. Le préavis est de 1 mois pour un employé. "
        "Un cadre peut partir en mai 2027.",
    ),
    Source(2, "Frais", "Le plafond d’un repas à Paris est de 20 euros. Il n’est pas cumulable."),
]


def checked(sentence: str) -> SentenceVerdict:
    return GUARDS.check_sentence(sentence, SOURCES, Placeholders(b"k"), FR)


@pytest.mark.parametrize(
    "sentence",
    [
        "Chaque salarié acquiert 25 jours de congés par an [1].",
        "Chaque salarié acquiert vingt-cinq jours de congés par an. [1]",
        "À Paris, le plafond d’un repas est de 20 € [2].",
        "Pour un cadre, le préavis est de 3 mois [3].",
    ],
)
def test_a_supported_sentence_is_shown(sentence: str) -> None:
    assert checked(sentence).released


@pytest.mark.parametrize(
    "sentence",
    [
        "Chaque salarié acquiert 30 jours de congés par an [1].",
        "Chaque salarié acquiert 25 heures de congés par an [1].",
        "Chaque salarié acquiert 25 jours de congés par an après le 31 mai 2027 [1].",
        "Chaque salarié acquiert 25 jours de congés par an avant le 31 mai 2028 [1].",
        "Le plafond d’un repas à Lyon est de 20 euros [2].",
        "Le plafond d’un repas est cumulable [2].",
        "Le préavis est de 1 mois pour un cadre [3].",
        "Un cadre doit partir en mai 2027 [3].",
        "Un cadre peut partir en juin 2027 [3].",
        "La cantine ouvre à midi pour tous les salariés du siège [2].",
        "Chaque salarié acquiert 25 jours de congés par an [2].",
        "Chaque salarié acquiert 25 jours de congés par an [7].",
        "Chaque salarié acquiert 25 jours de congés par an [1][7].",
        "Chaque salarié acquiert 25 jours de congés par an.",
        "Le préavis est d’un mois pour un cadre [3].",
        "Le préavis est de 3 semaines pour un cadre [3].",
        "Lyon : le plafond d’un repas est de 20 euros [2].",
        "À Paris, le plafond d’un repas est de 20 dollars [2].",
    ],
)
def test_an_unsupported_sentence_is_not_shown(sentence: str) -> None:
    assert not checked(sentence).released


def test_every_sentence_of_the_example_documents_carries_itself() -> None:
    for file in sorted((EXAMPLES / "ressources-humaines").glob("*.md")):
        placeholders = Placeholders(b"k")
        text = GUARDS.screen_passages([file.read_text("utf-8")], placeholders, FR)[0].text
        for start, end in split(text):
            if not any(map(str.isalnum, text[start:end])):
                continue
            sentence = f"{text[start:end]} [1]"
            verdict = GUARDS.check_sentence(sentence, [Source(1, "", text)], placeholders, FR)
            assert verdict.released, (file.name, sentence, verdict.support)


def test_a_number_changed_anywhere_is_noticed() -> None:
    text = (EXAMPLES / "ressources-humaines" / "conges-payes.md").read_text("utf-8")
    quoted = [text[start:end] for start, end in split(text)]
    numbered = [one for one in quoted if any(word.isdigit() for word in one.split())]

    for sentence in numbered:
        word = next(word for word in sentence.split() if word.isdigit())
        altered = sentence.replace(word, str(int(word) + 7919), 1)
        verdict = GUARDS.check_sentence(
            f"{altered} [1]", [Source(1, "", text)], Placeholders(b"k"), FR
        )
        assert not verdict.released, altered


NOTE = (
    "Les congés sont posés avant le 31 mai dans Sémaphore. "
    "Le responsable répond sous dix jours. Le badge est rendu le dernier jour du contrat."
)


@pytest.mark.slow
def test_a_sentence_that_leans_on_one_that_is_not_shown_is_not_shown_either(
    house: Vigie, tmp_path: Path
) -> None:
    lines = tmp_path / "notes.jsonl"
    lines.write_text(json.dumps({"id": "1", "title": "Congés", "text": NOTE}), encoding="utf-8")
    house.library.ingest(lines, "notes", house.operator, lambda _done, _of: None)

    def writing(_prompt: Prompt) -> Iterable[str]:
        yield "Le badge est rendu le dernier jour du contrat [1].\n"
        yield "Les congés sont posés dans Sémaphore avant le 31 juillet [1].\n"
        yield "Mais dans ce cas, le responsable répond sous dix jours [1].\n"
        yield "Le responsable répond sous dix jours [1].\n"

    engines = replace(house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(writing)))
    asking = asked_by(employee(house), "Quand poser mes congés et rendre mon badge ?")
    *_, last = replace(house.answering, engines=engines).answer(asking)

    assert isinstance(last, SealedOutcome)
    assert isinstance(last.outcome, Answered)
    assert last.outcome.text == (
        "Le badge est rendu le dernier jour du contrat [1]. "
        "Le responsable répond sous dix jours [1]."
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "partial"),
    [
        ("Avant quelle date poser ses congés, quel est le délai ?", True),
        ("Où poser ses congés ?", False),
    ],
)
def test_where_what_was_asked_is_withheld_the_passages_are_shown_instead(
    house: Vigie, tmp_path: Path, question: str, partial: bool
) -> None:
    lines = tmp_path / "notes.jsonl"
    said = "Les congés sont posés dans Sémaphore. Ils sont posés avant le 31 mai."
    lines.write_text(json.dumps({"id": "1", "title": "Congés", "text": said}), encoding="utf-8")
    house.library.ingest(lines, "notes", house.operator, lambda _done, _of: None)

    def writing(_prompt: Prompt) -> Iterable[str]:
        yield "Les congés sont posés dans Sémaphore [1].\n"
        yield "Les congés sont posés avant le 31 juillet [1].\n"

    engines = replace(house.answering.engines, generator=Lazy(lambda: ScriptedGenerator(writing)))
    asking = asked_by(employee(house), question)
    *shown, last = replace(house.answering, engines=engines).answer(asking)

    assert len(shown) == 1
    assert isinstance(last, SealedOutcome)
    assert isinstance(last.outcome, Abstained if partial else Answered)
    if isinstance(last.outcome, Abstained):
        assert last.outcome.partial
        assert "31 mai" in last.outcome.passages[0].quote
