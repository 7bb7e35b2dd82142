"""Names of files, in which hyphens stand for spaces and capitals are missing."""

from __future__ import annotations

import pytest

from guardrails.pii import IdentifiersAndNames
from guardrails.pii.file_names import find_in_name, said

PERSONAL_DATA = IdentifiersAndNames()


def found(name: str) -> list[tuple[str, str]]:
    return [(one.kind, name[one.start : one.end]) for one in find_in_name(PERSONAL_DATA, name)]


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("contrat-jean-dupont.pdf", "PERSON", "jean-dupont"),
        ("dupont_jean_2024.pdf", "PERSON", "dupont_jean"),
        ("CV_Jean_DUPONT.docx", "PERSON", "Jean_DUPONT"),
        ("lettre-marie-lefebvre.pdf", "PERSON", "marie-lefebvre"),
        ("2024/entretien-thomas-moreau.odt", "PERSON", "thomas-moreau"),
        ("archive.zip/avenant M. Dupont.pdf", "PERSON", "Dupont"),
        ("arret-1850578006084-91.pdf", "NIR", "1850578006084-91"),
        ("rib_FR76_3000_6000_0112_3456_7890_189.pdf", "IBAN", "FR76_3000_6000_0112_3456_7890_189"),
    ],
)
def test_what_it_tells_of_a_person_is_found(name: str, kind: str, value: str) -> None:
    assert found(name) == [(kind, value)]


@pytest.mark.parametrize(
    "name",
    [
        "conges-payes.md",
        "guide-du-teletravail.pdf",
        "note-de-frais_2024-03-12.xlsx",
        "F34355",
        "charte-informatique-v2.docx",
        "rose-petit.pdf",
        "procedure-paris-mars-2024.odt",
        "annexe 4/tableau-des-effectifs.ods",
        "",
    ],
)
def test_what_names_nobody_is_left(name: str) -> None:
    assert found(name) == []


@pytest.mark.parametrize("name", ["straße-dupont.pdf", "ǆon-ﬁni.pdf", "a_b-c.d+e/f"])
def test_what_is_said_is_as_long_as_the_name(name: str) -> None:
    assert len(said(name)) == len(name)
