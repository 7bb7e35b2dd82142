"""The lexicon: the words and acronyms of the documents, by who may read them; never stored."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import log
from threading import Lock
from typing import Protocol, Self

from ingest.acronyms import Mention, meanings, mentions
from ingest.corrections import Correction, as_written, correction
from ingest.index import Audience
from ingest.words import without_elisions
from models.ports import Language
from models.words import STOP_WORDS, content_words, folded, stem

SHORTEST = 5
"""Letters of a word that is worth mending: shorter ones are near too many others."""

LONG = 8
"""Letters of a word that may be mended in two places."""

MANY = 5_000
"""Words of a house that knows most of those that people use: there, an unknown one is a mistake."""

KEPT = 64
"""Audiences whose words are kept at hand: each one's are a few megabytes in a large house."""

_NO_WORD = 4  # letters of an acronym that is no word when it is written in small ones
_WORD = re.compile(r"[^\W\d_]+")
_SPOKEN = re.compile(r"\w+")
_NAMED = re.compile(r"[^\W_][\w&-]*")


@dataclass(frozen=True, slots=True)
class Text:
    """What the lexicon reads of a document; another `mark` means that it has changed."""

    mark: str
    readers: frozenset[str]
    language: Language
    text: str


class Texts(Protocol):
    """Where documents' texts are."""

    @property
    def changes(self) -> int:
        """A number that grows with every change of a document."""
        ...

    def text_marks(self) -> Mapping[tuple[str, str], str]:
        """(collection, document) → a mark that changes with the text or its readers."""
        ...

    def text(self, collection: str, document: str) -> Text | None: ...


@dataclass(frozen=True, slots=True)
class Understood:
    """A question as it was probably meant.

    `mended` maps each word that no document holds to the nearest one that some hold: surely,
    where the documents hold most words. `named` are the other names of what was asked about:
    an acronym's words, or the acronym; `acronyms` says the same for people.
    """

    question: str
    mended: Mapping[str, str]
    named: tuple[str, ...]
    surely: bool
    acronyms: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def literally(cls, question: str) -> Self:
        """The question as it was typed, and nothing else."""
        return cls(question, {}, (), surely=True)

    @property
    def words(self) -> str:
        """What is looked for by words: those that were typed, and those that were surely meant."""
        return " ".join((self.question, *(self.mended.values() if self.surely else ())))

    @property
    def also(self) -> tuple[str, ...]:
        """Words that count half."""
        return self.named if self.surely else (*self.named, *self.mended.values())

    @property
    def meaning(self) -> str:
        """What is looked for by meaning: the question as it was meant, its acronyms spelt out."""
        return " ".join((self.meant, *self.named))

    @property
    def meant(self) -> str:
        """The question with the words that were meant in the place of those that were typed."""
        return _WORD.sub(lambda found: self.mended.get(found[0], found[0]), self.question)

    def correction(self, texts: Iterable[str]) -> Correction:
        """What is told of it, in the spelling of texts that the asker may read."""
        return correction(self.question, self.mended, self.acronyms, texts)


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question: the stems that stand for it, and how much it tells, in nats.

    The rarer in the documents, the more (inverse document frequency, Spärck Jones 1972).
    """

    stems: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class _Learnt:
    mark: str
    readers: frozenset[str]
    language: Language
    words: tuple[str, ...]
    mentions: tuple[Mention, ...]


@dataclass(frozen=True)
class _Voice:
    """What one audience's documents say. Made again whenever a document changes."""

    documents: tuple[_Learnt, ...]

    @cached_property
    def words(self) -> Mapping[Language, Counter[str]]:
        """Folded word → the documents that hold it."""
        found: dict[Language, Counter[str]] = {language: Counter() for language in Language}
        for learnt in self.documents:
            found[learnt.language].update(learnt.words)
        return found

    @cached_property
    def choices(self) -> Mapping[Language, list[str]]:
        return {
            language: [word for word in words if len(word) >= SHORTEST]
            for language, words in self.words.items()
        }

    @cached_property
    def stems(self) -> Mapping[Language, Counter[str]]:
        """Stem → the documents that hold it, at most: one that holds two of its words is two."""
        found: dict[Language, Counter[str]] = {}
        for language, words in self.words.items():
            found[language] = stems = Counter[str]()
            for word, documents in words.items():
                stems[stem(word, language)] += documents
        return found

    @cached_property
    def sizes(self) -> Counter[Language]:
        """How many documents there are in each language."""
        return Counter(learnt.language for learnt in self.documents)

    def weight(self, stems: frozenset[str], language: Language) -> float:
        """What a word tells whose stems these are."""
        held = max(map(self.stems[language].__getitem__, stems), default=0)
        size = self.sizes[language]
        return log(1 + (size - min(held, size) + 0.5) / (held + 0.5))

    @cached_property
    def meanings(self) -> Mapping[str, str]:
        return meanings(said for learnt in self.documents for said in learnt.mentions)

    @cached_property
    def said(self) -> Mapping[str, list[str]]:
        """Acronym → what stands beside its brackets."""
        texts: dict[str, list[str]] = defaultdict(list)
        for learnt in self.documents:
            for mention in learnt.mentions:
                texts[mention.acronym].append(mention.text)
        return texts

    def spelt(self, acronym: str) -> str:
        """What it stands for, as these documents write it."""
        phrase = self.meanings[acronym]
        return as_written(phrase, self.said[acronym]) or phrase


