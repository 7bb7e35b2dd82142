"""The letters of a page of PDF that a person sees, where they stand, and the lines drawn there.

Whether letters are seen is asked of the page as it is drawn: where it shows one colour, nothing
is written. White on white, layers turned off, what lies under a picture or beside the page: all
are the same to a reader. The invisible letters behind a scan stand where the scan shows its own.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.documents import Hiding

if TYPE_CHECKING:
    import numpy as np
    from pypdfium2 import PdfPage, PdfTextPage

_PIXELS = 4_000_000  # of a page drawn at 72 dots per inch, at most
_CONTRAST = 8  # of 255: paler than any letter
_LEAST_PT = 1.5
_WITNESSES = 12  # letters of a stretch that are looked at
_THIN = 3  # pixels
_WESTERN = 0x24F  # letters after it may be in no font of this machine
_DRAWN_LINES = 5_000
_NO_LETTERS = range(0xD800, 0xE000)  # halves of letters
_HYPHENS = (0x02, 0xFFFE, 0xAD)  # how PDFium gives a hyphen at a line's end


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter and its box, in points from the lower left; a line's end has no box."""

    text: str
    left: float = 0.0
    bottom: float = 0.0
    right: float = 0.0
    top: float = 0.0


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line as drawn: upright when its ends have the same left."""

    left: float
    bottom: float
    right: float
    top: float


def letters(page: PdfPage, text: PdfTextPage, left: Counter[Hiding]) -> list[Letter]:
    """What a person sees, in the order of the file; stretches that nobody sees are counted."""
    look: _Look | None = None
    seen: list[Letter] = []
    for stretch in _stretches(text):
        written = [one for one in stretch if one[1].text.isalnum()]
        if written:
            look = look or _Look(page)
            if not look.sees(text, written[:_WITNESSES]):
                left[Hiding.TEXT] += 1
                continue
        seen += (letter for _, letter in stretch)
    return seen


def _stretches(text: PdfTextPage) -> Iterator[list[tuple[int, Letter]]]:
    """Letters with their indexes, by the text object that draws them."""
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    stretch: list[tuple[int, Letter]] = []
    drawn_by = None
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if code in (0, 0x0D):
            continue
        handle = raw.FPDFText_GetTextObject(text, index)
        now = ctypes.addressof(handle.contents) if handle else drawn_by
        if now != drawn_by and stretch:
            yield stretch
            stretch = []
        drawn_by = now
        raw.FPDFText_GetLooseCharBox(text, index, box)
        letter = Letter(_character(code), box.left, box.bottom, box.right, box.top)
        stretch.append((index, letter))
    if stretch:
        yield stretch


def _character(code: int) -> str:
    if code in _HYPHENS:
        return "-"
    return "\ufffd" if code in _NO_LETTERS else chr(code)


class _Look:
    """A page as it is drawn, in colours, without notes and fields."""

    def __init__(self, page: PdfPage) -> None:
        self._page = page
        width, height = page.get_size()
        scale = min(1.0, math.sqrt(_PIXELS / max(width * height, 1)))
        bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
        self._pixels: np.ndarray[Any, Any] = bitmap.to_numpy().copy()
        bitmap.close()

    def sees(self, text: PdfTextPage, written: list[tuple[int, Letter]]) -> bool:
        """Whether anything but one colour shows where these letters stand."""
        if max(letter.top - letter.bottom for _, letter in written) < _LEAST_PT:
            return False
        if any(self._shows(*text.get_charbox(index)) for index, _ in written):
            return True
        return any(ord(letter.text) > _WESTERN for _, letter in written) and not _has_font(
            text, written[0][0]
        )

    def _shows(self, left: float, bottom: float, right: float, top: float) -> bool:
        x0, y0 = self._device(left, top)
        x1, y1 = self._device(right, bottom)
        height, width = self._pixels.shape[:2]
        part = self._pixels[_reach(y0, y1, height), _reach(x0, x1, width)]
        if part.size == 0:
            return False
        return bool((part.max(axis=(0, 1)) - part.min(axis=(0, 1))).max() >= _CONTRAST)

    def _device(self, x: float, y: float) -> tuple[int, int]:
        from pypdfium2 import raw

        height, width = self._pixels.shape[:2]
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(self._page, 0, 0, width, height, 0, x, y, across, down)
        return across.value, down.value


def _reach(one: int, other: int, end: int) -> slice:
    """The pixels from one to the other; a thin stroke is looked at with what is beside it."""
    first, last = sorted((one, other))
    beside = 1 if last - first < _THIN else 0
    return slice(min(max(first - beside, 0), end), min(max(last + beside + 1, 0), end))


def _has_font(text: PdfTextPage, index: int) -> bool:
    """Whether the file brings the letter's font; without it, this machine may not draw it."""
    from pypdfium2 import raw

    font = raw.FPDFTextObj_GetFont(raw.FPDFText_GetTextObject(text, index))
    return not font or raw.FPDFFont_GetIsEmbedded(font) == 1


def rulings(page: PdfPage) -> list[Ruling]:
    """Lines that run straight across or up, and the edges of boxes; none of a page of drawings."""
    from pypdfium2 import raw

    found: list[Ruling] = []
    for object_ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=2):
        found += _straight(object_)
        if len(found) > _DRAWN_LINES:
            return []
    return found


def _straight(path: Any) -> Iterator[Ruling]:
    from pypdfium2 import raw

    matrix = path.get_matrix()
    count = min(raw.FPDFPath_CountSegments(path), _DRAWN_LINES)
    start = last = None
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == raw.FPDF_SEGMENT_LINETO and last:
            yield from _ruling(last, point)
        last = point
        if raw.FPDFPathSegment_GetClose(segment) and start:
            yield from _ruling(point, start)


def _ruling(one: tuple[float, float], other: tuple[float, float]) -> Iterator[Ruling]:
    (x0, x1), (y0, y1) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    if x1 - x0 < 1:
        yield Ruling(x0, y0, x0, y1)
    elif y1 - y0 < 1:
        yield Ruling(x0, y0, x1, y0)
