"""What a collection is: who owns it, who may read it, and until when it holds."""

from __future__ import annotations

import os
import tomllib
import unicodedata
from bisect import bisect_left
from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from guardrails.pii.policy import AS_USUAL, Policy, Treatment
from guardrails.pii.ports import Kind
from ingest.errors import CollectionError
from ingest.freshness import Clock, DocumentClass, Terms, clock_of
from models.ports import Language
from models.wording import Wording

COLLECTION_FILE = "collection.toml"
EVERYONE = "everyone"


class Sensitivity(StrEnum):
    """How much harm it does when others read it."""

    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    SECRET = "secret"  # noqa: S105  # a level, and no password


class OrdersFound(StrEnum):
    """What becomes of sentences that give orders to an assistant; they are reported always."""

    KEEP = "keep"  # as they stand; no model is shown them, whatever is said here
    NEUTRALISE = "neutralise"  # each gives way to a marker in the passages
    QUARANTINE = "quarantine"  # the file is not taken


class Trust(StrEnum):
    """How far what stands there may be believed."""

    AUTHORITATIVE = "authoritative"  # binds the company: its rules, the law
    ORDINARY = "ordinary"
    UNVERIFIED = "unverified"  # comes from outside, or from anyone: mail, the web


@dataclass(frozen=True, slots=True)
class Override:
    """Where one document differs from its collection; None: as the collection says.

    `origin` is the source whose sidecar file says so; empty for the collection's own description.
    """

    document: str
    readers: frozenset[str] | None = None
    language: Language | None = None
    review_due: date | None = None
    owner: str | None = None
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents that one person answers for. No readers: nobody reads them."""

    name: str
    title: Wording
    owner: str
    deputy: str = ""
    contact: str = ""
    readers: frozenset[str] = frozenset({EVERYONE})
    language: Language = Language.FRENCH
    review_due: date | None = None
    documents: tuple[Override, ...] = ()
    kind: DocumentClass = DocumentClass.REFERENCE
    warn_after: int | None = None  # days; None: as the class says
    error_after: int | None = None
    legal_basis: str = ""
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    trust: Trust = Trust.ORDINARY
    orders: OrdersFound = OrdersFound.NEUTRALISE
    personal_data: Policy = AS_USUAL

    def __post_init__(self) -> None:
        # In order, since ten thousand documents may each have a sidecar.
        object.__setattr__(self, "documents", tuple(sorted(self.documents, key=_name)))

    @classmethod
    def undescribed(cls, name: str, owner: str, readers: frozenset[str]) -> Collection:
        """A collection about which only this is known."""
        return cls(name=name, title=Wording(fr=name, en=name), owner=owner, readers=readers)

    def readers_of(self, document: str) -> frozenset[str]:
        found = self._differing(document).readers
        return self.readers if found is None else found

    def language_of(self, document: str) -> Language:
        return self._differing(document).language or self.language

    def review_due_of(self, document: str) -> date | None:
        return self._differing(document).review_due or self.review_due

    def owner_of(self, document: str) -> str:
        return self._differing(document).owner or self.owner

    def terms_of(self, document: str) -> Terms:
        return Terms(self.clock, self.review_due_of(document))

    @property
    def clock(self) -> Clock:
        usual = clock_of(self.kind)
        return Clock(
            usual.warn_after if self.warn_after is None else self.warn_after,
            usual.error_after if self.error_after is None else self.error_after,
        )

    def _differing(self, document: str) -> Override:
        """What is said of the document; else of the archive that it is in."""
        places = (document, *map(str, PurePosixPath(document).parents))
        said = (self._said_of(place) for place in places)
        return next((one for one in said if one), Override(document))

    def _said_of(self, document: str) -> Override | None:
        at = bisect_left(self.documents, document, key=_name)
        here = self.documents[at : at + 1]
        return here[0] if here and here[0].document == document else None


def _name(override: Override) -> str:
    return override.document


def read_collection(folder: Path, name: str | None = None) -> Collection:
    """The description a folder gives of itself, under its own name unless another is given.

    Raises CollectionError, which names the field that is wrong. A document named there must be
    in the folder: a mistyped name would leave it open to the readers of the collection.
    """
    file = folder / COLLECTION_FILE
    try:
        said = file.read_bytes()
    except OSError as error:
        raise CollectionError(f"{file} cannot be opened: {error.strerror}.") from error
    there = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    return parse_collection(said, str(folder), there, name or folder.resolve().name)


def parse_collection(said: bytes, place: str, there: Iterable[str], name: str) -> Collection:
    """What the `collection.toml` of a place says, where these documents are. As above."""
    file = f"{place}/{COLLECTION_FILE}"
    described = _described(said, file)
    _check_documents(described.documents, file, {nfc(document) for document in there})
    title = described.title or name
    collection = Collection(
        name=name,
        title=Wording(title, title) if isinstance(title, str) else Wording(title.fr, title.en),
        owner=described.owner,
        deputy=described.deputy,
        contact=described.contact,
        readers=described.readers,
        language=described.language,
        review_due=described.review_due,
        documents=tuple(
            Override(nfc(document), said.readers, said.language, said.review_due, said.owner)
            for document, said in sorted(described.documents.items())
        ),
        kind=described.kind,
        warn_after=described.warn_after,
        error_after=described.error_after,
        legal_basis=described.legal_basis,
        sensitivity=described.sensitivity,
        trust=described.trust,
        orders=described.orders,
        personal_data=_policy(described.personal_data),
    )
    check_consistent(collection)
    return collection


def check_consistent(collection: Collection) -> None:
    """Raises CollectionError for a description of which one half contradicts the other."""
    clock = collection.clock
    if not 0 < clock.warn_after <= clock.error_after:
        raise CollectionError(
            f"{collection.name}: warn_after is {clock.warn_after} days and error_after "
            f"{clock.error_after}; a warning comes first, after one day or more."
        )
    if collection.sensitivity is Sensitivity.SECRET and EVERYONE in collection.readers:
        raise CollectionError(
            f"{collection.name} is secret, and {EVERYONE} may read it: name the groups that may."
        )


def check_whole(source: Path) -> None:
    """Raises CollectionError for a part of a described folder: its readers are written there."""
    real = source.resolve()
    if (real / COLLECTION_FILE).is_file():
        return
    if folder := described_above(real):
        raise CollectionError(
            f"{source} is part of the collection that {folder / COLLECTION_FILE} describes: "
            f"ingest {folder}, or move {source.name} out of it."
        )


def described_above(path: Path) -> Path | None:
    """The nearest folder above this path, without links in it, that describes itself."""
    return next(
        # A description that cannot be read is still one.
        (folder for folder in path.parents if os.path.lexists(folder / COLLECTION_FILE)),
        None,
    )


_Group = Annotated[str, Field(min_length=1)]
_Days = Annotated[int, Field(ge=1, le=36_500)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Title(_Said):
    fr: str
    en: str


class SaidOfDocument(_Said):
    """What a file says of one document: a table of `collection.toml`, or a sidecar."""

    readers: frozenset[_Group] | None = None
    language: Language | None = None
    review_due: date | None = None
    owner: Annotated[str, Field(min_length=1)] | None = None


_Treatments = dict[Kind | Literal["otherwise"], Treatment]


class _Description(_Said):
    title: _Title | str | None = None
    owner: Annotated[str, Field(min_length=1)]
    deputy: str = ""
    contact: str = ""
    readers: frozenset[_Group] = frozenset({EVERYONE})
    language: Language = Language.FRENCH
    review_due: date | None = None
    kind: DocumentClass = Field(DocumentClass.REFERENCE, alias="class")
    warn_after: _Days | None = None
    error_after: _Days | None = None
    legal_basis: str = ""
    sensitivity: Sensitivity = Sensitivity.INTERNAL
    trust: Trust = Trust.ORDINARY
    orders: OrdersFound = OrdersFound.NEUTRALISE
    personal_data: Treatment | _Treatments = AS_USUAL.otherwise
    documents: dict[str, SaidOfDocument] = {}


def _policy(said: Treatment | _Treatments) -> Policy:
    if isinstance(said, Treatment):
        return Policy(said)
    kinds = ((kind, said[kind]) for kind in Kind if kind in said)
    return Policy(said.get("otherwise", AS_USUAL.otherwise), tuple(kinds))


def _described(said: bytes, file: str) -> _Description:
    try:
        return _Description.model_validate(tomllib.loads(said.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CollectionError(f"{file} is not a TOML file: {error}.") from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
        )
        raise CollectionError(f"{file} is wrong in {wrong}.") from error


def _check_documents(documents: Iterable[str], file: str, there: Container[str]) -> None:
    unknown = sorted(name for name in documents if nfc(name) not in there)
    if unknown:
        raise CollectionError(
            f"{file} speaks of documents that are not there: {', '.join(unknown)}."
        )


def nfc(name: str) -> str:
    """The form in which names are compared: file systems disagree on accents."""
    return unicodedata.normalize("NFC", name)
