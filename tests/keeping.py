"""A house without a model: its store, its record and its library, on a clock of the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from demo import CHEAP, PASSWORD
from passages import WordsEmbedder

from guardrails.pii import StructuredIdentifiers
from ingest.address import Address
from ingest.errors import RemoteRefusedError
from ingest.index import Hit
from ingest.ingestion import Ingestion
from ingest.lexicon import Lexicon
from ingest.memory import MemoryIndex
from ingest.reading import InProcessReader
from ingest.relevance import Rule
from ingest.remote import Remote
from models.ports import Language
from server.access import Person, Role, audience_of, operator
from server.accounts import Accounts, SignInPolicy
from server.audit.log import AuditLog
from server.lazy import Lazy
from server.library import Intake, Library, Place
from server.naming import Names
from server.retrieval import Retrieval, Wanted
from server.runs import Runs
from server.standings import Standings
from server.stewardship import Stewardship
from server.store import Store
from server.store.files import Files
from server.store.likenesses import Likenesses
from server.store.lives import Lives
from server.store.people import People
from server.store.shelves import Shelves

SECRET = b"a secret of the tests"
NAMES = Names(Lazy(StructuredIdentifiers), SECRET)
POLICY = SignInPolicy(timedelta(1), 3, timedelta(1), CHEAP)


def no_remote(address: Address) -> Remote:
    raise RemoteRefusedError(f"{address.host} is not listed.")


@dataclass
class Clock:
    """Stands still until the test moves it."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def today(self) -> date:
        return self.now.date()

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


@dataclass
class Keeping:
    """What owners and readers need of a house."""

    clock: Clock
    record: AuditLog
    accounts: Accounts
    library: Library
    stewardship: Stewardship
    retrieval: Retrieval
    index: MemoryIndex

    @property
    def operator(self) -> Person:
        return operator(SECRET)

    def person(self, name: str, *roles: Role, groups: tuple[str, ...] = ()) -> Person:
        return self.accounts.add(name, PASSWORD, roles or (Role.EMPLOYEE,), groups, "test")

    def ingest(self, folder: Place, name: str | None = None) -> None:
        self.library.ingest(folder, name, self.operator, lambda _done, _of: None)

    def search(self, question: str, reader: Person, limit: int = 10) -> list[Hit]:
        wanted = Wanted(question, Language.FRENCH)
        return self.retrieval.find(wanted, audience_of(reader), limit).hits

    def found(self, question: str, reader: Person, limit: int = 10) -> list[str]:
        return [hit.chunk.document for hit in self.search(question, reader, limit)]


@contextmanager
def keeping(home: Path, open_remote: Callable[[Address], Remote] = no_remote) -> Iterator[Keeping]:
    """On a folder that exists; closed at the end."""
    clock, index, embedder = Clock(), MemoryIndex(), WordsEmbedder()
    store = Store.open(home / "store.db")
    record = AuditLog.open(home / "record.db", clock)
    shelves, people = Shelves(store), People(store)
    standings = Standings(shelves, Lives(store), Likenesses(store), people, clock)
    files = Files(store)
    ingestion = Ingestion(index, shelves, embedder, InProcessReader(), files)
    intake = Intake(lambda: ingestion, files, Runs(), open_remote)
    library = Library(shelves, lambda: index, intake, record, standings)
    try:
        yield Keeping(
            clock,
            record,
            Accounts(people, record, SECRET, POLICY, clock),
            library,
            Stewardship(library, standings, record, clock, NAMES),
            Retrieval(
                Lazy(lambda: index),
                Lazy(lambda: embedder),
                Lexicon(shelves),
                standings,
                clock,
                Rule.read(),
                NAMES,
            ),
            index,
        )
    finally:
        store.close()
        record.close()
