"""Addresses of machines that may belong to someone, told from the versions of programs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from guardrails.pii.context import before
from guardrails.pii.ports import Kind
from guardrails.text import Shadow
from guardrails.verdicts import Finding

# A look-behind stands behind the first character: so the engine skips to it.
_FOUR = re.compile(r"\d(?<![\w.]\d)\d{0,2}(?:\.\d{1,3}){3}(?![\w]|\.\d)")
# A word and its colon may stand before it: "IP:2001:db8::1". "adresse:" ends like a number.
_AFTER_A_WORD = "|".join(rf"(?<=[^\W\da-f]{'[a-f]' * n}:)" for n in range(5))
_SIX = re.compile(
    rf"(?:(?<![\w:.])|{_AFTER_A_WORD})(?!:[^:])(?=[0-9a-f]{{0,4}}:)"
    r"[0-9a-f:]{2,39}(?:(?<=:)\d{1,3}(?:\.\d{1,3}){3})?(?![\w:])"
)
_COLONS = re.compile(r":[\da-f]{0,4}:")
_CARD = re.compile(
    r"(?<![\da-f:.-])(?:[\da-f]{2}([:-])[\da-f]{2}(?:\1[\da-f]{2}){4}"
    r"|[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4})(?![\da-f:]|[.-][\da-f])"
)
_PAIRS = re.compile(r"[:.-](?:[\da-f]{2}[:-]|[\da-f]{4}\.)")
_A_VERSION = re.compile(
    r"(?:\b(?:v|ver|version|versions|release|firmware|build|revision|paragraphe|section|article|"
    r"chapitre|annexe|clause|chapter)\b|§)[\w .:-]{0,12}\Z"
)


def find(shadow: Shadow) -> Iterator[Finding]:
    low = shadow.low
    for match in _FOUR.finditer(low):
        if _four(match.group()) and not _A_VERSION.search(before(low, match.start(), 32)):
            yield Finding(Kind.IP, match.start(), match.end(), 0.8)
    if _COLONS.search(low):
        for match in _SIX.finditer(low):
            written = match.group()
            if written.count(":") > 1 and any(map(str.isdigit, written)) and _someones(written):
                yield Finding(Kind.IP, match.start(), match.end(), 0.9)
    for match in _CARD.finditer(low) if _PAIRS.search(low) else ():
        if ":" in match.group() or any(map(str.isalpha, match.group())):
            yield Finding(Kind.MAC, match.start(), match.end(), 0.9)


def _four(written: str) -> bool:
    """The same for four numbers; `ipaddress` takes ten times as long."""
    parts = written.split(".")
    if any(int(one) > _OCTET or (one[0] == "0" and len(one) > 1) for one in parts):
        return False
    return parts[0] not in ("0", "127", "255")


_OCTET = 255


def _someones(written: str) -> bool:
    """Whether it is an address, and neither a mask nor one that every machine has."""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    return not (address.is_unspecified or address.is_loopback)
