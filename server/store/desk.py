"""Rows about questions left for a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, insert, select, update

from server.errors import NotFoundError
from server.store import Store
from server.store.tables import questions


@dataclass(frozen=True, slots=True)
class LeftQuestion:
    """A question a person left for a person. `text` has its personal data masked."""

    id: str
    asker: str  # a user's id
    text: str
    asked: datetime
    answer: str | None = None
    answered_by: str | None = None
    answered: datetime | None = None


class DeskRows:
    """Reads and writes left questions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def leave(self, question: LeftQuestion) -> None:
        with self._store.transaction() as connection:
            connection.execute(
                insert(questions).values(
                    id=question.id,
                    asker=question.asker,
                    text=question.text,
                    asked=question.asked,
                )
            )

    def waiting(self) -> list[LeftQuestion]:
        """Oldest first."""
        open_ones = select(questions).where(questions.c.answered.is_(None))
        return self._read(open_ones.order_by(questions.c.asked))

    def of(self, asker: str) -> list[LeftQuestion]:
        """Newest first."""
        theirs = select(questions).where(questions.c.asker == asker)
        return self._read(theirs.order_by(questions.c.asked.desc()))

    def answer(self, question: str, text: str, by: str, at: datetime) -> None:
        """Raises NotFoundError when no such question waits."""
        waiting = (
            update(questions)
            .where(questions.c.id == question, questions.c.answered.is_(None))
            .values(answer=text, answered_by=by, answered=at)
        )
        with self._store.transaction() as connection:
            changed = connection.execute(waiting).rowcount
        if not changed:
            raise NotFoundError("No such question waits for an answer.")

    def erase(self, asker: str) -> None:
        """Leaves no byte of them, in the write-ahead log either."""
        with self._store.transaction() as connection:
            connection.execute(delete(questions).where(questions.c.asker == asker))
        self._store.empty_log()

    def _read(self, query: Select[tuple[object, ...]]) -> list[LeftQuestion]:
        with self._store.transaction() as connection:
            rows = connection.execute(query).all()
        return [LeftQuestion(**row._mapping) for row in rows]  # noqa: SLF001  # its documented name
