"""Signed checkpoints: three lines that pin the whole record, kept by someone else.

Formats: C2SP tlog-checkpoint inside C2SP signed-note, Ed25519 (c2sp.org).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from server.audit.errors import CheckpointError
from server.files import write_new

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_ED25519 = b"\x01"
_KEY_ID_BYTES = 4
_HASH_BYTES = 32
_MARK = "— "
_SIZE = re.compile("0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The record's tree at one size. `root` is 32 bytes."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


class CheckpointSigner:
    """The installation's checkpoint key under its name."""

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        if not name or "+" in name or name.split() != [name]:
            raise CheckpointError(f"A checkpoint's origin has no space and no plus: {name!r}.")
        self.name = name
        self._key = key

    @classmethod
    def load(cls, path: Path, name: str) -> CheckpointSigner:
        """The key in this file, made for its owner only when there is none.

        Raises CheckpointError when the file is no Ed25519 key or cannot be used.
        """
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            _make_key(path)
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError) as error:
            raise CheckpointError(
                f"The checkpoint key {path} cannot be used: restore it from a backup, or remove it "
                "and give the new public key to whoever verifies."
            ) from error
        if not isinstance(key, Ed25519PrivateKey):
            raise CheckpointError(f"The checkpoint key {path} is not an Ed25519 key.")
        return cls(name, key)

    @property
    def verifier_key(self) -> str:
        """The public key as text, `name+id+key`, for whoever keeps the checkpoints."""
        public = self._public()
        encoded = base64.b64encode(_ED25519 + public).decode()
        return f"{self.name}+{_key_id(self.name, public).hex()}+{encoded}"

    def sign(self, size: int, root: bytes) -> str:
        """A signed note whose text is the checkpoint."""
        text = Checkpoint(self.name, size, root).text
        signature = _key_id(self.name, self._public()) + self._key.sign(text.encode())
        return f"{text}\n{_MARK}{self.name} {base64.b64encode(signature).decode()}\n"

    def _public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()


def parse_note(note: str) -> Checkpoint:
    """What a note claims; its signatures are not checked. Raises CheckpointError."""
    text, _ = _split_note(note)
    lines = text.split("\n")
    try:
        origin, size, encoded = lines[:3]
        root = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise CheckpointError("This is no checkpoint: three lines are missing.") from error
    if not (origin and _SIZE.fullmatch(size) and len(root) == _HASH_BYTES):
        raise CheckpointError("This is no checkpoint: origin, size or root is malformed.")
    return Checkpoint(origin, int(size), root)


def verify_note(note: str, verifier_key: str) -> Checkpoint:
    """What a note says, once this key's signature on it is checked. Raises CheckpointError."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, public = _parse_verifier_key(verifier_key)
    text, lines = _split_note(note)
    known = _key_id(name, public)
    # Signatures of keys we do not know, such as witnesses', are passed over.
    signatures = [raw[_KEY_ID_BYTES:] for who, raw in lines if (who, raw[:4]) == (name, known)]
    if not signatures:
        raise CheckpointError(f"The checkpoint is not signed by {name}.")
    try:
        for signature in signatures:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except InvalidSignature as error:
        raise CheckpointError(f"The signature of {name} on the checkpoint is wrong.") from error
    return parse_note(note)


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The signed text, and each signature line as (key name, key id and signature)."""
    text, separator, tail = note.rpartition("\n\n")
    lines = tail.splitlines()
    if not separator or not lines:
        raise CheckpointError("This is no signed note: it has no signature.")
    return text + "\n", [_parse_signature(line) for line in lines]


def _parse_signature(line: str) -> tuple[str, bytes]:
    try:
        name, encoded = line.removeprefix(_MARK).split(" ")
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise CheckpointError("A signature line of the checkpoint is malformed.") from error
    if not line.startswith(_MARK) or len(raw) <= _KEY_ID_BYTES:
        raise CheckpointError("A signature line of the checkpoint is malformed.")
    return name, raw


def _parse_verifier_key(text: str) -> tuple[str, bytes]:
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        raw = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise CheckpointError("The public key is not of the form name+id+key.") from error
    public = raw[1:]
    if raw[:1] != _ED25519 or len(public) != _HASH_BYTES or _key_id(name, public).hex() != key_id:
        raise CheckpointError("The public key is not an Ed25519 key, or its id is wrong.")
    return name, public


def _key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:_KEY_ID_BYTES]


def _make_key(path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    if path.exists():
        return
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    write_new(path, pem)
