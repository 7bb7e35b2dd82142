"""What no sentence carries out: markup, hidden characters, and links that no source holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from guardrails import built_in
from guardrails.text import Replacement, Rewritten, Shadow, invisible
from guardrails.verdicts import Decision, Stage, Violation

MARKER = "…"  # no brackets: with what stands behind them they could become a link

_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?![a-z][a-z0-9+.-]*:)/?[a-z!?][^<>\n]*>"
    r"|<(?:img|script|iframe|svg|object|embed|link|style|form|input|video|audio|meta|base|a)\b[^<>\n]*"
    r"|!?\[(?P<shown>[^\[\]\n]*)\]\((?P<target>[^()\n]*(?:\([^()\n]*\)[^()\n]*)?)\)",
    re.IGNORECASE | re.DOTALL,
)
_DEEPEST = 4  # a link in a link in a link: what is left after that is text, and its address goes

_END = r"""\s<>"«»“”'`\[\](){}|\\^"""
_LINK = re.compile(
    rf"\b[a-z][a-z0-9+.-]{{1,15}}://[^{_END}]+"
    rf"|\b(?:mailto|tel|sms|javascript|vbscript|data|file):[^{_END}]+"
    r"|(?<!\\)\\\\[\w.$-]+(?:\\[\w.$-]+)*"
    r"|(?<![\w.!#$%&'*+~@-])@*(?:[\w.!#$%&'*+~-]++@+)++[\w-]+(?:\.[\w-]+)*"  # possessive: linear
    r"|(?<!\w)(?:[a-z0-9_][\w-]{0,62}\.){1,8}(?:[a-z]{2,24}|xn--[\w-]{2,40})(?!\w)"
    rf"(?::\d+)?(?:/[^{_END}]*)?",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://|mailto:)?(?:[^/@]*@)?([^/:?#]+)", re.IGNORECASE)
_ABBREVIATIONS = frozenset({"p.ex", "c.a.d", "c.à.d", "a.m", "p.m"})


def clean(
    text: str, sources: Sequence[str], stage: Stage = Stage.SENTENCE
) -> tuple[str, tuple[Violation, ...]]:
    """The text as it may leave, and what had to be taken out of it."""
    bare = without_markup(text)
    rewritten, violations = without_foreign_links(bare, sources, stage)
    return rewritten.text, violations


def without_markup(text: str) -> Rewritten:
    """Without HTML, Markdown links and images, and characters that nobody sees.

    What a link showed stays; where it led goes. A citation that was written as a link stays [n].
    """
    rewritten = Rewritten(text, _invisible(text))
    for _ in range(_DEEPEST):
        found = [_shown(match) for match in _MARKUP.finditer(rewritten.text)]
        if not found:
            break
        rewritten = rewritten.then(found)
    return rewritten


def _shown(match: re.Match[str]) -> Replacement:
    shown = match["shown"] or ""
    return match.start(), match.end(), f"[{shown}]" if shown.isdigit() else shown


def _invisible(text: str) -> Iterator[Replacement]:
    if text.isascii():
        return
    for position, character in enumerate(text):
        if not character.isascii() and invisible(character):
            yield position, position + 1, ""


def without_foreign_links(
    rewritten: Rewritten, sources: Sequence[str], stage: Stage
) -> tuple[Rewritten, tuple[Violation, ...]]:
    """Each address that stands in no source, letter for letter, gives way to a marker."""
    spans = list(_links(rewritten.text))
    if not spans:
        return rewritten, ()
    known = {link for source in sources for link in _known(source)}
    foreign = [(start, end) for start, end, link in spans if link not in known]
    if not foreign:
        return rewritten, ()
    violation = built_in.violation(built_in.EGRESS, stage, Decision.REDACT, ("egress.link",))
    return rewritten.then((start, end, MARKER) for start, end in foreign), (violation,)


def _links(text: str) -> Iterator[tuple[int, int, str]]:
    """Addresses of any kind, as their shadow, with their place in the text."""
    shadow = Shadow(text)
    seen = shadow.text.replace("。", ".")  # browsers read the ideographic full stop as a dot
    for match in _LINK.finditer(seen):
        link = match.group().rstrip(".,;:!?…-")
        if link.casefold() not in _ABBREVIATIONS:
            yield *shadow.original_span(match.start(), match.start() + len(link)), link


def _known(source: str) -> Iterator[str]:
    """The addresses of a source, and the hosts they lead to."""
    for _, _, link in _links(source):
        yield link
        if host := _HOST.match(link):
            yield host[1]
