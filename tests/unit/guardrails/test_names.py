"""Names of persons: what announces them, what they look like, and what only looks like one."""

from __future__ import annotations

import zlib
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamed import streamed

from guardrails.pii import IdentifiersAndNames, Placeholders
from guardrails.pii.names.knowledge import FILE, GIVEN, shipped, unpacked
from guardrails.pii.ports import Told
from guardrails.stream import StreamRedactor
from models.ports import Language

OURS = IdentifiersAndNames()


def names(text: str, said: tuple[str, ...] = ()) -> list[str]:
    found = OURS.find(text, Language.FRENCH, [Told("PERSON", one) for one in said])
    return [text[one.start : one.end] for one in found if one.kind == "PERSON"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("J'ai vu M. Vastelin hier.", ["Vastelin"]),
        ("Mme Le Gallouec est là.", ["Le Gallouec"]),
        ("Me Brondel plaide.", ["Brondel"]),
        ("le Pr. Zornic opère", ["Zornic"]),
        ("I met Mrs. Thornquill.", ["Thornquill"]),
        ("bonjour madame tribouillard", ["tribouillard"]),
        ("Je m'appelle jean durand et je travaille ici", ["jean durand"]),
        ("My name is Odile Vastelin.", ["Odile Vastelin"]),
        ("Nom : VASTELIN\nPrénom : Odile", ["VASTELIN", "Odile"]),
        ("Merci.\nCordialement,\nOdile Vastelin\nAchats", ["Odile Vastelin"]),
        ("Signé : Bruno Zornic", ["Bruno Zornic"]),
    ],
)
def test_what_announces_a_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "name",
    [
        "Odile Vastelin",
        "VASTELIN Odile",
        "Odile VASTELIN",
        "J.-P. Vastelin",
        "Jean-Pierre Vastelin",
        "Marie Vastelin-Durand",
        "Ludwig van Vastel",
        "Charles de La Vastelière",
        "Fatou Diallo",
        "Nguyen Van Minh",
        "Paul Modèle",
        "Mohamed Ben Salah",
        "François d'Orméval",
    ],
)
def test_a_name_without_anything_around_it_is_found_whole(name: str) -> None:
    assert names(f"Le contrat a été signé par {name} hier.") == [name]
    assert names(f"The contract was signed by {name} yesterday.") == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Le garage Renault de la rue Victor-Hugo, à Saint-Denis.",
        "Les courses chez Leclerc et les pneus Michelin.",
        "La loi Evin interdit de fumer ; le lycée Jean-Moulin aussi.",
        "Petit à petit, la Rose fleurit en Mars. Le Marin est Blanc.",
        "Lundi, le Service Clients et la Direction des Ressources Humaines.",
        "CONDITIONS GÉNÉRALES DE VENTE\nArticle Premier\nObjet du Contrat",
        "Chaque salarié acquiert des congés. Toutefois, Paris fait exception.",
        "Monsieur le Directeur, Madame la Présidente,",
        "The Board of Directors meets on Monday. Please read the Staff Handbook.",
        "Installez Windows, puis Outlook et Teams avec Microsoft Office.",
        "La CNIL, l'URSSAF et Pôle emploi répondent au 15 avenue Foch.",
    ],
)
def test_what_only_looks_like_a_name_is_left(text: str) -> None:
    assert names(text) == []


def test_a_name_found_once_is_masked_from_there_on_in_any_case() -> None:
    text = "M. Vastelin a signé. VASTELIN et vastelin ; le dossier de Vastelin's boss."

    assert names(text) == ["Vastelin", "VASTELIN", "vastelin", "Vastelin"]


def test_an_address_of_mail_tells_the_name_of_its_owner() -> None:
    assert names("Écrivez à odile.vastelin@exemple.fr : c'est Vastelin qui décide.") == ["Vastelin"]
    assert names("Écrivez à service.clients@exemple.fr : le service répond.") == []


def test_a_name_that_is_also_a_word_is_only_masked_as_a_name() -> None:
    text = "Mme Petit viendra. Petit à petit, un petit pas. J'ai prévenu Petit."

    assert names(text) == ["Petit", "Petit"]


def test_what_was_said_before_is_masked_again() -> None:
    assert names("le dossier vastelin avance") == []
    assert names("le dossier vastelin avance", ("Odile Vastelin",)) == ["vastelin"]


def test_the_file_of_names_is_small_and_was_learnt() -> None:
    knowledge = shipped()

    assert FILE.stat().st_size < 1_000_000
    assert unpacked(knowledge.packed()) == knowledge
    assert knowledge.of("odile") >> GIVEN & 3
    assert not knowledge.of("vastelin")


def test_what_is_no_file_of_names_is_refused() -> None:
    with pytest.raises(ValueError, match="not a file of names"):
        unpacked(zlib.compress(bytes(64)))


FRAGMENTS = st.sampled_from(
    [
        *(
            "M. Vastelin",
            "Mme ",
            "Odile Vastelin",
            "vastelin",
            "VASTELIN Odile",
            "J.-P. ",
            "de La ",
        ),
        *("Je m'appelle jean durand", "Cordialement,\n", "Nom : ", "odile.vastelin@exemple.fr"),
        *("rue Victor-Hugo", "Petit", "petit", "Dr", ". ", ", ", "\n", " ", "d'", "van ", "et "),
        *("Le salarié ", "acquiert des congés payés. ", "Marie", "Durand", "née ", "B. ", "'s "),
        *(
            "Titulaire du compte : Mme Odile Exemple",
            "12 rue Paul Bert, 75011 Paris",
            "é",
            "A",
            "-",
        ),
    ]
)
PIECES = st.lists(st.one_of(FRAGMENTS, st.text(max_size=4)), max_size=25)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(PIECES, st.randoms(use_true_random=False))
def test_any_chunking_of_a_text_with_names_reads_as_the_whole(
    fragments: list[str], random: Random
) -> None:
    text = "".join(fragments)
    whole = Placeholders(b"k").mask(text, OURS.find(text, Language.FRENCH))
    redactor = StreamRedactor(OURS, Placeholders(b"k"), Language.FRENCH)

    shown = streamed(redactor, text, random)

    assert shown == whole


def test_a_name_is_remembered_long_after_it_went_out() -> None:
    redactor = StreamRedactor(OURS, Placeholders(b"k"), Language.FRENCH)
    plain = "chaque salarié acquiert des congés payés, "

    shown = redactor.feed("M. Vastelin est là. ")
    for _ in range(100):
        shown += redactor.feed(plain)
    shown += redactor.feed("vastelin revient") + redactor.close()

    assert "astelin" not in shown
