"""The generator without weights: it quotes the sentences that answer best, each with its source."""

from __future__ import annotations

import hashlib

from models.ports import Finish, Generator, ModelIdentity, Permit, Prompt, Usage, Writing
from models.quoting import Choice, Quotable, chosen, quotables, weights

_ALGORITHM = "extractive 3"
_ANSWER = Choice(most=3, least_coverage=0.4, least_gain=0.25)


class ExtractiveGenerator(Generator):
    """Writes nothing that is not in a source, and nothing at all when they hold no answer."""

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("extractive", hashlib.sha256(_ALGORITHM.encode()).hexdigest())

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        permit.check()
        for quoted in _quoted(prompt):
            permit.check()
            yield f"{quoted.text} [{quoted.source.n}]\n"
        return Usage(0, 0, len(prompt.sources), Finish.END)


def _quoted(prompt: Prompt) -> list[Quotable]:
    by_text: dict[str, Quotable] = {}  # what two sources say is quoted from the first
    for one in quotables(prompt.sources, prompt.language):
        by_text.setdefault(one.text, one)
    found = list(by_text.values())
    return chosen(found, weights(prompt.question, found, prompt.language), _ANSWER)
