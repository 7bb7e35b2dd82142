"""What no sentence carries out: markup, hidden characters, and links that no source holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from guardrails import built_in
from guardrails.text import Replacement, Rewritten, Shadow, invisible
from guardrails.verdicts import Decision, Stage, Violation

MARKER = "…"  # no brackets: with what stands behind them they could become a link


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?![a-z][a-z0-9+.-]*:)/?[a-z!?][^<>\n]*>"
    r"|<(?:img|script|iframe|svg|object|embed|link|style|form|input|video|audio|meta|base|a)\b[^<>\n]*"
    r"|!?\[(?P<shown>[^\[\]\n]*)\]\((?P<target>[^()\n]*(?:\([^()\n]*\)[^()\n]*)?)\)"
    r"|(?P<entity>&(?:#\d{1,7};?|#x[0-9a-f]{1,6};?|[a-z][a-z0-9]{1,31};))",
    re.IGNORECASE | re.DOTALL,
)
_DEEPEST = 4  # a link in a link in a link: what is left after that is text, and its address goes

_END = r"""\s<>"«»“”'`\[\](){}|\\^"""
_LETTER = r"\w\u0600-\u1cff"  # of any script; the vowel signs of some are no \w
_DISARMED_DOT = r" ?[\[({] ?(?:\.|dot|point) ?[\])}] ?"  # "evil[.]com", "evil (dot) com"
_DOT = rf"(?:\.|{_DISARMED_DOT})"
_COLON = r"(?::|\[:\]|\(:\)|\{:\})"
_LABEL = rf"[{_LETTER}][{_LETTER}-]{{0,62}}"
_LAST_LABEL = rf"(?:(?![\d_])[{_LETTER}]){{2,24}}|xn--[\w-]{{2,40}}"
_SCHEMES = (
    "mailto|tel|sms|javascript|vbscript|data|file|magnet|skype|matrix|callto|facetime|xmpp|sips?|"
    "geo|bitcoin|ethereum|whatsapp|tg|intent|market|news|urn|cid|blob|about|view-source|ms-[a-z-]+"
)
# Spelled out or with spaces, only where hardly a sentence can mean it: "evil point com".
_SPACED_DOT = r"(?: (?:point|dot) | \. ?)"
_SPELLED = (
    rf"{_LABEL}(?:{_SPACED_DOT}{_LABEL}){{0,4}}"
    rf"(?:(?:{_SPACED_DOT}|\. )(?:com|fr|org|io|example)"
    r"|(?<!\b[àa])(?<!\b(?:le|un|ce|au|du|ai|as))(?<!\b(?:ont|ait))"  # "n'a point eu"
    rf"{_SPACED_DOT}(?:net|eu|info))"
)
_LINK = re.compile(
    rf"\b[a-z][a-z0-9+.-]{{1,15}}{_COLON}//(?:[^{_END}]|{_DISARMED_DOT})+"
    rf"|\b(?:{_SCHEMES}):[^{_END}]+"
    # Any other scheme, told from a word and its colon ("Note:texte") by what a link holds.
    rf"|\b[a-z][a-z0-9+-]{{2,30}}:(?=[/?]\w|[^{_END}:=@]*[=@]\w)[^{_END}]+"
    r"|(?<!\\)\\\\[\w.$-]+(?:\\[\w.$-]+)*"
    r"|(?<![\w\\:])\\[\w.$-]+(?:\\[\w.$-]+)+"
    r"|(?<![\w.!#$%&'*+~@-])@*(?:[\w.!#$%&'*+~-]++@+)++[\w-]+(?:\.[\w-]+)*"  # possessive: linear
    rf"|(?<![{_LETTER}])(?:{_LABEL}{_DOT}){{1,8}}(?:{_LAST_LABEL})(?![{_LETTER}])"
    rf"(?::\d+)?(?:/[^{_END}]*)?"
    rf"|(?<![{_LETTER}])(?:{_SPELLED})(?![{_LETTER}])"
    rf"|(?<![{_LETTER}])[{_LETTER}](?:[ .·_-]{{1,3}}[{_LETTER}](?![{_LETTER}])){{5,200}}"
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]?\d)(?::\d{1,5})?(?:/[^\s<>\"]*)?"
    r"|(?<![\w+/=])(?=[A-Za-z+/]{0,200}[0-9])(?=[a-z0-9+/]{0,200}[A-Z])[A-Za-z0-9+/_-]{24,400}={0,2}"
    r"|(?<![\w+/=])[A-Za-z0-9+/_-]{18,400}={1,2}(?![\w=])"
    r"|(?<!\w)(?=[0-9 :]{0,400}[a-f])(?:[0-9a-f]{2}[ :]?){11,400}[0-9a-f]{2}(?!\w)",
    re.IGNORECASE,
)
_HOST = re.compile(r"(?:[a-z][a-z0-9+.-]*://|mailto:)?(?:[^/@]*@)?([^/:?#]+)", re.IGNORECASE)
_ABBREVIATIONS = frozenset({"p.ex", "c.a.d", "c.à.d", "a.m", "p.m"})
# "fin.Le" is two sentences without their space, unless it ends like an address: "voleur.Com".
_GLUED = re.compile(r"[^./:@ ]+\.([A-ZÀ-Þ][a-zß-ÿœ]+)")
_TOP_LEVELS = _listed(
    "com net org info biz name pro edu gov mil int aero coop app dev page online site website shop "
    "store xyz top club tech blog cloud live link click icu vip work space fun life world today "
    "news email digital agency network media company group center zone host press wiki design "
    "example test invalid local localhost onion paris bzh alsace corsica"
)
_COUNTRY = 2  # letters; any two of them may end an address, but some are words first
_SHORT_WORDS = _listed(
    "au ce de du en et il je la le ma me ne on ou sa se si ta te tu un va "
    "an as at be by do he if in is it my no of or so to up us we"
)


def clean(
    text: str, sources: Sequence[str], stage: Stage = Stage.SENTENCE
) -> tuple[str, tuple[Violation, ...]]:
    """The text as it may leave, and what had to be taken out of it."""
    bare = without_markup(text)
    rewritten, violations = without_foreign_links(bare, sources, stage)
    return rewritten.text, violations


def without_markup(text: str) -> Rewritten:
    """Without HTML, its entities, Markdown links and images, and characters that nobody sees.

    What a link showed stays; where it led goes. A citation that was written as a link stays [n].
    """
    rewritten = Rewritten(text, _invisible(text))
    for _ in range(_DEEPEST):
        found = [_shown(match) for match in _MARKUP.finditer(rewritten.text)]
        if not found:
            break
        rewritten = rewritten.then(found)
        rewritten = rewritten.then(_invisible(rewritten.text))
    return rewritten


def _shown(match: re.Match[str]) -> Replacement:
    if match["entity"]:
        return match.start(), match.end(), unescape(match["entity"])
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
        if link.casefold() not in _ABBREVIATIONS and not _two_sentences(link):
            yield *shadow.original_span(match.start(), match.start() + len(link)), link


def _two_sentences(link: str) -> bool:
    glued = _GLUED.fullmatch(link)
    if glued is None:
        return False
    word = glued[1].casefold()
    return word in _SHORT_WORDS or (len(word) > _COUNTRY and word not in _TOP_LEVELS)


def _known(source: str) -> Iterator[str]:
    """The addresses of a source, those behind a word and a colon, and the hosts they lead to."""
    for _, _, link in _links(unescape(source)):
        yield link
        yield from (inner for _, _, inner in _links(link.partition(":")[2]))
        if host := _HOST.match(link):
            yield host[1]
