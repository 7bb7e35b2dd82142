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
    paragraph = ""
    for line, following in pairwise([*lines, ""]):
        paragraph = _joined(paragraph, line.strip())
        full = len(line.rstrip()) >= usual * _FULL
        if full and following.strip() and not _BULLET.match(following):
            continue
        if paragraph:
            yield _block(paragraph, page)
        paragraph = ""


def _block(paragraph: str, page: int | None) -> Block:
    bullet = _BULLET.match(paragraph)
    if bullet and not bullet[0].strip()[0].isdigit():
        return Block(BlockKind.ITEM, paragraph[bullet.end() :], page)
    return Block(BlockKind.ITEM if bullet else BlockKind.PARAGRAPH, paragraph, page)


def _usual_width(lines: Sequence[str]) -> int:
    """The width that nine lines in ten do not pass."""
    widths = sorted(len(line.rstrip()) for line in lines if line.strip())
    return widths[len(widths) * 9 // 10] if widths else 0


def _joined(before: str, line: str) -> str:
    if not before or not line:
        return before or line
    hyphenated = before.endswith("-") and before[-2:-1].isalpha() and line[0].islower()
    if hyphenated and not _CLITIC.match(line):
        return before[:-1] + line
    return before + line if hyphenated else f"{before} {line}"
