"""Numbers of people and of their money: NIR, IBAN and payment cards; and SIRET, to let it pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii import checksums
from guardrails.pii.context import before
from guardrails.pii.ports import Kind
from guardrails.verdicts import Finding

_GAP = r"(?:[ \t]{1,2}|[.\-/])"
_SEPARATOR = re.compile(_GAP)


def compact(written: str) -> str:
    """The letters and digits alone, in capitals."""
    return _SEPARATOR.sub("", written).upper()


# Matches stand inside a look-ahead, so that a number before them does not hide them.
_NIR = re.compile(
    r"(?:(?<!\w)|(?<=nir))(?=([1-478]S?\d\dS?\d\dS?(?:\d\d|2[AB])S?\d{3}S?\d{3}(?:S?\d\d)?)(?!\w))".replace(
        "S?", f"{_GAP}?"
    ),
    re.IGNORECASE,
)
_MORE_DIGITS = re.compile(rf"{_GAP}?\d")
_KEY = re.compile(r",? ?(?P<open>\()?(?:cl[eé]|key) ?:? ?\d\d(?!\d)(?(open)\))", re.IGNORECASE)
_WITHOUT_KEY, _WITH_KEY = 13, 15
_CIVIL_MONTH = re.compile(r"[12]\d\d(?:0[1-9]|1[0-2]|20)")  # 20: month unknown
_ANY_MONTH = re.compile(r"[1-478]\d\d(?:0[1-9]|1[0-2]|[2-3]\d|4[0-2]|[5-9]\d)")


def nirs(text: str) -> Iterator[Finding]:
    """Social security numbers in a shadow. Source: INSEE, décret 82-103; months of CNAM."""
    for match in _NIR.finditer(text):
        number = compact(match[1])
        if len(number) == _WITH_KEY:
            known = _ANY_MONTH.match(number) and checksums.nir_key(number[:13]) == int(number[13:])
        else:  # nothing proves it but its form
            known = _CIVIL_MONTH.match(number) and not _MORE_DIGITS.match(text, match.end(1))
        if known:
            score = 0.99 if len(number) == _WITH_KEY else 0.7
            key = _KEY.match(text, match.end(1))
            yield Finding(Kind.NIR, match.start(1), key.end() if key else match.end(1), score)


_IBAN = re.compile(
    r"(?:(?<![^\W_])|(?<=IBAN))(?=([A-Z]{2}"
    rf"[ \t]{{0,2}}\d\d(?:{_GAP}?[A-Z0-9]){{11,30}}))",
    re.IGNORECASE,
)


def ibans(text: str) -> Iterator[Finding]:
    for match in _IBAN.finditer(text):
        if end := _iban_end(text, match.start(1), match.end(1)):
            yield Finding(Kind.IBAN, match.start(1), end, 0.99)


def _iban_end(text: str, start: int, stop: int) -> int | None:
    """Where the IBAN that starts here ends, by its country's length; None if it is none."""
    length = checksums.IBAN_LENGTHS.get(text[start : start + 2].upper())
    if length is None:
        return None
    held = [position for position in range(start, stop) if text[position].isalnum()][:length]
    end = held[-1] + 1
    glued = text[end : end + 1].isalnum()
    return end if not glued and checksums.iban(compact(text[start:end])) else None


_DIGITS = re.compile(r"(?:(?<!\w)|(?<=carte)|(?<=card)|(?<=visa)|(?<=cb))\d+(?!\w)", re.IGNORECASE)
_CARD_GROUPS = frozenset(
    {(length,) for length in range(13, 20)}
    | {(4, 4, 4, last) for last in (1, 2, 3, 4)}
    | {(4, 4, 4, 4, last) for last in (1, 2, 3)}
    | {(4, 6, 5), (4, 6, 4)}
)
_CARD_PREFIXES = frozenset(
    groups[:length] for groups in _CARD_GROUPS for length in range(1, len(groups) + 1)
)
_FIRST_DIGITS = frozenset("23456")
_ISSUERS = re.compile(
    r"4|5[0-8]|6|3[0689]|3[47]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"
)  # Source: ISO/IEC 7812 ranges as the networks publish them
_SAYS_CARD = re.compile(r"\b(?:carte|cb|card|visa|mastercard|amex|diners|maestro)\b")
_SIRET_DIGITS = 14


def cards(text: str, folded: str) -> Iterator[Finding]:
    """Payment cards in a shadow, in the groups that cards are written in."""
    groups = [(match.start(), match.end()) for match in _DIGITS.finditer(text)]
    for first, (start, _) in enumerate(groups):
        if text[start] not in _FIRST_DIGITS:
            continue
        end = _card_end(text, groups[first : first + 5])
        if end and not _is_siret(compact(text[start:end]), before(folded, start)):
            yield Finding(Kind.CARD, start, end, 0.95)


def _card_end(text: str, groups: list[tuple[int, int]]) -> int | None:
    """Where the longest card ends that the first of these groups begins."""
    longest = None
    sizes: tuple[int, ...] = ()
    previous = groups[0][0]
    for start, end in groups:
        if sizes and not _SEPARATOR.fullmatch(text, previous, start):
            break
        sizes, previous = (*sizes, end - start), end
        if sizes not in _CARD_PREFIXES:
            break
        if sizes in _CARD_GROUPS and _is_card(compact(text[groups[0][0] : end])):
            longest = end
    return longest


def _is_card(digits: str) -> bool:
    return _ISSUERS.match(digits) is not None and checksums.luhn(digits)


def _is_siret(digits: str, context: str) -> bool:
    """A company's number is no card, unless the sentence says that it is one."""
    return (
        len(digits) == _SIRET_DIGITS
        and checksums.siret(digits)
        and _SAYS_CARD.search(context) is None
    )
