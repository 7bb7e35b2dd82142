"""Numbers told by their digits: each length has its rules, each rule its proof."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from guardrails.pii import accounts, checksums, phones
from guardrails.pii.context import NEAR, before
from guardrails.pii.ports import Kind
from guardrails.pii.runs import LONGEST, Run, Written, cut, runs, shapes
from guardrails.text import Shadow
from guardrails.verdicts import Finding

# How sure a finding is. Where findings overlap the surest names the whole.
NAMED, PROVEN, FORMED, POSSIBLE = 0.99, 0.95, 0.7, 0.5

Rule = Callable[[Written], Finding | None]


@dataclass(frozen=True, slots=True)
class _Length:
    """What a number of so many digits may be, and the groups in which people write it."""

    digits: int
    shapes: frozenset[int]
    rules: tuple[Rule, ...]
    firsts: str = "0123456789ab"  # the digits that it may begin with
    mask: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", (1 << (self.digits - 1)) - 1)


def find(shadow: Shadow) -> Iterator[Finding]:
    for run in runs(shadow.low):
        yield from _in_run(run)
        yield from phones.abroad(run)
        yield from accounts.find(run)


def _in_run(run: Run) -> Iterator[Finding]:
    heads, last = run.heads, len(run.digits)
    if last > LONGEST and 0 not in heads:
        return  # digits that each stand alone, and too many for one number
    first = 0
    while first != -1:
        breaks = run.breaks_behind(first)
        for length in _LENGTHS_OF[run.digits[first]]:
            end = first + length.digits
            if end > last:
                break
            shape = breaks & length.mask
            if (end == last or heads[end]) and (not shape or shape in length.shapes):
                written = cut(run, first, end, shape)
                yield from filter(None, (rule(written) for rule in length.rules if written))
        first = heads.find(1, first + 1)


def _finding(kind: Kind, written: Written, score: float) -> Finding:
    return Finding(kind, written.start, written.end, score)


def _ends(written: Written) -> bool:
    """Whether no letter is glued to its end."""
    return not written.low[written.end : written.end + 1].isalpha()


def _alone(written: Written, *labels: str) -> bool:
    """Whether it is glued to nothing but a word that names it."""
    return _ends(written) and (not written.glued or written.glued.endswith(labels))


_SAYS_NIR = re.compile(
    r"\b(?:nir|nia|secu\w*|insee|assuree?s?|assurance maladie|ssn|id national)\b|n° ?ss\b|"
    r"immatriculation|d'identification"
)
_CIVIL = re.compile(r"[12]\d\d(?:0[1-9]|1[0-2]|20)\d[\dab]\d{6}")  # 20: month unknown
_ANY = re.compile(r"[1-478]\d\d(?:0[1-9]|1[0-2]|[2-3]\d|4[0-2]|[5-9]\d)\d[\dab]\d{6}")
_KEY = re.compile(r",? ?(?P<open>\()?(?:cle|key) ?:? ?\d\d(?!\d)(?(open)\))")
_NIR_GROUPS = (1, 2, 2, 2, 3, 3)


def _nir(written: Written) -> Finding | None:
    """Source: INSEE, décret 82-103; months of the CNAM."""
    digits = written.digits
    if not _ANY.match(digits) or not digits[13:].isdigit():
        return None
    if checksums.nir_key(digits[:13]) == int(digits[13:]):
        return _finding(Kind.NIR, written, PROVEN + 0.01)
    if _SAYS_NIR.search(before(written.low, written.start)):  # a slip of the key tells as much
        return _finding(Kind.NIR, written, PROVEN)
    return None


def _nir_without_key(written: Written) -> Finding | None:
    """Nothing proves it but its form, or the word before it."""
    if not _alone(written, "nir", "secu", "securite", "nia"):
        return None
    context = before(written.low, written.start)
    named = _SAYS_NIR.search(context) and _ANY.match(written.digits)
    if not named and (
        not _CIVIL.match(written.digits) or phones.is_reference(written.low, written.start)
    ):
        return None
    key = _KEY.match(written.low, written.end)
    end = key.end() if key else written.end
    return Finding(Kind.NIR, written.start, end, NAMED if named or key else FORMED)


_SAYS_NIF = re.compile(r"\b(?:nif|spi|fiscale?s?|impots?|tax|contribuable)\b")


def _nif(written: Written) -> Finding | None:
    digits = written.digits
    if not digits.isdigit() or digits[0] > "3" or not _alone(written, "nif", "spi", "fiscal"):
        return None
    context = before(written.low, written.start)
    if _SAYS_NIF.search(context):
        return _finding(Kind.NIF, written, NAMED)
    proven = checksums.nif(digits) and not phones.is_reference(written.low, written.start)
    return _finding(Kind.NIF, written, FORMED + 0.1) if proven else None


_ISSUERS = re.compile(
    r"4|5[0-8]|6|3[0689]|35(?:2[89]|[3-8])|3[47]|2131|1800|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"
)  # Source: ISO/IEC 7812 ranges as the networks publish them
_SAYS_CARD = re.compile(r"\b(?:cartes?|cb|cards?|visa|mastercard|amex|diners|maestro)\b")
_LABELS_OF_CARDS = ("carte", "card", "visa", "cb", "mastercard", "amex")
_SURE_LENGTHS = {
    14: re.compile(r"3[0689]"),
    15: re.compile(r"3[47]"),
    16: re.compile(r"4|5|6|2[2-7]|3"),
}


def _card(written: Written) -> Finding | None:
    digits = written.digits
    if not digits.isdigit() or not _ISSUERS.match(digits) or not checksums.luhn(digits):
        return None
    if not _alone(written, *_LABELS_OF_CARDS):
        return None
    context = before(written.low, written.start)
    if checksums.siret(digits) and _SAYS_FIRM.search(context):
        return None
    if _SAYS_CARD.search(context) or written.glued:
        return _finding(Kind.CARD, written, NAMED)
    issued = _SURE_LENGTHS.get(len(digits))
    if (
        issued is None
        or not issued.match(digits)
        or phones.is_reference(written.low, written.start)
    ):
        return None
    return _finding(Kind.CARD, written, PROVEN)


def _amex(written: Written) -> Finding | None:
    """Surer than a NIR of the same digits, unless the text says that it is one."""
    found = _card(written)
    named = found and _SAYS_NIR.search(before(written.low, written.start))
    return None if named or not found else _finding(Kind.CARD, written, PROVEN + 0.02)


_LABELS_OF_FIRMS = ("siret", "siren", "rcs", "n", "no", "numero")
_SAYS_FIRM = re.compile(r"\b(?:sire[nt]s?|rcs|registre|insee|ape|tva|entreprise|societe|company)\b")


def _siret(written: Written) -> Finding | None:
    digits = written.digits
    if not digits.isdigit() or not _alone(written, *_LABELS_OF_FIRMS):
        return None
    if not checksums.siret(digits):
        return None
    return _finding(Kind.SIRET, written, PROVEN + 0.02)


_AN_AMOUNT = re.compile(
    r" ?(?:€|\$|£|%|euros?|eur|k€|m€|milli\w*|habitants?|personnes|kwh|mwh|tonnes?|m2|m3)(?![a-z])"
)


def _siren(written: Written) -> Finding | None:
    digits = written.digits
    if not digits.isdigit() or not _alone(written, *_LABELS_OF_FIRMS):
        return None
    if not checksums.luhn(digits) or _AN_AMOUNT.match(written.low, written.end):
        return None
    if _SAYS_FIRM.search(before(written.low, written.start)) or written.glued:
        return _finding(Kind.SIREN, written, PROVEN)
    return None


_DASHED = re.compile(r"\d{3}-\d\d-\d{4}")
_SAYS_SSN = re.compile(r"\b(?:ssn|social security)\b")


def _ssn(written: Written) -> Finding | None:
    """Source: Social Security Administration; no area 000, 666 or 9xx, no empty part."""
    digits = written.digits
    if not digits.isdigit() or digits[:3] in ("000", "666") or digits[0] == "9":
        return None
    if digits[3:5] == "00" or digits[5:] == "0000" or not _alone(written, "ssn"):
        return None
    if _SAYS_SSN.search(before(written.low, written.start)):
        return _finding(Kind.SSN, written, NAMED)
    dashed = _DASHED.fullmatch(written.low, written.start, written.end)
    return _finding(Kind.SSN, written, FORMED) if dashed else None


_SAYS_NHS = re.compile(r"\bnhs\b")


def _nhs(written: Written) -> Finding | None:
    if "nhs" not in written.low[max(0, written.start - NEAR) : written.start]:  # costs least
        return None
    if not written.digits.isdigit() or not checksums.nhs(written.digits):
        return None
    named = _alone(written, "nhs") and _SAYS_NHS.search(before(written.low, written.start))
    return _finding(Kind.NHS, written, NAMED) if named else None


def _rib(written: Written) -> Finding | None:
    proven = written.digits.isdigit() and checksums.rib(written.digits)
    return _finding(Kind.IBAN, written, PROVEN) if proven and _ends(written) else None


_NIR_SHAPES = shapes(15, (*_NIR_GROUPS, 2), (13, 2), (1, 2, 2, 2, 6, 2), (4, 6, 5))
_PLAIN_SHAPES = shapes(13, _NIR_GROUPS, (2, 2, 3, 3, 3), (2, 2, 9), (4, 4, 4, 1))
_SIRET_SHAPES = shapes(14, (3, 3, 3, 5), (9, 5), (3, 3, 3, 3, 2), (3, 3, 3, 2, 3), (4, 6, 4))
_BRITISH_SHAPES = shapes(11, (5, 6), (3, 4, 4), (4, 3, 4), (5, 3, 3), (4, 7))
_CARD_FIRSTS = "123456"

_LENGTHS = (
    _Length(9, shapes(9, (3, 3, 3), (3, 2, 4)), (_siren, _ssn)),
    _Length(10, phones.SHAPES | shapes(10, (3, 3, 4)), (phones.french, _nhs), "0"),
    _Length(10, shapes(10, (3, 3, 4)), (phones.american, _nhs), "123456789"),
    _Length(11, _BRITISH_SHAPES, (phones.british,), "0"),
    _Length(12, shapes(12, (4, 4, 4)), (_card,), "56"),
    _Length(13, _PLAIN_SHAPES, (_nif, _nir_without_key, _card)),
    _Length(14, _SIRET_SHAPES, (_siret, _card)),
    _Length(15, _NIR_SHAPES, (_nir, _amex), "123478"),
    _Length(16, shapes(16, (4, 4, 4, 4)), (_card,), _CARD_FIRSTS),
    _Length(17, shapes(17, (4, 4, 4, 4, 1)), (_card,), _CARD_FIRSTS),
    _Length(18, shapes(18, (4, 4, 4, 4, 2)), (_card,), _CARD_FIRSTS),
    _Length(19, shapes(19, (4, 4, 4, 4, 3)), (_card,), _CARD_FIRSTS),
    _Length(23, shapes(23, (5, 5, 11, 2)), (_rib,)),
)
_LENGTHS_OF = {
    first: tuple(length for length in _LENGTHS if first in length.firsts)
    for first in "0123456789ab"
}
