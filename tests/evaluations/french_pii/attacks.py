"""Twelve ways to spell an identifier that a person still reads and a pattern may not."""

from __future__ import annotations

import random
from collections.abc import Callable

Attack = Callable[[str, random.Random], str]

_NUMBERS = frozenset("NIR SIREN SIRET VAT NIF IBAN CARD PHONE".split())
_GROUPED = _NUMBERS
_DIGITS_FIRST = _NUMBERS - {"VAT", "IBAN"}


def no_break(value: str, _: random.Random) -> str:
    return value.replace(" ", "\u00a0")


def narrow(value: str, _: random.Random) -> str:
    return value.replace(" ", "\u202f")


def dots(value: str, _: random.Random) -> str:
    return value.replace(" ", ".")


def dashes(value: str, chance: random.Random) -> str:
    return value.replace(" ", chance.choice("-‑–"))


def slashes(value: str, _: random.Random) -> str:
    return value.replace(" ", "/")


def full_width(value: str, _: random.Random) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if one.isdigit() else one for one in value)


def zero_width(value: str, chance: random.Random) -> str:
    return chance.choice(["\u200b", "\u200d", "\u2060", "\u00ad"]).join(value)


def arabic(value: str, _: random.Random) -> str:
    return "".join(chr(0x660 + int(one)) if one.isdigit() else one for one in value)


def glued(value: str, _: random.Random) -> str:
    return value.replace(" ", "")


def broken_line(value: str, chance: random.Random) -> str:
    if " " in value:
        places = [n for n, one in enumerate(value) if one == " "]
        place = chance.choice(places)
        return f"{value[:place]}\n{value[place + 1 :]}"
    place = chance.randint(2, len(value) - 2)
    return f"{value[:place]}\n{value[place:]}"


def other_case(value: str, chance: random.Random) -> str:
    return value.lower() if chance.random() < 0.7 else value.upper()


_LOOK_ALIKES = str.maketrans("ABCEHKMOPTXaceopxy", "АВСЕНКМОРТХасеорху")


def look_alike(value: str, _: random.Random) -> str:
    """Letters of another alphabet; and for digits alone the letter that is read as 0."""
    changed = value.translate(_LOOK_ALIKES)
    return changed if changed != value else value.replace("0", "O", 2)


ATTACKS: dict[str, tuple[Attack, frozenset[str] | None]] = {
    "no-break space": (no_break, _GROUPED),
    "narrow no-break space": (narrow, _GROUPED),
    "dots": (dots, _GROUPED),
    "dashes": (dashes, _GROUPED),
    "slashes": (slashes, _GROUPED),
    "full-width digits": (full_width, None),
    "zero-width characters": (zero_width, None),
    "Arabic-Indic digits": (arabic, None),
    "glued to its label": (glued, _DIGITS_FIRST | {"PASSPORT", "DRIVING_LICENCE", "RPPS", "ADELI"}),
    "a line break inside": (broken_line, _GROUPED),
    "other case": (other_case, None),
    "letters that look alike, O for 0": (look_alike, _NUMBERS | {"EMAIL", "PASSPORT"}),
}
"""Each attack, and the kinds it makes sense for; None is all of them."""
