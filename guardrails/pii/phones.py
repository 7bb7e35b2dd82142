"""Telephone numbers as French, British and American people write them, or with a country code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from guardrails.pii.context import before
from guardrails.pii.ports import Kind
from guardrails.pii.runs import Run, Written, label, shapes
from guardrails.verdicts import Finding

if TYPE_CHECKING:
    from phonenumbers.phonemetadata import PhoneNumberDesc

SHAPES = shapes(
    10, (2, 2, 2, 2, 2), (1, 1, 2, 2, 2, 2), (4, 3, 3), (1, 3, 3, 3), (4, 2, 2, 2)
) | shapes(10, (2, 4, 4), (2, 8), (3, 3, 2, 2), (1, 9), (4, 6), (1, 3, 2, 2, 2))
_SAYS_SO = re.compile(
    r"\b(?:tel|tels|telephone\w*|phone|portable|mobile|fax|telecopie|appel\w*|joign\w*|contact\w*|"
    r"call|cell|numero|whatsapp|sms)\b"
)
_REFERENCE = re.compile(
    r"(?:\b(?:ref\w*|commande|facture|dossier|order|invoice|ticket|colis|lot|serie|suivi|tracking|"
    r"devis|contrat|article|incident|version|isbn|ean|code-barres?)\b|n°|\bno\.) ?"
    r"(?:n°|no\.?|number|numero|number)? ?:? ?#?\Z"
)


def is_reference(low: str, start: int) -> bool:
    """Whether the words before a number say that it is one of a thing, not of a person."""
    if low[max(0, start - 3) : start].rstrip(" _.-/\n\t")[-1:].isdigit():
        return False
    return _REFERENCE.search(before(low, start)) is not None


_LABELS = ("tel", "telephone", "phone", "portable", "mobile", "fax", "mob", "num", "numero", "n")
# Guadeloupe, Guyane, Martinique, La Réunion, Mayotte, Saint-Pierre-et-Miquelon.
_OVERSEAS = re.compile(r"0(?:590|594|596|262|263|269|508|69\d|639|70[6-9]|976)")
_NATIONAL = re.compile(r"0(?!0|8[0129])")
_SERVICE = re.compile(r"8[0129]")  # 0800 to 0829 and 0890 to 0899 are nobody's own


def french(written: Written) -> Finding | None:
    """Grouped digits speak for themselves; ten together are of the plan, and no reference."""
    digits = written.digits
    if not digits.isdigit() or not _NATIONAL.match(digits) or not _may_stand(written):
        return None
    reference = is_reference(written.low, written.start)
    grouped = written.breaks and not written.spaced_out
    if grouped and not reference:
        return _phone(written, 0.9)
    if written.glued or _SAYS_SO.search(before(written.low, written.start)):
        return _phone(written, 0.9)
    if written.breaks or reference:
        return None
    return _phone(written, 0.7) if _OVERSEAS.match(digits) or _in_plan(digits[1:], "FR") else None


def british(written: Written) -> Finding | None:
    digits = written.digits
    if digits[0] != "0" or not digits.isdigit() or not _may_stand(written):
        return None
    if _SERVICE.match(digits, 1) or is_reference(written.low, written.start):
        return None
    return _phone(written, 0.8) if _in_plan(digits[1:], "GB") else None


_AMERICAN = re.compile(r"\(?\d{3}\)? ?[-. ]\d{3}[-. ]\d{4}")


def american(written: Written) -> Finding | None:
    """As it is written there; ten digits in other groups are no telephone number."""
    if not _AMERICAN.fullmatch(written.low, written.start, written.end):
        return None
    if written.low[written.start : written.end].count(" ") > 1 and not _SAYS_SO.search(
        before(written.low, written.start)
    ):
        return None
    if not _in_plan(written.digits, "US") or not _may_stand(written):
        return None
    return _phone(written, 0.75)


def _phone(written: Written, score: float) -> Finding:
    low, start = written.low, written.start
    return Finding(Kind.PHONE, start - _opened(low, start, written.end), written.end, score)


def _opened(low: str, start: int, end: int) -> bool:
    """Whether a bracket before the number closes inside it: "(+33)6 12…"."""
    inside = low[start:end]
    return low[max(0, start - 1) : start] == "(" and inside.count(")") > inside.count("(")


_GOES_ON = re.compile(r"[a-z]|[.,]\d")
_DIGITS = frozenset("0123456789oil")
_SEPARATORS = re.compile(r"[\doilab]+")


def _may_stand(written: Written) -> bool:
    """Not glued to letters, no part of a decimal, and of one kind of separator: no dates."""
    low, start, end = written.low, written.start, written.end
    if written.glued and not written.glued.endswith(_LABELS):
        return False
    if low[start - 1 : start] == "+" or _GOES_ON.match(low, end):
        return False
    if start > 1 and low[start - 1] in ".," and low[start - 2].isdigit():
        return False
    if len(set(low[start:end]) - _DIGITS) <= 1:
        return True
    between = set(_SEPARATORS.sub("\0", low[start:end]).split("\0"))
    kinds = {one.strip() for one in between} - {"", "(", ")"}
    return len(kinds) <= 1 and not (kinds and " " in between)


_HOME = ("33", "44")  # plans whose numbers are also written with a 0 behind the code


def abroad(run: Run) -> Iterator[Finding]:
    """Numbers with a country code, behind "+" or "00"."""
    low, first = run.low, 0
    if "+" not in low and "00" not in run.digits:
        return
    while first != -1:
        start = run.places[first]
        before_it = low[max(0, start - 2) : start]
        if "+" in before_it:  # one space may follow it
            yield from _abroad(run, first, len(before_it) - before_it.rindex("+"))
        elif run.digits.startswith("00", first) and _free(low, start):
            yield from _abroad(run, first, 0)
        first = run.heads.find(1, first + 1)


def _free(low: str, start: int) -> bool:
    """Whether it is no reference, and glued to nothing but a word that names it."""
    word = label(low, start)
    free = not word or word.endswith(_LABELS)
    return free and not is_reference(low, start)


def _abroad(run: Run, first: int, plus: int) -> Iterator[Finding]:
    """The longest number of its country's plan; one glued to its "+" needs only its length.

    `plus` says how far before it a "+" stands; 0 where there is none.
    """
    at = first if plus else first + 2
    window = run.digits[at : at + 16]
    region, code = _country(window)
    if region is None:
        return
    for size in range(min(len(window), 16), 6, -1):
        end = at + size
        if end < len(run.digits) and not run.heads[end]:
            continue
        national = window[code:size]
        national = national[1:] if window[:code] in _HOME and national[:1] == "0" else national
        if window[:code] == "33" and _SERVICE.match(national):
            return
        if len(national) in _lengths(region) if plus == 1 else _in_plan(national, region):
            start, stop = run.places[first] - plus, run.places[end - 1] + 1
            yield Finding(Kind.PHONE, start - _opened(run.low, start, stop), stop, 0.96)
            return


def _country(digits: str) -> tuple[str | None, int]:
    """The main region of a calling code of one to three digits, and the code's length."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    for length in (1, 2, 3):
        code = digits[:length]
        if code.isdigit() and (regions := COUNTRY_CODE_TO_REGION_CODE.get(int(code))):
            return regions[0], length
    return None, 0


def _in_plan(national: str, region: str) -> bool:
    return _plan(region).fullmatch(national) is not None


# The numbering plans are those of `phonenumbers`; its own parser takes thirty times as long, and
# a question may hold seven hundred candidates.
@cache
def _plan(region: str) -> re.Pattern[str]:
    return re.compile(_description(region).national_number_pattern or r"(?!)")


@cache
def _lengths(region: str) -> frozenset[int]:
    return frozenset(_description(region).possible_length)


def _description(region: str) -> PhoneNumberDesc:
    from phonenumbers import PhoneMetadata
    from phonenumbers.phonemetadata import PhoneNumberDesc

    metadata = PhoneMetadata.metadata_for_region(region)
    plan = metadata.general_desc if metadata else None
    return plan or PhoneNumberDesc()
