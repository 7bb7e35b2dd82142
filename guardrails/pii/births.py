"""Dates and places of birth, behind the words that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii.ports import Kind, Words
from guardrails.text import Shadow
from guardrails.verdicts import Finding

_MONTH = (
    r"(?:janv(?:ier|\.)?|fev(?:rier|r?\.)?|mars|avr(?:il|\.)?|mai|juin|juil(?:let|\.)?|aout|"
    r"sept(?:embre|\.)?|oct(?:obre|ober|\.)?|nov(?:embre|ember|\.)?|dec(?:embre|ember|\.)?|"
    r"january|february|march|april|may|june|july|august|september|jan|feb|mar|apr|jun|jul|aug|sep)"
)
_D = r"[\doil]"
_S = r"[ \t\n]{0,2}[/.\-_| \n][ \t\n]{0,2}"
DATE = (
    rf"(?:{_D}{{1,2}}(?:er|st|nd|rd|th)?{_S}(?:of )?{_MONTH}{_S},? ?{_D}{{2,4}}"
    rf"|{_MONTH} {_D}{{1,2}}(?:st|nd|rd|th)?,? {_D}{{4}}"
    rf"|{_D}{{4}}{_S}{_D}{{1,2}}{_S}{_D}{{1,2}}"
    rf"|{_D}{{1,2}}{_S}{_D}{{1,2}}{_S}{_D}{{2,4}}"
    rf"|{_D}{{8}})(?![a-z\d])"
)
_SPELLED = (
    r"(?:premier|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|"
    rf"seize|vingt|trente)[a-z \-]{{0,20}} {_MONTH} (?:mille|mil|deux mille)[a-z \-]{{3,50}}"
)
_PAPER_GAP = r"[ \t\n:=.\-*|>(]{0,6}"
_SAID = re.compile(
    rf"(?:\(?-?e\)?s?|[·.]e)?{_PAPER_GAP}(?:(?:le|the|on|in|is|est|au|:|lun\w*di|mar\w*di|mercredi|"
    rf"jeudi|vendredi|samedi|dimanche) ?){{0,2}}{_PAPER_GAP}(?P<date>{DATE}|{_SPELLED})"
)
_NAMED_DATE = re.compile(
    rf"(?: (?:de|of) (?:naissance|birth))?(?: \((?:jj|dd|aaaa)[^)\n]{{0,12}}\))?"
    rf"{_PAPER_GAP}(?:(?:le|the|is|est|on|:) ?)?{_PAPER_GAP}(?P<date>{DATE}|{_SPELLED})"
)
_PLACE_WORD = r"[A-ZÀ-ÞŒ][\w'’\-]{1,30}"
_PLACE = (
    rf"(?P<place>{_PLACE_WORD}(?:[ \-](?:(?:de|la|le|les|l'|du|des|sur|en|sous|aux|of|upon|the)"
    rf"[ \-]?){{0,2}}{_PLACE_WORD}){{0,3}}(?: ?\([\w ,'\-]{{2,30}}\))?)"
)
_BEHIND_DATE = re.compile(rf",? ?\(?(?:à|a|au|aux|in|at|À|A) {_PLACE}")
_LOW_PLACE = re.compile(
    r",? ?\(?(?:a|au|in) (?P<place>[a-z'\-]{3,30}(?: sur [a-z\-]{3,20})?"
    r"(?: ?\(\d[\dab]\d?\))?)(?![a-z])"
)
_NAMED_PLACE = re.compile(rf" ?(?:[:=\t|]|est|is)[ \t\n]{{0,4}}(?:à )?{_PLACE}")
_BORN_IN = re.compile(rf"(?:\(e\))? (?:à|in) {_PLACE}")

_NOUNS = frozenset({"naissance", "nais", "naiss", "birth", "dob", "ddn", "birthdate"})


def born(shadow: Shadow, word: re.Match[str]) -> Iterator[Finding]:
    """What a word of birth says: a date, and a place behind it or alone."""
    noun = word.group() in _NOUNS
    said = (_NAMED_DATE if noun else _SAID).match(shadow.low, word.end())
    if said:
        yield Finding(Kind.BIRTH_DATE, said.start("date"), said.end("date"), 0.9)
    place = _place_behind(shadow, said.end("date")) if said else _place_alone(shadow, word)
    if place:
        yield Finding(Kind.BIRTH_PLACE, place.start("place"), place.end("place"), 0.8)


WORDS: Words = dict.fromkeys((*_NOUNS, "ne", "nee", "nes", "born"), born)


def _place_behind(shadow: Shadow, end: int) -> re.Match[str] | None:
    found = _BEHIND_DATE.match(shadow.text, end)
    if found is None and shadow.text[max(0, end - 60) : end].islower():
        found = _LOW_PLACE.match(shadow.low, end)
    return found


def _place_alone(shadow: Shadow, word: re.Match[str]) -> re.Match[str] | None:
    start = word.start()
    if word.group() in _NOUNS:
        stated = _SAYS_PLACE.search(shadow.low, max(0, start - 12), start)
        return _NAMED_PLACE.match(shadow.text, word.end()) if stated else None
    if word.group() == "nes" or shadow.text[max(0, start - 1) : start] == "-":
        return None  # "les enfants nés à Mayotte", "nouveau-né"
    return None if _negates(shadow, word) else _BORN_IN.match(shadow.text, word.end())


_SAYS_PLACE = re.compile(r"lieu|place|ville|commune")


def _negates(shadow: Shadow, word: re.Match[str]) -> bool:
    """A "ne" without an accent is a negation."""
    return shadow.text[word.start() : word.end()].casefold() == "ne"
