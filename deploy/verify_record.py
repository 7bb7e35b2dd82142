"""Verifies an exported record with nothing but Python: it trusts neither Vigie nor its database.

    python3 verify_record.py EXPORT.jsonl [--checkpoint NOTE] [--key KEY] [--json]

EXPORT comes from `vigie log export`: one JSON object a line, with the strings `header`, `hash`,
`owner`, `content` and `key` (the last three null where content never was or is erased).

An entry is sound when
  hash      = SHA-256(header), in hex
  header    = {"commitment", "previous", "seq", "kind", "facts", …} as JSON text
  previous  = hash of the entry before it; 64 zeroes for entry 0
  content   opens the commitment: HMAC-SHA-256(key, owner + newline + content), in hex; or
            it is missing and a later "record:person:erase" entry lists this seq in facts.entries
  and entries stand in the order 0, 1, 2, …

The checkpoint is a C2SP signed note: origin, number of entries, base64 RFC 6962 root over the
headers. KEY is the public key (or a file with it): `name+id+base64`. Its Ed25519 signature is
checked when the package `cryptography` is there; otherwise this program says that it was not.

Exit codes: 0 nothing wrong, 1 something is wrong, 2 the input cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SENTENCES = {
    "edited": "Entry {} is no longer the one that was written.",
    "content-edited": "The content of entry {} is no longer what was written.",
    "content-missing": "The content of entry {} is gone, and no erasure on the record says why.",
    "content-back": "The content of entry {} had been erased: it is back.",
    "dropped": "Entry {} is missing from the record.",
    "reordered": "Entry {} is out of its place, or stands there twice.",
    "truncated": "The record ends before entry {}, which the checkpoint attests.",
    "forked": "The record holds together, but it is not the one the checkpoint attests.",
    "checkpoint": "The checkpoint cannot be read, or its signature is wrong.",
}

Found = tuple[int, str]  # (seq, or -1 for the record as a whole; a key of SENTENCES)


class Verifier:
    """Reads the record once, from first line to last, and remembers hashes only."""

    def __init__(self) -> None:
        self.found: set[Found] = set()
        self.order: list[int] = []
        self.hashes: dict[int, str] = {}  # by seq; the first to claim a seq keeps it
        self.previous: dict[int, str] = {}  # only of entries whose own hash is right
        self.missing: set[int] = set()
        self.present: set[int] = set()
        self.erased: set[int] = set()
        self.leaves: list[bytes] = []

    def read(self, line: str) -> None:
        fields = parse(line)
        header = fields.get("header")
        raw = header.encode("utf-8", "surrogatepass") if isinstance(header, str) else b""
        actual = hashlib.sha256(raw).hexdigest()
        self.leaves.append(hashlib.sha256(b"\x00" + raw).digest())

        said = parse(header) if isinstance(header, str) else {}
        if actual != fields.get("hash") or not well_formed(said):
            seq = self.order[-1] + 1 if self.order else 0
            self.found.add((seq, "edited"))
        else:
            seq = said["seq"]
            self.read_content(seq, said, fields)
            if seq not in self.hashes:
                self.previous[seq] = said["previous"]
        self.hashes.setdefault(seq, actual)
        self.order.append(seq)

    def read_content(self, seq: int, said: dict[str, Any], fields: dict[str, Any]) -> None:
        kept = [fields.get(name) for name in ("owner", "content", "key")]
        if kept == [None, None, None]:
            if said["commitment"] is not None:
                self.missing.add(seq)
        elif opens(said["commitment"], kept):
            self.present.add(seq)
        else:
            self.found.add((seq, "content-edited"))

        facts = said.get("facts")
        listed = facts.get("entries") if isinstance(facts, dict) else None
        if said.get("kind") == "record:person:erase" and isinstance(listed, list):
            self.erased |= {one for one in listed if type(one) is int and one < seq}

    def finish(self) -> None:
        self.found |= {(seq, "content-missing") for seq in self.missing - self.erased}
        self.found |= {(seq, "content-back") for seq in self.present & self.erased}
        self.check_links()
        self.check_order()

    def check_links(self) -> None:
        for seq in sorted(self.previous, reverse=True):
            before = self.hashes.get(seq - 1) if seq else "0" * 64
            if before is None or (seq, "edited") in self.found:
                continue  # dropped or edited: already said
            if self.previous[seq] != before:
                self.found.add((max(seq - 1, 0), "edited"))

    def check_order(self) -> None:
        due = sorted(self.order)
        self.found |= {
            (is_, "reordered") for is_, should in zip(self.order, due, strict=True) if is_ != should
        }
        last = -1
        for number, seq in enumerate(due):
            if number and seq == due[number - 1]:
                self.found.add((seq, "reordered"))
            elif seq > last + 1:
                self.found.add((last + 1, "dropped"))
            last = max(last, seq)

    def check_against(self, size: int, root: bytes) -> None:
        ends = max(self.order, default=-1) + 1
        if ends < size:
            self.found.add((ends, "truncated"))
        elif not self.chain_is_broken() and merkle_root(self.leaves[:size]) != root:
            self.found.add((-1, "forked"))

    def chain_is_broken(self) -> bool:
        return any(what in {"edited", "dropped", "reordered"} for _, what in self.found)


def parse(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def well_formed(said: dict[str, Any]) -> bool:
    committed = said.get("commitment", 0)
    return (
        type(said.get("seq")) is int
        and said["seq"] >= 0
        and isinstance(said.get("previous"), str)
        and (committed is None or isinstance(committed, str))
    )


def opens(committed: str | None, kept: list[Any]) -> bool:
    if committed is None or not all(isinstance(part, str) for part in kept):
        return False
    owner, content, key = kept
    try:
        secret = bytes.fromhex(key)
    except ValueError:
        return False
    message = f"{owner}\n{content}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).hexdigest() == committed


def merkle_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, with a stack of finished subtrees as (leaves below, hash)."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, right = 1, leaf
        while stack and stack[-1][0] == size:
            right = hashlib.sha256(b"\x01" + stack.pop()[1] + right).digest()
            size *= 2
        stack.append((size, right))
    if not stack:
        return hashlib.sha256(b"").digest()
    root = stack.pop()[1]
    while stack:
        root = hashlib.sha256(b"\x01" + stack.pop()[1] + root).digest()
    return root


def read_note(note: str) -> tuple[int, bytes]:
    """Number of entries and root. Raises ValueError when it is no checkpoint."""
    text, _, signatures = note.rpartition("\n\n")
    origin, size, root = text.split("\n")[:3]
    decoded = base64.b64decode(root, validate=True)
    if not (origin and signatures and size.isascii() and str(int(size)) == size):
        raise ValueError(note)
    if len(decoded) != hashlib.sha256().digest_size or int(size) < 0:
        raise ValueError(note)
    return int(size), decoded


def signature_holds(note: str, key: str) -> bool | None:
    """Whether this key signed the note; None when `cryptography` is not installed."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    name, _, encoded = key.strip().split("+", 2)
    typed = base64.b64decode(encoded, validate=True)
    key_id = hashlib.sha256(f"{name}\n".encode() + typed).digest()[:4]
    text, _, lines = note.rpartition("\n\n")
    ours = [base64.b64decode(raw) for who, raw in signature_lines(lines) if who == name]
    ours = [raw[4:] for raw in ours if raw[:4] == key_id]
    try:
        for signature in ours:
            Ed25519PublicKey.from_public_bytes(typed[1:]).verify(signature, f"{text}\n".encode())
    except InvalidSignature:
        return False
    return bool(ours) and typed[:1] == b"\x01"


