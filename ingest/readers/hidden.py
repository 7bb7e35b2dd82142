"""What a file holds and nobody sees: counted by kind, and left out of the reading."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ingest.documents import Hidden, Hiding, Reading

_LATIN = "A-Za-z\u00c0-\u024f"
# Marks, embeddings, overrides and isolates of direction (Unicode TR9).
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_DECEIVING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # the marks alone are honest Arabic
# Spaces of no width, invisible operators, tag characters, supplementary variation selectors.
_WIDTHLESS = re.compile(
    "[\u034f\u180e\u200b\u2060-\u2064\u206a-\u206f\ufff9-\ufffb\U000e0000-\U000e01ef]"
    f"|(?<=[{_LATIN}])[\u200c\u200d]+|[\u200c\u200d]+(?=[{_LATIN}])"  # Persian needs its joiners
)
_NEAR_LATIN = re.compile(
    f"(?:(?<=[{_LATIN} ])(?:{_WIDTHLESS.pattern})|(?:{_WIDTHLESS.pattern})(?=[{_LATIN}]))"
)


def told(counts: Mapping[Hiding, int]) -> tuple[Hidden, ...]:
    """The counts as a reading carries them, in the order of the kinds."""
    return tuple(Hidden(kind, counts[kind]) for kind in Hiding if counts.get(kind))


def counted(hidden: Iterable[Hidden]) -> Counter[Hiding]:
    counts: Counter[Hiding] = Counter()
    for one in hidden:
        counts[one.kind] += one.count
    return counts


def unmasked(reading: Reading) -> Reading:
    """The reading without characters that take no room or turn the direction of others.

    Overrides and what stands in Latin words are told; Arabic and emoji come with theirs.
    """
    counts = counted(reading.hidden)
    blocks = []
    for block in reading.blocks:
        text = _plain(block.text, counts)
        blocks.append(block if text == block.text else replace(block, text=text))
    return Reading(_plain(reading.title, counts), tuple(blocks), told(counts))


def _plain(text: str, counts: Counter[Hiding]) -> str:
    if text.isascii():
        return text
    counts[Hiding.BIDIRECTIONAL] += len(_DECEIVING.findall(text))
    counts[Hiding.ZERO_WIDTH] += sum(len(found[0]) for found in _NEAR_LATIN.finditer(text))
    return _WIDTHLESS.sub("", _DIRECTIONS.sub("", text))
