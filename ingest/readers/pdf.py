"""PDF, one page at a time, its lines made paragraphs again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from ingest.documents import Block, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import limits, lines, reasons

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_PASSWORD = 4  # FPDF_ERR_PASSWORD
_PDFIUM = Lock()  # the engine serves one thread at a time
_SOFT_HYPHEN = re.compile("[\x02\ufffe\u00ad]")  # how PDFium gives a hyphen at a line's end
_NO_TITLE = re.compile(
    r"^microsoft word|\.(?:docx?|xlsx?|pptx?|odt|pdf|indd|tex)$|^untitled|^sans titre",
    re.IGNORECASE,
)


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
            return Reading(_title(document), tuple(_blocks(document)))
        except (PdfiumError, UnicodeDecodeError, ValueError) as error:
            raise UnreadableFileError(reasons.DAMAGED) from error
        finally:
            document.close()


def _title(document: PdfDocument) -> str:
    title = " ".join(document.get_metadata_value("Title").split())
    return "" if _NO_TITLE.search(title) else title


def _blocks(document: PdfDocument) -> Iterator[Block]:
    if len(document) > limits.PAGES:
        raise UnreadableFileError(reasons.TOO_LARGE)
    for number in range(len(document)):
        text = _SOFT_HYPHEN.sub("-", _page_text(document, number))
        yield from lines.blocks(text.splitlines(), page=number + 1)


def _page_text(document: PdfDocument, number: int) -> str:
    page = document[number]
    try:
        textpage = page.get_textpage()
        try:
            return str(textpage.get_text_range(errors="replace"))
        finally:
            textpage.close()
    finally:
        page.close()
