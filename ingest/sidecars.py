"""Sidecars: a small file beside a document that says who may read it, and until when it holds."""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from pydantic import ValidationError

from ingest.collections import Override, SaidOfDocument, nfc

SUFFIX = ".vigie.toml"
LARGEST = 64 * 1024


def is_sidecar(name: str) -> bool:
    return name.lower().endswith(SUFFIX)


def beside(document: Path) -> Path | None:
    """The sidecar of a document, readable or not."""
    wanted = nfc(document.name) + SUFFIX
    return next((path for path in document.parent.iterdir() if _same(path.name, wanted)), None)


def read_sidecar(file: Path, document: str, origin: str) -> Override | None:
    """What it says of a document; None when it cannot be read, or says what cannot be meant."""
    try:
        status = file.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            return None
        return parse_sidecar(file.read_bytes(), document, origin)
    except OSError:
        return None


def parse_sidecar(said_there: bytes, document: str, origin: str) -> Override | None:
    """The same of a sidecar's content."""
    try:
        said = SaidOfDocument.model_validate(tomllib.loads(said_there.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError):
        return None
    return Override(document, said.readers, said.language, said.review_due, said.owner, origin)


def sidecars(source: Path, origin: str) -> tuple[Override, ...]:
    """What the sidecars of a folder, or the one of a single file, say of their documents.

    One that cannot be read leaves its document to nobody: it may have been the one that
    kept it from most people.
    """
    return tuple(
        read_sidecar(file, id_, origin) or to_nobody(id_, origin) for id_, file in found(source)
    )


def to_nobody(document: str, origin: str) -> Override:
    """What stands for a sidecar that cannot be read."""
    return Override(document, readers=frozenset(), origin=origin)


def unreadable(files: Iterable[tuple[str, Path]]) -> frozenset[str]:
    """The documents whose sidecar, of those that `found` gave, cannot be read."""
    return frozenset(id_ for id_, file in files if read_sidecar(file, id_, "") is None)


def found(source: Path) -> list[tuple[str, Path]]:
    """Documents' ids and their sidecars, whether or not the documents are there."""
    if not source.is_dir():
        file = beside(source)
        return [(nfc(source.name), file)] if file else []
    return sorted(
        (nfc(file.relative_to(source).as_posix())[: -len(SUFFIX)], file)
        for here, _, names in os.walk(source)
        for file in (Path(here, name) for name in names if is_sidecar(name))
    )


def out_of_sight(source: Path, document: str) -> bool:
    """Whether a folder above this document cannot be looked into: a sidecar may stand there."""
    for above in reversed(PurePosixPath(document).parents):
        if not os.access(source / above, os.R_OK | os.X_OK):
            return os.path.lexists(source / above)
    return False


def combine(
    described: Iterable[Override], beside_documents: Iterable[Override]
) -> tuple[Override, ...]:
    """One override a document. Where both name readers, only those whom both name may read it."""
    said: dict[str, Override] = {one.document: one for one in described}
    for one in beside_documents:
        said[one.document] = _narrowed(one, said.get(one.document))
    return tuple(said[document] for document in sorted(said))


def _narrowed(one: Override, other: Override | None) -> Override:
    if other is None:
        return one
    readers = one.readers if other.readers is None else other.readers
    if one.readers is not None and other.readers is not None:
        readers = one.readers & other.readers
    return replace(
        one,
        readers=readers,
        language=one.language or other.language,
        review_due=one.review_due or other.review_due,
        owner=one.owner or other.owner,
    )


def _same(name: str, wanted: str) -> bool:
    name = nfc(name)
    return is_sidecar(name) and name[: -len(SUFFIX)] == wanted[: -len(SUFFIX)]
