"""Readers: how much each library reads of files as they are met in life, and at what cost.

`python tests/benchmarks/bench_readers.py FOLDER… [--with SITE] [--library NAME]…`

Each library reads every file in a process of its own, started anew where it crashes or hangs.
`--with` is a folder that `pip install --target` filled with the peers; what is not there is left
out. A word counts as a file's when at least two libraries find it.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import re
import resource
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

LONGEST_S = 60
_WORD = re.compile(r"\w{2,}")

Read = Callable[[Path], str]


def vigie() -> Read:
    from ingest import readers

    def text(path: Path) -> str:
        reading = readers.read(path.name, readers.load(path))
        return "\n".join([reading.title, *(block.text for block in reading.blocks)])

    return text


def markitdown() -> Read:
    from markitdown import MarkItDown

    engine = MarkItDown()
    return lambda path: str(engine.convert(path).text_content)


def kreuzberg() -> Read:
    from kreuzberg import extract_file_sync

    return lambda path: str(extract_file_sync(str(path)).content)


def pdfium() -> Read:
    from pypdfium2 import PdfDocument

    return lambda path: "\n".join(
        page.get_textpage().get_text_range() for page in PdfDocument(path)
    )


def pdfplumber() -> Read:
    from pdfplumber import open as opened

    def text(path: Path) -> str:
        with opened(path) as document:
            return "\n".join(page.extract_text() for page in document.pages)

    return text


def python_pptx() -> Read:
    from pptx import Presentation

    return lambda path: "\n".join(
        shape.text_frame.text
        for slide in Presentation(str(path)).slides
        for shape in slide.shapes
        if shape.has_text_frame
    )


def odfpy() -> Read:
    from odf import teletype
    from odf.opendocument import load

    return lambda path: str(teletype.extractText(load(str(path)).body))


def striprtf() -> Read:
    from striprtf.striprtf import rtf_to_text

    return lambda path: str(rtf_to_text(path.read_bytes().decode("latin-1")))


def python_oxmsg() -> Read:
    from oxmsg import Message

    def text(path: Path) -> str:
        message = Message.load(str(path))
        return f"{message.subject}\n{message.body or message.html_body or ''}"

    return text


_EVERY = (
    "txt md markdown html htm csv docx pptx xlsx odt ods odp rtf pdf epub eml msg png jpg tif"
).split()
LIBRARIES: dict[str, tuple[Callable[[], Read], list[str]]] = {
    "vigie": (vigie, _EVERY),
    "markitdown": (markitdown, _EVERY),
    "kreuzberg": (kreuzberg, _EVERY),
    "pdfium": (pdfium, ["pdf"]),
    "pdfplumber": (pdfplumber, ["pdf"]),
    "python-pptx": (python_pptx, ["pptx"]),
    "odfpy": (odfpy, ["odt", "ods", "odp"]),
    "striprtf": (striprtf, ["rtf"]),
    "python-oxmsg": (python_oxmsg, ["msg"]),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: its words, or how the library said no."""

    words: frozenset[str]
    failure: str
    seconds: float
    megabytes: float


def serve(name: str, calls: Connection) -> None:
    """Read each path that comes, until none does."""
    warnings.simplefilter("ignore")
    logging.disable()
    read = LIBRARIES[name][0]()
    calls.send("ready")
    while (path := calls.recv()) is not None:
        started = time.perf_counter()
        words, failure = frozenset[str](), ""
        try:
            words = frozenset(word.lower() for word in _WORD.findall(read(Path(path))))
        except Exception as error:  # noqa: BLE001  # whatever a library raises is its outcome
            failure = type(error).__name__
        taken = time.perf_counter() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        calls.send(Outcome(words, failure, taken, peak))


def outcomes(name: str, paths: list[Path]) -> Iterator[tuple[Path, Outcome]]:
    spawn = multiprocessing.get_context("spawn")
    process, calls = None, None
    for path in paths:
        if process is None:
            calls, far = spawn.Pipe()
            process = spawn.Process(target=serve, args=(name, far), daemon=True)
            process.start()
            far.close()
            calls.recv()
        started = time.perf_counter()
        calls.send(str(path))
        try:
            done = calls.recv() if calls.poll(LONGEST_S) else None
            yield path, done or Outcome(frozenset(), "HANG", time.perf_counter() - started, 0)
        except EOFError:
            done = None
            yield path, Outcome(frozenset(), "CRASH", time.perf_counter() - started, 0)
        if done is None:
            process.kill()
            process.join()
            process = None
    if process is not None:
        calls.send(None)
        process.join()


def report(results: dict[str, dict[Path, Outcome]]) -> None:
    found: dict[Path, Counter[str]] = {}
    for read in results.values():
        for path, one in read.items():
            found.setdefault(path, Counter()).update(one.words)
    agreed = {path: {w for w, times in c.items() if times > 1} for path, c in found.items()}
    print("kind     library        read  refused crash/hang  words   total s  median ms  peak MB")
    kinds = sorted({path.suffix.lower() for path in found})
    for kind in [*kinds, ""]:
        for name, read in results.items():
            mine = {path: one for path, one in read.items() if path.suffix.lower().endswith(kind)}
            if mine:
                print(f"{kind or 'all':8} {name:13} {_line(mine, agreed)}")


def _line(mine: dict[Path, Outcome], agreed: dict[Path, set[str]]) -> str:
    good = [one for one in mine.values() if one.words]
    lost = sum(one.failure in ("CRASH", "HANG") for one in mine.values())
    there = sum(len(agreed[path]) for path in mine)
    kept = sum(len(agreed[path] & one.words) for path, one in mine.items())
    seconds = [one.seconds for one in mine.values()]
    return (
        f"{len(good):5} {len(mine) - len(good) - lost:7} {lost:10} {kept / max(there, 1):8.3f}"
        f" {sum(seconds):8.1f} {median(seconds) * 1000:9.1f}"
        f" {max(one.megabytes for one in mine.values()):9.0f}"
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("folders", nargs="+", type=Path)
    asked.add_argument("--with", dest="site", default="")
    asked.add_argument("--library", action="append", choices=LIBRARIES)
    asked.add_argument("--details", action="store_true")
    given = asked.parse_args()
    if given.site:
        sys.path.append(given.site)
    files = sorted(path for folder in given.folders for path in folder.rglob("*.*"))
    results = {}
    for name in given.library or LIBRARIES:
        kinds = LIBRARIES[name][1]
        paths = [path for path in files if path.suffix.lower().lstrip(".") in kinds]
        results[name] = dict(outcomes(name, paths))
        if given.details:
            for path, one in results[name].items():
                said = [name, path.name, len(one.words), one.failure, round(one.seconds, 3)]
                print(json.dumps(said), flush=True)
    report(results)


if __name__ == "__main__":
    main()
