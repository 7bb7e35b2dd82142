"""Numbers that only a word tells: papers, professions, studies, vehicles, banks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.pii.accounts import compact
from guardrails.pii.checksums import IBAN_LENGTHS
from guardrails.pii.ports import Kind, Words
from guardrails.text import Shadow
from guardrails.verdicts import Finding

_NEXT_SENTENCE = re.compile(r"[.!?]\s{1,3}(?=[A-ZÀ-Þ])")
_OTHER = re.compile(r"\b(?:commande|colis|facture|isbn|decret|suivi|ticket|order) ?(?:n°)? ?:? ?\Z")
_TRIES = 4  # numbers of the form behind one word; a hostile text has hundreds
_MOSTLY = 3  # digits
_LOW_COUNTRIES = frozenset(("FR", "MC", "LU", "GB", "DE", "NL", "PT", "CH"))  # in no word there
_NEAR = 8  # characters: " n° : " and a little
_A_MEASURE = re.compile(r"(?:de|du|le|la|en|et|ce|sa|ma|au|un) \d")  # "véhicule de 350 kg"
LONGEST = 48  # characters of a number with all that may stand between its groups
SPEAKS = 70  # characters: how far a word speaks of what follows it
_GAP = r"[ \t\n.\-/_]{0,2}"
_SIGNS = {"9": r"[\doil]", "a": r"[a-z]", "x": r"[a-z0-9]"}


@dataclass(frozen=True, slots=True)
class _Paper:
    """A number's form, and how many of its characters are digits at least."""

    kind: Kind
    form: re.Pattern[str]
    fewest_digits: int


def _paper(kind: Kind, *forms: str, fewest: int) -> _Paper:
    """A form reads "99aa99999": 9 for a digit, a for a letter, x for either; groups by spaces.

    Where a form begins with a digit, anything may stand between its characters; else only
    between its groups, so that plain words are not taken for it.
    """
    return _Paper(kind, re.compile("|".join(map(_form, forms))), fewest)


def _form(form: str) -> str:
    if form[0] == "9":
        signs = _GAP.join(_SIGNS[sign] for sign in form if sign != " ")
        return rf"(?<!\d)(?<!\d[.,]){signs}(?![a-z0-9])"
    groups = _GAP.join("".join(_SIGNS[sign] for sign in group) for group in form.split())
    return rf"(?<![a-z0-9]){groups}(?![a-z0-9])"


_PARTS_OF_NINE = tuple(f"{'x' * n} {'x' * (9 - n)}" for n in range(1, 9))
_PLATES = ("999 aa 99", "9999 aa 99", "999 aaa 99", "99 aaa 99", "99 aa 99", "999 aa 999")
_IDENTITY = (
    _paper(Kind.IDENTITY_CARD, "9" * 12, fewest=11),
    _paper(Kind.IDENTITY_CARD, *_PARTS_OF_NINE, fewest=2),
)
_PASSPORT = (
    _paper(Kind.PASSPORT, "99aa99999", fewest=5),
    _paper(Kind.PASSPORT, "999999999", "a9999999", "aa999999", "aa9999999", "a99999999", fewest=6),
)
_PERMIT = (
    _paper(
        Kind.RESIDENCE_PERMIT,
        *("9999999999", "xx xxxxxxx", "xxx xxx xxx xxx", "xxxxx xxxxxx"),
        fewest=5,
    ),
)
_LICENCE = (
    _paper(Kind.DRIVING_LICENCE, "9" * 12, "99aa99999", fewest=6),
    _paper(Kind.DRIVING_LICENCE, "xxxxx 999999 xxxxx", "xxxxx 999999 xx 9xx", fewest=5),
)
_VAT = _paper(
    Kind.VAT,
    *("aa 9999999999", "aa 999999999", "aa 99999999999", "aa x9999999x", "aa x99999999"),
    fewest=6,
)
_ANNOUNCED = {
    "identite cni cnie identity": _IDENTITY,
    "passeport passport": _PASSPORT,
    "sejour recepisse agdref resident residence etranger visa": _PERMIT,
    "permis conduire licence license driving": _LICENCE,
    "rpps": (_paper(Kind.RPPS, "9" * 11, fewest=9),),
    "adeli": (_paper(Kind.ADELI, "999999999", "9a9999999", fewest=7),),
    "ine bea etudiant etudiante eleve": (
        _paper(Kind.INE, "999999999xx", "9999a99999a", "999999999a9", fewest=8),
    ),
    "nif spi fiscal": (_paper(Kind.NIF, "9" * 13, fewest=11),),
    "tva vat intracommunautaire": (_VAT,),
    "immatricule immatriculee immatriculation plaque plaques vehicule voiture plate registration "
    "vehicle car utilitaire fourgon moto": (
        _paper(Kind.PLATE, "aa 999 aa", fewest=3),
        _paper(Kind.PLATE, *_PLATES, fewest=3),
    ),
    "bic swift": (_paper(Kind.BIC, "aaaaaaxx", "aaaaaaxxxxx", fewest=0),),
}
_SPOKEN = {word: papers for words, papers in _ANNOUNCED.items() for word in words.split()}

