"""Texts that hide what they say: encodings, spelling tricks, invisible letters, undone.

Each disguise is undone by replacing stretches of the text, so that what is found in the plain
text is known by its place in the text as it was given. Every pattern is bounded and every
decoded text is shorter than its code: the work grows with the text and not with its nesting.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import unquote

from guardrails.text import Replacement, Rewritten, Shadow, folded

_DEEPEST = 3  # a code in a code in a code
_WORDS = 3  # spaces between them, of a decoded text that is a sentence
_READABLE = 0.85  # of the characters of a decoded text that are letters, spaces or usual signs
_FIRST_TAG, _LAST_TAG, _TAGS = 0xE0020, 0xE007E, 0xE0000

_TAGGED = re.compile(f"[{chr(_FIRST_TAG)}-{chr(_LAST_TAG)}]{{8,}}")  # a flag has at most six
_SELECTED = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{8,}")  # bytes as variation selectors
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,8000}={0,2}(?![\w+/=])")
_HEX = re.compile(r"(?<![0-9A-Za-z])(?:(?:0x|\\x)?[0-9A-Fa-f]{2}[ :,]?){8,4000}(?![0-9A-Za-z])")
_BINARY = re.compile(r"(?<!\d)(?:[01]{8}[ ,]?){6,1000}(?!\d)")
_DECIMAL = re.compile(
    r"(?<!\d)(?:(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6])[ ,;]{1,2}){8,1000}\d{2,3}(?!\d)"
)
_PERCENT = re.compile(r"(?:[\w.+-]{0,40}%[0-9A-Fa-f]{2}){3,400}[\w.+-]{0,40}")
_ENTITY = re.compile(r"(?:&(?:#\d{2,6}|#x[0-9a-fA-F]{2,5}|[a-z]{2,8});){1,4000}")
_ESCAPED = re.compile(r"(?:\\u[0-9a-fA-F]{4}){2,2000}")
_MORSE = re.compile(r"(?<![.\-])(?:[.\-]{1,6}(?: |/| / )){7,1000}[.\-]{1,6}")

_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:[ .\-_*·|]{1,2}(?:[^\W\d_](?![^\W_])|[',])){2,2000}")
_LEET = re.compile(r"(?<=[^\W\d_])[0-9@$!|]{1,10}[^\W\d_]")
_INSTEAD = re.compile(r"[0-9@$!|]")
_LEET_WORD = re.compile(r"[\w@$!|+]{3,60}")
_AS_LETTERS = str.maketrans("013457@$!|+89", "oieastasiltbg")
_OTHER_ONE = str.maketrans("1", "l")
ROT13 = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM",
)
# What orders have: told by their stems, so that only lines that hide one are turned round.
_STEMS = (
    *("ignor", "forget", "disregard", "override", "instruct", "prompt", "system", "previous"),
    *("precedent", "oublie", "consigne", "regles", "revele", "affiche", "reveal", "password"),
    *("obey", "obei"),
)
_TURNED = tuple(one.translate(ROT13) for one in _STEMS)
_BACKWARDS = tuple(one[::-1] for one in _STEMS)
_GLUED = re.compile(r"[^\W\d_]{14,400}")
_WORD_IN_GLUED = re.compile(
    "ignore[zsr]?|forget|disregard|override|system(?:e)?|prompt|reveal|print|show|your|password|rules|"
    "oublie[zs]?|toutes?|tes|les|vos|ton|all|previous|prior|instructions?|precedente?s?|consignes?|"
    "regles?|affiche[zs]?|revele[zs]?|montre[zs]?|motdepasse|repete[zs]?|above|everything"
)
_TELLING = 5  # letters of a word that says something
_LINE = re.compile(r"[^\n]{1,8000}")

# Letters of other scripts, and signs, that are read as ours: only in words that mix scripts.
_LIKE = dict(
    zip(
        "аеорсухіѕјһԁɡвкмнтзгԛԝӏьпиαβγδεζηικλμνοπρστυχω"
        "ɪɢɴᴏʀᴇᴀʙᴄᴅꜰʜᴊᴋʟᴍᴘꜱᴛᴜᴠᴡʏᴢАВЕКМНОРСТХІЅЈΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
        "aeopcyxisjhdgbkmht3rqwlbnuabydezniklmvoppotuxw"
        "ignoreabcdfhjklmpstuvwyzabekmhopctxisjabezhikmnoptyx",
        strict=True,
    )
)
_FOREIGN_WORD = re.compile(rf"\w{{0,30}}[{''.join(_LIKE)}]\w{{0,30}}")
_LATIN = re.compile("[a-zA-Z]")
_SMALL_CAPITAL = re.compile("[\u0250-\u02af\u1d00-\u1dbf\ua730\ua731]")
_SQUARED = re.compile("[\U0001f130-\U0001f149\U0001f150-\U0001f169\U0001f170-\U0001f189]")
_REGIONAL = re.compile(
    "[\U0001f1e6-\U0001f1ff][\\s\u200b]?(?:[\U0001f1e6-\U0001f1ff][\\s\u200b]?){7,}"
)


def unveiled(text: str) -> Rewritten:
    """The text with its invisible letters (tags, selectors) made visible."""
    found = [
        (match.start(), match.end(), f" {said} ")
        for pattern, reading in ((_TAGGED, _of_tags), (_SELECTED, _of_selectors))
        for match in pattern.finditer(text)
        if (said := reading(match.group()))
    ]
    return Rewritten(text, sorted(found))


def _of_tags(run: str) -> str:
    return "".join(chr(ord(one) - _TAGS) for one in run)


def _of_selectors(run: str) -> str:
    """Sixteen selectors in the basic plane stand for bytes 0 to 15, those above for the rest."""
    codes = (ord(one) for one in run)
    said = bytes(code - 0xFE00 if code <= 0xFE0F else code - 0xE0100 + 16 for code in codes)  # noqa: PLR2004
    return _text(said)


def versions(text: Rewritten) -> Iterator[Rewritten]:
    """What a shadow may be read as: as it stands first, then with each disguise undone."""
    yield text
    plain = decoded(text)
    if plain is not text:
        yield plain
    yield from respelled(plain)


def decoded(text: Rewritten) -> Rewritten:
    """The text with every code in it that hides a readable text replaced by that text."""
    for _ in range(_DEEPEST):
        found = _apart(_codes(text.text))
        if not found:
            break
        text = text.then(found)
    return text


def smuggled(text: str) -> Iterator[tuple[int, int]]:
    """Where a code stands that holds a sentence: nobody writes so to be read by a person."""
    for pattern, reading in (
        (_BASE64, _of_base64),
        (_HEX, _of_hex),
        (_BINARY, _of_binary),
        (_MORSE, _of_morse),
    ):
        for match in pattern.finditer(text):
            if reading(match.group()).strip().count(" ") >= _WORDS:
                yield match.span()


def _codes(text: str) -> Iterator[Replacement]:
    for pattern, reading in _READINGS:
        for match in pattern.finditer(text):
            said = reading(match.group())
            if said and said != match.group():
                yield match.start(), match.end(), f" {Shadow(said).text} "


def _apart(found: Iterable[Replacement]) -> list[Replacement]:
    """In order, the longest first where two overlap."""
    kept: list[Replacement] = []
    for one in sorted(found, key=lambda each: (each[0], -each[1])):
        if not kept or one[0] >= kept[-1][1]:
            kept.append(one)
    return kept


def _text(said: bytes) -> str:
    """The bytes as a text, or nothing when no one could read it."""
    try:
        text = said.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    readable = sum(one.isalpha() or one in " .,;:!?'\"()-\n" for one in text)
    return text if len(text) >= 4 and readable >= _READABLE * len(text) else ""  # noqa: PLR2004


def _of_base64(code: str) -> str:
    plain = code.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _text(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _of_hex(code: str) -> str:
    digits = re.sub(r"0x|\\x|[ :,]", "", code)
    return _text(bytes.fromhex(digits)) if len(digits) % 2 == 0 else ""


def _of_binary(code: str) -> str:
    return _text(bytes(int(one, 2) for one in re.findall("[01]{8}", code)))


def _of_decimal(code: str) -> str:
    return _text(bytes(int(one) for one in re.findall(r"\d+", code)))


def _of_percent(code: str) -> str:
    return _text(unquote(code.replace("+", " "), errors="replace").encode())


def _of_escapes(code: str) -> str:
    return _text(
        "".join(chr(int(one, 16)) for one in re.findall(r"u(.{4})", code)).encode("utf-8", "ignore")
    )


_MORSE_LETTERS = {
    sign: chr(ord("a") + n)
    for n, sign in enumerate(
        re.findall(
            r"[.-]+",
            ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- "
            "...- .-- -..- -.-- --..",
        )
    )
}


def _of_morse(code: str) -> str:
    words = (word.split() for word in code.split("/"))
    return " ".join("".join(_MORSE_LETTERS.get(one, "") for one in word) for word in words)


_READINGS = (
    (_BASE64, _of_base64),
    (_HEX, _of_hex),
    (_BINARY, _of_binary),
    (_DECIMAL, _of_decimal),
    (_PERCENT, _of_percent),
    (_ENTITY, unescape),
    (_ESCAPED, _of_escapes),
    (_MORSE, _of_morse),
)


def respelled(text: Rewritten) -> Iterator[Rewritten]:
    """The other texts that a reader may see in this one; none where nothing is disguised."""
    plain = text
    for undoing in (_latin, _joined, _cut):
        if found := _apart(undoing(plain.text)):
            plain = plain.then(found)
    if plain is not text:
        yield plain
    if _LEET.search(plain.text):
        for ones in ({}, _OTHER_ONE):
            yield plain.then(_lettered(plain.text, ones))
    low = folded(plain.text)
    for stems, turned in ((_TURNED, _rotated), (_BACKWARDS, _reversed)):
        if any(stem in low for stem in stems):
            yield plain.then(
                (line.start(), line.end(), turned(line.group()))
                for line in _LINE.finditer(plain.text)
                if any(stem in low[line.start() : line.end()] for stem in stems)
            )


def _latin(text: str) -> list[Replacement]:
    if text.isascii():
        return []
    found = [
        (match.start(), match.end(), "".join(_LIKE.get(one, one) for one in match.group()))
        for match in _FOREIGN_WORD.finditer(text)
        if _LATIN.search(match.group()) or _SMALL_CAPITAL.search(match.group())
    ]
    found += (
        (match.start(), match.end(), chr(97 + (ord(match.group()) - 0x1F130) % 32))
        for match in _SQUARED.finditer(text)
    )
    found += (
        (
            match.start(),
            match.end(),
            re.sub(
                "[\U0001f1e6-\U0001f1ff]",
                lambda one: chr(ord(one[0]) - 0x1F1E6 + 97),
                match.group(),
            ),
        )
        for match in _REGIONAL.finditer(text)
    )
    return _apart(found)


def _joined(text: str) -> Iterator[Replacement]:
    """Words whose letters stand apart; two signs between letters are the end of a word."""
    for match in _SPACED.finditer(text):
        words = re.split(r"[ .\-_*·|]{2}", match.group())
        yield match.start(), match.end(), " ".join(re.sub(r"[ .\-_*·|]", "", one) for one in words)


def _cut(text: str) -> Iterator[Replacement]:
    """Words written without the spaces between them, where two of those that orders have are."""
    for match in _GLUED.finditer(text):
        found = _WORD_IN_GLUED.findall(folded(match.group()))
        if sum(len(one) >= _TELLING for one in found) > 1:
            yield match.start(), match.end(), " ".join(found)


def _lettered(text: str, ones: dict[int, int]) -> Iterator[Replacement]:
    """Words with digits or signs in the place of letters, as letters."""
    for match in _LEET_WORD.finditer(text):
        word = match.group()
        if _LATIN.search(word) and _INSTEAD.search(word):
            yield match.start(), match.end(), word.translate(ones).translate(_AS_LETTERS)


def _rotated(line: str) -> str:
    return line.translate(ROT13)


def _reversed(line: str) -> str:
    return line[::-1]
