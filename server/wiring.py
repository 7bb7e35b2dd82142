"""The wiring: the only file that names adapters and puts them together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from guardrails.chain import Guards
from guardrails.charter import Charter
from ingest.index import Index
from ingest.ingestion import Ingestion
from models.catalog import pinned
from models.ports import Embedder, Generator
from server.access import Person, operator
from server.accounts import Accounts, SignInPolicy
from server.answering import Answering, Engines, House
from server.asking import Limits
from server.audit.log import AuditLog
from server.conversations import Conversations
from server.desk import Desk
from server.lazy import Lazy
from server.library import Library
from server.procedure import read_procedure
from server.prompting import Prompting
from server.retrieval import Retrieval
from server.searching import Searching
from server.settings import Settings, prepare_home, secret_key
from server.store import Store
from server.store.desk import DeskRows
from server.store.people import People
from server.store.shelves import Shelves
from server.switch import Switch

if TYPE_CHECKING:
    from ingest.edge import EdgeIndex


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Vigie:
    """A house that runs: every use case, wired on one state folder."""

    settings: Settings
    secret: bytes
    record: AuditLog
    switch: Switch
    accounts: Accounts
    library: Library
    desk: Desk
    searching: Searching
    answering: Answering
    charter: Lazy[Charter]

    @property
    def operator(self) -> Person:
        return operator(self.secret)

    def warm_up(self) -> None:
        """Make the costly parts now rather than at the first question."""
        engines, retrieval = self.answering.engines, self.answering.retrieval
        engines.guards.get()
        engines.prompting.get()
        retrieval.index.get()
        retrieval.embedder.get().embed(["Bonjour"])
        engines.generator.get()


@contextlib.contextmanager
def open_vigie(settings: Settings) -> Iterator[Vigie]:
    """A house on the state folder of the settings; everything is closed at the end.

    Raises SettingsError, StoreUnavailableError, AuditError; the costly parts raise on first use.
    """
    prepare_home(settings)
    with contextlib.ExitStack() as closing:
        yield _build(settings, closing)


def _build(settings: Settings, closing: contextlib.ExitStack) -> Vigie:
    home, secret = settings.home, secret_key(settings)
    first_start = not (home / "record.db").exists()
    record = AuditLog.open(home / "record.db", now)
    closing.callback(record.close)
    store = Store.open(home / "store.db")
    closing.callback(store.close)
    switch = Switch(home, now)
    if first_start:
        switch.install("system")

    charter = Lazy(lambda: _charter(settings))
    guards = Lazy(lambda: _guards(charter.get()))
    embedder = Lazy(lambda: _embedder(settings))
    edge = Lazy(lambda: _index(home / "index", embedder.get()))
    closing.callback(_close_index, edge)
    index: Lazy[Index] = edge  # type: ignore[assignment]  # an EdgeIndex is an Index
    shelves = Shelves(store)
    retrieval = Retrieval(index, embedder, shelves)
    accounts = Accounts(People(store), record, secret, _policy(settings), now)

    return Vigie(
        settings=settings,
        secret=secret,
        record=record,
        switch=switch,
        accounts=accounts,
        library=Library(
            shelves, lambda: Ingestion(index.get(), shelves, embedder.get()), record
        ),
        desk=Desk(DeskRows(store), guards, record, secret, now),
        searching=Searching(switch, retrieval),
        answering=Answering(
            switch=switch,
            record=record,
            retrieval=retrieval,
            engines=Engines(
                guards=guards,
                generator=Lazy(lambda: _generator(settings)),
                prompting=Lazy(lambda: Prompting(charter.get())),
            ),
            conversations=Conversations(),
            house=House(accounts.is_suspended, read_procedure(home), _limits(settings)),
        ),
        charter=charter,
    )
