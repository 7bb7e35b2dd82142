"""What was counted and learnt of names: lists as hashes, and the weights of a linear model.

`deploy/names` makes the file; no list can be read out of it.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from pathlib import Path

FILE = Path(__file__).with_name("names.bin")
BUCKETS = 1 << 17
_KEY_BITS = 28
_HEAD = struct.Struct("<4sIff")
_MAGIC = b"VNM1"

GIVEN, SURNAME, COMMON, PLACE, THING = 0, 2, 4, 6, 7
"""Two bits each: how often the word is a given name, a surname, an ordinary word; then one each:
a town; a day, a country, a make, a body."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Words that are names or none, and what speaks for a name."""

    keys: array[int]
    facts: bytes
    weights: array[int]
    scale: float
    bias: float
    hidden: Collection[str] = ()

    def of(self, word: str) -> int:
        """The facts of a folded word; 0 for a word that nobody listed. `hidden` are no names."""
        key = _key(word)
        at = bisect_left(self.keys, key)
        known = self.facts[at] if at < len(self.keys) and self.keys[at] == key else 0
        return known & 0b11110000 if word in self.hidden else known

    def weight(self, feature: str) -> int:
        return self.weights[zlib.crc32(feature.encode()) % BUCKETS]

    def packed(self) -> bytes:
        deltas = array("H", (after - before for before, after in pairwise([0, *self.keys])))
        head = _HEAD.pack(_MAGIC, len(self.keys), self.scale, self.bias)
        return zlib.compress(head + deltas.tobytes() + self.facts + self.weights.tobytes(), 9)


def unpacked(content: bytes) -> Knowledge:
    raw = zlib.decompress(content)
    magic, listed, scale, bias = _HEAD.unpack_from(raw)
    if magic != _MAGIC:
        raise ValueError("not a file of names")
    facts = _HEAD.size + 2 * listed
    deltas, weights = array("H", raw[_HEAD.size : facts]), array("b", raw[facts + listed :])
    keys = array("I", accumulate(deltas))
    return Knowledge(keys, raw[facts : facts + listed], weights, scale, bias)


def of_lists(lists: Mapping[str, int]) -> tuple[array[int], bytes]:
    """The keys and facts of words; two that share a key share what is known of them."""
    known: dict[int, int] = {}
    for word, facts in lists.items():
        known[_key(word)] = known.get(_key(word), 0) | facts
    keys = sorted(known)
    return array("I", keys), bytes(known[key] for key in keys)


def _key(word: str) -> int:
    return zlib.crc32(word.encode()) >> (32 - _KEY_BITS)


def bucket(count: int, steps: Sequence[int]) -> int:
    """How many of the steps a count reaches."""
    return sum(count >= step for step in steps)


@lru_cache(maxsize=1)
def shipped() -> Knowledge:
    return unpacked(FILE.read_bytes())
