"""E-mail addresses, on the Internet and on an intranet, plain or spelled out, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii.ports import Kind
from guardrails.text import Shadow
from guardrails.verdicts import Finding

# No pattern of a whole address: with two repetitions around "@", hostile text costs its square.
_PLAIN_AT = re.compile("@")
_AT = re.compile(
    r"@| ?[\[({] ?(?:at|@|arobase|arrobase) ?[\])}] ?| arr?obase "
    r"|(?P<letter>(?<=\w)[\[({]a[\])}](?=\w))"
    r"| at (?=[\w-]{1,60} (?:dot|point) \w)"
)
_MAY_SPELL = re.compile(r"[\[({] ?(?:at?[ \])}]|@|ar)|robase| at ")
_SPELLED_DOT = r"(?: ?[\[({] ?(?:dot|point|\.) ?[\])}] ?| (?:dot|point) )"
_LOCAL = re.compile(r"[\w.!#$%&'*+^~-]{1,64}")
_LONGEST_LOCAL = 64
_DOMAIN = re.compile(
    r"(?P<labels>[^\W_][\w-]{0,62}"
    rf"(?:(?:\.|{_SPELLED_DOT})[^\W_][\w-]{{0,62}}){{0,9}})",
    re.IGNORECASE,
)
_PLAIN_DOMAIN = re.compile(r"(?P<labels>[^\W_][\w-]{0,62}(?:\.[^\W_][\w-]{0,62}){0,9})")
_DOT = re.compile(_SPELLED_DOT, re.IGNORECASE)
_ELISION = re.compile(r"(?:[dlcsnmtj]|qu)'", re.IGNORECASE)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def find(shadow: Shadow) -> Iterator[Finding]:
    text, low, floor = shadow.text, shadow.low, 0
    spells = _MAY_SPELL.search(low)
    if not spells and "@" not in low:
        return
    for at in (_AT if spells else _PLAIN_AT).finditer(low):
        start = _local_start(text, max(floor, at.start() - _LONGEST_LOCAL), at.start())
        spelled = at.group() != "@"
        domain = (_DOMAIN if spelled else _PLAIN_DOMAIN).match(text, at.end())
        if start is None or domain is None or not _is_host(domain["labels"]):
            continue
        if spells and at["letter"] and not _ends_like_an_address(domain["labels"]):
            continue  # "alinéa(a)du" is a list
        floor = domain.end()
        yield Finding(Kind.EMAIL, start, floor, 0.95 if "." in domain["labels"] else 0.8)


def _local_start(text: str, floor: int, stop: int) -> int | None:
    local = _LOCAL.match(text[floor:stop][::-1])  # from its end, so that nothing is tried twice
    if local is None:
        return None
    written = local.group()[::-1].lstrip("!#$%&'*+^~.-")
    if elision := _ELISION.match(written):
        written = written[elision.end() :]
    return stop - len(written) if written.strip(".") else None


def plain(written: str) -> str:
    """An address that was found, in the form that programs read."""
    return _DOT.sub(".", _AT.sub("@", written.casefold(), count=1))


def _ends_like_an_address(labels: str) -> bool:
    *before, last = _DOT.sub(".", labels).split(".")
    return bool(before) and len(last) > 1 and last.isalpha()


def _is_host(labels: str) -> bool:
    return any(one.isalpha() for one in labels) or _ADDRESS.fullmatch(labels) is not None


def begun(shadow: Shadow, first: int) -> Iterator[tuple[int, int]]:
    """Where addresses begin behind `first`, and how far their domains were read."""
    low = shadow.low
    for at in _AT.finditer(low, first):
        domain = _DOMAIN.match(low, at.end())
        start = _local_start(shadow.text, max(0, at.start() - _LONGEST_LOCAL), at.start())
        yield at.start() if start is None else start, domain.end() if domain else at.end()
