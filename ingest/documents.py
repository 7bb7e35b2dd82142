"""What a document is once read, and the passages it is cut into."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.ports import Language, Matrix


class BlockKind(StrEnum):
    """What a stretch of a document is to its reader."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"  # a table's row, each cell said with its column's name


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of text as a reader found it. `page` counts from 1; `level` is a heading's."""

    kind: BlockKind
    text: str
    page: int | None = None
    level: int = 0


class Hiding(StrEnum):
    """Why something a file holds is not in its reading."""

    TEXT = "hidden_text"  # marked hidden, in the colour of the paper, or too small to be seen
    DELETION = "tracked_deletion"
    COMMENT = "comment"
    SHEET = "hidden_sheet"
    ROW = "hidden_row"
    COLUMN = "hidden_column"
    SLIDE = "hidden_slide"
    ZERO_WIDTH = "zero_width_character"
    BIDIRECTIONAL = "bidirectional_control"
    UNREAD_PAGE = "unread_page"  # a scanned page, where no text recognition is installed
    UNREAD_ATTACHMENT = "unread_attachment"
    ORDER = "order_to_an_assistant"  # neutralised or kept, as the collection says
    SUSPECT = "suspect_order"  # kept as it is


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a file holds and its reading does not: so many things of one kind."""

    kind: Hiding
    count: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says to a person who opens it: its title and its blocks, in reading order."""

    title: str
    blocks: tuple[Block, ...]
    hidden: tuple[Hidden, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Where a block stands in its document's text: characters [start, end)."""

    start: int
    end: int
    kind: BlockKind
    page: int | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a collection. (collection, id) is unique; `version` is a SHA-256 (hex)."""

    collection: str
    id: str
    title: str
    text: str  # NFC; what chunk positions count in
    language: Language
    readers: frozenset[str]  # groups; an empty set is read by nobody
    version: str
    url: str | None = None
    spans: tuple[Span, ...] = ()  # its blocks, in reading order; what it is cut along


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: `document.text[start:end] == text`, in characters."""

    id: str
    collection: str
    document: str
    version: str
    title: str
    section: str  # headings above it, joined by " › "
    text: str
    start: int
    end: int
    page: int | None
    url: str | None = None
    last_page: int | None = None  # where it goes on to another page


@dataclass(frozen=True, slots=True)
class EmbeddedChunks:
    """A document's chunks with their vectors: row i of `vectors` belongs to chunk i.

    Without vectors they are found by their words alone. `embedder` is the digest of the weights
    that read them: vectors of two models never mix, and those of nobody are not trusted.
    """

    chunks: tuple[Chunk, ...]
    vectors: Matrix | None  # (len(chunks), dimensions)
    embedder: str = ""
