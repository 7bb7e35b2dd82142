"""The words of RTF 1.9.1 that say what is text, in which letters, and what nobody sees."""

from __future__ import annotations

import codecs
import re

TOKEN = re.compile(
    rb"\\(?P<word>[a-zA-Z]{1,32})(?P<value>-?\d{1,10})? ?|\\'(?P<byte>[0-9a-fA-F]{2})"
    rb"|\\(?P<sign>[^a-zA-Z])|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)|\\"
)
CHARACTERS = {
    "tab": "\t",
    "line": " ",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
}
SIGNS = {b"~": "\xa0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
_ASIDE = """
pict object objdata header headerl headerr headerf footer footerl footerr footerf ftnsep ftnsepc
aftnsep aftnsepc filetbl revtbl listtable listoverridetable rsidtbl generator xmlnstbl themedata
colorschememapping datastore latentstyles nonesttables pgptbl template bkmkstart bkmkend xe tc
nextfile private keycode author operator company subject keywords doccomm comment manager category
hlinkbase creatim revtim printim buptim
"""
ASIDE = frozenset(_ASIDE.split())
"""Groups that hold no words of the page."""

SPOKEN = frozenset({"shpinst", "shptxt", "annotation"})
"""Starred groups that are known here; programs leave aside those that they do not know."""

_NUMBERED = {65001: "utf-8", 10000: "mac_roman"}
_CHARSETS = {
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}


def charset(number: int) -> str | None:
    """The encoding of a font's letters; None where it is the document's own."""
    return _CHARSETS.get(number)


def code_page(number: int) -> str:
    """The encoding that Windows numbers so; Western where there is none."""
    name = _NUMBERED.get(number, f"cp{number}")
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return name
