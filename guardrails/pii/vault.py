"""The vault: what an asker typed, sealed for a short while, to be put back into their answer."""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TAG = 12  # letters of base 32: 60 bits, which nobody guesses
LIFE_S = 900.0
MOST = 10_000  # values, the oldest leave first
_KEY_BYTES, _NONCE_BYTES = 32, 12
MARK = re.compile(rf"\[[A-Z]+(?:_[A-Z]+)*_\d{{1,9}}·[a-z2-7]{{{TAG}}}\]")

# Code, the targets of links, markup, addresses of any kind: a value there would leave the screen.
_NEVER = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*(?:`|\Z)|!?\[[^\[\]\n]*\]\([^)\n]*(?:\)|\Z)|\]\([^)\n]*(?:\)|\Z)"
    r"|<[^>\n]*(?:>|\Z)|\b(?:mailto|tel|sms|data|javascript|file):\S*|\bwww\.\S*"
    r"|\S*(?:://|[/\\=&?%@#])\S*",
    re.DOTALL | re.IGNORECASE,
)


def bare(text: str) -> str:
    """The text with its marks as people read them, without what opens them: `[EMAIL_1]`."""
    return MARK.sub(lambda mark: f"{mark[0].partition('·')[0]}]", text)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who typed a value, and in which exchange."""

    person: str
    exchange: str

    def bound(self, *more: str) -> bytes:
        """Each part with its length, so that no two scopes read the same."""
        return b"".join(
            len(part.encode()).to_bytes(4, "big") + part.encode()
            for part in (self.person, self.exchange, *more)
        )


@dataclass(frozen=True, slots=True)
class Restored:
    """A text with its values back, and how many of its marks were not opened."""

    text: str
    unopened: int


@dataclass(frozen=True, slots=True)
class _Sealed:
    until: float
    nonce: bytes
    sealed: bytes


class Vault:
    """Keeps values under AES-GCM with a key of this process; nothing is ever written.

    A mark opens only for the scope it was made for, and only until its time is over. Safe for
    several threads.
    """

    def __init__(
        self, clock: Callable[[], float], life_s: float = LIFE_S, most: int = MOST
    ) -> None:
        """`clock` gives seconds that never go back."""
        self._clock = clock
        self._life_s = life_s
        self._most = most
        self._tags = secrets.token_bytes(_KEY_BYTES)
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=256))
        self._kept: OrderedDict[bytes, _Sealed] = OrderedDict()
        self._lock = Lock()

    def tag(self, scope: Scope, kind: str, value: str) -> str:
        """What nobody can guess and only this scope gives to this value."""
        digest = hmac.digest(self._tags, scope.bound(kind, value), sha256)
        return base64.b32encode(digest).decode().lower()[:TAG]

    def keep(self, scope: Scope, mark: str, value: str) -> None:
        """Seal a value behind its mark, for this scope."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, value.encode(), scope.bound(mark))
        with self._lock:
            self._drop_old()
            place = self._place(scope, mark)
            self._kept[place] = _Sealed(self._clock() + self._life_s, nonce, sealed)
            self._kept.move_to_end(place)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def restore(self, text: str, scope: Scope) -> Restored:
        """The text with the values of this scope, but never in code, links, markup or addresses."""
        never = [match.span() for match in _NEVER.finditer(text)]
        pieces, position, unopened = [], 0, 0
        for mark in MARK.finditer(text):
            inside = any(start < mark.end() and mark.start() < end for start, end in never)
            value = None if inside else self._opened(scope, mark.group())
            unopened += value is None
            pieces += [text[position : mark.start()], mark.group() if value is None else value]
            position = mark.end()
        return Restored("".join([*pieces, text[position:]]), unopened)

    def __len__(self) -> int:
        with self._lock:
            self._drop_old()
            return len(self._kept)

    def _opened(self, scope: Scope, mark: str) -> str | None:
        with self._lock:
            self._drop_old()
            found = self._kept.get(self._place(scope, mark))
        if found is None:
            return None
        try:
            return self._cipher.decrypt(found.nonce, found.sealed, scope.bound(mark)).decode()
        except InvalidTag:
            return None

    def _place(self, scope: Scope, mark: str) -> bytes:
        return hmac.digest(self._tags, scope.bound(mark, "place"), sha256)

    def _drop_old(self) -> None:
        """The oldest stand first."""
        now = self._clock()
        while self._kept and next(iter(self._kept.values())).until <= now:
            self._kept.popitem(last=False)
