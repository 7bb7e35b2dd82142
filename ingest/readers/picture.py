"""Pictures with text in them: scans, photographs of pages, screens."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from ingest.documents import Block, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import limits, reasons
from ingest.readers.office import HOSTILE
from ingest.readers.recognition import Scan, recognised

if TYPE_CHECKING:
    from PIL.Image import Image

_SMALL = 2_000  # pixels: an A4 page at 170 dots per inch; letters of less are lost
_FORMATS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")


def read_picture(data: bytes) -> Reading:
    from PIL.Image import DecompressionBombError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow says of odd metadata
            blocks = tuple(_blocks(data))
    except DecompressionBombError as error:
        raise UnreadableFileError(reasons.TOO_LARGE) from error
    except HOSTILE as error:
        raise UnreadableFileError(reasons.DAMAGED) from error
    return Reading("", blocks)


def _blocks(data: bytes) -> Iterator[Block]:
    from PIL import Image

    with Image.open(BytesIO(data), formats=_FORMATS) as picture:
        pages = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        if pages > limits.SCANNED:
            raise UnreadableFileError(reasons.TOO_LARGE)
        for number in range(pages):
            picture.seek(number)
            if picture.width * picture.height > limits.PIXELS:
                raise UnreadableFileError(reasons.TOO_LARGE)
            yield from recognised(_scan(picture), number + 1 if pages > 1 else None)


def _scan(picture: Image) -> Scan:
    """In shades of grey, upright as the camera was held, on white where it is transparent."""
    from PIL import Image, ImageOps

    upright = ImageOps.exif_transpose(picture)
    if upright.has_transparency_data:
        ground = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(ground, upright.convert("RGBA"))
    grey = upright.convert("L")
    if max(grey.size) < _SMALL:
        grey = grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.LANCZOS)
    return Scan(grey.width, grey.height, grey.tobytes())