class Lexicon:
    """Mends questions with the words of the documents that their asker may read, and no others.

    Kept in memory and learnt again from the texts: what is withdrawn leaves it too.
    """

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._seen = -1
        self._learnt: dict[tuple[str, str], _Learnt] = {}
        self._voices: dict[frozenset[str], _Voice] = {}
        self._learning = Lock()

    def refresh(self) -> None:
        """Learn what has changed since the last time, and forget what is gone."""
        with self._learning:
            if self._seen != (changes := self._texts.changes):
                self._learn_changes()
                self._seen = changes

    def _learn_changes(self) -> None:
        marks = self._texts.text_marks()
        kept = {
            key: learnt for key, learnt in self._learnt.items() if marks.get(key) == learnt.mark
        }
        fresh = {key: learnt for key in marks.keys() - kept.keys() if (learnt := self._learn(key))}
        if fresh or len(kept) < len(self._learnt):
            # Replaced whole: a question that is being read keeps what it began with.
            self._learnt, self._voices = kept | fresh, {}

    def understand(self, question: str, language: Language, audience: Audience) -> Understood:
        """The question with its misspelt words mended and its acronyms spelt out."""
        self.refresh()
        voice = self._voice(audience)
        mended = dict(_mended(question, language, voice))
        others = dict(_others(question, voice.meanings))
        return Understood(
            question,
            mended,
            tuple(others),
            surely=len(voice.words[language]) >= MANY,
            acronyms={acronym: voice.spelt(acronym) for acronym in others.values()},
        )

    def terms(
        self, understood: Understood, language: Language, audience: Audience
    ) -> tuple[Term, ...]:
        """What each word of the question tells; a misspelt one may be there as it was meant."""
        voice = self._voice(audience)
        meant = {
            stem(folded(typed), language): stem(near, language)
            for typed, near in understood.mended.items()
        }
        return tuple(
            Term(stems, voice.weight(stems, language))
            for word in dict.fromkeys(content_words(understood.question, language))
            for stems in (frozenset((word, meant.get(word, word))),)
        )

    def _learn(self, key: tuple[str, str]) -> _Learnt | None:
        found = self._texts.text(*key)
        if found is None:
            return None
        words = tuple(dict.fromkeys(_WORD.findall(folded(without_elisions(found.text)))))
        return _Learnt(
            found.mark, found.readers, found.language, words, tuple(mentions(found.text))
        )

    def _voice(self, audience: Audience) -> _Voice:
        voices = self._voices
        voice = voices.get(audience.groups)
        if voice is None:
            if len(voices) >= KEPT:
                voices.clear()
            readable = (one for one in self._learnt.values() if one.readers & audience.groups)
            voice = voices[audience.groups] = _Voice(tuple(readable))
        return voice


def _mended(question: str, language: Language, voice: _Voice) -> Iterator[tuple[str, str]]:
    known, choices = voice.words[language], voice.choices[language]
    for word in dict.fromkeys(_WORD.findall(without_elisions(question))):
        plain = folded(word)
        familiar = plain in known or plain in STOP_WORDS[language]
        if familiar or len(plain) < SHORTEST or word.isupper():
            continue
        if near := _nearest(plain, known, choices):
            yield word, near


def _nearest(word: str, known: Mapping[str, int], choices: list[str]) -> str | None:
    """The known word fewest letters away, the most usual of equals; None beyond one or two.

    Distance: optimal string alignment (Damerau 1964), two neighbours exchanged count once.
    """
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    farthest = 1 if len(word) < LONG else 2
    found = extract(word, choices, scorer=OSA.distance, score_cutoff=farthest, limit=None)
    if not found:
        return None
    return min((distance, -known[near], near) for near, distance, _ in found)[2]


def _others(question: str, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The words of each acronym in the question, and the acronyms of words that it holds.

    Each with the acronym that it is about.
    """
    for named in dict.fromkeys(_NAMED.findall(without_elisions(question))):
        # In small letters a short acronym is too often a word.
        if (named.isupper() or len(named) >= _NO_WORD) and named.upper() in said:
            yield said[named.upper()], named.upper()
    spoken = " ".join(("", *_SPOKEN.findall(folded(question)), ""))
    for acronym, phrase in said.items():
        if f" {phrase} " in spoken:
            yield acronym, acronym
