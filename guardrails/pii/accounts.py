"""IBAN and value-added tax numbers: letters and digits, proven by their keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii import checksums
from guardrails.pii.ports import Kind
from guardrails.pii.runs import Run
from guardrails.verdicts import Finding

_GAP = r"[ \t\n\r.\-/_:·]{0,2}"
# Inside a look-ahead, so that two letters before an account do not hide it.
_IBAN = re.compile(
    rf"(?:(?<![a-z0-9])|(?<=iban))(?=([a-z]{{2}}{_GAP}(?:\d{_GAP}[\doil]|[oil]{_GAP}\d)"
    rf"(?:{_GAP}[a-z0-9]){{11,30}}))"
)
_VAT = re.compile(
    rf"(?:(?<![a-z0-9])|(?<=tva)|(?<=vat))fr{_GAP}(?P<key>[a-z0-9]{_GAP}[a-z0-9])"
    rf"(?P<siren>(?:{_GAP}[\doil]){{9}})(?![a-z0-9])"
)
_BEFORE_DIGITS, _BEHIND_DIGITS = 24, 40  # characters of an account around its first digits
_FEWEST_DIGITS = 9  # Malta's has the fewest; in plain words "o" and "l" are letters
_AS_DIGITS = str.maketrans("oil", "011")


def find(run: Run) -> Iterator[Finding]:
    """Accounts around a run of digits: every country's has one."""
    low, start, stop = run.low, max(0, run.places[0] - _BEFORE_DIGITS), run.places[-1] + 1
    for match in _IBAN.finditer(low, start, stop + _BEHIND_DIGITS):
        if match.start() < stop and (end := _iban_end(low, match.start(1), match.end(1))):
            yield Finding(Kind.IBAN, match.start(1), end, 0.995)
    for match in _VAT.finditer(low, start, stop):
        key = compact(match["key"]).translate(_AS_DIGITS)
        siren = compact(match["siren"]).translate(_AS_DIGITS)
        glued = low[match.end() : match.end() + 1].isalnum()
        if not glued and checksums.luhn(siren) and checksums.vat(key, siren):
            yield Finding(Kind.VAT, match.start(), match.end(), 0.98)


def compact(written: str) -> str:
    """The letters and digits alone."""
    return "".join(filter(str.isalnum, written))


def _iban_end(low: str, start: int, stop: int) -> int | None:
    """Where the IBAN that starts here ends, by its country's length; None if it is none."""
    length = checksums.IBAN_LENGTHS.get(low[start : start + 2].upper())
    if length is None:
        return None
    held = [position for position in range(start, stop) if low[position].isalnum()][:length]
    end = held[-1] + 1
    if len(held) < length or low[end : end + 1].isalnum():
        return None
    number = "".join(low[position] for position in held)
    if sum(map(str.isdigit, number)) < _FEWEST_DIGITS:
        return None
    # "O" typed for "0"; behind the bank's letters only, where it has some.
    readings = (number, *(number[:n] + number[n:].translate(_AS_DIGITS) for n in (2, 8)))
    return end if any(_formed(one.upper()) for one in readings) else None


# Accounts of digits alone. Source: the SWIFT IBAN registry.
_ONLY_DIGITS = frozenset(
    {"AT", "BE", "CZ", "DE", "DK", "EE", "ES", "FI", "HR", "HU", "IL", "IS", "LT", "NO", "PL"}
) | {"PT", "RS", "SE", "SI", "SK"}
_FRENCH = re.compile(r"[A-Z]{2}\d{12}[A-Z0-9]{11}\d\d")


def _formed(number: str) -> bool:
    country = number[:2]
    if country in _ONLY_DIGITS and not number[2:].isdigit():
        return False
    if country in ("FR", "MC") and not _FRENCH.fullmatch(number):
        return False
    return checksums.iban(number)