def signature_lines(lines: str) -> Iterator[tuple[str, str]]:
    for line in lines.splitlines():
        dash, name, raw = line.split(" ")
        if dash != "—":
            raise ValueError(line)
        yield name, raw


def check_checkpoint(verifier: Verifier, note: str, key: str | None) -> str:
    """Compare with the checkpoint; what to say of its signature."""
    try:
        size, root = read_note(note)
        holds = signature_holds(note, key) if key else None
    except (ValueError, IndexError):
        holds = False
    if holds is False:
        verifier.found.add((-1, "checkpoint"))
        return "refused"
    verifier.check_against(size, root)
    return "checked" if holds else "not checked"


def verify(
    lines: Iterable[str], note: str | None = None, key: str | None = None
) -> tuple[Verifier, str]:
    """What was found, and what to say of the checkpoint's signature."""
    verifier = Verifier()
    for line in lines:
        verifier.read(line)
    verifier.finish()
    return verifier, "no checkpoint" if note is None else check_checkpoint(verifier, note, key)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Verify an exported record.")
    parser.add_argument("export", type=Path, help="the record, from `vigie log export`")
    parser.add_argument("--checkpoint", type=Path, help="a signed checkpoint kept elsewhere")
    parser.add_argument("--key", help="the checkpoint's public key, or a file with it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


def read_key(given: str | None) -> str | None:
    if given is None or "+" in given:
        return given
    return Path(given).read_text(encoding="utf-8")


def main() -> int:
    asked = arguments()
    try:
        note = asked.checkpoint.read_text(encoding="utf-8") if asked.checkpoint else None
        key = read_key(asked.key)
        with asked.export.open(encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
            verifier, signature = verify(lines, note, key)
    except (OSError, UnicodeDecodeError) as error:
        print(f"The input cannot be read: {error}", file=sys.stderr)
        return 2
    tell(verifier, signature, as_json=asked.json)
    return 1 if verifier.found else 0


def tell(verifier: Verifier, signature: str, *, as_json: bool) -> None:
    problems = [
        {"seq": None if seq < 0 else seq, "what": what, "sentence": SENTENCES[what].format(seq)}
        for seq, what in sorted(verifier.found)
    ]
    root = merkle_root(verifier.leaves).hex()
    entries = len(verifier.leaves)
    if as_json:
        said = {"ok": not problems, "entries": entries, "root": root, "signature": signature}
        print(json.dumps({**said, "problems": problems}))
        return
    for problem in problems:
        print(problem["sentence"])
    verdict = f"{len(problems)} problem(s)" if problems else "nothing wrong"
    print(f"{entries} entries, root {root}, checkpoint signature: {signature}. {verdict}.")


if __name__ == "__main__":
    sys.exit(main())
