"""Where sentences end, in French and in English, in a whole text and in a stream of pieces.

A sentence ends at a new line, or at a full stop, question mark, exclamation mark or ellipsis
that no abbreviation explains. Citation markers behind it ([1], [1][2], [1, 2]) belong to it.
Two sentences left together are preferred to one cut in two: a half is never what was meant.
"""

from __future__ import annotations

import re

_FEW = "{0,30}"  # every run has a bound: no text can make one mark costly to look at
_GAP = r"[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]"  # white space within a line
_MARKS = r"[.!?…]{1,200}"  # the dots that lead to a page number are one run
_CLOSER = rf"(?:{_GAP}{_FEW}»|[\"”’')*_])"
_CITATION = r"\[\d{1,9}(?:\s?[,;–-]\s?\d{1,9}){0,20}\]"

_CANDIDATE = re.compile(rf"{_MARKS}|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_TAIL = re.compile(
    rf"(?P<mark>{_MARKS})(?P<closed>{_CLOSER}{_FEW})"
    rf"(?P<cited>(?:{_GAP}{_FEW}{_CITATION}(?:[.!?…]|{_CLOSER}){_FEW}){_FEW})(?P<gap>{_GAP}{_FEW})"
)
_MAYBE_CITATION = re.compile(r"\[[\d\s,;–-]{0,250}\Z")  # as long as a citation may be
_OPENING = re.compile(rf"(?:[«\"“‘(\[*_]|{_GAP}){_FEW}")
_LOOKAHEAD = 2  # characters of the next word that the rules read

_ENUMERATOR = re.compile(r"[\W_]*(?:\d{1,3}(?:\.\d{1,3})*|[^\W\d_]|[ivxIVX]{1,5})")
_LONGEST_ENUMERATOR = 40  # characters, with the indentation or the bullet before it
_ACRONYM = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_LONGEST_ABBREVIATION = 12


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Never the last word of a sentence. Titles are told by their capitals: "5 mm." may well end one.
_TITLES = _listed("M MM Mme Mmes Mlle Mlles Me Mes Dr Drs Pr Prof Mgr Mr Mrs Ms St Ste")
_LEADS = _listed("cf e.g i.e ex p.ex c.-à-d c.à.d vs resp incl")
# Followed by the number or the code of what they point to: "art. 5", "art. L. 3141-3", "chap. IV".
_REFERENCES = _listed(
    "art arts al p pp n no nos nr fig vol chap ch sect sec tit réf ref éd ed par ann alin "
    "tél tel fax env bd av"
)
# May end a sentence, but not in front of a number: "sept. 2026", "max. 3".
_OPEN_ENDED = _listed(
    "etc a.m p.m janv févr avr juill sept oct nov déc jan feb mar apr jun jul aug dec "
    "max min inc ltd co corp cie"
)


def split(text: str) -> tuple[tuple[int, int], ...]:
    """The spans [start, end) of the sentences of a text, without the white space around them."""
    spans = []
    start = 0
    while start < len(text):
        end, _ = _next_end(text, start, start, complete=True)
        if sentence := text[start:end].strip():
            first = text.index(sentence, start)
            spans.append((first, first + len(sentence)))
        start = end
    return tuple(spans)


class SentenceStream:
    """Cuts a text that arrives in pieces exactly as `split` cuts the whole of it.

    A sentence is released once its end, and the citations behind it, can no longer change.
    """

    def __init__(self) -> None:
        self._pending = ""
        self._seen = 0  # characters of it in which no sentence ends

    def feed(self, piece: str) -> list[str]:
        """The sentences that this piece completes."""
        self._pending += piece
        return self._released(complete=False)

    def close(self) -> list[str]:
        """What is left when nothing more will come."""
        rest = self._released(complete=True)
        last = self._pending.strip()
        self._pending, self._seen = "", 0
        return [*rest, last] if last else rest

    def _released(self, *, complete: bool) -> list[str]:
        released: list[str] = []
        start, seen = 0, self._seen
        while True:
            seen, found = _next_end(self._pending, start, seen, complete=complete)
            if not found:
                self._pending, self._seen = self._pending[start:], seen - start
                return released
            if sentence := self._pending[start:seen].strip():
                released.append(sentence)
            start = seen


def _next_end(text: str, start: int, seen: int, *, complete: bool) -> tuple[int, bool]:
    """Where the sentence that begins at `start` ends, and True; or where to look on, and False.

    No mark before `seen` ends it: whoever looks on from there looks at each one once.
    """
    while candidate := _CANDIDATE.search(text, seen):
        tail = _TAIL.match(text, candidate.start())
        if tail is None:  # a new line
            return candidate.end(), True
        if not complete and _undecided(text, tail.end()):
            return candidate.start(), False
        if _ends(text, start, tail):
            return tail.end(), True
        seen = candidate.end()
    return len(text), False


def _undecided(text: str, end: int) -> bool:
    """Whether more text could change what stands behind a mark, or what follows it."""
    if _CANDIDATE.match(text, end):
        return False
    if _MAYBE_CITATION.match(text, end):
        return True
    return _next_word(text, end) + _LOOKAHEAD > len(text)


def _ends(text: str, start: int, tail: re.Match[str]) -> bool:
    word_begins = _next_word(text, tail.end())
    following = text[word_begins : word_begins + _LOOKAHEAD]
    if tail.end() == len(text) or _CANDIDATE.match(text, tail.end()):
        return True
    if tail["mark"] == "." and _never_last(text, start, tail.start()):
        return False
    if tail["cited"]:
        return True
    if not tail["gap"] or following[:1].islower():
        return False
    return not (tail["mark"] == "." and _continues(_word(text, start, tail.start()), following))


def _next_word(text: str, position: int) -> int:
    opening = _OPENING.match(text, position)
    return opening.end() if opening else position


def _never_last(text: str, start: int, stop: int) -> bool:
    word = _word(text, start, stop)
    if word in _TITLES or word.lower() in _LEADS:
        return True
    near = stop - start <= _LONGEST_ENUMERATOR
    return near and _ENUMERATOR.fullmatch(text, start, stop) is not None


def _continues(word: str, following: str) -> bool:
    """Whether an abbreviation and what follows it are one expression."""
    numbered = following[:1].isdigit() or following[:1] == "+"
    lowered = word.lower()
    if lowered in _OPEN_ENDED:
        return numbered
    if lowered in _REFERENCES:
        return numbered or _is_code(following)
    if _ACRONYM.fullmatch(word):
        return True
    return len(word) == 1 and word.isupper() and word != "I"  # an initial; "I" is English


def _is_code(following: str) -> bool:
    """A capital not followed by a small letter: "L. 3141", "R3", "IV"."""
    return following[:1].isupper() and not following[1:2].islower()


def _word(text: str, start: int, stop: int) -> str:
    """The word that ends at `stop`, with the full stops and hyphens inside it."""
    begin = stop
    floor = max(start, stop - _LONGEST_ABBREVIATION)
    while begin > floor and (text[begin - 1].isalnum() or text[begin - 1] in ".-"):
        begin -= 1
    return text[begin:stop].lstrip("-")
