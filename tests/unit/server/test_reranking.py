"""A reranker moves the best passages, and nothing else; with the AI off it is not called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import tiny_cross_encoder
from conftest import Opened
from demo import asked_by, employee
from passages import document, embedded

from ingest.index import Hit, Nearness
from models.errors import Revocation, WritingRevokedError
from models.ports import Language, ModelIdentity, Reranker
from server.audit.log import SealedOutcome
from server.reranking import READ_AGAIN, reranked
from server.searching import Wanted


class Shortest(Reranker):
    """Finds short passages best."""

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("shortest", "0" * 64)

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        del question
        return [-float(len(passage)) for passage in passages]


class Revoked(Shortest):
    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        del question, passages
        raise WritingRevokedError(Revocation.STOPPED)


def hits(count: int) -> list[Hit]:
    """Best first, each shorter than the one before."""
    return [
        Hit(
            embedded(document(f"d{n:02}", "mot " * (count - n))).chunks[0],
            float(count - n),
            Nearness(cosine=1 / (n + 1)),
        )
        for n in range(count)
    ]


def test_the_best_are_read_again_and_the_others_stay() -> None:
    found = hits(READ_AGAIN + 2)

    again = reranked(Shortest(), "mot", found)

    assert [hit.chunk for hit in again[:READ_AGAIN]] == [
        hit.chunk for hit in reversed(found[:READ_AGAIN])
    ]
    assert again[READ_AGAIN:] == found[READ_AGAIN:]
    assert [hit.score for hit in again] == [hit.score for hit in found]


def test_a_passage_takes_its_nearness_with_it() -> None:
    found = hits(3)

    again = reranked(Shortest(), "mot", found)

    assert [hit.nearness for hit in again] == [hit.nearness for hit in reversed(found)]


def test_nothing_moves_where_an_identifier_is_asked_for() -> None:
    assert reranked(Shortest(), "que dit PRC-2024-017", hits(3)) == hits(3)


def test_with_the_ai_off_the_order_stays() -> None:
    assert reranked(Revoked(), "mot", hits(3)) == hits(3)


@pytest.mark.slow
def test_a_house_with_a_reranker_uses_it_and_puts_it_on_the_record(
    open_house: Opened, furnished: Path, tmp_path: Path
) -> None:
    import shutil

    folder = tiny_cross_encoder.build(tmp_path / "tiny")
    home = tmp_path / "reranked"
    shutil.copytree(furnished, home, ignore=shutil.ignore_patterns("*.sock", "server.lock"))
    house = open_house(home, generator="extractive", reranker=folder)
    asker = employee(house)
    wanted = Wanted("combien de jours de congés payés par an", Language.FRENCH)

    found = house.searching.look(wanted, asker, 10).found
    *_, last = house.answering.answer(asked_by(asker, wanted.question))

    assert len(found.hits) == 10
    assert [hit.score for hit in found.hits] == sorted(
        (hit.score for hit in found.hits), reverse=True
    )
    assert isinstance(last, SealedOutcome)
    opened = house.record.answer(last.record)
    reranker = house.answering.retrieval.reranker
    assert reranker is not None
    assert reranker.get().identity.digest in str(opened)
