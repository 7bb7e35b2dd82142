"""Learns the weights: a logistic regression on hashed traits, kept in a byte each."""

from __future__ import annotations

import random
import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from names.corpora import Text
from names.drawing import Borne, Lists, apart
from names.lessons import lessons
from names.things import THINGS
from scipy import sparse
from scipy.optimize import minimize

from guardrails.pii.names import knowledge as known
from guardrails.pii.names.knowledge import Knowledge
from guardrails.pii.names.likelihood import NAMES, Likelihood, traits, word
from guardrails.pii.names.reading import BEFORE, BEHIND, read
from guardrails.pii.names.words import TOKEN, plain, shape

GIVEN_STEPS, SURNAME_STEPS, COMMON_STEPS = (1, 1_000, 20_000), (1, 1_000, 10_000), (2, 12, 150)
_STRANGE = 0.5  # of the texts: no list has any of their names
_HIDDEN = 0.2  # of the names in the lessons, as if no list had them: many real ones are in none
_DECAY = 0.7
_TRUST = {"europeana": 0.3, "newseye": 0.5, "ours-fr": 0.6, "ours-en": 0.6}
"""How much a word counts: old newspapers were misread, and templates come again and again."""
_SHOUTED = 0.2
_UNKNOWN = 0.35
"""Of the words beside a name, as if the model had never met them: few templates hold few words."""
_BYTE = 127
_SHORT = 2  # letters


@dataclass(frozen=True, slots=True)
class Lesson:
    """A row for each word: its traits, whether it is of a name, and how far that is trusted."""

    traits: sparse.csr_matrix
    names: np.ndarray
    trust: np.ndarray


def learnt(data: Path, seed: int, checkout: Path) -> Knowledge:
    lists = Lists.read(data / "names")
    texts = list(lessons(data, lists.only(lambda name: not apart(name)), seed, held_apart=False))
    keys, facts = known.of_lists(listed(lists, texts, own_words(checkout)))
    nothing = array("b", bytes(known.BUCKETS))
    blank = Knowledge(keys, facts, nothing, 1.0, 0.0)
    weights, bias = fitted(examples(texts, blank, random.Random(seed)))
    scale = float(np.abs(weights).max()) / _BYTE
    rounded = np.rint(weights / scale).astype(np.int8)
    return Knowledge(keys, facts, array("b", rounded.tobytes()), scale, bias)


def listed(lists: Lists, texts: Sequence[Text], more: str) -> dict[str, int]:
    """What is known of each word: how often a given name, a surname, an ordinary word, a place."""
    facts: Counter[str] = Counter()
    for names, steps, at in (
        (lists.given, GIVEN_STEPS, known.GIVEN),
        (lists.surnames, SURNAME_STEPS, known.SURNAME),
    ):
        for name, n in _by_last_word(names).items():
            facts[name] |= known.bucket(n, steps) << at
    for name in _told(texts):
        facts[name] |= 0 if facts[name] & NAMES else 1 << known.SURNAME
    for name, n in _small_words((*(text.text for text in texts), more)).items():
        facts[name] |= known.bucket(n, COMMON_STEPS) << known.COMMON
    for commune in lists.communes:
        facts[plain(commune)] |= (" " not in commune) << known.PLACE
    for thing in THINGS:
        facts[plain(thing)] |= 1 << known.THING
    return {name: fact for name, fact in facts.items() if fact}


def _by_last_word(names: Borne) -> Counter[str]:
    counted: Counter[str] = Counter()
    for name, n in names.items():
        counted[plain(name.split(" ")[-1])] += n
    return counted


def _told(texts: Iterable[Text]) -> set[str]:
    """Words of names in the sets alone: what was drawn is in the lists."""
    return {
        plain(one.group())
        for text in texts
        if not text.set.startswith(("ours", "hospital"))
        for start, end in text.names
        for one in TOKEN.finditer(text.text[start:end])
        if shape(one.group()) in "XA" and len(one.group()) > _SHORT
    }


def _small_words(texts: Iterable[str]) -> Counter[str]:
    return Counter(
        plain(one.group())
        for text in texts
        for one in TOKEN.finditer(text)
        if shape(one.group()) == "x"
    )


def own_words(checkout: Path) -> str:
    """Prose of the project itself: its demo, its pages and its catalogues."""
    files = [*checkout.glob("examples/**/*.md"), *checkout.glob("docs/**/*.md")]
    files += checkout.glob("server/web/locales/*.toml")
    return "\n".join(one.read_text(encoding="utf-8") for one in sorted(files))


def examples(texts: Iterable[Text], blank: Knowledge, chance: random.Random) -> Lesson:
    """A row for each word that could be of a name: its traits; and whether it is."""
    likelihood = Likelihood(blank)
    columns: list[int] = []
    ends, labels, trust = [0], [], []
    for text in texts:
        reading = read(text.text, likelihood.word)
        named = [
            any(start < one.end() and one.start() < end for start, end in text.names)
            for one in reading.tokens
        ]
        doubtful = text.set.endswith("-shouted")  # ordinary words that no lesson had
        share = 1.0 if chance.random() < _STRANGE and not doubtful else _HIDDEN
        hidden = [(is_name or doubtful) and chance.random() < share for is_name in named]
        for at in reading.candidates:
            around = [
                word(reading.tokens[place].group(), 0)
                if 0 <= place < len(hidden) and hidden[place]
                else reading.at(place)
                for place in range(at - BEFORE, at + BEHIND + 1)
            ]
            around = [
                replace(one, low=one.shape + "?")
                if place != BEFORE and one.low.isalpha() and chance.random() < _UNKNOWN
                else one
                for place, one in enumerate(around)
            ]
            columns += [zlib.crc32(one.encode()) % known.BUCKETS for one in traits(around)]
            ends.append(len(columns))
            labels.append(named[at])
            trust.append(_TRUST.get(text.set, _SHOUTED if doubtful else 1.0))
    matrix = sparse.csr_matrix(
        (np.ones(len(columns), np.float32), np.array(columns), np.array(ends)),
        shape=(len(labels), known.BUCKETS),
    )
    return Lesson(matrix, np.array(labels, np.float64), np.array(trust))


def fitted(lesson: Lesson) -> tuple[np.ndarray, float]:
    """The weights of least regularised logistic loss, by L-BFGS. Source: Liu & Nocedal 1989."""
    matrix, trust = lesson.traits, lesson.trust
    signs, turned = 2 * lesson.names - 1, matrix.T.tocsr()

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margins = signs * (matrix @ weights[:-1] + weights[-1])
        wrong = -trust * signs / (1 + np.exp(np.clip(margins, -30, 30)))
        decay = _DECAY * weights[:-1]
        value = trust @ np.logaddexp(0, -margins) + decay @ weights[:-1] / 2
        return value, np.append(turned @ wrong + decay, wrong.sum())

    start = np.zeros(matrix.shape[1] + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    return best.x[:-1], float(best.x[-1])
