"""Whether a text tells what the model alone was told: its system text, in runs of letters.

Letters are compared without what stands between them and through every disguise that orders
are looked for in, so that spacing, codes and turned letters do not carry a prompt out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from guardrails.injection import disguises
from guardrails.text import Rewritten, Shadow, folded

RUN = 28
"""Letters and digits in a row that two texts do not share by chance: five words or so."""


@dataclass(frozen=True, slots=True)
class Confidential:
    """A text that must not be told, as its runs of letters."""

    runs: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Confidential:
        return cls(frozenset(_runs(_letters(Shadow(text).text))))

    def told(self, text: str, sources: Sequence[str]) -> bool:
        """Whether the text holds a run of it that no source holds as well."""
        held = {run for version in _versions(text) for run in _runs(version)} & self.runs
        if not held:
            return False
        known: set[str] = set()
        for source in sources:
            known.update(_runs(_letters(Shadow(source).text)))
        return not held <= known


def _versions(text: str) -> Iterator[str]:
    seen = Shadow(disguises.unveiled(text).text)
    for version in disguises.versions(Rewritten(seen.text, ())):
        letters = _letters(version.text)
        yield from (letters, letters[::-1], letters.translate(disguises.ROT13))


def _letters(text: str) -> str:
    return "".join(one for one in folded(text) if one.isalnum())


def _runs(letters: str) -> Iterable[str]:
    return (letters[at : at + RUN] for at in range(len(letters) - RUN + 1))
