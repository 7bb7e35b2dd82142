"""Where a text that is still arriving may not be let out yet: what more of it could change.

Each rule here answers one of `structured.py`: too early costs a few held characters, too late
would let a part of an identifier out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii import births, emails, mentions, papers, places
from guardrails.pii.checksums import IBAN_LENGTHS
from guardrails.pii.context import WORD
from guardrails.text import Shadow

_LOOKED_AT = 260  # characters before the end: the longest finding and what may announce it
_TOKEN = re.compile(r"\S+")


def open_from(shadow: Shadow) -> int:
    """Where begins what more text could still change."""
    end = len(shadow.text)
    first = max(0, end - _LOOKED_AT)
    held = [end - 1, _numbers(shadow, first), _spelled(shadow, first), *_accounts(shadow, first)]
    for word in WORD.finditer(shadow.low, first):
        for rules, hold in _BY_WORD:
            if word.group() in rules:
                held.append(hold(shadow, word))
    held += [_town(shadow, first), _english(shadow, first)]
    return max(0, min(held))


# "FR 76…", "AB 12 34 56 C": letters that a number may begin with.
_FEW_LETTERS = re.compile(r"(?<![a-z])[a-z]{1,4}[^a-z]*\Z")


def _numbers(shadow: Shadow, first: int) -> int:
    """The last word, and the numbers in a row that it ends or follows."""
    low = shadow.low
    tokens = list(_TOKEN.finditer(low, first))
    if not tokens:
        return len(low)
    held = len(tokens) - 1
    last = tokens[held].group()
    if low[-1].isspace() and not (_MAY_GO_ON.search(last) or _goes_on(tokens, held)):
        return len(low)
    while held and _goes_on(tokens, held - 1):
        held -= 1
    if held and _MAY_GO_ON.search(tokens[held].group()):
        before = tokens[held - 1].group()
        written = shadow.text[tokens[held - 1].start() : tokens[held - 1].end()]
        if _FEW_LETTERS.search(before) or written.isupper():
            held -= 1
    return _long_run(low, tokens[held].start())


_MAY_GO_ON = re.compile(r"\d|^\W*[a-z]{1,4}$|^[+(]")


_LINKS = frozenset(
    ("bis", "ter", "quater", *"abcd", "grande", "grand", "petite", "petit", "vieille", "vieux")
) | {"ancienne", "ancien"}


def _goes_on(tokens: list[re.Match[str]], at: int) -> bool:
    """Whether the word is in a number, or stands between one and its street."""
    token = tokens[at].group()
    if any(map(str.isdigit, token)) or not any(map(str.isalnum, token)) or token in ("o", "i", "l"):
        return True
    linked = at > 0 and any(map(str.isdigit, tokens[at - 1].group()))
    return linked and token.strip(",") in _LINKS


_RUN_AND_MORE = re.compile(r"\d[\doil \t\n\r.\-/_:·()]{7,}(?P<behind>[^\n]{0,14})\Z")


def _long_run(low: str, held: int) -> int:
    """A run of digits waits for the word behind it: a key, or what it counts."""
    run = _RUN_AND_MORE.search(low, max(0, held - 60))
    return min(held, run.start()) if run else held


_SPELLING = re.compile(
    r"\S{1,80} ?(?:[\[({] ?[a-z@]{0,8} ?[\])}]?"
    r"|a(?:r(?:r?o?b?a?s?e?) ?|t ?[\w-]{0,60} ?(?:d|do|dot|p|po|poi|poin|point)? ?)?)?\Z"
)
_TAIL_OF_DOMAIN = 12  # characters: " [ point ] "


def _spelled(shadow: Shadow, first: int) -> int:
    """An address that is being spelled out."""
    low, held = shadow.low, len(shadow.low)
    if found := _SPELLING.search(low, first):
        held = found.start()
    for start, end in emails.begun(shadow, first):
        if len(low) - end <= _TAIL_OF_DOMAIN:
            held = min(held, start)
    return held


_ACCOUNT = re.compile(
    r"(?:(?<![a-z0-9])|(?<=iban))([a-z]{2})[ \t\n.\-/_:·]{0,2}"
    r"(?:\d[ \t\n.\-/_:·]{0,2}(?:[\doil]|\Z)|[oil][ \t\n.\-/_:·]{0,2}(?:\d|\Z))"
)
_IN_ACCOUNT = re.compile(r"(?:[ \t\n.\-/_:·]{0,2}[a-z0-9])*[ \t\n.\-/_:·]{0,2}")


def _accounts(shadow: Shadow, first: int) -> Iterator[int]:
    low = shadow.low
    for begun in _ACCOUNT.finditer(low, first):
        length = IBAN_LENGTHS.get(begun[1].upper())
        written = low[begun.start() :]
        whole = _IN_ACCOUNT.fullmatch(written)
        if length and whole and sum(map(str.isalnum, written)) <= length:
            yield begun.start()


_STREET_BEGINS = re.compile(
    r"\.?\s{0,2}(?:(?:de|du|des|la|le|les|et|a|au|aux|en|sur|sous|les|lez|saint|sainte|st|ste|l'|d'"
    r"|n°)\s?)*\S{0,31}\Z"
)
_TOWN_COMES = 34  # characters: ", BP 90167, F-38000 " and a letter
_LOW_NAME = 110


def _street(shadow: Shadow, word: re.Match[str]) -> int:
    read, end = places.read_street(shadow, word), len(shadow.low)
    if read.numbered and end - word.end() <= _LOW_NAME:
        return read.start
    if _STREET_BEGINS.match(shadow.low, word.end()):
        return read.start
    named = read.end > word.end()
    return read.start if named and end - read.end <= _TOWN_COMES else end


_BIRTH_BEGINS = re.compile(
    r"[ ()\-e.·s:=*|>\n\t]{0,12}(?:(?:of|de|d|o)\b[ a-z]{0,12})?(?:\([a-z/ ]{0,14}\)?)?"
    r"[ :=\-*|>(\n\t.]{0,8}"
    r"(?:[a-z]{0,9} ?){0,2}[ :\n\t.]{0,4}"
    r"(?:[\doil/.\- \n]{0,12}|(?:premier|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|"
    r"treize|quatorze|quinze|seize|vingt|trente)[a-z \-]{0,80}|[\doil]{1,2}\S{0,3}\s{0,4}\S{0,9}"
    r"[\s/.\-,]{0,5}[\doil]{0,4}|[a-z]{3,9} [\doil]{1,2}\S{0,3} ?[\doil]{0,4})\Z"
)
_LONGEST_BIRTH = 110
_PLACE_COMES, _PLACE_GOES_ON = 12, 44


def _birth(shadow: Shadow, word: re.Match[str]) -> int:
    end = len(shadow.low)
    last = max((one.end for one in births.born(shadow, word)), default=0)
    first = min((one.start for one in births.born(shadow, word)), default=end)
    if last and end - last <= _PLACE_GOES_ON:
        return first
    if (
        last == 0
        and end - word.end() <= _LONGEST_BIRTH
        and _BIRTH_BEGINS.match(shadow.low, word.end())
    ):
        return word.end()
    return end


_HOLDER_BEGINS = re.compile(
    r"(?:\(s?\)?)?(?: (?:d|du|des|of|of the|de|de ce|d'un|t|th|the)?)?(?: ?[a-z]{0,9})?"
    r"(?: (?:n|na|nam|name)?)? ?(?:[:=\-]|e|es|est|i|is)?[ \t]{0,4}\S{0,32}\Z"
)
_NAME_GOES_ON = 36


def _holder(shadow: Shadow, word: re.Match[str]) -> int:
    end = len(shadow.low)
    found = next(iter(mentions.holder(shadow, word)), None)
    if found:
        return found.start if end - found.end <= _NAME_GOES_ON else end
    return word.end() if _HOLDER_BEGINS.match(shadow.low, word.end()) else end


_MENTION_GOES_ON = 60


def _mention(shadow: Shadow, word: re.Match[str]) -> int:
    near = len(shadow.low) - word.start() <= _MENTION_GOES_ON
    return (
        word.start()
        if near and mentions.of_a_person(shadow.text, word.start())
        else len(shadow.low)
    )


def _paper(shadow: Shadow, word: re.Match[str]) -> int:
    """Groups of a code behind its word: they wait for each other."""
    low, end = shadow.low, len(shadow.low)
    if end - word.end() > papers.SPEAKS + papers.LONGEST:
        return end
    code = _CODE.search(low, word.end())
    return code.start() if code else end


_CODE = re.compile(
    r"(?<![a-z0-9])(?=[a-z]{0,8}\d|[a-z]{1,8}[ \n.\-/_]{1,2}\d)[a-z0-9 \n.\-/_]{1,60}\Z"
)

_BY_WORD = (
    (places.WORDS, _street),
    (births.WORDS, _birth),
    (mentions.HOLDERS, _holder),
    (mentions.SENSITIVE, _mention),
    (papers.WORDS, _paper),
)

_TOWN_BEGINS = re.compile(r"(?<![\w.,])\d{5}(?= |\Z)")
_CITY_GOES_ON = 44


def _town(shadow: Shadow, first: int) -> int:
    for begun in _TOWN_BEGINS.finditer(shadow.text, first):
        whole = places.TOWN_ALONE.match(shadow.text, begun.start())
        if len(shadow.text) - (whole or begun).end() <= _CITY_GOES_ON:
            return begun.start()
    return len(shadow.text)


_STREET_WORDS, _POSTCODE_COMES = 68, 62  # characters: three words; a town and its code


def _english(shadow: Shadow, first: int) -> int:
    """A number and a capital: a street may follow, and its town behind it."""
    for begun in places.ENGLISH_BEGINS.finditer(shadow.text, first):
        whole = places.ENGLISH.match(shadow.low, begun.start("number"))
        reach = whole.end() + _POSTCODE_COMES if whole else begun.end() + _STREET_WORDS
        if reach >= len(shadow.text):
            return begun.start()
    return len(shadow.text)
