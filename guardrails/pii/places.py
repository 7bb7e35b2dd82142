"""Postal addresses, as French and English people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.pii.ports import Kind, Words
from guardrails.text import Shadow
from guardrails.verdicts import Finding

_STREETS = (
    "rue avenue av avn ave bd bld blvd boulevard place pl impasse imp chemin che chem route rte "
    "allee allees all quai cours square sq villa passage pass cite sentier sente ruelle esplanade "
    "promenade faubourg fbg montee residence res lotissement lot hameau rond voie venelle traverse "
    "clos domaine parvis chaussee mail galerie quartier qrt lieu zone za zi zac immeuble batiment "
    "bat appartement appt porte parc cote bp cs tsa"
)
_WORD = r"[^\W\d_](?:[\w'’.\-]{0,30}[^\W_])?"
_SMALL = (
    r"(?:l'|l’|d'|d’|L'|D'|(?:de|du|des|la|le|les|et|à|au|aux|en|sur|sous|lès|lez|saint|sainte|st|"
    r"ste|DE|DU|DES|LA|LE|LES|ET|AU|AUX|EN|SUR|SOUS)(?!\w))"
)
_CAPITAL = r"[A-ZÀ-ÞŒ0-9](?:[\w'’.\-]{0,30}\w)?"
_GAP = r"(?:,? {1,2}|,? ?\n ?|,)"
_MONTH = r"(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre)"
# The name behind "rue": small words and capitals; "du 11 novembre 1918" too.
_NAME = rf"(?:(?:{_SMALL}|{_MONTH}|n°)(?:[ \n]|(?<=['’]))?|{_CAPITAL} ?){{1,8}}"
_LOW_NAME = rf"(?:{_SMALL} ?){{0,3}}{_WORD}(?: (?:{_SMALL} ?){{0,2}}{_WORD}){{0,4}}?"
_NUMBER = re.compile(
    r"(?<![\w.,/:\-])(?<!\d )(?:n° ?)?(?=[oil]{0,3}\d)[1-9oil][\doil]{0,4}"
    r"(?: ?(?:bis|ter|quater|[a-d])(?![\w']))?"
    r"(?: ?[-/] ?\d{1,4})?[ ,]{1,3}(?:grande? |petite? |vieille |vieux |ancienne? )?\Z"
)
_D = r"[\dOoIl]"
_CITY_WORD = r"(?:[A-ZÀ-ÞŒ][\w'’\-]{0,30}|\d{1,2}(?:e|er|ème)?(?![\w/]|\.\w))"
_CITY_SMALL = (
    r"(?:(?:de|du|des|la|le|les|en|sur|sous|lès|lez|aux?|et|DE|DU|DES|LA|LE|LES|EN|SUR|SOUS)[ \-]"
    r"|l'|d'|l’|d’)"
)
_CITY = (
    rf"(?:(?:Le|La|Les|L'|L’|LE|LA|LES) ?)?{_CITY_WORD}"
    rf"(?:[ \-]{_CITY_SMALL}?{_CITY_SMALL}?{_CITY_WORD}){{0,5}}"
)
_LOW_CITY = (
    r"(?:(?:le|la|les|saint|st|ste|sainte)[ \-])?[a-zà-ÿ'\-]{2,30}"
    r"(?:[ \-](?:sur|en|les|lès|sous|de|du|la)[ \-][a-zà-ÿ\-]{2,20})?(?: cedex(?: \d{1,2})?)?"
)
_POSTCODE = rf"(?:[FBL]-? ?)?{_D}{_D} ?{_D}{{3}}(?!\d)(?! ?€| euros?)"
_TOWN = re.compile(
    rf"(?:{_GAP}|[ ,]{{0,2}}[-–] ?)(?:à )?(?:(?:BP|CS|TSA|B\.P\.) ?\d{{1,6}}{_GAP})?"
    rf"{_POSTCODE}[ ,]{{1,2}}\n? ?(?:{_CITY}|{_LOW_CITY})"
)
_STREET_NAME = re.compile(rf"\.? {{1,2}}{_NAME}")
_LOW_STREET = re.compile(rf"\.? {{1,2}}{_LOW_NAME}(?=,? ?\n? ?{_D}{{5}} )")
_LOW_STREET_ALONE = re.compile(rf"\.? {{1,2}}(?:{_SMALL} ?){{0,3}}{_WORD}")
_SAYS_MORE = re.compile(r"[A-ZÀ-ÞŒ0-9]")
_BOX = re.compile(r" ?(?:n° ?)?\d{1,6}")
_COMPLEMENT = re.compile(
    r",? ?\n? ?(?:(?:b[aâ]t(?:iment)?|appt?|appartement|apt|esc(?:alier)?|[eé]tage|hall|porte|"
    r"r[eé]sidence|lieu-dit|bp|cs|immeuble|studio|lot)\.? ?(?:n° ?)?(?:[a-z]?\d{1,5}|[a-z])(?!\w)"
    r"|\d{1,2}(?:er|e|ème) étage)",
    re.IGNORECASE,
)
_ALSO_PLACES = (
    "residence res lotissement lot hameau lieu zone za zi zac immeuble batiment bat appartement "
    "appt porte parc cote bp cs tsa cite clos domaine quartier qrt mail voie"
)
_COUNTED = frozenset(_ALSO_PLACES.split())
_BOXES = frozenset({"bp", "cs", "tsa"})
_MOST_COMPLEMENTS = 4  # staircase, floor, door …


@dataclass(frozen=True, slots=True)
class Street:
    """What was read around a word that streets begin with; an address if it says enough."""

    start: int
    end: int
    numbered: bool
    address: bool


def find(shadow: Shadow) -> Iterator[Finding]:
    yield from _towns(shadow)
    yield from _english(shadow)


def street(shadow: Shadow, word: re.Match[str]) -> Iterator[Finding]:
    read = read_street(shadow, word)
    if read.address:
        yield Finding(Kind.ADDRESS, read.start, read.end, 0.8)


WORDS: Words = dict.fromkeys(_STREETS.split(), street)


def read_street(shadow: Shadow, word: re.Match[str]) -> Street:
    """A street with its number or its town; either alone is a place that everybody knows."""
    text, start = shadow.text, word.start()
    number = _NUMBER.search(shadow.low, max(0, start - 24), start)
    first = number.start() if number else start
    name = _name(text, word, numbered=number is not None)
    if name is None:
        return Street(first, word.end(), number is not None, address=False)
    end = name.start() + len(name.group().rstrip(" ,'’\n"))
    for _ in range(_MOST_COMPLEMENTS):
        if more := _COMPLEMENT.match(text, end):
            end = more.end()
    town = _TOWN.match(text, end)
    counted = word.group() in _COUNTED  # "2 lots": so many of them, and no address
    address = town is not None or (number is not None and not counted)
    return Street(first, town.end() if town else end, number is not None, address)


def _name(text: str, word: re.Match[str], *, numbered: bool) -> re.Match[str] | None:
    if word.group() in _BOXES:
        return _BOX.match(text, word.end())
    name = _STREET_NAME.match(text, word.end())
    if not numbered:
        return name
    low = _LOW_STREET.match(text, word.end())
    if low and (name is None or low.end() > name.end()):
        return low
    if name and _SAYS_MORE.search(name.group()):
        return name
    return _LOW_STREET_ALONE.match(text, word.end())


_LIVES = re.compile(
    r"\b(?:habit\w*|demeur\w*|domicili\w*|resid\w*|adresse?|lives?|living|address|logee?)\b"
    r"[^.!?]{0,40}\Z"
)
TOWN_ALONE = re.compile(rf"\d(?<![\w.,]\d)(?<!\d \d)\d{{4}} (?P<city>{_CITY})(?: \(\w+\))?")
_NO_TOWN = re.compile(r"(?:Euros?|EUR|F|Francs?|Personnes|Français|Habitants|Salariés)\b")
_LINE_BEFORE, _LINE_BEHIND = re.compile(r"(?:\n|\A) {0,8}\Z"), re.compile(r" {0,8}(?:\n|\Z)")


def _towns(shadow: Shadow) -> Iterator[Finding]:
    """A postcode and its town, alone on their line or where somebody lives."""
    text = shadow.text
    for match in TOWN_ALONE.finditer(text):
        start, end = match.span()
        if _NO_TOWN.match(match["city"]):
            continue
        alone = _LINE_BEFORE.search(text, max(0, start - 9), start) and _LINE_BEHIND.match(
            text, end
        )
        if alone or _LIVES.search(shadow.low, max(0, start - 60), start):
            yield Finding(Kind.ADDRESS, start, end, 0.7)


_POST = r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}"
_ZIP = r"(?:[a-z]{2},? )?\d{5}(?:-\d{4})?"
ENGLISH = re.compile(
    r"\d(?<![\w.,/]\d)(?<!\d \d)\d{0,4}[a-d]? "
    r"(?:(?!(?:de|du|la|le|the|of|a) )[a-z][a-z'.\-]{1,20} ){1,3}"
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|close|court|ct|crescent|gardens|grove|"
    r"terrace|square|way|boulevard|blvd|parkway|pkwy|row|mews|hill)(?![a-z])\.?"
    rf"(?:,? ?\n?(?:[a-z][a-z.'\- ]{{2,24}},? ?\n?){{0,2}}(?:{_POST}|{_ZIP})(?![a-z\d]))?"
)
ENGLISH_BEGINS = re.compile(
    r"(?:(?:[Ff]lat|[Aa]pt|[Aa]partment|[Uu]nit|[Ss]uite) \w{1,5},? )?"
    r"(?<![\w.,/])(?P<number>\d{1,5})[a-dA-D]? (?=[A-Z]|\Z)"
)
_FLAT = re.compile(r"(?:flat|apt|apartment|unit|suite) \w{1,5},? \Z")
_UK_POSTCODE = re.compile(
    r"[A-PR-UWYZ](?<!\w[A-Z])[A-HK-Y]?\d[A-HJKMNP-Y\d]? ?\d[ABD-HJLNP-UW-Z]{2}(?!\w)"
)  # Source: BS 7666


def _english(shadow: Shadow) -> Iterator[Finding]:
    for match in ENGLISH.finditer(shadow.low):
        words = shadow.text[match.start() : match.end()].split()
        if words[1][:1].isupper():
            flat = _FLAT.search(shadow.low, max(0, match.start() - 20), match.start())
            start = flat.start() if flat else match.start()
            yield Finding(Kind.ADDRESS, start, match.end(), 0.7)
    for match in _UK_POSTCODE.finditer(shadow.text):
        yield Finding(Kind.ADDRESS, match.start(), match.end(), 0.6)
