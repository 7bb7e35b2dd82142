"""What the styles of an OpenDocument hide: text, slides, sheets."""

from __future__ import annotations

import re
from typing import Any

_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    **{
        name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"
        for name in ("office", "presentation", "style", "table", "text")
    },
}
_LEAST_PT = 2.0
_POINTS = re.compile(r"([\d.]+)pt")


def qualified(name: str) -> str:
    """A name as lxml writes it: "text:p" is "{urn:…:text:1.0}p"."""
    prefix, _, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


class Styles:
    """The styles a document writes beside its own text; those of its template hide nothing."""

    def __init__(self, root: Any) -> None:
        self._styles = {
            style.get(qualified("style:name")): style
            for style in root.iter(qualified("style:style"))
        }

    def hides_text(self, name: str | None, covered: bool) -> bool:
        """Marked so, too small, or white where nothing says that the ground is not.

        A cell, a frame or a slide may have its colour from anywhere: white is read there.
        """
        text = self._properties(name, "text")
        if text.get(qualified("text:display")) == "none":
            return True
        size = _POINTS.fullmatch(text.get(qualified("fo:font-size"), ""))
        if size and float(size[1]) <= _LEAST_PT:
            return True
        grounds = {
            properties.get(qualified("fo:background-color"), "transparent")
            for properties in (text, self._properties(name, "paragraph"))
        }
        white = text.get(qualified("fo:color"), "").lower() == "#ffffff"
        return white and not covered and grounds <= {"transparent", "#ffffff"}

    def hides_page(self, page: Any) -> bool:
        style = self._properties(page.get(qualified("draw:style-name")), "drawing-page")
        return style.get(qualified("presentation:visibility")) == "hidden"

    def hides_table(self, table: Any) -> bool:
        style = self._properties(table.get(qualified("table:style-name")), "table")
        return style.get(qualified("table:display")) == "false"

    def _properties(self, name: str | None, kind: str) -> dict[str, str]:
        style = self._styles.get(name)
        found = None if style is None else style.find(qualified(f"style:{kind}-properties"))
        return {} if found is None else dict(found.attrib)
