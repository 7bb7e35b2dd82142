"""E-mail addresses, on the Internet and on an intranet, plain or spelled out, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii.ports import Kind
from guardrails.verdicts import Finding

# No pattern of a whole address: with two repetitions around "@", hostile text costs its square.
_AT = re.compile(
    r"@| ?[\[({] ?(?:at|@|arobase|arrobase) ?[\])}] ?|(?P<letter>(?<=\w)[\[({]a[\])}](?=\w))",
    re.IGNORECASE,
)
_SPELLED_DOT = r" ?[\[({] ?(?:dot|point|\.) ?[\])}] ?"
_LOCAL = re.compile(r"[\w.!#$%&'*+^~-]{1,64}\Z")
_LONGEST_LOCAL = 64
_DOMAIN = re.compile(
    r"(?P<labels>[^\W_][\w-]{0,62}"
    rf"(?:(?:\.|{_SPELLED_DOT})[^\W_][\w-]{{0,62}}){{0,9}})",
    re.IGNORECASE,
)
_DOT = re.compile(_SPELLED_DOT, re.IGNORECASE)
_ELISION = re.compile(r"(?:[dlcsnmtj]|qu)'", re.IGNORECASE)
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")


def find(text: str) -> Iterator[Finding]:
    """Addresses in a shadow."""
    floor = 0
    for at in _AT.finditer(text):
        start = _local_start(text, max(floor, at.start() - _LONGEST_LOCAL), at.start())
        domain = _DOMAIN.match(text, at.end())
        if start is None or domain is None or not _is_host(domain["labels"]):
            continue
        if at["letter"] and not _ends_like_an_address(domain["labels"]):
            continue  # "alinéa(a)du" is a list
        floor = domain.end()
        yield Finding(Kind.EMAIL, start, floor, 0.95 if "." in domain["labels"] else 0.8)


def _local_start(text: str, floor: int, stop: int) -> int | None:
    local = _LOCAL.search(text[floor:stop])
    if local is None:
        return None
    written = local.group().lstrip("!#$%&'*+^~.-")
    if elision := _ELISION.match(written):
        written = written[elision.end() :]
    return stop - len(written) if written.strip(".") else None


def plain(written: str) -> str:
    """An address that was found, in the form that programs read."""
    return _DOT.sub(".", _AT.sub("@", written, count=1))


def _ends_like_an_address(labels: str) -> bool:
    *before, last = _DOT.sub(".", labels).split(".")
    return bool(before) and len(last) > 1 and last.isalpha()


def _is_host(labels: str) -> bool:
    return any(one.isalpha() for one in labels) or _ADDRESS.fullmatch(labels) is not None
