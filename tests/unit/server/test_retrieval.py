"""A search gives as many passages as were asked for, each with its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from keeping import keeping

from ingest.chunking import SIZE
from models.ports import Language, ModelIdentity, Reranker
from server.access import audience_of
from server.lazy import Lazy
from server.reranking import READ_AGAIN
from server.retrieval import Wanted


def test_the_places_of_joined_passages_are_filled(tmp_path: Path) -> None:
    folder = tmp_path / "rh"
    folder.mkdir()
    paragraph = "Les congés payés. " * (SIZE // 20)
    (folder / "long.md").write_text("\n\n".join([paragraph] * 3), encoding="utf-8")
    for n in range(3):
        text = f"La note {n} parle du télétravail, et une fois des congés."
        (folder / f"note-{n}.md").write_text(text, encoding="utf-8")

    with keeping(tmp_path) as kept:
        asker = kept.person("camille")
        kept.ingest(folder)
        found = kept.search("congés payés", asker, limit=3)

    assert len(found) == 3
    assert len(found[0].chunk.text) > SIZE
    assert len({hit.chunk.document for hit in found}) == 3


def test_what_is_typed_can_be_looked_for_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "rh"
    folder.mkdir()
    (folder / "note.md").write_text("Le télétravail est possible.", encoding="utf-8")

    with keeping(tmp_path) as kept:
        audience = audience_of(kept.person("camille"))
        kept.ingest(folder)
        mended = kept.retrieval.find(Wanted("teletravial", Language.FRENCH), audience, 3)
        literal = kept.retrieval.find(
            Wanted("teletravial", Language.FRENCH, exact=True), audience, 3
        )

    assert mended.correction.question == "télétravail"
    assert not literal.correction


class Counting(Reranker):
    """Leaves the order as it is, and counts how often it was asked."""

    identity = ModelIdentity("counting", "0" * 64)

    def __init__(self) -> None:
        self.asked = 0

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        del question
        self.asked += 1
        return [0.0] * len(passages)


def test_the_best_are_read_again_once_however_deep_the_search_reads(tmp_path: Path) -> None:
    folder = tmp_path / "rh"
    folder.mkdir()
    paragraph = "Les congés payés. " * (SIZE // 20)
    for n in range(READ_AGAIN):
        (folder / f"long-{n}.md").write_text("\n\n".join([paragraph] * 3), encoding="utf-8")
    counting = Counting()

    with keeping(tmp_path) as kept:
        audience = audience_of(kept.person("camille"))
        kept.ingest(folder)
        retrieval = replace(kept.retrieval, reranker=Lazy(lambda: counting))
        found = retrieval.find(Wanted("congés payés", Language.FRENCH), audience, READ_AGAIN)

    assert len(found.hits) > READ_AGAIN // 3, "it read deeper, since passages were joined"
    assert counting.asked == 1
