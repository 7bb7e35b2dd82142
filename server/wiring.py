"""The wiring: the only file that names adapters and puts them together."""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from guardrails import charter as charters
from guardrails.chain import Guards
from guardrails.charter import Charter
from guardrails.pii import PersonalData
from ingest.index import Index
from ingest.ingestion import Ingestion, rebuild
from ingest.remote import Address, Remote, RemoteStore, Scheme
from models import catalog
from models.errors import ModelUnavailableError, WritingRevokedError
from models.extractive import ExtractiveGenerator
from models.ports import Embedder, Generator
from models.stub import StubGenerator
from models.wording import Wording
from server.access import Person, operator
from server.accounts import Accounts, SignInPolicy
from server.answering import Answering, Engines, House
from server.asking import Limits
from server.audit.log import AuditLog
from server.audit.review import ReviewQueue
from server.conversations import Conversations
from server.desk import Desk
from server.errors import InvalidInputError
from server.lazy import Lazy
from server.library import Intake, Library
from server.procedure import read_procedure
from server.prompting import Prompting
from server.remotes import reach
from server.retrieval import Retrieval
from server.runs import Runs
from server.searching import Searching
from server.settings import Settings, check_state, prepare_home, secret_key
from server.store import Store
from server.store.desk import DeskRows
from server.store.files import Files
from server.store.people import People
from server.store.shelves import Shelves
from server.switch import Switch
from server.switched import SwitchedEmbedder
from server.switching import Switching


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Made:
    """The generator that was made; `reason` says why `auto` did without a model."""

    generator: Generator
    reason: Wording | None


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
    switching: Switching
    reviews: ReviewQueue
    charter: Lazy[Charter]
    writer: Lazy[Made]
    rebuild_index: Callable[[], tuple[int, int]]
    """Index anew all that the store holds: how many documents, and passages.

    Raises InvalidInputError while the index is in use by this very process.
    """

    @property
    def operator(self) -> Person:
        return operator(self.secret)

    def check_parts(self) -> None:
        """What must be right before anyone is let in: charter, generator, index.

        Raises SettingsError, GuardrailsError, ModelsError, IngestError.
        """
        self.answering.engines.prompting.get()
        self.answering.engines.generator.get()
        self.answering.retrieval.index.get()

    def remarks(self) -> Iterator[str]:
        """What whoever starts the house should know: who answers if not the model, what is missing.

        Raises ModelsError.
        """
        made = self.writer.get()
        if made.reason is not None and catalog.listed(self.settings.home):
            yield f"Answers come from {made.generator.identity.name}: {made.reason.en}."
        if left := self.library.unindexed():
            yield f"{left} documents are not indexed: stop the server, then vigie index rebuild."

    def warm_up(self) -> None:
        """Make the costly parts now rather than at the first question; no model with the AI off."""
        self.answering.engines.guards.get()
        with contextlib.suppress(WritingRevokedError):
            self.answering.retrieval.embedder.get().embed(["Bonjour"])


@dataclass(frozen=True, slots=True)
class Parts:
    """What costs seconds to make and keeps no state: several houses may share it."""

    embedder: Lazy[Embedder]
    personal_data: Lazy[PersonalData]

    @classmethod
    def of(cls, settings: Settings) -> Parts:
        return cls(Lazy(lambda: make_embedder(settings)), Lazy(make_personal_data))


@contextlib.contextmanager
def open_vigie(settings: Settings, parts: Parts | None = None) -> Iterator[Vigie]:
    """A house on the state folder of the settings; everything is closed at the end.

    Raises SettingsError, StoreUnavailableError, AuditError; the costly parts raise on first use.
    """
    prepare_home(settings)
    with contextlib.ExitStack() as closing:
        yield _build(settings, parts or Parts.of(settings), closing)


def _build(settings: Settings, parts: Parts, closing: contextlib.ExitStack) -> Vigie:
    home, secret = settings.home, secret_key(settings)
    check_state(home)
    switch = install_switch(settings)
    record = AuditLog.open(home / "record.db", now, settings.record_wait_s)
    closing.callback(record.close)
    store = Store.open(home / "store.db")
    closing.callback(store.close)

    charter = Lazy(lambda: charters.load(settings.charter_file()))
    guards = Lazy(lambda: Guards(parts.personal_data.get(), charter.get()))
    embedder = Lazy[Embedder](lambda: SwitchedEmbedder(parts.embedder.get(), switch))
    index = Lazy(lambda: _open_index(home, embedder.get(), closing))
    writer = Lazy(lambda: make_generator(settings))
    shelves, files = Shelves(store), Files(store)
    retrieval = Retrieval(index, embedder, shelves, now)
    accounts = Accounts(People(store), record, secret, _policy(settings), now)

    return Vigie(
        settings=settings,
        secret=secret,
        record=record,
        switch=switch,
        accounts=accounts,
        library=Library(
            shelves,
            index.get,
            lambda: Ingestion(index.get(), shelves, embedder.get(), files),
            record,
            Intake(files, Runs(), lambda address: open_remote(settings, address)),
        ),
        switching=Switching(switch, Lazy(lambda: record), accounts.is_active),
        reviews=ReviewQueue(record, _review_key(secret), settings.review_rate),
        rebuild_index=lambda: _rebuild(home, index, embedder, shelves),
        desk=Desk(DeskRows(store), guards, record, secret, now),
        searching=Searching(retrieval),
        answering=Answering(
            switch=switch,
            record=record,
            retrieval=retrieval,
            engines=Engines(
                guards=guards,
                generator=Lazy(lambda: writer.get().generator),
                prompting=Lazy(lambda: Prompting(charter.get())),
            ),
            conversations=Conversations(),
            house=House(accounts.is_suspended, read_procedure(home), _limits(settings)),
        ),
        charter=charter,
        writer=writer,
    )


