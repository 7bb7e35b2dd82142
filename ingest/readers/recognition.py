"""Text recognition: Debian's tesseract, a process of its own for each page, French and English."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import mean

from ingest.documents import Block
from ingest.errors import UnreadableFileError
from ingest.readers import limits, lines, reasons

_ENGINE = "tesseract"
_LANGUAGES = "fra+eng"
_SURE = 60  # of 100: below it, tesseract reads letters into leaves and bricks
_SMALLEST = 12  # pixels: no letter is smaller


@dataclass(frozen=True, slots=True)
class Scan:
    """A page in shades of grey, a byte for each pixel, row by row."""

    width: int
    height: int
    pixels: bytes


def installed() -> bool:
    return shutil.which(_ENGINE) is not None


def recognised(scan: Scan, page: int | None) -> Iterator[Block]:
    """The paragraphs on a scan. Raises UnreadableFileError without tesseract, or out of time."""
    if min(scan.width, scan.height) < _SMALLEST:
        return
    for paragraph in _paragraphs(_table(scan)):
        yield from lines.blocks(paragraph, page)


def _table(scan: Scan) -> str:
    """What tesseract answers: one line a word, tab-separated."""
    engine = shutil.which(_ENGINE)
    if engine is None:
        raise UnreadableFileError(reasons.NO_RECOGNITION)
    command = [engine, "stdin", "stdout", "-l", _LANGUAGES, "tsv"]
    grey = b"P5 %d %d 255\n" % (scan.width, scan.height) + scan.pixels
    # One thread: tesseract is faster alone, and a page is not the only work of the machine.
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(  # noqa: S603  # our own command; the page goes in as pixels
            command,
            input=grey,
            capture_output=True,
            timeout=limits.RECOGNITION_S,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableFileError(reasons.TOO_SLOW) from error
    except OSError as error:
        raise UnreadableFileError(reasons.NO_RECOGNITION) from error
    if done.returncode:
        missing = b"traineddata" in done.stderr
        raise UnreadableFileError(reasons.NO_RECOGNITION if missing else reasons.DAMAGED)
    return done.stdout.decode("utf-8", "replace")


def _paragraphs(table: str) -> Iterator[list[str]]:
    """The lines of each paragraph that is read with some certainty."""
    paragraphs: dict[tuple[str, str], dict[str, list[str]]] = {}
    certainties: dict[tuple[str, str], list[float]] = {}
    for word in csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE):
        if word["level"] == "5" and word["text"].strip():
            place = word["block_num"], word["par_num"]
            paragraphs.setdefault(place, {}).setdefault(word["line_num"], []).append(word["text"])
            certainties.setdefault(place, []).append(float(word["conf"]))
    for place, said in paragraphs.items():
        if mean(certainties[place]) >= _SURE:
            yield [" ".join(words) for words in said.values()]
