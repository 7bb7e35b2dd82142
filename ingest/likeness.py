"""Likeness: documents that say nearly the same, and versions of one rule, of which the later wins.

MinHash signatures over shingles of words, compared through locality-sensitive hashing.
Source: Broder 1997; Indyk and Motwani 1998.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datasketch import LeanMinHash

PERMUTATIONS = 128
SCHEME = "affine32"
"""Which permutations: written out, since signatures are kept and the default may change."""

WORDS = 3
"""Words in a shingle: fewer make strangers alike, more make one edited sentence count for many."""

NEAR = 0.5
"""Share of shingles in common from which two documents are near-duplicates (Jaccard)."""

SAME_RULE = 0.25
"""The same, for two texts whose names differ by their date alone: rules are rewritten."""

TOLD = 10
"""Documents that one is said to be like at most, the nearest ones."""

CROWD = 100
"""Documents that are alike and remembered: the ten-thousandth copy of a form is not news."""

_ACCENT = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"\w+")
_DATE = re.compile(
    r"(?P<iso>(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])(?!\d))"
    r"|(?P<french>(?:0?[1-9]|[12]\d|3[01])[-_./](?:0?[1-9]|1[0-2])[-_./](?:19|20)\d\d)"
    r"|(?<!\d)(?P<year>(?:19|20)\d\d)(?!\d)"
    r"|(?<![a-z])(?:v|version|rev|revision|edition)[ ._-]?(?P<number>\d+(?:[._]\d+)*)",
)


class Kind(StrEnum):
    """In what way two documents are alike."""

    DUPLICATE = "duplicate"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is remembered of a text to compare it with others."""

    document: str
    title: str
    signature: bytes  # PERMUTATIONS little-endian 32-bit numbers; empty for a text without words


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two documents of one collection that are alike; of two versions, `other` is the later."""

    document: str
    other: str
    similarity: float  # estimated share of shingles in common, in [0, 1]
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Edition:
    """A name without its date, and the date: comparable within one name and one shape of date."""

    name: str
    shape: str
    key: tuple[int, ...]


def signature(text: str) -> bytes:
    from datasketch import MinHash

    shingles = _shingles(text)
    if not shingles:
        return b""
    sketch = MinHash(num_perm=PERMUTATIONS, scheme=SCHEME)
    sketch.update_batch(shingles)
    return bytes(sketch.hashvalues.astype("<u4").tobytes())


def alike(sketches: Sequence[Sketch]) -> list[Likeness]:
    """Versions of one rule, then near-duplicates; each pair once. Cost grows with the number."""
    told = [sketch for sketch in sketches if sketch.signature]
    versions = list(_versions(told))
    known = {frozenset((one.document, one.other)) for one in versions}
    return versions + [
        one for one in _near(told) if frozenset((one.document, one.other)) not in known
    ]


def similarity(one: bytes, other: bytes) -> float:
    """The estimated share of shingles in common, in [0, 1]."""
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def _near(sketches: Sequence[Sketch]) -> Iterator[Likeness]:
    from datasketch import MinHashLSH

    # Rather a candidate too many, which its signature then rejects, than one missed.
    index = MinHashLSH(threshold=NEAR, num_perm=PERMUTATIONS, weights=(0.1, 0.9))
    signatures: dict[str, bytes] = {}
    for sketch in sketches:
        compared = _lean(sketch.signature)
        others = {
            other: similarity(sketch.signature, signatures[other])
            for other in index.query(compared)
        }
        nearest = sorted(others.items(), key=lambda item: (-item[1], item[0]))[:TOLD]
        for other, share in nearest:
            if share >= NEAR:
                yield Likeness(sketch.document, other, share, Kind.DUPLICATE)
        if len(others) < CROWD:
            index.insert(sketch.document, compared)
            signatures[sketch.document] = sketch.signature


def _versions(sketches: Sequence[Sketch]) -> Iterator[Likeness]:
    """Each earlier version beside the latest one that it resembles."""
    families: dict[tuple[str, str], dict[str, tuple[tuple[int, ...], bytes]]] = defaultdict(dict)
    for sketch in sketches:
        for edition in _editions(sketch):
            family = families[edition.name, edition.shape]
            family[sketch.document] = (edition.key, sketch.signature)
    said: set[str] = set()
    for family in families.values():
        for one in _earlier(family):
            if one.document not in said:
                said.add(one.document)
                yield one


def _earlier(family: Mapping[str, tuple[tuple[int, ...], bytes]]) -> Iterator[Likeness]:
    ordered = sorted(family.items(), key=lambda item: (item[1][0], item[0]), reverse=True)
    latest: dict[str, tuple[str, float]] = {}
    for (later, (newer, one)), (document, (older, other)) in combinations(ordered, 2):
        share = similarity(one, other)
        if older < newer and share >= SAME_RULE and document not in latest:
            latest[document] = (later, share)
    for document, (later, share) in latest.items():
        yield Likeness(document, later, share, Kind.VERSION)


def _editions(sketch: Sketch) -> Iterator[_Edition]:
    """What the file's name, or the title, says of when this version is from."""
    path = PurePosixPath(sketch.document)
    for name in (path.with_suffix("").as_posix() if path.suffix else str(path), sketch.title):
        if edition := edition_of(name):
            yield edition


def edition_of(name: str) -> _Edition | None:
    """None for a name without a date, or with nothing else in it."""
    plain = _plain(name)
    dates = [_key(found) for found in _DATE.finditer(plain)]
    rest = " ".join(re.findall(r"[a-z0-9]+", _DATE.sub(" ", plain)))
    if not dates or not re.search("[a-z]", rest):
        return None
    shape, key = dates[-1]  # “2024/notes du 2025-03-01”: the nearest to the name
    return _Edition(rest, shape, key)


def _key(found: re.Match[str]) -> tuple[str, tuple[int, ...]]:
    if number := found["number"]:
        return "number", tuple(int(part) for part in re.findall(r"\d+", number))
    if year := found["year"]:
        return "date", (int(year),)
    if iso := found["iso"]:
        digits = re.sub(r"\D", "", iso)
        return "date", (int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    day, month, year = re.findall(r"\d+", found["french"])
    return "date", (int(year), int(month), int(day))


def _shingles(text: str) -> list[bytes]:
    words = _WORD.findall(_plain(text))
    if not words:
        return []
    starts = range(max(1, len(words) - WORDS + 1))
    return [said.encode() for said in {" ".join(words[at : at + WORDS]) for at in starts}]


def _plain(text: str) -> str:
    """Without case and accents: a text typed anew has them otherwise."""
    spread = unicodedata.normalize("NFD", text.casefold())
    return _ACCENT.sub("", spread)


def _lean(values: bytes) -> LeanMinHash:
    from datasketch import LeanMinHash

    return LeanMinHash(seed=1, hashvalues=np.frombuffer(values, "<u4"), scheme=SCHEME)
