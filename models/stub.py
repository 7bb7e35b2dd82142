"""A generator for trying the interface: it writes one labelled sentence and warns that it does."""

from __future__ import annotations

import hashlib
import logging
import warnings

from models.ports import Finish, Generator, Language, ModelIdentity, Permit, Prompt, Usage, Writing
from models.segmentation import split

_LOG = logging.getLogger(__name__)
_WARNING = "The stub generator answers: it tries the interface and must not serve employees."
_LABEL = {
    Language.FRENCH: "Réponse d’essai\u00a0:",
    Language.ENGLISH: "Trial answer:",
}


class StubWarning(UserWarning):
    """The stub generator was built."""


class StubGenerator(Generator):
    """Quotes the first sentence of the first source behind a label; abstains without sources."""

    def __init__(self) -> None:
        warnings.warn(_WARNING, StubWarning, stacklevel=2)
        _LOG.warning(_WARNING)

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("stub", hashlib.sha256(b"stub 1").hexdigest())

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        permit.check()
        if not prompt.sources:
            return Usage(0, 0, 0, Finish.END)
        source = prompt.sources[0]
        spans = split(source.text) or ((0, 0),)
        start, end = spans[0]
        yield f"{_LABEL[prompt.language]} {source.text[start:end]} [{source.n}]\n"
        return Usage(0, 0, 1, Finish.END)
