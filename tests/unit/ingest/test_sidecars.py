"""A file beside a document narrows who reads it; when it cannot be read, nobody does."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.collections import Override
from ingest.errors import UnreadableFileError
from ingest.opening import open_source
from ingest.readers import reasons
from ingest.sidecars import combine, sidecars
from ingest.sources import Entry, FailedFile
from models.ports import Language

WHOLE = """
readers = ["paie"]
language = "en"
review_due = 2027-01-31
owner = "Paul Modèle"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sous").mkdir()
    (tmp_path / "sous" / "grille.md").write_text("La grille.", encoding="utf-8")
    (tmp_path / "note.md").write_text("Une note.", encoding="utf-8")
    return tmp_path


def beside(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.vigie.toml").write_text(text, encoding="utf-8")


def offered(folder: Path) -> dict[str, Entry | FailedFile]:
    return {
        one.id if isinstance(one, Entry) else one.path: one for one in open_source(folder).entries()
    }


def test_a_sidecar_speaks_of_its_document_and_is_none_itself(folder: Path) -> None:
    beside(folder, "sous/grille.md", WHOLE)

    assert sidecars(folder, "here") == (
        Override(
            "sous/grille.md",
            frozenset({"paie"}),
            Language.ENGLISH,
            date(2027, 1, 31),
            "Paul Modèle",
            "here",
        ),
    )
    assert set(offered(folder)) == {"note.md", "sous/grille.md"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "readers = [",
        'readers = "paie"',
        'readers = [""]',
        'reader = ["paie"]',
        'language = "de"',
        "owner = ''",
        "x" * 70_000,
    ],
)
def test_a_sidecar_that_cannot_be_read_leaves_its_document_to_nobody(
    folder: Path, text: str
) -> None:
    beside(folder, "note.md", text)

    found = offered(folder)["note.md"]
    if not text:  # an empty one says nothing, and that is no mistake
        assert isinstance(found, Entry)
        return
    assert found == FailedFile("note.md", reasons.SIDECAR)
    assert [one.readers for one in sidecars(folder, "here")] == [frozenset()]


def test_a_sidecar_that_is_a_link_or_no_text_is_not_read(folder: Path) -> None:
    (folder / "note.md.vigie.toml").symlink_to("/dev/zero")
    (folder / "sous" / "grille.md.vigie.toml").write_bytes(b"\xff\xfe\x00")

    found = offered(folder)

    assert all(isinstance(found[name], FailedFile) for name in ("note.md", "sous/grille.md"))


def test_a_sidecar_of_nothing_is_a_mistake_that_is_told(folder: Path) -> None:
    beside(folder, "nota.md", 'readers = ["paie"]')

    found = offered(folder)

    assert found["nota.md.vigie.toml"] == FailedFile(
        "nota.md.vigie.toml", reasons.SIDECAR_OF_NOTHING
    )


def test_a_single_file_has_its_sidecar_too(folder: Path) -> None:
    beside(folder, "note.md", "readers = [")

    found = list(open_source(folder / "note.md").entries())

    assert found == [FailedFile("note.md", reasons.SIDECAR)]
    assert [one.document for one in sidecars(folder / "note.md", "here")] == ["note.md"]


def test_a_sidecar_of_lines_is_refused_rather_than_forgotten(folder: Path) -> None:
    (folder / "pages.jsonl").write_text('{"id": "a", "text": "b"}\n', encoding="utf-8")
    beside(folder, "pages.jsonl", 'readers = ["paie"]')

    with pytest.raises(UnreadableFileError):
        open_source(folder / "pages.jsonl")


def test_two_that_speak_of_one_document_open_it_to_those_whom_both_name() -> None:
    described = Override("grille", frozenset({"paie", "rh"}), review_due=date(2027, 1, 1))
    beside = Override("grille", frozenset({"paie", "everyone"}), Language.ENGLISH, origin="here")

    (both,) = combine([described], [beside])

    assert both.readers == {"paie"}
    assert (both.review_due, both.language) == (date(2027, 1, 1), Language.ENGLISH)
