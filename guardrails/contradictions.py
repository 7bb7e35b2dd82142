"""What a sentence turns around of its source: a negation put or left out, a word of the other side.

Each statement is held to the statements that are closest to it, and each turning word ("may",
"before", "employer") to the one that stands beside the same words.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, pairwise

from guardrails.meanings import Said, Sense, meaning
from guardrails.nearness import CLOSE_ENOUGH, Beside, closest, mirrored, without
from guardrails.reading import Place, Reading

_NEGATION = re.compile(
    r"\b(?:pas|jamais|aucune?s?|rien|ni|not|never|no|cannot|neither|nor|none)\b|n't\b"
    r"|\b(?:ne|n') ?\w+ (?:\w+ )?plus\b"
)
_DENIAL = re.compile(r"\b(?:interdi[ts]\w*|impossible\w*|refuse\w*|prohibited|forbidden|banned)\b")
# Where one statement of a sentence ends and another begins: each has its own negation.
_STATEMENT = re.compile(
    r"[,;:()]|\b(?:mais|et|ou|alors que|bien que|parce que|meme si|qui|dont|lorsque|si|"
    r"but|and|or|while|although|because|even if|which|who|when|if)\b"
)
_DENIED = re.compile(r"\b(?:pas|non|jamais|not|never)(?: \w{1,4})? \Z")
_DENIED_WITHIN = 24  # characters before a word in which its denial is looked for
_PASSIVE = re.compile(
    r"\b(?:est|sont|etre|ete|sera|seront|etait|etaient)\b[^.;]{0,60}\bpar\b"
    r"|\b(?:is|are|be|been|was|were|being)\b[^.;]{0,60}\bby\b"
)
_AGENT = re.compile(r"\b(?:par|by)(?: (?:les?|la|une?|des|the|an?|son|sa|his|her))? (?:l['’])?\Z")
_AGENT_WITHIN = 10  # characters before a word in which "par" makes it the agent
_CLEARLY = 1.0  # likeness of places that have a neighbour in common
_TELLING = 0.5  # likeness below which two places have nothing to do with each other


def contradictions(said: Reading, run: Sequence[Place]) -> list[str]:
    """What a sentence turns around of sentences that its sources hold."""
    found = [*_negations(said, run), *_turns(said, run)]
    return [*found, *_moved_negation(said, run), *_exchanged(said, run)]


def _negations(said: Reading, run: Sequence[Place]) -> list[str]:
    """A denial must be denied by a close statement, and an assertion by none.

    But where the sentence denies one part of a statement, it may state the others: "pour cela, il
    n'est pas obligatoire d'avoir…" is said in two parts of "il n'est pas obligatoire… pour cela".
    """
    split = [(place, _statements(place.reading, place.start, place.end)) for place in run]
    own = _statements(said, 0, len(said.low))
    pairs = [(one, _closest(split, words)) for one, words in own.items()]
    denied = {each for one, close in pairs if _denies(one) for each in close}
    return [
        "negation"
        for one, close in pairs
        if (
            not any(map(_denies, close))
            if _denies(one)
            else any(_denies(each) for each in close if each not in denied)
        )
    ]


def _moved_negation(said: Reading, run: Sequence[Place]) -> list[str]:
    """Whether two words in a row have a denial between them here and not there, or the reverse."""
    plain, denied = _pairs(said, 0, len(said.low))
    known = [_pairs(place.reading, place.start, place.end) for place in run]
    told = {pair for each, _ in known for pair in each}
    untold = {pair for _, each in known for pair in each}
    turned = ((plain - denied) & (untold - told)) | ((denied - plain) & (told - untold))
    return ["negation"] if turned else []


_Pairs = set[tuple[str, str]]


def _pairs(text: Reading, start: int, end: int) -> tuple[_Pairs, _Pairs]:
    """Content words of [start, end) in a row, and those with a denial between; "" is an edge."""
    cues = [start + cue.end() for cue in _NEGATION.finditer(text.low[start:end])]
    row = [(start, ""), *text.content(start, end), (end, "")]
    plain, denied = _Pairs(), _Pairs()
    for (before, left), (after, right) in pairwise(row):
        cut = bisect_right(cues, before) < bisect_right(cues, after)
        (denied if cut else plain).add((left, right))
    return plain, denied


_Statements = dict[str, frozenset[str]]


def _statements(text: Reading, start: int, end: int) -> _Statements:
    """The statements in [start, end) and their stems; small words alone belong to a neighbour."""
    found: _Statements = {}
    waiting, last = start, ""
    cuts = [
        (start + cut.start(), start + cut.end()) for cut in _STATEMENT.finditer(text.low[start:end])
    ]
    for stop, after in [*cuts, (end, end)]:
        if words := text.stems_of(waiting, stop):
            last = text.low[waiting:stop]
            found[last], waiting = words, after
    if last and waiting < end:
        words = found.pop(last)
        found[f"{last} {text.low[waiting:end]}"] = words
    return found


def _closest(run: Iterable[tuple[Place, _Statements]], wanted: frozenset[str]) -> list[str]:
    """What is stated about the wanted words: by the best sentence, then by those that add some."""
    found: list[str] = []
    left = wanted
    for place, statements in sorted(run, key=lambda one: -len(one[0].stems & wanted)):
        if shared := left & place.stems:
            most = max((len(shared & words) for words in statements.values()), default=0)
            found += [one for one, words in statements.items() if len(shared & words) == most]
            left -= place.stems
    return found


def _denies(text: str) -> bool:
    """Two negations make none: "pas interdit" allows."""
    cues = [_NEGATION.search(text) is not None, _DENIAL.search(text) is not None]
    return sum(cues) % 2 == 1


def _turns(said: Reading, run: Sequence[Place]) -> Iterator[str]:
    """Words of the other side in their own word's place, and facts that nobody states."""
    if not said.telling:
        return
    places = _by_sense(run)
    for word, beside in said.placed(said.telling):
        for sense in word.senses:
            sides = places.get(sense.family, {})
            if _nearer(beside, sides, _side(sense, word, said.low)):
                yield f"opposite {said.low[word.start : word.end]}"
            elif sense.fact and sense.side not in sides:
                yield f"word {said.low[word.start : word.end]}"


