"""Text in any common encoding, and tables as text."""

from __future__ import annotations

import pytest

from ingest.documents import BlockKind
from ingest.readers import read

FRENCH = "L'employé a droit à vingt-cinq jours de congés payés. Où ça ? Naïf, forcément.\n"
RUSSIAN = "Сотрудник имеет право на двадцать пять дней отпуска в году.\n" * 3


@pytest.mark.parametrize("text", [FRENCH, FRENCH * 50])
@pytest.mark.parametrize(
    "encoding",
    "utf-8 utf-8-sig utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be "
    "cp1252 latin-1 cp850 mac_roman".split(),
)
def test_french_is_read_in_the_encodings_of_windows_dos_and_old_macs(
    encoding: str, text: str
) -> None:
    said = " ".join(block.text for block in read("note.txt", text.encode(encoding)).blocks)

    assert said == " ".join(text.split())


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r"])
def test_other_scripts_are_guessed(encoding: str) -> None:
    said = " ".join(block.text for block in read("note.txt", RUSSIAN.encode(encoding)).blocks)

    assert said == " ".join(RUSSIAN.split())


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_a_table_is_read_row_by_row_with_its_header(separator: str) -> None:
    lines = [["Ville", "Hôtel"], ["Lyon", '"120 €, petit\ndéjeuner"'], ["Nice", "130 €"]]
    data = "\r\n".join(separator.join(line) for line in lines).encode("cp1252")

    blocks = read("plafonds.csv", data).blocks

    assert [(block.kind, block.text) for block in blocks] == [
        (BlockKind.ROW, "Ville : Lyon ; Hôtel : 120 €, petit déjeuner"),
        (BlockKind.ROW, "Ville : Nice ; Hôtel : 130 €"),
    ]


def test_a_single_column_is_read_as_paragraphs() -> None:
    blocks = read("villes.tsv", b"Lyon\nNice, au bord de la mer\n").blocks

    assert [block.kind for block in blocks] == [BlockKind.PARAGRAPH, BlockKind.PARAGRAPH]
