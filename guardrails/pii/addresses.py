"""IP addresses that may belong to someone, told from the versions of programs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from guardrails.pii.context import before
from guardrails.pii.ports import Kind
from guardrails.verdicts import Finding

_FOUR = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
# A word and its colon may stand before it: "IP:2001:db8::1". "adresse:" ends like a number.
_AFTER_A_WORD = "|".join(rf"(?<=[^\W\da-f]{'[a-f]' * n}:)" for n in range(5))
_SIX = re.compile(
    rf"(?:(?<![\w:.])|{_AFTER_A_WORD})(?!:[^:])[0-9A-F:]{{2,39}}(?:(?<=:)\d{{1,3}}(?:\.\d{{1,3}}){{3}})?(?![\w:])",
    re.IGNORECASE,
)
_A_VERSION = re.compile(
    r"(?:\b(?:v|ver|version|versions|release|firmware|build|revision|paragraphe|section|article|"
    r"chapitre|annexe|clause|chapter)\b|§)[\w .:-]{0,12}\Z"
)


def find(text: str, folded: str) -> Iterator[Finding]:
    """Addresses in a shadow."""
    for match in _FOUR.finditer(text):
        if _someones(match.group()) and not _A_VERSION.search(before(folded, match.start())):
            yield Finding(Kind.IP, match.start(), match.end(), 0.8)
    for match in _SIX.finditer(text):
        written = match.group()
        if written.count(":") > 1 and any(map(str.isdigit, written)) and _someones(written):
            yield Finding(Kind.IP, match.start(), match.end(), 0.9)


def _someones(written: str) -> bool:
    """Whether it is an address, and neither a mask nor one that every machine has."""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    return not (address.is_unspecified or address.is_loopback or written.startswith("255."))