_Sides = Mapping[int, list[Beside]]


def _by_sense(run: Sequence[Place]) -> Mapping[int, _Sides]:
    """Where the sources say words of each family, by their side."""
    found: dict[int, dict[int, list[Beside]]] = defaultdict(lambda: defaultdict(list))
    for place in run:
        for word, beside in place.placed(place.reading.telling):
            for sense in word.senses:
                found[sense.family][_side(sense, word, place.reading.low)].append(beside)
    return found


def _side(sense: Sense, word: Said, text: str) -> int:
    """The side that a word takes: "not allowed" takes the side of "forbidden"."""
    denied = sense.turns and _DENIED.search(text[max(0, word.start - _DENIED_WITHIN) : word.start])
    return 1 - sense.side if denied else sense.side


def _exchanged(said: Reading, run: Sequence[Place]) -> list[str]:
    """Whether two parties that the sentence and its sources both name have changed places."""
    whole = Place(said, 0, len(said.low), said.stems)
    here = _parties([whole])
    if not here:
        return []
    there = _parties(run)
    return [
        "opposite parties"
        for family in here.keys() & there.keys()
        for one, other in combinations(sorted(here[family].keys() & there[family].keys()), 2)
        if _swapped(here[family], there[family], one, other)
    ]


def _parties(run: Iterable[Place]) -> Mapping[int, _Sides]:
    """Families of which a sentence says two sides, as they would stand if it were active."""
    found: dict[int, dict[int, list[Beside]]] = defaultdict(lambda: defaultdict(list))
    for place in run:
        low, language = place.reading.low, place.reading.language
        passive = _PASSIVE.search(low, place.start, place.end)
        by_family: dict[int, list[tuple[int, str, Beside]]] = defaultdict(list)
        for word, beside in place.placed(place.reading.telling):
            stem = meaning(low[word.start : word.end], language)
            turned = passive is not None and (
                word.end <= passive.start()
                or _AGENT.search(low[max(0, word.start - _AGENT_WITHIN) : word.start]) is not None
            )
            active = mirrored(beside) if turned else beside
            for sense in word.senses:
                by_family[sense.family].append((sense.side, stem, active))
        for family, words in by_family.items():
            own = {stem for _, stem, _ in words}
            if len({side for side, _, _ in words}) > 1:
                for side, _, beside in words:
                    found[family][side].append(without(beside, own))
    return found


def _swapped(here: _Sides, there: _Sides, one: int, other: int) -> bool:
    """Whether each stands clearly in the other's place, more than in its own."""
    agreed = sum(closest(here[side][0], there[side]) for side in (one, other))
    against = [closest(here[a][0], there[b]) for a, b in ((one, other), (other, one))]
    return min(against) >= _CLEARLY and agreed < sum(against) * CLOSE_ENOUGH


def _nearer(beside: Beside, sides: _Sides, own: int) -> bool:
    """Whether another side's word, rather than one of its own side, stands in this place."""
    agreed = closest(beside, sides.get(own, ()))
    others = chain.from_iterable(places for side, places in sides.items() if side != own)
    against = closest(beside, others)
    return against >= _TELLING and against * CLOSE_ENOUGH > agreed
