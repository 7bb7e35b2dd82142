"""Names of documents as they are told to people who may not read them, linked, and recorded.

A document is known by the path of its file, and a path can name a person. Such a document goes by
its path with that masked, and a tag of this house: `contrat-[PERSON_1].pdf~k7q2mx9wdf3h`. Every
other one goes by its id.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from guardrails.pii.file_names import find_in_name
from guardrails.pii.placeholders import Placeholders
from guardrails.pii.ports import PersonalData
from server.lazy import Lazy

_TAGGED = re.compile(r"~([a-z2-7]{12})\Z")


@dataclass(frozen=True, slots=True)
class Names:
    """Gives documents the names they go by, and finds them again by those."""

    personal_data: Lazy[PersonalData]
    key: bytes

    def shown(self, name: str) -> str:
        """A name of a file without what it tells of a person."""
        found = find_in_name(self.personal_data.get(), name)
        return Placeholders.fresh().mask(name, found) if found else name

    def public(self, collection: str, id_: str) -> str:
        """What a document goes by wherever its name could be read by others than its readers."""
        shown = self.shown(id_)
        return id_ if shown == id_ else f"{shown}~{self._tag(collection, id_)}"

    def meant(self, collection: str, said: str, known: Iterable[str]) -> str:
        """Which of the known ids goes by this name; the name itself where it is nobody's tag.

        The tag alone decides: what masks a name today need not be what masked it then.
        """
        tagged = _TAGGED.search(said)
        if tagged is None:
            return said
        of_the_tag = (id_ for id_ in known if self._tag(collection, id_) == tagged[1])
        return next(of_the_tag, said)

    def _tag(self, collection: str, id_: str) -> str:
        digest = hmac.digest(self.key, f"{collection}\0{id_}".encode(), sha256)
        return base64.b32encode(digest).decode().lower()[:12]
