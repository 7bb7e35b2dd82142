"""Messages as RFC 5322 writes them: who, when, what about, the text, then what is attached."""

from __future__ import annotations

import email
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage, MIMEPart
from functools import partial
from typing import cast

from ingest.documents import Block, BlockKind, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, lines, reasons
from ingest.readers.html import read_html, read_page
from ingest.readers.office import HOSTILE
from ingest.readers.text import decoded

Attached = Callable[[str, bytes], Reading]
"""Reads an attachment by its name and bytes. Raises UnreadableFileError."""

_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Message:
    """A message, whatever wrote it: header lines, the body's reading, what is attached."""

    subject: str
    header: Sequence[tuple[str, str]]  # "From" and who it is, as far as they are known
    body: Reading
    attachments: Sequence[tuple[str, Callable[[], Reading]]]  # raise UnreadableFileError


def read_mail(data: bytes, attached: Attached) -> Reading:
    try:
        plain = decoded(data).encode() if data.startswith(_WIDE) else data
        message = email.message_from_bytes(plain, policy=policy.default)
        if not message.keys():
            raise UnreadableFileError(reasons.MISLABELLED)
        if _is_encrypted(message):
            raise UnreadableFileError(reasons.ENCRYPTED)
        return told(_message(message, attached))
    except HOSTILE as error:
        raise UnreadableFileError(reasons.DAMAGED) from error


def told(message: Message) -> Reading:
    """The message as one reading, its attachments as sections under their names."""
    left = hidden.counted(message.body.hidden)
    blocks = [Block(BlockKind.HEADING, message.subject, level=1)] if message.subject else []
    blocks += [
        Block(BlockKind.PARAGRAPH, f"{name}: {said}") for name, said in message.header if said
    ]
    blocks += _below(1, message.body.blocks)
    for name, read in message.attachments:
        blocks += _section(name, read, left)
    return Reading(message.subject, tuple(blocks), hidden.told(left))


def _section(name: str, read: Callable[[], Reading], left: Counter[Hiding]) -> Iterator[Block]:
    try:
        reading = read()
    except UnreadableFileError:
        left[Hiding.UNREAD_ATTACHMENT] += 1
        return
    left.update(hidden.counted(reading.hidden))
    yield Block(BlockKind.HEADING, name, level=2)
    yield from _below(2, reading.blocks)


def _below(level: int, blocks: Sequence[Block]) -> Iterator[Block]:
    for block in blocks:
        heading = block.kind is BlockKind.HEADING
        yield replace(block, level=block.level + level) if heading else block


def _message(message: EmailMessage, attached: Attached) -> Message:
    header = [(name, _header(message, name)) for name in ("From", "To", "Date")]
    body = message.get_body(("html", "plain"))
    if body is None and message.get_content_maintype() == "text":
        body = message  # one that calls itself an attachment
    attachments = [
        (name, partial(attached, name, data)) for name, data in _attachments(message, body)
    ]
    if len(attachments) > limits.ATTACHMENTS:
        raise UnreadableFileError(reasons.TOO_LARGE)
    return Message(_header(message, "Subject"), header, _body(body), attachments)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except HOSTILE:  # a header so odd that the standard library stumbles says nothing
        return ""


def _body(part: MIMEPart | None) -> Reading:
    if part is None or part.is_multipart():
        return Reading("", ())
    try:
        text = str(part.get_content())
    except (LookupError, UnicodeError):  # a charset that nobody knows
        raw = cast("bytes", part.get_payload(decode=True))
        return read_html(raw) if part.get_content_subtype() == "html" else _plain(decoded(raw))
    return read_page(text) if part.get_content_subtype() == "html" else _plain(text)


def _plain(text: str) -> Reading:
    return Reading("", tuple(lines.blocks(text.replace("\0", "").splitlines())))


def _attachments(message: EmailMessage, body: MIMEPart | None) -> Iterator[tuple[str, bytes]]:
    """What is attached; other ways to say the text and pictures in it are left aside."""
    waiting = [(message, False)] if message.is_multipart() else []
    while waiting:
        part, chosen = waiting.pop()
        kind = part.get_content_type()
        if kind == "message/rfc822":
            inner = cast("EmailMessage", part.get_payload(0))
            yield f"{_header(inner, 'Subject') or 'message'}.eml", bytes(inner)
        elif part.is_multipart():
            chosen = chosen or kind in ("multipart/alternative", "multipart/related")
            waiting += ((inner, chosen) for inner in reversed(list(part.iter_parts())))
        elif part is not body and (part.is_attachment() or not (chosen or part["Content-ID"])):
            data = part.get_payload(decode=True)
            if isinstance(data, bytes) and data.strip():
                yield _name(part), data


def _name(part: EmailMessage) -> str:
    named = part.get_filename()
    if named:
        return " ".join(named.split())
    return {"text/plain": "message.txt", "text/html": "message.html"}.get(
        part.get_content_type(), part.get_content_type()
    )


def _is_encrypted(message: EmailMessage) -> bool:
    kind = message.get_content_type()
    sealed = kind in ("application/pkcs7-mime", "application/x-pkcs7-mime")
    signed_only = message.get_param("smime-type") == "signed-data"
    return kind == "multipart/encrypted" or (sealed and not signed_only)
