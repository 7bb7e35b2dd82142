"""Identifiers: references that name one thing, such as "L. 1132-1", "12345*01" or "PRC-2024"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from models.words import folded

_CODE = re.compile(r"\b\w+(?:[-–*/]\w+)+\b")  # typeset ranges have a long dash
_GLUED = re.compile(r"(?<![-–*/\w])[^\W\d_]+\d{2}\w*+(?![-–*/]\w)")
_SPACED = re.compile(r"\b[A-Z]{2,5} \d{2,}\b")  # small letters before a number are a word
_ARTICLE = re.compile(r"\bart(?:icles?|\.)\s*([lrda])?\s*\.?\s*\*?\s*(\d[\d-]*)", re.IGNORECASE)
_CODED_ARTICLE = re.compile(r"\b[LRDA]\s?\.?\s?\*?\s?\d+(?:-\d+)+\b")
_FORM = re.compile(r"\b(\d{5})\s?\*\s?\d{2}\b")
_ASKED_FORM = re.compile(r"\bcerfa\s*(?:n\s*[°o]\s*)?(\d{5})\b", re.IGNORECASE)

_FEWEST = 4  # signs of a code of digits: "2-3 days" names nothing
_NO_SIGN = re.compile(r"[\W_]+")


def identifiers(text: str) -> frozenset[str]:
    """The identifiers of a text, in one form whatever their case, dots and dashes.

    "L. 1132-1" and "article L1132-1" are one, "Article 9" is "article9"; a form is known by its
    number with its version, "12345*01", and without, "cerfa 12345".
    """
    return frozenset(_found(text))


def _found(text: str) -> Iterator[str]:
    for pattern in (_CODE, _CODED_ARTICLE, _GLUED, _SPACED):
        for found in pattern.finditer(text):
            code = _NO_SIGN.sub("", folded(found[0]))
            if any(map(str.isdigit, code)) and (len(code) >= _FEWEST or not code.isdigit()):
                yield code
    for found in _ARTICLE.finditer(text):
        number = _NO_SIGN.sub("", found[2])
        yield f"{(found[1] or 'article').lower()}{number}"
    for pattern in (_FORM, _ASKED_FORM):
        for found in pattern.finditer(text):
            yield f"cerfa{found[1]}"
