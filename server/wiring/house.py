"""The house: every use case, wired on one state folder."""

from __future__ import annotations

import contextlib
import hmac
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self

from argon2 import PasswordHasher

from guardrails import charter as charters
from guardrails.chain import Guards
from guardrails.charter import Charter
from guardrails.pii import PersonalData
from guardrails.pii.vault import Vault
from ingest.address import Address, Scheme
from ingest.errors import IndexDamagedError, IndexMismatchError, IndexUnavailableError
from ingest.index import Index
from ingest.ingestion import Ingestion
from ingest.lexicon import Lexicon
from ingest.live import LiveIndex, Site
from ingest.reading import FileReader
from ingest.relevance import Rule
from ingest.remembering import RememberingEmbedder, RememberingIndex, Vectors
from ingest.remote import Remote, RemoteStore
from ingest.vectors import VectorCache
from models import adapted, catalog
from models.budget import tokens_in
from models.errors import ModelBusyError, WritingRevokedError
from models.metering import POWERCAP, open_sharing
from models.ports import Embedder, Entailment, Load, Reranker, Unloadable
from server.access import Person, operator
from server.accounts import Accounts, SignInPolicy
from server.adapting import Adapting, Embedders
from server.answering import Answering, Engines, House
from server.asking import Limits
from server.audit.errors import AuditError
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.audit.review import ReviewQueue
from server.conversations import Conversations
from server.desk import Desk
from server.lazy import Lazy
from server.library import Intake, Library
from server.model_changes import ModelChanges
from server.naming import Names
from server.onsite import check_on_site
from server.procedure import read_procedure
from server.prompting import Prompting
from server.rebuilding import SNAPSHOT, Rebuilding
from server.remotes import reach
from server.retrieval import Retrieval
from server.runs import Runs
from server.searching import Searching
from server.senses import senses_of
from server.settings import Settings, check_state, prepare_home, secret_key
from server.standings import Standings
from server.stewardship import Stewardship
from server.store import Store
from server.store.desk import DeskRows
from server.store.files import Files
from server.store.likenesses import Likenesses
from server.store.lives import Lives
from server.store.people import People
from server.store.shelves import Shelves
from server.switch import Switch
from server.switched import SwitchedEmbedder, SwitchedEntailment, SwitchedReranker
from server.switching import Switching
from server.unloading import Unloading
from server.wiring.generators import Made, asks_servers, make_generator, read_speed


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
    stewardship: Stewardship
    desk: Desk
    searching: Searching
    answering: Answering
    switching: Switching
    reviews: ReviewQueue
    charter: Lazy[Charter]
    writer: Lazy[Made]
    rebuilding: Rebuilding
    adapting: Adapting

    @property
    def names(self) -> Names:
        return self.answering.retrieval.names

    @property
    def models(self) -> ModelChanges:
        return ModelChanges(self.settings.home, self.record)

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
        if self.answering.retrieval.reranker is not None:
            self.answering.retrieval.reranker.get()
        if self.settings.entailment is not None:
            self.answering.engines.guards.get()

    def remarks(self) -> Iterator[str]:
        """What whoever starts the house should know: who answers if not the model, what is missing.

        Raises ModelsError.
        """
        made = self.writer.get()
        if made.reason is not None and catalog.listed(self.settings.home):
            yield f"Answers come from {made.generator.identity.name}: {made.reason.en}."
        if foreign := self.rebuilding.remark():
            yield foreign
        if left := self.library.unindexed():
            yield f"{left} documents are not indexed: vigie index rebuild."

    def rebuild_index(self, embedder: Embedder | None = None) -> tuple[int, int]:
        """Index anew, beside the live index, all that the store holds: documents, and passages.

        Another embedder takes the house's place together with the index that it filled.
        Raises WritingRevokedError with the AI off, IngestError, ModelsError.
        """
        if embedder is not None:
            return self.rebuilding.rebuild(SwitchedEmbedder(embedder, self.switch))
        restored = self.rebuilding.restore()  # from the snapshot, after one that was cut off
        return restored.documents, restored.passages

    def warm_up(self) -> None:
        """Make the costly parts now rather than at the first question; no model with the AI off."""
        self.answering.engines.guards.get()
        self.library.enforce_all()
        self.answering.retrieval.lexicon.refresh()
        with contextlib.suppress(WritingRevokedError):
            self.answering.retrieval.embedder.get().embed(["Bonjour"])


