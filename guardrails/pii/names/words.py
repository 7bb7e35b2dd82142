"""The words of a text, and what is known of each without its neighbours."""

from __future__ import annotations

import re

from guardrails.text import folded

TOKEN = re.compile(
    r"(?:[ldjmnstc]|qu|jusqu|lorsqu|puisqu)['’](?=\w)"  # elisions: l'usine, qu'Odile
    r"|(?:[CJST]|Qu|Jusqu|Lorsqu|Puisqu)['’](?=\w)|[MN]['’](?=[a-zà-ÿ])|[LD]['’](?=\w)"
    r"|(?:(?:Ph|Ch|Th|[A-ZÀ-Þ])\.-?)+(?<=\.)"  # initials: J., J.-P.
    r"|[^\W_]+(?:(?:['’](?!s\b)|-)[^\W_]+)*"
    r"|['’]s\b|\n|[^\w\s]|_"
)

_CIVILITIES_WORDS = (
    "m mm mr mme mmes mlle mlles monsieur messieurs madame mesdames mademoiselle dr drs docteur "
    "me mes maitre maitres pr prof professeur mrs ms miss sir lady doctor professor"
)
CIVILITIES = frozenset(_CIVILITIES_WORDS.split())
"""Words before a name that are no part of it; "me" and "mes" with a capital or a point alone."""

_PARTICLES_WORDS = (
    "de d' du des la le les l' van von der den ter ten zu ben bin ibn ould abd el al dos da do "
    "di del della delle y e saint st"
)
PARTICLES = frozenset(_PARTICLES_WORDS.split())

BEGINNINGS = frozenset({"van", "von", "ben", "d'"})
"""Particles that a name may begin with, before any capital of its own."""

_DIGIT = re.compile(r"\d")
_INITIALS = re.compile(r"(?:(?:Ph|Ch|Th|[A-ZÀ-Þ])\.-?)+\Z")
_ROMAN = re.compile(r"(?=[IVXLC]{2})[XLC]{0,4}(?:IX|IV|V?I{0,3})(?:er|e|ème)?\Z")
_GLUED = re.compile(r"(?!Mc|Mac|De|Le|La|Di|Fitz)[^\W_]{1,40}[a-zà-ÿ][A-ZÀ-Þ]")
_FORMS = ((_INITIALS, "I"), (_ROMAN, "R"), (_GLUED, "C"))
_STREETS_WORDS = (
    "rue avenue av bd boulevard place impasse chemin route allee allees quai cours square "
    "passage faubourg esplanade promenade pont gare station metro tour porte street road lane"
)
_STREETS = frozenset(_STREETS_WORDS.split())
_BODIES_WORDS = (
    "lycee college ecole universite hopital clinique chu institut fondation musee stade theatre "
    "centre theoreme loi lois plan prix methode syndrome maladie groupe societe cabinet "
    "etablissements entreprise maison marque residence salle espace foundation university school "
    "hospital act law award company group"
)
_BODIES = frozenset(_BODIES_WORDS.split())
_PEOPLE_WORDS = (
    "directeur directrice president presidente responsable ministre collegue avocat avocate "
    "salarie salariee patient patiente epoux epouse fils fille frere soeur mere pere oncle tante "
    "cousin cousine ami amie maire depute general colonel capitaine commandant juge temoin "
    "auteur candidat candidate cher chere bonjour salut dear hi hello manager colleague husband "
    "wife son daughter brother sister mother father friend author nom prenom nee ne veuve signe "
    "par cc"
)
_PEOPLE = frozenset(_PEOPLE_WORDS.split())


_NAMED_PLACES_WORDS = (
    "rue avenue av bd blvd boulevard impasse allee allees quai square lycee hopital loi prix "
    "theoreme chr chu"
)
NAMED_PLACES = frozenset(_NAMED_PLACES_WORDS.split())
"""What bears the name of somebody whom everybody knows."""

_RANKS_WORDS = "general marechal colonel capitaine president abbe pere cardinal amiral saint"
RANKS = frozenset(_RANKS_WORDS.split())


def shape(written: str) -> str:
    """How a word is written, in a letter.

    X with a capital, C with another inside, A all in capitals, I initials, i a capital alone,
    R a Roman number, x small, 1 with digits; a mark is its own shape.
    """
    first = written[0]
    if not first.isalpha():
        return "1" if first.isdigit() else written[:2]
    if _DIGIT.search(written):
        return "1"
    return _of_capitals(written) if first.isupper() else "x"


def _of_capitals(written: str) -> str:
    if len(written) == 1:
        return "i"
    for form, letter in _FORMS:
        if form.match(written):
            return letter
    return "A" if written.isupper() else "X"


def role(low: str) -> str:
    """What a word says of the one behind it, where we know."""
    if low in CIVILITIES:
        return "T"
    if low in PARTICLES:
        return "d"
    if low in _STREETS:
        return "S"
    if low in _BODIES:
        return "B"
    return "P" if low in _PEOPLE else ""


def plain(word: str) -> str:
    """A word as lists hold it."""
    return folded(word).replace("’", "'")
