"""PDF, one page at a time: tables and columns as they are drawn, scanned pages recognised."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING

from ingest.documents import Block, BlockKind, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import hidden, limits, lines, reasons, recognition, tables
from ingest.readers.pdf_grids import grids
from ingest.readers.pdf_layout import Line, Table, heading_level, heading_sizes, layout
from ingest.readers.pdf_letters import Letter, letters, rulings
from ingest.readers.pdf_margins import without_margins

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

_PASSWORD = 4  # FPDF_ERR_PASSWORD
_PDFIUM = Lock()  # the engine serves one thread at a time
_SCAN_DPI = 300
_STAMP = 40  # letters that a scanner adds to a page
_NO_TITLE = re.compile(
    r"^microsoft word|\.(?:docx?|xlsx?|pptx?|odt|pdf|indd|tex)$|^untitled|^sans titre",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as its text was laid out, or as its picture was recognised."""

    number: int
    parts: Sequence[Line | Table] = ()
    recognised: Sequence[Block] = ()


def read_pdf(data: bytes) -> Reading:
    from pypdfium2 import PdfDocument, PdfiumError

    with _PDFIUM:
        try:
            document = PdfDocument(BytesIO(data))
        except PdfiumError as error:
            locked = error.err_code == _PASSWORD
            reason = reasons.ENCRYPTED if locked else reasons.DAMAGED
            raise UnreadableFileError(reason) from error
        try:
            left: Counter[Hiding] = Counter()
            blocks = tuple(_blocks(list(_pages(document, left))))
            if not blocks and left[Hiding.UNREAD_PAGE] and not recognition.installed():
                raise UnreadableFileError(reasons.NO_RECOGNITION)
            return Reading(_title(document), blocks, hidden.told(left))
        except (PdfiumError, UnicodeDecodeError, ValueError) as error:
            raise UnreadableFileError(reasons.DAMAGED) from error
        finally:
            document.close()


def _title(document: PdfDocument) -> str:
    title = " ".join(document.get_metadata_value("Title").split())
    return "" if _NO_TITLE.search(title) else title


def _pages(document: PdfDocument, left: Counter[Hiding]) -> Iterator[_Page]:
    if len(document) > limits.PAGES:
        raise UnreadableFileError(reasons.TOO_LARGE)
    scanned = written = 0
    for number in range(1, len(document) + 1):
        page = document[number - 1]
        try:
            seen = _letters(page, left)
            written += len(seen)
            if written > limits.LONGEST:
                raise UnreadableFileError(reasons.TOO_LARGE)
            if _is_scanned(page, seen):
                scanned += 1
                recognised = _recognised(page, number, scanned, left)
                yield _Page(number, recognised=recognised)
            else:
                yield _Page(number, layout(seen, grids(rulings(page), seen)))
        finally:
            page.close()


def _letters(page: PdfPage, left: Counter[Hiding]) -> list[Letter]:
    text = page.get_textpage()
    try:
        return letters(page, text, left)
    finally:
        text.close()


def _is_scanned(page: PdfPage, seen: Sequence[Letter]) -> bool:
    """Whether a page is drawn and not written, but for a stamp or a page number."""
    from pypdfium2 import raw

    if sum(not letter.text.isspace() for letter in seen) > _STAMP:
        return False
    width, height = page.get_size()
    boxes = (image.get_bounds() for image in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE]))
    covered = sum((right - left) * (top - bottom) for left, bottom, right, top in boxes)
    if seen and not covered > width * height / 2:
        return False
    return any(True for _ in page.get_objects())


def _recognised(page: PdfPage, number: int, scanned: int, left: Counter[Hiding]) -> Sequence[Block]:
    """The text of a page that is a picture; a page that cannot be read is counted."""
    if scanned > limits.SCANNED:
        raise UnreadableFileError(reasons.TOO_LARGE)
    width, height = page.get_size()
    scale = min(_SCAN_DPI / 72, math.sqrt(limits.PIXELS / max(width * height, 1)))
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    try:
        pixels = bitmap.to_numpy()[:, :, 0] if bitmap.n_channels > 1 else bitmap.to_numpy()
        scan = recognition.Scan(bitmap.width, bitmap.height, pixels.tobytes())
    finally:
        bitmap.close()
    try:
        return list(recognition.recognised(scan, number))
    except UnreadableFileError:
        left[Hiding.UNREAD_PAGE] += 1
        return ()


def _blocks(pages: Sequence[_Page]) -> Iterator[Block]:
    written = without_margins([page.parts for page in pages])
    sizes = heading_sizes([part for parts in written for part in parts if isinstance(part, Line)])
    for page, kept in zip(pages, written, strict=True):
        yield from page.recognised
        for level, parts in groupby(kept, key=lambda part: heading_level(part, sizes)):
            yield from _said(list(parts), level, page.number)


def _said(parts: Sequence[Line | Table], level: int, page: int) -> Iterator[Block]:
    if level:
        text = " ".join(part.text for part in parts if isinstance(part, Line))
        yield Block(BlockKind.HEADING, " ".join(text.split()), page, level)
        return
    running: list[str] = []
    for part in parts:
        if isinstance(part, Line):
            running.append(part.text)
            continue
        yield from lines.blocks(running, page)
        running = []
        if part.ruled:
            yield from tables.blocks(part.rows, page)
        else:
            yield from (Block(BlockKind.ROW, tables.said((), row), page) for row in part.rows)
    yield from lines.blocks(running, page)
