"""Files made to harm whoever reads them: `python -m hostile FOLDER` builds them all.

Each kind is named after what it attacks. Readers may read one or refuse it; what they may not
do is crash, hang, fill the memory or take another file with them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hostile import mail, markup, office, pdf, pictures, places, texts, zips

KINDS: dict[str, Callable[[], bytes]] = {
    **zips.KINDS,
    **office.KINDS,
    **pdf.KINDS,
    **markup.KINDS,
    **texts.KINDS,
    **pictures.KINDS,
    **mail.KINDS,
}
"""What makes each file's bytes, by its name."""


def build(folder: Path) -> list[str]:
    """Every kind in a folder; the names of them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, made in KINDS.items():
        (folder / name).write_bytes(made())
    return [*KINDS, *places.build(folder)]
