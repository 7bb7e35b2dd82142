"""What finds personal data, and the kinds it tells apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from guardrails.text import Shadow
from guardrails.verdicts import Finding
from models.ports import Language


class Kind(StrEnum):
    """Identifiers, the most telling first: of two as well proven, the first names the whole."""

    NIR = "NIR"  # the French social security number: sex, birth month and place; NIA too
    IBAN = "IBAN"  # and the French RIB, which says the same
    CARD = "CARD"
    NIF = "NIF"  # the French tax number, also called SPI
    SSN = "SSN"  # of the United States
    NHS = "NHS"  # the health number of England and Wales
    NINO = "NINO"  # the national insurance number of the United Kingdom
    IDENTITY_CARD = "IDENTITY_CARD"
    PASSPORT = "PASSPORT"
    RESIDENCE_PERMIT = "RESIDENCE_PERMIT"
    DRIVING_LICENCE = "DRIVING_LICENCE"
    RPPS = "RPPS"  # French health professionals
    ADELI = "ADELI"  # the same, before RPPS
    INE = "INE"  # French students
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    SIRET = "SIRET"  # a company's place; a sole trader's is a person's
    VAT = "VAT"
    SIREN = "SIREN"
    BIC = "BIC"
    PLATE = "PLATE"
    MAC = "MAC"
    IP = "IP"
    HOLDER = "HOLDER"  # whose account it is
    BIRTH_DATE = "BIRTH_DATE"
    BIRTH_PLACE = "BIRTH_PLACE"
    ADDRESS = "ADDRESS"
    HEALTH = "HEALTH"  # said of a named person
    UNION = "UNION"  # membership, said of a named person
    PERSON = "PERSON"  # a name

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS = {kind: rank for rank, kind in enumerate(Kind)}


TELL_NAMES = frozenset({Kind.PERSON, Kind.HOLDER, Kind.EMAIL})
_SURE = 0.5


def tells_a_name(found: Finding) -> bool:
    """Whether its words may stand elsewhere without anything around them, and mean a person."""
    return found.kind in TELL_NAMES and found.score >= _SURE


class Told(NamedTuple):
    """A value that was said, what it is, and the letters and digits by which it is known again."""

    kind: str
    value: str
    packed: str = ""


class PersonalData(Protocol):
    """Finds personal data in a text."""

    def find(
        self, text: str, language: Language, said: Collection[Told] = ()
    ) -> tuple[Finding, ...]:
        """Findings in order, none overlapping another; positions in characters of `text`.

        `said` are values that went before this text: the names and numbers they tell are found
        again.
        """
        ...

    def open_from(self, text: str) -> int:
        """Where begins what more text could still change: before it, what is found is final."""
        ...


class Detector(Protocol):
    """Finds some kinds of personal data in the shadow of a text."""

    def find(self, shadow: Shadow) -> Iterable[Finding]:
        """In any order; they may overlap. Positions in characters of `shadow.text`.

        What is found at a place depends on REACH characters before it, and on what follows it up
        to where `open_from` no longer holds it.
        """
        ...

    def open_from(self, shadow: Shadow) -> int:
        """Where begins what more text could still change; the length of the text if nothing."""
        ...


Words = Mapping[str, Callable[[Shadow, re.Match[str]], Iterable[Finding]]]
"""Words of folded shadows that announce something, and who looks behind or around them."""

REACH = 160
"""Characters: the longest finding, and the farthest that a word speaks of what follows it."""
