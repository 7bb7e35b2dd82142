"""Placeholders: the same value reads as the same mark, and nobody keeps the value."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from guardrails.pii import emails
from guardrails.pii.ports import Kind
from guardrails.pii.vault import MARK, TAG, Scope, Vault, bare
from guardrails.text import Replacement, Rewritten, Shadow
from guardrails.verdicts import Finding

Issued = Mapping[str, int]
"""For each kind, how many numbers were given out."""

LOOK_ALIKE = "PLACEHOLDER"
_MARK = re.compile(rf"\[({'|'.join(Kind)})_(\d{{1,9}})(?:·([a-z2-7]{{{TAG}}}))?\]")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where what an asker types is kept for their own answer."""

    vault: Vault
    scope: Scope


class Placeholders:
    """Gives the values of one conversation their marks: `[EMAIL_1]`, `[EMAIL_2]`, …

    Only keyed HMACs of the values are kept here, and the key is never written anywhere. What an
    asker typed goes to the vault, if there is one, under a mark that nobody guesses:
    `[EMAIL_1·k7q2mx9wdf3h]`. A text that already contains a mark which this conversation never
    gave out did not get it from us: it is rewritten `(EMAIL_1)`, so that it can never be taken
    for a value. Safe for several threads.
    """

    def __init__(self, key: bytes, keeping: Keeping | None = None) -> None:
        self._key = key
        self._keeping = keeping
        self._marks: dict[bytes, str] = {}
        self._tags: dict[tuple[str, int], str] = {}
        self._issued: dict[str, int] = {}
        self._lock = Lock()

    @classmethod
    def fresh(cls) -> Placeholders:
        """Those of a conversation of one text."""
        return cls(secrets.token_bytes(32))

    def issued(self) -> Issued:
        """The marks given out so far, for a text that is masked in several pieces."""
        with self._lock:
            return dict(self._issued)

    def mask(self, text: str, findings: Sequence[Finding], issued: Issued | None = None) -> str:
        """The text with its findings, in order and without overlap, replaced by their marks.

        `issued` says which marks were given out before this text began; now, by default.
        """
        return Rewritten(text, self.replacements(text, findings, issued)).text

    def mask_part(
        self, text: str, findings: Sequence[Finding], part: tuple[int, int], issued: Issued
    ) -> str:
        """The characters of a part of a text, with the findings inside it replaced."""
        start, stop = part
        inside = [
            one for one in self.replacements(text, findings, issued) if start <= one[0] < stop
        ]
        moved = [(first - start, last - start, new) for first, last, new in inside]
        return Rewritten(text[start:stop], moved).text

    def replacements(
        self,
        text: str,
        findings: Sequence[Finding],
        issued: Issued | None = None,
        *,
        typed: bool = False,
        nameless: Collection[str] = (),
    ) -> list[Replacement]:
        """What `mask` replaces, in order. `typed`: by the asker, who may read it again.

        Of `nameless` kinds nothing is told but the kind: `[PERSON]`.
        """
        known = self.issued() if issued is None else issued
        marks = [
            (one.start, one.end, f"[{one.kind}]")
            if one.kind in nameless
            else (one.start, one.end, self._mark(one.kind, text[one.start : one.end], typed=typed))
            for one in findings
        ]
        disarmed = [
            (one.start, one.end, f"({text[one.start + 1 : one.end - 1]})")
            for one in self.look_alikes(text, known)
            if not any(start < one.end and one.start < end for start, end, _ in marks)
        ]
        return sorted(marks + disarmed)

    def own_words(self, text: str) -> str:
        """A text of this conversation's record, with what its asker typed, while the vault has it.

        Only for a text that went through `mask`: any other mark in it was disarmed there.
        """
        if self._keeping is None:
            return text
        marked = _MARK.sub(lambda mark: self._written(mark[1], int(mark[2])), text)
        return bare(self._keeping.vault.restore(marked, self._keeping.scope).text)

    def look_alikes(self, text: str, issued: Issued) -> tuple[Finding, ...]:
        """The marks in a text that nobody gave out."""
        return tuple(
            Finding(LOOK_ALIKE, match.start(), match.end(), 1.0)
            for match in _MARK.finditer(text)
            if not self._given(match, issued)
        )

    def _given(self, mark: re.Match[str], issued: Issued) -> bool:
        number = int(mark[2])
        tag = self._tags.get((mark[1], number), "")
        return 1 <= number <= issued.get(mark[1], 0) and tag == (mark[3] or "")

    def _mark(self, kind: str, written: str, *, typed: bool) -> str:
        value = canonical(kind, written)
        digest = hmac.digest(self._key, f"{kind}\0{value}".encode(), sha256)
        with self._lock:
            if digest not in self._marks:
                number = self._issued[kind] = self._issued.get(kind, 0) + 1
                if typed and self._keeping:
                    tag = self._keeping.vault.tag(self._keeping.scope, kind, value)
                    self._tags[kind, number] = tag
                self._marks[digest] = self._written(kind, number)
            mark = self._marks[digest]
        if typed and self._keeping and MARK.fullmatch(mark):
            self._keeping.vault.keep(self._keeping.scope, mark, written)
        return mark

    def _written(self, kind: str, number: int) -> str:
        tag = self._tags.get((kind, number))
        return f"[{kind}_{number}·{tag}]" if tag else f"[{kind}_{number}]"


_BEGUN = re.compile(r"\[[A-Z_]{0,20}(?:_\d{0,9}(?:·[a-z2-7]{0,12})?)?\Z")


def may_become_a_mark(text: str) -> int:
    """Where a mark begins that more text could complete; the length of the text if nowhere."""
    begun = _BEGUN.search(text, max(0, len(text) - 48))
    return begun.start() if begun else len(text)


_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def canonical(kind: str, written: str) -> str:
    """The value itself, however it was written: "06 12…" and "+33 6 12…" are one."""
    seen = Shadow(written).text.casefold()
    match kind:
        case Kind.PHONE:
            return _canonical_phone(seen)
        case Kind.NIR:
            return _NOT_ALPHANUMERIC.sub("", seen)[:13]  # with or without its key
        case Kind.IBAN | Kind.CARD:
            return _NOT_ALPHANUMERIC.sub("", seen)
        case Kind.EMAIL:
            return emails.plain(seen)
        case Kind.IP:
            return _canonical_address(seen)
        case _:
            return seen


def _canonical_address(seen: str) -> str:
    """An IPv6 address is written in many ways. Source: RFC 5952."""
    try:
        return ipaddress.ip_address(seen).compressed
    except ValueError:  # another recogniser's, with more around it
        return seen


def _canonical_phone(seen: str) -> str:
    digits = re.sub(r"\D", "", seen.replace("(0)", ""))
    if digits.startswith("00"):
        digits = digits[2:]
    elif not seen.startswith(("+", "(+")):
        return digits
    home = digits.startswith(("33", "44"))  # the plans that are also written with a 0
    return "0" + digits[2:].removeprefix("0") if home else digits
