"""Names that something announces: a title, a label of a form, a presentation, a closing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii.names.likelihood import Word
from guardrails.pii.names.reading import Reading
from guardrails.pii.names.words import CIVILITIES, PARTICLES

_SMALL_CIVILITIES_WORDS = "monsieur madame mademoiselle mme mlle mr mrs ms docteur dr maitre"
_SMALL_CIVILITIES = frozenset(_SMALL_CIVILITIES_WORDS.split())
_NO_NAMES_WORDS = (
    "le la les l l' du de des et ou the and or president presidente maire ministre prefet "
    "prefete directeur directrice procureur juge chef cheffe tout toute qui si oui non etc"
)
_NO_NAMES = frozenset(_NO_NAMES_WORDS.split())
_SAYS_WHO = re.compile(
    r"(?<![a-z])(?:je m'appelle|je me nomme|mon nom est|on m'appelle|il s'appelle|elle s'appelle"
    r"|my name is|i am called|(?:full|first|last|family|given|maiden) name ?:|surname ?:"
    r"|(?:nom|prenom)s?(?: et (?:nom|prenom)s?)?"
    r"(?: (?:de naissance|d'usage|de famille|marital))? ?:"
    r"|signe ?:|signataire ?:|signe par|signed by|signed ?:)[ \t]{0,4}"
)
CLOSING = re.compile(
    r"(?<![a-z])(?:(?:bien |tres )?(?:cordialement|amicalement|respectueusement|sincerement)"
    r"|bien a (?:vous|toi)|a bientot|bonne (?:journee|soiree)|salutations(?: distinguees)?"
    r"|(?:best |kind |warm )?regards|sincerely|yours(?: truly| faithfully)?|cheers)"
    r" ?[,.!]?[ \t]{0,4}\n\s{0,4}(?P<line>[^\n]{1,60})(?=\n|\Z)"
)
_SMALL_NAME, _LONGEST = 3, 4  # words
_SHORT_TITLE = 4  # letters: "Mlle."


def announced(reading: Reading, low: str) -> Iterator[int]:
    """The places of words that are of a name because of what stands before them."""
    yield from _titled(reading)
    yield from _said(reading, low)
    yield from _signed(reading, low)


def _titled(reading: Reading) -> Iterator[int]:
    for place in reading.titles:
        if reading.after_a_place(place):
            continue
        title = reading.written(place)
        name = place + 1
        if (
            name < len(reading.tokens)
            and reading.written(name) == "."
            and len(title) <= _SHORT_TITLE
        ):
            name += 1
        while name < len(reading.tokens) and reading.at(name).shape in ("I", "i"):
            name += 1
        if name == place + 1 and not reading.beside(place, name):
            continue
        while reading.at(name).low in PARTICLES and name < place + 4:
            name += 1
        one = reading.at(name)
        if "\n" in reading.between(place, name) or one.low in _NO_NAMES:
            continue
        small = title.lower() in _SMALL_CIVILITIES and _rare(one) and one.shape == "x"
        if one.shape in ("X", "A") or small:
            yield name


def _rare(one: Word) -> bool:
    """A word that lists know as a name, and that is no frequent word."""
    return bool(one.facts & 0b1111) and one.facts >> 4 & 3 <= 1


def _said(reading: Reading, low: str) -> Iterator[int]:
    for found in _SAYS_WHO.finditer(low):
        yield from _words_from(reading, found.end())


def _words_from(reading: Reading, position: int) -> Iterator[int]:
    """Up to three words of the same line that are no ordinary ones."""
    taken = 0
    for place in reading.places_from(position):
        one = reading.at(place)
        if one.low in CIVILITIES or one.low in PARTICLES or one.shape in ("I", "i"):
            continue
        named = one.shape in ("X", "A") and one.low not in _NO_NAMES and not one.ordinary
        if taken == _SMALL_NAME or not (named or (one.shape == "x" and _rare(one))):
            return
        yield place
        taken += 1


def _signed(reading: Reading, low: str) -> Iterator[int]:
    for found in CLOSING.finditer(low):
        places = list(reading.places_within(*found.span("line")))
        words = [reading.at(place) for place in places]
        names = [one for one in words if one.shape in ("X", "A")]
        if not 1 <= len(names) <= _LONGEST or len(words) > _LONGEST + 2:
            continue
        if all(_of_a_name(one) for one in words) and any(one.facts & 0b1111 for one in names):
            yield from (place for place, one in zip(places, words, strict=True) if one in names)


def _of_a_name(one: Word) -> bool:
    if one.shape in ("X", "A"):
        return not one.ordinary and not one.facts >> 7
    return one.shape in ("I", "i") or one.low in PARTICLES or one.low in CIVILITIES | {".", "-"}
