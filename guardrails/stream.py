"""Masks a text that arrives in pieces exactly as the whole of it would be masked."""

from __future__ import annotations

import re
from collections.abc import Collection

from guardrails.pii.placeholders import Placeholders, may_become_a_mark
from guardrails.pii.ports import REACH, PersonalData, Told
from guardrails.pii.repeats import begun, told
from guardrails.text import Shadow
from models.ports import Language

_KEPT = 3 * REACH  # characters behind which a text that was let out no longer matters
_PLAIN = re.compile(
    r"(?<=[^\W\d_] )(?=[^\W\d_]{2,} [^\W\d_]{2,} )"
)  # between words that say nothing


class StreamRedactor:
    """Holds back what could still be, or become, a part of something to mask; lets out the rest.

    What was let out stays before the held text as its context, until it is far enough.
    """

    def __init__(
        self, personal_data: PersonalData, placeholders: Placeholders, language: Language
    ) -> None:
        self._personal_data = personal_data
        self._placeholders = placeholders
        self._language = language
        self._issued = placeholders.issued()
        self._text = ""
        self._out = 0  # characters of the text that were let out
        self._said: set[Told] = set()  # values let out that are known again

    @property
    def held(self) -> int:
        """How many characters wait."""
        return len(self._text) - self._out

    def feed(self, piece: str) -> str:
        """What may be shown now that this piece has come."""
        self._text += piece
        stop = min(self._personal_data.open_from(self._text), may_become_a_mark(self._text))
        return self._let_out(stop, last=False) if stop > self._out else ""

    def close(self) -> str:
        """The rest, when nothing more will come."""
        return self._let_out(len(self._text), last=True)

    def _let_out(self, stop: int, *, last: bool) -> str:
        found = self._personal_data.find(self._text, self._language, self._said)
        if not last:
            known = self._said.union(told(self._text, found))
            stop = min(stop, self._begun_again(known))
        whole = [one for one in found if one.start >= self._out]
        stop = min([stop, *(one.start for one in whole if one.start < stop < one.end)])
        ready = [one for one in whole if one.end <= stop]
        shown = self._placeholders.mask_part(self._text, ready, (self._out, stop), self._issued)
        self._said |= told(self._text, ready)
        self._out = max(stop, self._out)
        self._forget()
        return shown

    def _begun_again(self, known: Collection[Told]) -> int:
        shadow = Shadow(self._text)
        place = begun(shadow, known)
        if place == len(shadow.text):
            return len(self._text)
        return shadow.original_span(place, len(shadow.text))[0]

    def _forget(self) -> None:
        far = self._out - _KEPT
        if far > 0 and (cut := _PLAIN.search(self._text, far // 2, far)):
            self._text, self._out = self._text[cut.end() :], self._out - cut.end()