def install_switch(settings: Settings) -> Switch:
    """The switch of a home; ON in a home that never had one, and only there."""
    switch = Switch(settings.home, now)
    if not any((settings.home / name).exists() for name in ("switch.json", "record.db")):
        switch.install("system")
    return switch


def make_personal_data() -> PersonalData:
    from guardrails.pii import PresidioPersonalData

    return PresidioPersonalData()


def make_guards(charter: Charter) -> Guards:
    return Guards(make_personal_data(), charter)


def make_embedder(settings: Settings) -> Embedder:
    """Raises ModelUnavailableError."""
    from models.sentence import open_embedder

    return open_embedder(settings.embedder)


def open_remote(settings: Settings, address: Address) -> Remote:
    """A remote place, listed. Raises SettingsError, IngestError."""
    return Remote(address, _remote_store(settings, address))


def _remote_store(settings: Settings, address: Address) -> RemoteStore:
    reached = reach(settings, address)
    user, password = reached.credentials.user, reached.credentials.password
    match address.scheme:
        case Scheme.S3:
            from ingest.s3 import S3

            return S3(reached.base, address.host, user, password, reached.credentials.region)
        case Scheme.WEBDAV | Scheme.WEBDAVS:
            from ingest.webdav import WebDav

            return WebDav(reached.base, user, password)


def choose_generator(settings: Settings) -> catalog.Choice:
    """Who would answer with these settings, and why. Raises ModelsError."""
    listed = catalog.listed(settings.home)
    return catalog.choose(settings.generator, listed[-1] if listed else None)


def make_generator(settings: Settings) -> Made:
    """The generator of the settings. Raises ModelsError when one asked for by name cannot be had.

    `auto` falls back to quoting when llama.cpp refuses a file whose digest is right.
    """
    choice = choose_generator(settings)
    try:
        return Made(_generator(choice, settings), choice.reason)
    except ModelUnavailableError:
        if settings.generator != "auto" or choice.model is None:
            raise
        choice = catalog.without(choice.model)
        return Made(_generator(choice, settings), choice.reason)


def _generator(choice: catalog.Choice, settings: Settings) -> Generator:
    if choice.model is not None:
        return _llama(choice.model, settings)
    match choice.engine:
        case catalog.Engine.STUB:
            return StubGenerator()
        case catalog.Engine.EXTRACTIVE | catalog.Engine.LLAMA:
            return ExtractiveGenerator()


def _open_index(home: Path, embedder: Embedder, closing: contextlib.ExitStack) -> Index:
    from ingest.edge import EdgeIndex

    index = EdgeIndex.open(home / "index", embedder)
    closing.callback(index.close)
    return index


def _rebuild(
    home: Path, index: Lazy[Index], embedder: Lazy[Embedder], shelves: Shelves
) -> tuple[int, int]:
    from ingest.edge import discard

    if index.made is not None:
        raise InvalidInputError("Stop the server first: it is using the index.")
    documents = shelves.documents()

    def emptied() -> Index:
        discard(home / "index")
        return index.get()

    return len(documents), rebuild(documents, shelves, embedder.get(), emptied)


def _policy(settings: Settings) -> SignInPolicy:
    return SignInPolicy(
        session=timedelta(hours=settings.session_hours),
        tries=settings.sign_in_tries,
        pause=timedelta(seconds=settings.sign_in_pause_s),
    )


def _limits(settings: Settings) -> Limits:
    return Limits(settings.passages, settings.deadline_s, settings.watts_per_core)


def _review_key(secret: bytes) -> bytes:
    """The key of the review coin: its own, so that nothing else foretells it."""
    return hmac.digest(secret, b"review coin", "sha256")


def _llama(model: catalog.PinnedModel, settings: Settings) -> Generator:
    from models.llama import LlamaGenerator, LlamaSettings

    return LlamaGenerator(
        model.path,
        model.identity,
        LlamaSettings(
            context_tokens=settings.context_tokens,
            answer_tokens=settings.answer_tokens,
            threads=settings.threads,
            waiting=settings.queue,
        ),
        now,
    )