@dataclass(frozen=True, slots=True)
class Parts:
    """What is costly to make or to use and keeps no state: several houses may share it."""

    embedder: Lazy[Embedder]
    personal_data: Lazy[PersonalData]
    hasher: PasswordHasher = field(default_factory=PasswordHasher)  # argon2id

    @classmethod
    def of(cls, settings: Settings) -> Parts:
        return cls(
            Lazy(lambda: make_embedder(settings)), Lazy(lambda: make_personal_data(settings))
        )


@contextlib.contextmanager
def open_vigie(settings: Settings, parts: Parts | None = None) -> Iterator[Vigie]:
    """A house on the state folder of the settings; everything is closed at the end.

    Raises SettingsError, StoreUnavailableError, AuditError; the costly parts raise on first use.
    """
    prepare_home(settings)
    with contextlib.ExitStack() as closing:
        yield _build(settings, parts or Parts.of(settings), closing)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a house stands on: open as long as it runs."""

    settings: Settings
    secret: bytes
    switch: Switch
    record: AuditLog
    store: Store
    closing: contextlib.ExitStack

    @classmethod
    def laid(cls, settings: Settings, closing: contextlib.ExitStack) -> Self:
        home, secret = settings.home, secret_key(settings)
        check_state(home)
        switch = install_switch(settings)
        record = AuditLog.open(home / "record.db", now, settings.record_wait_s)
        closing.callback(record.close)
        store = Store.open(home / "store.db")
        closing.callback(store.close)
        return cls(settings, secret, switch, record, store, closing)


@dataclass(frozen=True, slots=True)
class _Documents:
    """How documents come in, are kept, found, and taught to the embedder."""

    library: Library
    stewardship: Stewardship
    retrieval: Retrieval
    rebuilding: Rebuilding
    adapting: Adapting


def _build(settings: Settings, parts: Parts, closing: contextlib.ExitStack) -> Vigie:
    ground = _Ground.laid(settings, closing)
    secret, switch, record, store = ground.secret, ground.switch, ground.record, ground.store
    charter = Lazy(lambda: charters.load(settings.charter_file()))
    entailment = _entailment(settings, switch)
    writer = Lazy(lambda: _made(ground))
    closing.callback(_close, writer)
    documents = _documents(ground, parts)
    generator = Lazy(lambda: writer.get().generator)
    senses = Lazy(lambda: senses_of(charter.get(), documents.retrieval.embedder, generator, switch))
    guards = Lazy(
        lambda: Guards(parts.personal_data.get(), charter.get(), senses.get(), entailment.get())
    )
    accounts = Accounts(People(store), record, secret, _policy(settings, parts.hasher), now)

    return Vigie(
        settings=settings,
        secret=secret,
        record=record,
        switch=switch,
        accounts=accounts,
        library=documents.library,
        stewardship=documents.stewardship,
        switching=Switching(switch, Lazy(lambda: record), accounts.is_active),
        reviews=ReviewQueue(record, _review_key(secret), settings.review_rate),
        rebuilding=documents.rebuilding,
        adapting=documents.adapting,
        desk=Desk(DeskRows(store), guards, record, secret, now),
        searching=Searching(documents.retrieval, guards),
        answering=Answering(
            switch=switch,
            record=record,
            retrieval=documents.retrieval,
            engines=Engines(
                guards=guards,
                generator=generator,
                prompting=Lazy(lambda: Prompting(charter.get())),
            ),
            conversations=Conversations(Vault(time.monotonic)),
            house=House(
                accounts.is_suspended,
                read_procedure(settings.home),
                _limits(settings),
                open_sharing(POWERCAP),
            ),
        ),
        charter=charter,
        writer=writer,
    )


def _made(ground: _Ground) -> Made:
    """Who writes the answers; where that holds a model, it obeys stops that demand its memory."""
    made = make_generator(ground.settings)
    model = made.generator
    if isinstance(model, Unloadable):
        note = partial(_note_unloaded, ground.record, model.identity.name)
        ground.closing.callback(Unloading.begin(ground.switch, model, note).end)
    return made


def _note_unloaded(record: AuditLog, name: str, freed: Load) -> None:
    facts = {"weights_mb": freed.weights_mb, "memory_mb": freed.memory_mb}
    with contextlib.suppress(AuditError):  # the record is down: the memory is free all the same
        record.append(Event(EventKind.MODEL_UNLOADED, name, "system", facts))


def _close(writer: Lazy[Made]) -> None:
    if writer.made is not None:
        with contextlib.suppress(ModelBusyError):  # it ends with the process then
            writer.made.close()


def _documents(ground: _Ground, parts: Parts) -> _Documents:
    settings, switch, store, closing = ground.settings, ground.switch, ground.store, ground.closing
    embedder = Lazy[Embedder](lambda: SwitchedEmbedder(parts.embedder.get(), switch))
    shelves, files = Shelves(store), Files(store)
    site = make_site(settings)
    live = Lazy(lambda: _open_index(site, embedder.get(), shelves, closing))
    vectors = Lazy(lambda: _open_vectors(settings.home, closing))
    index = Lazy[Index](lambda: RememberingIndex(live.get(), vectors.get()))
    reader = Lazy(lambda: _open_reader(settings, closing))
    reranker = _reranker(settings, switch)
    names = Names(parts.personal_data, hmac.digest(ground.secret, b"names of documents", "sha256"))
    standings = Standings(shelves, Lives(store), Likenesses(store), People(store), now)

    def remembering(embedder: Embedder) -> Embedder:
        # Documents are remembered, questions never; the switch stands before both.
        return SwitchedEmbedder(RememberingEmbedder(embedder, vectors.get()), switch)

    def ingestion() -> Ingestion:
        return Ingestion(index.get(), shelves, remembering(embedder.get()), reader.get(), files)

    intake = Intake(ingestion, files, Runs(), lambda address: open_remote(settings, address))
    library = Library(shelves, index.get, intake, ground.record, standings)
    kept = settings.home / SNAPSHOT
    rebuilding = Rebuilding(site, live, embedder, remembering, shelves, kept)
    embedders = _embedders(settings, rebuilding)
    return _Documents(
        library,
        Stewardship(library, standings, ground.record, now, names),
        Retrieval(
            index, embedder, Lexicon(shelves), standings, now, _rule(settings), names, reranker
        ),
        rebuilding,
        Adapting(settings.home, embedders, shelves, switch, ground.record),
    )


def install_switch(settings: Settings) -> Switch:
    """The switch of a home; ON in a home that never had one, and only there."""
    switch = Switch(settings.home, now)
    if not any((settings.home / name).exists() for name in ("switch.json", "record.db")):
        switch.install("system")
    return switch


def make_personal_data(settings: Settings | None = None) -> PersonalData:
    from guardrails.pii import IdentifiersAndNames

    return IdentifiersAndNames(settings.kept if settings else ())


def make_guards(charter: Charter, settings: Settings | None = None) -> Guards:
    return Guards(make_personal_data(settings), charter)


def make_embedder(settings: Settings) -> Embedder:
    """The embedder that reads the index: the house's own, or the one of the settings.

    Raises ModelUnavailableError, ModelDigestError.
    """
    from models.sentence import open_embedder

    home, base = settings.home, open_embedder(settings.embedder)
    own = adapted.in_force(home, base.identity.digest, _indexed_by(settings))
    if own is None:
        return base
    adapted.verify(home, own)
    return open_embedder(own.folder(home))


def _reranker(settings: Settings, switch: Switch) -> Lazy[Reranker] | None:
    if settings.reranker is None:
        return None
    return Lazy(lambda: SwitchedReranker(make_reranker(settings), switch))


def make_reranker(settings: Settings) -> Reranker:
    """The reranker of the settings. Raises ModelUnavailableError."""
    from models.cross_encoder import CrossEncoderReranker

    assert settings.reranker is not None
    return CrossEncoderReranker(settings.reranker)


def _entailment(settings: Settings, switch: Switch) -> Lazy[Entailment | None]:
    if settings.entailment is None:
        return Lazy(lambda: None)
    return Lazy(lambda: SwitchedEntailment(make_entailment(settings), switch))


def make_entailment(settings: Settings) -> Entailment:
    """The model of the settings that confirms support. Raises ModelUnavailableError."""
    from models.cross_encoder import CrossEncoderEntailment

    assert settings.entailment is not None
    return CrossEncoderEntailment(settings.entailment)


def _rule(settings: Settings) -> Rule:
    """When what was found is taken to be about the question."""
    rule = Rule.read()
    return rule if settings.relevance is None else replace(rule, least=settings.relevance)


def _indexed_by(settings: Settings) -> str | None:
    """The digest of the embedder that read the index; None where no index says it."""
    try:
        found = make_site(settings).identity()
    except (IndexDamagedError, IndexMismatchError, IndexUnavailableError):
        return None  # whoever opens it is told
    return found.digest if found else None


def _embedders(settings: Settings, rebuilding: Rebuilding) -> Embedders:
    from models.apprentice import adapt_apart
    from models.sentence import bundled_folder, open_embedder

    def opened(folder: Path) -> Embedder:
        return open_embedder(None if folder == bundled_folder() else folder)

    return Embedders(
        base=settings.embedder or bundled_folder(),
        teach=adapt_apart,
        opened=opened,
        in_force=lambda: make_embedder(settings),
        reindex=rebuilding.rebuild,
    )


def arithmetic() -> str:
    """In what precision the embedder computes on this machine."""
    from models import sentence

    return sentence.arithmetic()


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


def make_site(settings: Settings) -> Site:
    """Where the index is: a folder of the home, or the Qdrant server of the settings.

    Raises SettingsError for a server that is not on site.
    """
    from ingest.edge_folder import EdgeFolder
    from ingest.qdrant_server import QdrantServer

    if settings.index_url is None:
        return EdgeFolder(settings.home / "index")
    check_on_site(settings.index_url, settings.on_site, "VIGIE_INDEX_URL")
    return QdrantServer.connect(settings.index_url, settings.index_key, settings.index_name)


def _open_vectors(home: Path, closing: contextlib.ExitStack) -> Vectors:
    cache = VectorCache(home / "vectors.db")
    closing.callback(cache.close)
    return Vectors(cache, arithmetic)


def _open_reader(settings: Settings, closing: contextlib.ExitStack) -> FileReader:
    from ingest.isolation.reader import IsolatedReader
    from ingest.isolation.wire import Bounds

    bounds = Bounds(
        seconds=settings.read_seconds,
        cpu_seconds=settings.read_cpu_seconds,
        memory=settings.read_memory_mb * 1024 * 1024,
    )
    reader = IsolatedReader(bounds, settings.read_lanes)
    closing.callback(reader.close)
    return reader


def _open_index(
    site: Site, embedder: Embedder, shelves: Shelves, closing: contextlib.ExitStack
) -> LiveIndex:
    live = LiveIndex.open(site, embedder)
    closing.callback(live.close)
    if not live.count():
        # A new one, or another's: after a restoration, or on another machine, say so.
        shelves.unmark()
    return live


def _policy(settings: Settings, hasher: PasswordHasher) -> SignInPolicy:
    return SignInPolicy(
        session=timedelta(hours=settings.session_hours),
        tries=settings.sign_in_tries,
        pause=timedelta(seconds=settings.sign_in_pause_s),
        hasher=hasher,
    )


def _limits(settings: Settings) -> Limits:
    speed = settings.read_tokens_per_s or read_speed(settings)
    return Limits(
        settings.passages,
        settings.deadline_s,
        settings.watts_per_core,
        tokens_in(settings.first_sentence_s, speed) if speed is not None else None,
        elsewhere=asks_servers(settings),
    )


def _review_key(secret: bytes) -> bytes:
    """The key of the review coin: its own, so that nothing else foretells it."""
    return hmac.digest(secret, b"review coin", "sha256")
