"""How lines of a page become paragraphs again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.documents import Block, BlockKind

_BULLET = re.compile(r"\s*(?:[•▪◦‣●■–—*o\uf0b7\uf0a7-]|\d{1,2}[.)]|[a-z]\))\s+")
# Words that French joins with a hyphen; the hyphen at the end of their line belongs to them.
_CLITIC = re.compile(
    r"(?:je|tu|il|elle|on|nous|vous|ils|elles|ce|ci|là|t|y|en|moi|toi|le|la|les|lui|leur"
    r"|être|même|mêmes|dessus|dessous|delà|vis)\b"
)
_FULL = 0.75  # of the usual width: a shorter line ends its paragraph


def blocks(lines: Sequence[str], page: int | None = None) -> Iterator[Block]:
    """Paragraphs and list items: a line ends one when it is short, empty, or before a bullet."""
    usual = _usual_width(lines)
    pieces: list[str] = []
    for line, following in pairwise([*lines, ""]):
        _join(pieces, line.strip())
        full = len(line.rstrip()) >= usual * _FULL
        if full and following.strip() and not _BULLET.match(following):
            continue
        if pieces:
            yield _block("".join(pieces), page)
        pieces = []


def _block(paragraph: str, page: int | None) -> Block:
    bullet = _BULLET.match(paragraph)
    if bullet and not bullet[0].strip()[0].isdigit():
        return Block(BlockKind.ITEM, paragraph[bullet.end() :], page)
    return Block(BlockKind.ITEM if bullet else BlockKind.PARAGRAPH, paragraph, page)


def _usual_width(lines: Sequence[str]) -> int:
    """The width that nine lines in ten do not pass."""
    widths = sorted(len(line.rstrip()) for line in lines if line.strip())
    return widths[len(widths) * 9 // 10] if widths else 0


def _join(pieces: list[str], line: str) -> None:
    """The line after the last one: behind a space, or where its word was broken off."""
    if not line:
        return
    before = pieces[-1] if pieces else ""
    hyphenated = before.endswith("-") and before[-2:-1].isalpha() and line[0].islower()
    if hyphenated and not _CLITIC.match(line):
        pieces[-1] = before[:-1]
    elif before and not hyphenated:
        pieces.append(" ")
    pieces.append(line)
