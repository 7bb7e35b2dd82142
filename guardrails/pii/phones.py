"""Telephone numbers as French and British people write them, and any with a country code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from guardrails.pii.context import before
from guardrails.pii.ports import Kind
from guardrails.verdicts import Finding

if TYPE_CHECKING:
    from phonenumbers.phonemetadata import PhoneNumberDesc

_GAP = r"(?: ?[\-/] ?|\.|[ \t]{1,2}|)"  # never a full stop and a space: there a sentence may end
_SEEN_GAP = r"(?: ?[\-/] ?|\.|[ \t]{1,2})"
_PREFIX = r"(?:(?:\+|00) ?33(?: ?\(0\) ?|[ .\-]?0?)|(?:\(0\)|0) ?)"
# The French plan: 0, then 1 to 9, then four pairs.
_FRENCH = re.compile(rf"(?<![\w+])(?<!\d[.,]){_PREFIX}[1-9](?:{_GAP}\d\d){{4}}(?!\d)")
# Written by threes: "0612 345 678", and "0 800 306 212" as free numbers are.
_BY_THREES = re.compile(
    rf"(?<![\w+])(?<!\d[.,])0{_SEEN_GAP}?[1-9]\d\d(?:{_SEEN_GAP}\d{{3}}){{2}}(?!\d|[.,]\d)"
)
_INTERNATIONAL = re.compile(
    r"(?:\((?=(?:\+|00) ?\d{1,3}\))|(?<![\w+]))(?:\+|00) ?"  # "(+33)" is one written form
    r"[1-9](?:(?: ?[\-/()] ?|\.|[ \t]{1,2}|)\d){6,14}(?!\d)"
)
_BRITISH = re.compile(r"(?<![\w+])(?:\(0\d{2,4}\)|0\d{2,4})[ \-]?\d{3,4}[ \-]?\d{3,4}(?!\d)")
_BRITISH_DIGITS = 11
_SAYS_SO = re.compile(r"\b(?:tel|telephone|phone|portable|mobile|fax|appel\w*|joign\w*|call)\b")
_REFERENCE = re.compile(r"(?:ref\w*|commande|facture|dossier|n°|no\.?|order|invoice) ?:? ?#?\Z")
# Guadeloupe, Guyane, Martinique, La Réunion, Mayotte, Saint-Pierre-et-Miquelon.
_OVERSEAS = re.compile(r"0(?:590|594|596|262|263|269|508|69\d|639|70[6-9]|976)")


def find(text: str, folded: str) -> Iterator[Finding]:
    """Numbers in a shadow; those of two plans are given twice."""
    for match in _FRENCH.finditer(text):
        if score := _french(match, folded):
            yield Finding(Kind.PHONE, match.start(), match.end(), score)
    for match in _BY_THREES.finditer(text):
        if not _REFERENCE.search(before(folded, match.start())):
            yield Finding(Kind.PHONE, match.start(), match.end(), 0.8)
    for match in _INTERNATIONAL.finditer(text):
        if _international(match.group().lstrip("(")):
            yield Finding(Kind.PHONE, match.start(), match.end(), 0.9)
    for match in _BRITISH.finditer(text):
        digits = _digits(match.group())
        if len(digits) == _BRITISH_DIGITS and _in_plan(digits[1:], "GB"):
            yield Finding(Kind.PHONE, match.start(), match.end(), 0.8)


def _french(match: re.Match[str], folded: str) -> float:
    """Grouped digits speak for themselves; ten digits together must be a number of the plan."""
    written = match.group()
    if not written.isdigit():
        return 0.9
    context = before(folded, match.start())
    if _SAYS_SO.search(context):
        return 0.9
    if _REFERENCE.search(context):
        return 0.0
    return 0.7 if _OVERSEAS.match(written) or _in_plan(written[1:], "FR") else 0.0


def _international(written: str) -> bool:
    """A "+" glued to its digits is a telephone number's; any other start must fit its plan."""
    digits = _digits(written.replace("(0)", "")).removeprefix("00" if written[0] == "0" else "")
    region, national = _country(digits)
    if region is None:
        return False
    if written[0] == "+" and written[1] != " ":
        return len(national) in _lengths(region)
    return _in_plan(national, region)


def _digits(written: str) -> str:
    return "".join(filter(str.isdigit, written))


def _country(digits: str) -> tuple[str | None, str]:
    """The main region of a calling code of one to three digits, and the number behind it."""
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

    for length in (1, 2, 3):
        if regions := COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length])):
            return regions[0], digits[length:]
    return None, digits


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
