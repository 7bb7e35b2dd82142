"""French text for benchmarks: the demo company's own sentences, in as many orders as it takes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from models.segmentation import split

EXAMPLES = Path(__file__).parents[2] / "examples"
PASSAGE = 600
SHORTEST = 40  # what is shorter is a heading or a list's mark


def passages(seed: int = 0) -> Iterator[str]:
    """Texts of nearly `PASSAGE` characters without end, no two alike."""
    chosen = random.Random(seed)
    known = _sentences()
    while True:
        text = chosen.choice(known)
        while len(longer := f"{text} {chosen.choice(known)}") <= PASSAGE:
            text = longer
        yield text


def _sentences() -> list[str]:
    pages = [path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.rglob("*.md"))]
    found = {page[start:end].strip() for page in pages for start, end in split(page)}
    return sorted(" ".join(one.split()) for one in found if SHORTEST < len(one) < PASSAGE)
