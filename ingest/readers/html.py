"""HTML, as a reader sees it: what a page hides from the eye is not read either."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.documents import Block, BlockKind, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, reasons, tables
from ingest.readers.text import MARKS, decoded

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_UNSEEN = _listed("head script style template noscript svg math iframe object nav dialog datalist")
_BLOCKS = _listed(
    "address article aside blockquote body br caption dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main ol p pre section summary "
    "table tbody td tfoot th thead tr ul"
)
# Elements that end by themselves.
_UNCLOSED = _listed(
    "area base body br col dd dt embed head hr html img input li link meta option p param source "
    "tbody td tfoot th thead tr track wbr"
)
_TAG = re.compile(r"<(?P<closing>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|opacity:0(?:\.0+)?(?:;|$)|font-size:0(?:[a-z%]*)(?:;|$)"
    r"|(?:text-indent|left|top|margin-left):-\d{3,}"
)
_WHITE = r"(?:#fff(?:fff)?\b|white\b|rgb\(255,255,255\))"
_WHITE_TEXT = re.compile(rf"(?:^|;)color:{_WHITE}")
_BACKGROUND = re.compile(r"(?:^|;)background(?:-color|-image)?:(?P<value>[^;]*)")
_CHARSET = re.compile(
    rb"(?:<meta[^>]{0,200}charset=|<\?xml[^>]{0,60}encoding=)[\"']?([\w-]{2,30})", re.IGNORECASE
)


def read_html(data: bytes) -> Reading:
    return read_page(_characters(data))


def read_page(page: str) -> Reading:
    from selectolax.lexbor import LexborHTMLParser

    if _depth(page) > limits.NESTED:
        raise UnreadableFileError(reasons.TOO_LARGE)
    tree = LexborHTMLParser(page)
    named = tree.css_first("title")
    walk = _Walk()
    if tree.body is not None:
        walk.through(tree.body)
    blocks = tuple(walk.blocks)
    first = next((block.text for block in blocks if block.kind is BlockKind.HEADING), "")
    title = " ".join(named.text().split()) if named else first
    return Reading(title, blocks, hidden.told(walk.left))


def _depth(page: str) -> int:
    """How deep elements stand in each other at most, told from their tags alone."""
    depth = deepest = 0
    for tag in _TAG.finditer(page):
        if tag["name"].lower() not in _UNCLOSED:
            depth = max(depth + (-1 if tag["closing"] else 1), 0)
            deepest = max(deepest, depth)
    return deepest


@dataclass(slots=True)
class _Table:
    names: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    all_named: bool = True  # every cell of the row is a <th>
    rows: int = 0


@dataclass(slots=True)
class _Walk:
    """Goes through a tree without recursion, since pages nest as deep as they please."""

    blocks: list[Block] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    kinds: list[tuple[BlockKind, int]] = field(default_factory=list)
    tables: list[_Table] = field(default_factory=list)
    left: Counter[Hiding] = field(default_factory=Counter)

    def through(self, root: LexborNode) -> None:
        steps: list[tuple[LexborNode, bool, bool]] = [(root, False, False)]
        while steps:
            node, leaving, coloured = steps.pop()
            if leaving:
                self._leave(node)
                continue
            if node.tag == "-text":
                self.words.append(node.text_content or "")
                continue
            if not node.is_element_node:
                self.left[Hiding.COMMENT] += node.tag == "-comment"
                continue
            style = _style(node)
            coloured = coloured or _has_background(style)
            if node.tag in _UNSEEN:
                continue
            if _hidden(node, style, coloured):
                self.left[Hiding.TEXT] += bool(node.text().strip())
                continue
            self._enter(node)
            steps.append((node, True, coloured))
            steps.extend((child, False, coloured) for child in reversed(list(_children(node))))

    def _enter(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag not in _BLOCKS:
            return
        if tag == "br" and self.kinds and self.kinds[-1][0] is BlockKind.HEADING:
            self.words.append(" ")
            return
        self._flush()
        if tag in _HEADINGS:
            self.kinds.append((BlockKind.HEADING, _HEADINGS[tag]))
        elif tag == "li":
            self.kinds.append((BlockKind.ITEM, 0))
        elif tag == "table":
            self.tables.append(_Table())

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag not in _BLOCKS or tag == "br":
            return
        if tag in ("td", "th") and self.tables:
            self._close_cell(named=tag == "th")
        self._flush()
        if tag in _HEADINGS or tag == "li":
            self.kinds.pop()
        elif tag == "tr" and self.tables:
            self._close_row()
        elif tag == "table":
            self.tables.pop()

    def _close_cell(self, *, named: bool) -> None:
        table = self.tables[-1]
        table.cells.append(self._said())
        table.all_named = table.all_named and named

    def _close_row(self) -> None:
        table = self.tables[-1]
        if table.all_named and table.rows == 0 and len(table.cells) > 1:
            table.names = table.cells
        elif row := tables.said(table.names, table.cells):
            self.blocks.append(Block(BlockKind.ROW, row))
        table.rows += 1
        table.cells, table.all_named = [], True

    def _said(self) -> str:
        said = " ".join("".join(self.words).split())
        self.words = []
        return said

    def _flush(self) -> None:
        if self.tables:  # a cell is said whole when it ends
            self.words.append(" ")
            return
        kind, level = self.kinds[-1] if self.kinds else (BlockKind.PARAGRAPH, 0)
        if said := self._said():
            self.blocks.append(Block(kind, said, level=level))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    return node.iter(include_text=True)


def _style(node: LexborNode) -> str:
    return re.sub(r"\s+", "", (node.attributes.get("style") or "").lower())


def _hidden(node: LexborNode, style: str, coloured: bool) -> bool:
    attributes = node.attributes
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if _HIDING.search(style):
        return True
    return not coloured and _WHITE_TEXT.search(style) is not None


def _has_background(style: str) -> bool:
    found = _BACKGROUND.search(style)
    return found is not None and not re.match(rf"{_WHITE}|none|transparent|inherit", found["value"])


def _characters(data: bytes) -> str:
    """As the page declares its encoding, if it keeps to it; else as any text."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith(MARKS):
        try:
            return data.decode(declared[1].decode("ascii")).replace("\0", "")
        except (UnicodeError, LookupError):  # some encodings fail without a place
            pass
    return decoded(data)
