"""Identifiers: each kind as people write it, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.pii import StructuredIdentifiers
from guardrails.pii.checksums import IBAN_LENGTHS, luhn, nir_key
from guardrails.pii.repeats import told
from models.ports import Language

FRENCH = Language.FRENCH
IDENTIFIERS = StructuredIdentifiers()


def found(text: str) -> list[tuple[str, str]]:
    findings = StructuredIdentifiers().find(text, Language.FRENCH)
    return [(one.kind, text[one.start : one.end]) for one in findings]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("EMAIL", "camille.exemple@phares.example"),
        ("EMAIL", "o'modele+rh@mail.exemple.fr"),
        ("EMAIL", "compta@srv-courrier"),
        ("EMAIL", "rené@société.fr"),
        ("EMAIL", "ｃａｍｉｌｌｅ＠ｅｘｅｍｐｌｅ．ｆｒ"),
        ("EMAIL", "cam\u200bille@exemple.fr"),
        ("EMAIL", "camille [at] exemple [point] fr"),
        ("EMAIL", "camille(arobase)exemple.fr"),
        ("PHONE", "06 39 98 12 34"),
        ("PHONE", "06.39.98.12.34"),
        ("PHONE", "06\u00a039\u202f98\u00a012\u00a034"),
        ("PHONE", "0199001234"),
        ("PHONE", "+33 6 39 98 12 34"),
        ("PHONE", "+33 (0)6 39 98 12 34"),
        ("PHONE", "0033639981234"),
        ("PHONE", "0690 12 34 56"),
        ("PHONE", "+262 692 12 34 56"),
        ("PHONE", "020 7946 0958"),
        ("PHONE", "+44 20 7946 0958"),
        ("PHONE", "+49 30 12345678"),
        ("PHONE", "０６ ３９ ９８ １２ ３４"),
        ("IBAN", "FR76 3000 6000 0112 3456 7890 189"),
        ("IBAN", "fr7630006000011234567890189"),
        ("IBAN", "FR76\u00a03000\u202f6000 0112 3456 7890 189"),
        ("IBAN", "GB82 WEST 1234 5698 7654 32"),
        ("IBAN", "BE68-5390-0754-7034"),
        ("CARD", "4539 1488 0343 6467"),
        ("CARD", "4539148803436467"),
        ("CARD", "4539-1488-0343-6467"),
        ("CARD", "4539\u00a01488\u00a00343\u00a06467"),
        ("CARD", "2223 0031 2200 3222"),
        ("CARD", "3782 822463 10005"),
        ("NIR", "1 85 05 78 006 084 91"),
        ("NIR", "185057800608491"),
        ("NIR", "1850578006084"),
        ("NIR", "1\u00a085\u00a005\u00a078\u00a0006\u00a0084\u00a091"),
        ("EMAIL", "camille.exemple(a)exemple.fr"),
        ("PHONE", "0243 148 530"),
        ("PHONE", "06/39/98/12/34"),
        ("PHONE", "O6 39 98 l2 34"),
        ("PHONE", "06 39\n98 12 34"),
        ("PHONE", "٠٦٣٩٩٨١٢٣٤"),
        ("PHONE", "0612-345-678"),
        ("PHONE", "(+33)6 39 98 12 34"),
        ("PHONE", "(0033) 6 39 98 12 34"),
        ("IBAN", "FR76\t3000\t6000\t0112\t3456\t7890\t189"),
        ("IBAN", "FR76  3000  6000  0112  3456  7890  189"),
        ("CARD", "4539\t1488\t0343\t6467"),
        ("CARD", "4539  1488  0343  6467"),
        ("NIR", "1\t85\t05\t78\t006\t084\t91"),
        ("NIR", "1  85  05  78  006  084  91"),
        ("NIR", "1 85 05 78 006 084 clé 36"),
        ("NIR", "1850578006084 (clé : 91)"),
        ("NIR", "1 8 5 0 5 7 8 0 0 6 0 8 4 9 1"),
        ("NIR", "1 85 05 78\n006 084 91"),
        ("NIR", "l85O578OO6O8491"),
        ("IBAN", "FR76 3000 6000 0112\n3456 7890 189"),
        ("IBAN", "ЕS91 2100 0418 4502 0005 1332"),
        ("IBAN", "FR76 3OOO 6OOO O112 3456 789O 189"),
        ("IBAN", "MT84 MALT 0110 0001 2345 MTLC AST0 01S"),
        ("SIRET", "552 100 554 00013"),
        ("SIRET", "55210055400013"),
        ("SIRET", "356 000 000 00048"),
        ("VAT", "FR 40 303 265 045"),
        ("VAT", "FR40303265045"),
        ("MAC", "00:1a:2B:3c:4d:5e"),
        ("NINO", "AB 12 34 56 C"),
        ("SSN", "460-89-9847"),
        ("PHONE", "(555) 123-4567"),
        ("EMAIL", "camille arobase exemple point fr"),
        ("EMAIL", "camille at exemple dot com"),
        ("PLATE", "GA-482-KR"),
        ("ADDRESS", "12 bis, rue de la République, 38000 Grenoble"),
        ("ADDRESS", "3 allée des Tilleuls\n97400 Saint-Denis"),
        ("ADDRESS", "12 rue de la paix 75002 paris"),
        ("ADDRESS", "12 RUE DE LA PAIX 75002 PARIS CEDEX 02"),
        ("ADDRESS", "BP 90167, 97202 Fort-de-France Cedex"),
        ("ADDRESS", "rue du 11 Novembre 1918, 69003 Lyon"),
        ("ADDRESS", "221B Baker Street, London NW1 6XE"),
        ("IP", "192.168.10.24"),
        ("IP", "2001:db8:41::2f"),
        ("IP", "fe80::1ff:fe23:4567:890a"),
    ],
)
def test_an_identifier_is_found_whole_wherever_it_stands(kind: str, value: str) -> None:
    for text in (value, f"Voici : {value}.", f"({value}), merci", f"l’un\n{value}\nl’autre"):
        assert found(text) == [(kind, value)], text


@pytest.mark.parametrize("place", ["2A", "2B"])
def test_a_corsican_nir_has_its_own_key(place: str) -> None:
    number = f"28505{place}006084"

    value = f"{number}{nir_key(number):02}"

    assert found(f"NIR {value} ") == [("NIR", value)]


@pytest.mark.parametrize(
    "text",
    [
        "n° 552 100 554 00014 du registre local",
        "total de 552 100 554 euros",
        "appelez le 0 800 306 212 ou le 0825 12 34 56",
        "le 01/02/2026 15:30, le 01/02/26 1530",
        "rue de la République, place Beauvau",
        "3 places de parking, 25 lots, 12 avenues",
        "75 000 Français et 38000 Euros",
        "il ne peut pas, le 12 mars 2020, aller à Paris",
        "l’enfant né en France, les nouveau-nés à Mayotte",
        "la forme AB-123-CD",
        "je suis enceinte, je suis syndiquée",
        "le salarié en arrêt maladie, le délégué syndical CGT",
        "ne plus payer : bail. Il peut toutefois y renoncer",
        "version 1.2.3.4 du logiciel",
        "La v1.2.3.4 est sortie",
        "masque 255.255.255.0, boucle 127.0.0.1",
        "à 12:30:45 précises",
        "std::vector et dead::beef",
        "carte 4539 1488 0343 6468",
        "FR76 3000 6000 0112 3456 7890 188",
        "185057800608492",
        "commande n° 0412345678",
        "facture 2026-0412, 1 250,00 € à payer",
        "du 01/02/2026 au 15/02/2026",
        "article L3141-3 du code du travail",
        "prix 3@5 et @nom",
        "123456789012345678901234567890",
        "[EMAIL_1] et [PHONE_12]",
        "le 3114, le 15 ou le 112",
        "alinéa 5(a)du code, point (a) du texte",
        "de 10 800 306 212 euros",
        "heure:12:30:45",
        "référence4111111111111111",
    ],
)
def test_what_only_looks_like_an_identifier_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("n°carte4111111111111111", "CARD", "4111111111111111"),
        ("IP:2001:db8::1", "IP", "2001:db8::1"),
        ("adresse:2001:db8::1", "IP", "2001:db8::1"),
        ("numéro:2a01:e0a:1:2::3", "IP", "2a01:e0a:1:2::3"),
        ("10.2.3.4/24", "IP", "10.2.3.4"),
    ],
)
def test_an_identifier_is_found_behind_the_word_it_is_glued_to(
    text: str, kind: str, value: str
) -> None:
    assert found(text) == [(kind, value)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SIREN 552 100 554", [("SIREN", "552 100 554")]),
        ("siret 30000000700009 de la société", [("SIRET", "30000000700009")]),
        ("CNI n° 880692310285", [("IDENTITY_CARD", "880692310285")]),
        ("carte nationale d’identité X4RTBPFW4", [("IDENTITY_CARD", "X4RTBPFW4")]),
        ("IDFRAEXEMPLE<<<<<<<<<<<<<<<<<<<<<<<<", [("IDENTITY_CARD", "IDFRAEXEMPLE" + "<" * 24)]),
        ("passeport n° 12AB34567", [("PASSPORT", "12AB34567")]),
        ("passeport12AB34567", [("PASSPORT", "12AB34567")]),
        ("titre de séjour : 9924012345", [("RESIDENCE_PERMIT", "9924012345")]),
        ("permis de conduire 911091204567", [("DRIVING_LICENCE", "911091204567")]),
        ("n° RPPS 10101234567", [("RPPS", "10101234567")]),
        ("n° ADELI 759301234", [("ADELI", "759301234")]),
        ("INE 1234567890A", [("INE", "1234567890A")]),
        ("numéro fiscal : 30 23 217 600 053", [("NIF", "30 23 217 600 053")]),
        ("véhicule immatriculé 5832 GX 75", [("PLATE", "5832 GX 75")]),
        ("BIC : BNPAFRPPXXX", [("BIC", "BNPAFRPPXXX")]),
        ("Titulaire du compte : Mme Odile Exemple", [("HOLDER", "Mme Odile Exemple")]),
        ("NHS number 943 476 5919", [("NHS", "943 476 5919")]),
        (
            "née le 12 mars 1985 à Saint-Étienne (42)",
            [("BIRTH_DATE", "12 mars 1985"), ("BIRTH_PLACE", "Saint-Étienne (42)")],
        ),
        ("NÉ LE 12/03/85 À LYON", [("BIRTH_DATE", "12/03/85"), ("BIRTH_PLACE", "LYON")]),
        ("Date de naissance : 1985-03-12", [("BIRTH_DATE", "1985-03-12")]),
        (
            "born on 12 March 1985 in Leeds",
            [("BIRTH_DATE", "12 March 1985"), ("BIRTH_PLACE", "Leeds")],
        ),
        ("Mme Exemple a un diabète.", [("HEALTH", "diabète")]),
        ("M. Exemple est délégué syndical CGT.", [("UNION", "délégué syndical CGT")]),
        ("sécurité sociale 185057800608492", [("NIR", "185057800608492")]),
    ],
)  # fmt: skip
def test_what_only_a_word_tells_is_found_behind_it(
    text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(text) == expected


def test_a_company_number_said_to_be_a_card_is_masked() -> None:
    assert found("carte Diners 30000000700009")[0][0] == "CARD"


def test_what_a_house_keeps_is_left_and_nothing_else() -> None:
    text = "SIRET 552 100 554 00013, tél. 06 39 98 12 34"

    findings = StructuredIdentifiers({"SIRET"}).find(text, Language.FRENCH)

    assert [one.kind for one in findings] == ["PHONE"]


def test_a_number_before_an_identifier_does_not_hide_it() -> None:
    assert found("2026 4539 1488 0343 6467") == [("CARD", "4539 1488 0343 6467")]


def test_the_elided_article_is_no_part_of_an_address() -> None:
    assert found("Le courriel d'accueil@exemple.fr") == [("EMAIL", "accueil@exemple.fr")]


@given(st.text(st.sampled_from("0123456789 .-/()@+FRabx:[]\u00a0\n"), max_size=80))
def test_findings_come_in_order_and_never_overlap(text: str) -> None:
    findings = StructuredIdentifiers().find(text, Language.FRENCH)

    edges = [edge for one in findings for edge in (one.start, one.end)]

    assert edges == sorted(edges)
    assert all(one.start < one.end for one in findings)


@given(st.from_regex(r"[1-9][0-9]{12}", fullmatch=True))
def test_luhn_accepts_exactly_one_check_digit(number: str) -> None:
    assert sum(luhn(number + str(digit)) for digit in range(10)) == 1


def test_every_iban_length_is_within_the_standard() -> None:
    assert all(15 <= length <= 34 for length in IBAN_LENGTHS.values())


@pytest.mark.parametrize(
    ("told_once", "again"),
    [
        ("n° RPPS 10101234567", "10101234567"),
        ("n° RPPS 10101234567", "1010 1234 567"),
        ("permis de conduire 911091204567", "9110-9120-4567"),
        ("passeport 12AB34567", "12 AB 34567"),
        ("passeport 12AB34567", "12ab34567"),
        ("carte nationale d’identité X4RTBPFW4", "X4RT BPFW4"),
    ],
)
def test_what_a_word_told_once_is_known_without_it_from_there_on(
    told_once: str, again: str
) -> None:
    text = f"Dossier : {told_once}. Rappel. Le {again} est classé."
    before = f"Le {again} est classé. Rappel. Dossier : {told_once}."

    found = IDENTIFIERS.find(text, FRENCH)
    known = told(text, found)

    assert again in [text[one.start : one.end] for one in found]
    assert len({one.kind for one in found}) == 1
    assert [one.start > 20 for one in IDENTIFIERS.find(before, FRENCH)] == [True]
    assert again in [before[one.start : one.end] for one in IDENTIFIERS.find(before, FRENCH, known)]


@given(st.from_regex(r"[0-9]{4,18}2[ab][0-9 ]{4,18}", fullmatch=True))
def test_a_code_with_the_letters_of_corsica_is_read_to_its_end(code: str) -> None:
    found(f"Pièce {code} en stock, réf. 66000992b23693")


@pytest.mark.parametrize("other", ["110101234567", "A10101234567", "1010123456", "10101234568"])
def test_only_the_very_number_is_known_again(other: str) -> None:
    text = f"n° RPPS 10101234567. Rappel. Le {other} est classé."

    found = IDENTIFIERS.find(text, FRENCH)

    assert [text[one.start : one.end] for one in found] == ["10101234567"]
