"""Personal data does not leave: not in a question, not in a passage, not in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails import charter as charters
from guardrails.chain import Guards
from guardrails.pii import Placeholders, StructuredIdentifiers
from guardrails.pii.checksums import luhn, nir_key
from guardrails.text import Shadow
from guardrails.verdicts import Stage, Verdict
from models.ports import Language, Source

FR = Language.FRENCH
CHARTER = charters.load(Path(__file__).parents[2] / "examples" / "charter.yaml")
GUARDS = Guards(StructuredIdentifiers(), CHARTER)

DIGITS = st.text(st.sampled_from("0123456789"), min_size=15, max_size=15)


def _nir(digits: str) -> str:
    number = f"{1 + int(digits[0]) % 2}{digits[1:3]}{1 + int(digits[3]) % 9:02}{digits[4:12]}"
    return f"{number}{nir_key(number):02}"


def _card(digits: str) -> str:
    number = "4" + digits[:14]
    return next(f"{number}{check}" for check in range(10) if luhn(f"{number}{check}"))


def _iban(digits: str) -> str:
    account = f"{digits[:10]}{digits[:13]}"
    key = 98 - int(f"{account}152700") % 97  # F is 15, R is 27
    return f"FR{key:02}{account}"


def _phone(digits: str) -> str:
    return f"06{digits[:8]}"


def _email(digits: str) -> str:
    return f"personne{digits[:6]}@exemple.fr"


MAKERS = st.sampled_from([_nir, _card, _iban, _phone, _email])
SPACES = ["", " ", "  ", "\t", "\u00a0", "\u202f", "-"]
GROUPS = {_nir: (1, 2, 2, 2, 3, 3, 2), _card: (4,) * 4, _iban: (4,) * 7, _phone: (2,) * 5}


def _spelled(maker: Callable[[str], str], value: str, space: str) -> str:
    """The value in the groups in which people write it."""
    groups, position = [], 0
    for size in GROUPS.get(maker, (len(value),)):
        groups.append(value[position : position + size])
        position += size
    return space.join(groups)


DISGUISES: list[Callable[[str], str]] = [
    lambda text: text,
    "\u200b".join,
    lambda text: "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in text),
    lambda text: text.replace("a", "a\u00ad").replace("0", "\u20600"),
]


def everywhere(text: str) -> list[Verdict]:
    """What leaves of a text as a question, as a passage, as a sentence and as an answer."""
    placeholders = Placeholders(b"a key of this test")
    return [
        GUARDS.screen_question(text, placeholders, FR),
        *GUARDS.screen_passages([text], placeholders, FR),
        GUARDS.check_sentence(f"{text} [1]", [Source(1, "", text)], placeholders, FR).verdict,
        GUARDS.screen(text, Stage.ANSWER, FR),
    ]


@given(MAKERS, DIGITS, st.sampled_from(SPACES), st.sampled_from(DISGUISES))
def test_no_identifier_leaves_in_any_spelling(
    maker: Callable[[str], str], digits: str, space: str, disguise: Callable[[str], str]
) -> None:
    value = maker(digits)

    verdicts = everywhere(f"Voici ma donnée {disguise(_spelled(maker, value, space))} à garder")

    for verdict in verdicts:
        left = "".join(filter(str.isalnum, Shadow(verdict.text).text))
        assert value not in left
        assert max(map(len, _digit_runs(left)), default=0) <= 1  # the number of the placeholder


def _digit_runs(text: str) -> list[str]:
    return "".join(one if one.isdigit() else " " for one in text).split()


@pytest.mark.parametrize("text", ["poste 192.168.10.24 bloqué", "poste 2001:db8:41::2f bloqué"])
def test_no_machine_address_leaves(text: str) -> None:
    assert {verdict.text.replace(" [1]", "") for verdict in everywhere(text)} == {
        "poste [IP_1] bloqué"
    }


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("Carte nationale d’identité X4RTBPFW4 perdue", ["X4RTBPFW4"]),
        ("Passeport n° 12AB34567, permis 911091204567", ["12AB34567", "911091204567"]),
        ("Titre de séjour 9924012345, INE 1234567890A", ["9924012345", "1234567890A"]),
        ("N° RPPS 10101234567, numéro fiscal 3023217600053", ["10101234567", "3023217600053"]),
        ("Née le 12 mars 1985 à Saint-Étienne", ["12 mars 1985", "Étienne"]),
        ("Elle habite 3 bis allée des Tilleuls\n97400 Saint-Denis", ["Tilleuls", "97400", "Denis"]),
        ("Titulaire du compte : Mme Odile Exemple", ["Odile", "Exemple"]),
        ("Mme Exemple est en arrêt maladie pour dépression", ["maladie", "dépression"]),
        ("M. Exemple est délégué syndical CGT", ["syndical", "CGT"]),
        ("NINO AB 12 34 56 C, SSN 460-89-9847", ["12 34 56", "460-89"]),
    ],
)
def test_what_a_word_tells_does_not_leave_either(text: str, secrets: list[str]) -> None:
    for verdict in everywhere(text):
        assert not any(secret in verdict.text for secret in secrets), verdict.text


def test_the_same_value_reads_the_same_in_the_question_the_passage_and_the_answer() -> None:
    texts = [verdict.text for verdict in everywhere("Joindre camille@exemple.fr vite")]

    assert all("[EMAIL_1]" in text for text in texts)


def test_a_question_about_days_and_euros_keeps_its_numbers() -> None:
    text = "Puis-je cumuler 25 jours et 1\u00a0250,50 € le 12/03/2026 à 14h30, article L3141-3 ?"

    assert GUARDS.screen_question(text, Placeholders(b"k"), FR).text == text


@pytest.mark.slow
def test_presidio_is_really_behind_the_port_in_both_languages() -> None:
    from guardrails.pii import PresidioPersonalData

    guards = Guards(PresidioPersonalData(), CHARTER)

    for language in Language:
        verdict = guards.screen("Mail: camille@exemple.fr", Stage.DOCUMENT, language)
        assert verdict.text == "Mail: [EMAIL_1]"
