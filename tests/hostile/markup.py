"""HTML and Markdown: nesting, attributes and marks without end, encodings that deceive."""

# ruff: noqa: PLW0108  # each file is made when it is asked for, not at import

from __future__ import annotations

from collections.abc import Callable

from hostile.office import LAUGHS

_MEGA = 1_000_000


def page(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def coloured() -> bytes:
    """Styles that are looked at by our own expressions, as long as they come."""
    style = "background:" + "color:" * 200_000
    return page(f"<p style='{style}'>bonjour</p>" * 5)


KINDS: dict[str, Callable[[], bytes]] = {
    "nested.html": lambda: page("<div>" * 100_000 + "x" + "</div>" * 100_000),
    "just-nested-enough.html": lambda: page("<div>" * 4_990 + "x" * 100),
    "unclosed.html": lambda: page("<b><i><a href=x>" * 50_000),
    "misnested.html": lambda: page("<b><p><i></b></p><a><table><b>" * 20_000),
    "giant-attribute.html": lambda: page(f"<p title='{'x' * 20 * _MEGA}'>bonjour</p>"),
    "many-attributes.html": lambda: page(
        "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x"
    ),
    "long-styles.html": coloured,
    "entities.html": lambda: page("&amp;&#x10FFFF;&#xD800;&" * 200_000),
    "rows-without-end.html": lambda: page("<table>" + "<tr><td>x" * 200_000),
    "wide-table.html": lambda: page(
        "<table><tr>" + "<th>n" * 5_000 + ("<tr>" + "<td>x" * 5_000) * 40 + "</table>"
    ),
    "escapes.html": lambda: page("\\ud800" * 100_000, "<meta charset=unicode_escape>"),
    "punycode.html": lambda: page("ab" * 50_000 + "-" + "zz9" * 50_000, "<meta charset=punycode>"),
    "domain-names.html": lambda: page("xn--a." * 50_000, "<meta charset=idna>"),
    "laughs.xhtml": lambda: f"{LAUGHS}<html><body>&a11;</body></html>".encode(),
    "laughs.svg": lambda: f"{LAUGHS}<svg><text>&a11;</text></svg>".encode(),
    "brackets.md": lambda: ("[" * 100_000 + "]" * 100_000).encode(),
    "links.md": lambda: ("[a](" * 50_000).encode(),
    "emphasis.md": lambda: ("*a_ **b__ " * 50_000).encode(),
    "quotes.md": lambda: (">" * 100_000 + "x\n").encode(),
    "lists.md": lambda: "".join(f"{' ' * 2 * n}- x\n" for n in range(2_000)).encode(),
    "backticks.md": lambda: "".join("e" + "`" * n for n in range(3_000)).encode(),
    "definitions.md": lambda: "".join(f"[{n}]: /x\n" for n in range(100_000)).encode() + b"[x]\n",
    "wide-table.md": lambda: (
        "|x" * 20_000 + "\n" + "|-" * 20_000 + "\n" + "|x\n" * 5_000
    ).encode(),
    "html-blocks.md": lambda: ("<!--\n" * 100_000 + "<?x <![CDATA[ " * 100_000).encode(),
    "angle.md": lambda: ("<a " * 100_000 + "<" * 100_000).encode(),
    "front-matter.md": lambda: b"---\n" + b"title: x\n" * 500_000,
}
