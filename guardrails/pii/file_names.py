"""Personal data in the names of files, where hyphens stand for spaces and capitals are missing."""

from __future__ import annotations

import re
from itertools import pairwise

from guardrails.pii.names.knowledge import COMMON, GIVEN, SURNAME, THING, Knowledge, shipped
from guardrails.pii.names.likelihood import FREQUENT
from guardrails.pii.ports import PersonalData
from guardrails.pii.scan import settled
from guardrails.text import Shadow
from guardrails.verdicts import Finding
from models.ports import Language

_WORD = re.compile(r"[^\W\d_]{3,}")
_BETWEEN = re.compile(r"[-_.+ ]{1,2}")
_SEPARATORS = str.maketrans("-_.+/", "    \n")


def find_in_name(personal_data: PersonalData, name: str) -> list[Finding]:
    """Findings in order, none overlapping another; positions in characters of the name.

    It is read as it stands, for addresses, and as a person would say it.
    """
    language = Language.FRENCH  # a name of two words has none
    as_it_stands = personal_data.find(name, language)
    return settled((*as_it_stands, *personal_data.find(said(name), language)))


def said(name: str) -> str:
    """The name with its words apart, and a capital on those that are a person's; as long as it."""
    known = shipped()
    words = list(_WORD.finditer(name))
    written = list(name)
    for one, other in pairwise(words):
        apart = _BETWEEN.fullmatch(name, one.end(), other.start())
        if apart and _names_of_one(known, one.group(), other.group()):
            for word in (one, other):
                written[word.start()] = _capital(word.group()[0])
    return "".join(written).translate(_SEPARATORS)


def _names_of_one(known: Knowledge, word: str, other: str) -> bool:
    """Whether lists have both as names and neither as anything else."""
    facts = [known.of(Shadow(one).low) for one in (word, other)]
    return all(_only_a_name(one) for one in facts)


def _only_a_name(facts: int) -> bool:
    given, common = facts >> GIVEN & 3, facts >> COMMON & 3
    if facts >> THING & 1 or common > (given >= FREQUENT):
        return False
    return bool(given or facts >> SURNAME & 3)


def _capital(letter: str) -> str:
    """Of one character, so that positions stay."""
    return letter.upper() if len(letter.upper()) == 1 else letter