_MACHINE_READ = re.compile(r"(?<![a-z0-9<])[a-z0-9<]{28,46}(?![a-z0-9<])")
_PLATE = re.compile(
    r"(?<![a-z0-9])([a-hj-np-tv-z]{2})[-‑]([\doil]{3})[-‑]([a-hj-np-tv-z]{2})(?![a-z0-9-])"
)
_EXAMPLES = frozenset(
    ("ab123cd", "aa111aa", "aa123aa", "123ab75", "123ab01", "123abc01", "1234ab75")
)
# Source: HMRC, NIM39110. The digits come first, so that words cost nothing.
_NINO = re.compile(r"\d\d ?\d\d ?\d\d ?[a-d](?![a-z0-9])")
_NINO_PREFIX = re.compile(
    r"(?<![a-z0-9])(?!bg|gb|kn|nk|nt|tn|zz)[a-ceghj-prtw-z][a-ceghj-nprtw-z] ?\Z"
)


def find(shadow: Shadow) -> Iterator[Finding]:
    low = shadow.low
    if "-" in low:
        for match in _PLATE.finditer(low):
            if compact(match.group()) not in _EXAMPLES:
                yield Finding(Kind.PLATE, match.start(), match.end(), 0.8)
    for match in _NINO.finditer(low):
        start = match.start()
        if prefix := _NINO_PREFIX.search(low, max(0, start - 3), start):
            yield Finding(Kind.NINO, prefix.start(), match.end(), 0.8)
    if "<<" in low:
        for match in _MACHINE_READ.finditer(low):
            if "<<" in match.group():
                yield Finding(Kind.IDENTITY_CARD, match.start(), match.end(), 0.9)


def named(shadow: Shadow, word: re.Match[str]) -> Iterator[Finding]:
    """The first number behind a word that names papers, of their form."""
    found = [_first(paper, shadow, word.end()) for paper in _SPOKEN[word.group()]]
    yield from sorted(filter(None, found), key=lambda one: (one.start, -one.end))[:1]


WORDS: Words = dict.fromkeys(_SPOKEN, named)


def _first(paper: _Paper, shadow: Shadow, start: int) -> Finding | None:
    low, position = shadow.low, start
    sentence = _NEXT_SENTENCE.search(shadow.text, start, start + SPEAKS)
    stop = sentence.start() if sentence else start + SPEAKS
    for _ in range(_TRIES):
        match = paper.form.match(low, position) or paper.form.search(low, position, stop + LONGEST)
        if match is None or match.start() >= stop:
            return None
        other = _OTHER.search(low, max(start, match.start() - 24), match.start())
        if not other and _looks_written(paper, shadow, match, near=match.start() - start <= _NEAR):
            return Finding(paper.kind, match.start(), match.end(), 0.85)
        position = match.start() + 1
    return None


def _looks_written(paper: _Paper, shadow: Shadow, match: re.Match[str], *, near: bool) -> bool:
    """A code stands in capitals, or is mostly digits, or right behind its word."""
    code = compact(match.group())
    written = shadow.text[match.start() : match.end()]
    if paper.kind is Kind.BIC:
        country = code[4:6].upper()
        return country in IBAN_LENGTHS and (
            written.isupper() or (near and country in _LOW_COUNTRIES)
        )
    digits = sum(map(str.isdigit, code))
    like_digits = digits + sum(map(match.group().count, "oil"))
    if digits * 2 < like_digits or like_digits < paper.fewest_digits:
        return False
    if paper.kind is Kind.PLATE and (code in _EXAMPLES or _A_MEASURE.match(written)):
        return False
    letters = "".join(filter(str.isalpha, written))
    parted = paper.kind in _PARTED and len(code) < match.end() - match.start()
    low = not letters or letters.islower()
    sure = digits > _MOSTLY and paper.kind is not Kind.PLATE
    return letters.isupper() or (low and not parted and (near or sure))


_PARTED = frozenset({Kind.IDENTITY_CARD, Kind.RESIDENCE_PERMIT})  # words and a number look alike
