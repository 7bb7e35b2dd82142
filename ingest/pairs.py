"""Pairs: what a house's documents say of themselves, to teach an embedder and to examine it.

A title speaks of its text, and a sentence of the passage that it was taken from. Nobody labels
anything, and no question that a person asked is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from random import Random

from ingest.chunking import chunks
from ingest.documents import Document
from models.adaptation import Pair
from models.examination import Examination, Said
from models.segmentation import split

HELD_APART = 0.15
"""Share of the documents that an embedder is examined on and never learns from."""

_MOST_HELD = 200  # documents: more would not make the examination's interval much narrower
_CROWD = 800  # passages among which the right document must be found
_SHORTEST = 25  # characters of a sentence that says something
_LONGEST = 200  # characters read of a sentence: questions are shorter still
_UNTITLED = 0.3  # how often a passage is learnt without the title under which it is indexed


@dataclass(frozen=True, slots=True)
class Text:
    """A document as it is learnt: its passages, under its title."""

    document: str
    title: str
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """The documents to learn from, and those held apart for the examination."""

    learnt: tuple[Text, ...]
    held: tuple[Text, ...]


def lesson(documents: Sequence[Document], seed: int) -> Lesson:
    """Whole documents are held apart, for two passages of one are too much alike.

    Documents without a title of their own and without two sentences are left out.
    """
    read = [_text(document) for document in documents]
    told = [text for text in read if _by_title(text, Random(seed)) or any(_sentences(text))]
    shuffled = Random(seed).sample(told, len(told))
    held = min(round(len(told) * HELD_APART), _MOST_HELD)
    return Lesson(tuple(shuffled[held:]), tuple(shuffled[:held]))


def pairs(texts: Sequence[Text], seed: int) -> Iterator[Pair]:
    """Endless; as often by a title as by a sentence. The same seed, the same pairs."""
    dice = Random(seed)
    titled = [text for text in texts if _by_title(text, dice)]
    passages = [(text, one) for text in texts for one in text.passages if any(_taken_from(one))]
    while True:
        if titled and (found := _by_title(dice.choice(titled), dice)):
            yield found
        if passages:
            yield _by_sentence(*dice.choice(passages), dice)


def examination(lesson: Lesson, seed: int) -> Examination:
    """Titles and sentences of the documents held apart, to be found among all passages.

    The passages stand there without their titles and without the sentences that are asked.
    """
    dice = Random(seed)
    questions: list[Said] = []
    passages: list[Said] = []
    for text in lesson.held:
        asked = [_said(text)] if _by_title(text, dice) else []
        if sentences := list(_sentences(text)):
            asked.append(dice.choice(sentences).sentence)
        questions += [Said(words[:_LONGEST], text.document) for words in asked]
        passages += [Said(_without(asked, one), text.document) for one in text.passages]
    others = chain.from_iterable(
        (Said(passage, text.document) for passage in text.passages) for text in lesson.learnt
    )
    crowd = islice(others, max(_CROWD - len(passages), 0))
    return Examination(tuple(questions), (*passages, *crowd))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence, and what its passage says without it."""

    sentence: str
    rest: str


def _text(document: Document) -> Text:
    passages = tuple(chunk.text for chunk in chunks(document))
    return Text(f"{document.collection}/{document.id}", document.title, passages)


def _by_title(text: Text, dice: Random) -> Pair | None:
    """The title and a passage that does not begin with it; none for a title made from the text."""
    said = _said(text)
    others = [passage for passage in text.passages if said and not passage.startswith(said)]
    return Pair(said, dice.choice(others), text.document) if others else None


def _said(text: Text) -> str:
    """The title as far as it is words of the text or of its author, and no mark of ours."""
    return text.title.removesuffix("…").strip()


def _sentences(text: Text) -> Iterator[_Sentence]:
    return chain.from_iterable(_taken_from(passage) for passage in text.passages)


def _taken_from(passage: str) -> Iterator[_Sentence]:
    for start, end in split(passage):
        sentence = passage[start:end].strip()
        rest = f"{passage[:start]}{passage[end:]}".strip()
        if len(sentence) >= _SHORTEST and len(rest) >= _SHORTEST:
            yield _Sentence(sentence, rest)


def _by_sentence(text: Text, whole: str, dice: Random) -> Pair:
    """A sentence and the passage that it was taken from."""
    found = dice.choice(list(_taken_from(whole)))
    bare = dice.random() < _UNTITLED or text.title.startswith(found.sentence[:_SHORTEST])
    passage = found.rest if bare else f"{text.title}\n{found.rest}"
    return Pair(found.sentence[:_LONGEST], passage, text.document)


def _without(asked: Sequence[str], passage: str) -> str:
    for words in asked:
        passage = passage.replace(words, " ")
    return passage
