"""Numbers, dates and quantities of a text, in one form however they were written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from guardrails.units import BASES, COUNTED, UNITS

Values = frozenset[str]
DATE = "date"
OTHER = "other"
"""The unit of a number that counts what no unit of ours is: "3 badges"."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number: the values it may mean ("1,500" is two), its unit if it has one, its writing.

    `rate` is the unit of what it is counted by: "month" in "2,5 jours de congés par mois". A date
    is one whose unit is `DATE`: it is written in full ("2027-05-31", "05-31", "2027-05" or "05"),
    and its values are that and what follows from it ("05-31", "2027").
    """

    values: Values
    unit: str
    written: str
    start: int
    end: int
    rate: str = ""

    def says(self, other: Quantity) -> bool:
        """Whether a text that holds this one holds the other."""
        if other.unit == DATE:
            return other.written in self.values
        if not _agree(self.rate, other.rate):
            return False
        if not self.values.isdisjoint(other.values):
            return _agree(self.unit, other.unit)
        if self.unit == other.unit or self.unit not in BASES or other.unit not in BASES:
            return False
        return not self._in_base().isdisjoint(other._in_base())

    def _in_base(self) -> frozenset[tuple[str, Decimal]]:
        """In the smallest unit that its own is always so many of."""
        base, times = BASES[self.unit]
        numbers = (value for value in self.values if _PLAIN.fullmatch(value))
        return frozenset((base, Decimal(value) * times) for value in numbers)

    def rivals(self, other: Quantity) -> bool:
        """Whether the other may have been put in this one's place; a date, in a date's alone."""
        return (self.unit == DATE or other.unit != DATE) and _agree(self.rate, other.rate)


def _agree(left: str, right: str) -> bool:
    return not left or not right or left == right or {left, right} == {"day", "working"}


def _listed(given: str, start: int = 0) -> dict[str, int]:
    return {word: start + index for index, word in enumerate(given.split())}


_UNITS = (
    _listed(
        "zero _ deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze "
        "seize"
    )
    | _listed("zero _ two three four five six seven eight nine ten eleven twelve thirteen fourteen")
    | _listed("fifteen sixteen seventeen eighteen nineteen", 15)
)
_TENS = {word: 10 * n for word, n in _listed("vingt trente quarante cinquante soixante", 2).items()}
_TENS |= {
    word: 10 * n for word, n in _listed("twenty thirty forty fifty sixty seventy eighty", 2).items()
}
_TENS |= {"ninety": 90, "vingts": 20, "septante": 70, "huitante": 80, "octante": 80, "nonante": 90}
_SCALES = {"cent": 100, "cents": 100, "hundred": 100, "mille": 1000, "thousand": 1000}
_WORDS = {**_UNITS, **_TENS, **_SCALES}
_SPELLED = "|".join(sorted((word for word in _WORDS if word != "_"), key=len, reverse=True))

_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_DECIMAL = re.compile(r"\d+(?:[.,]\d+)?")

_MONTHS = {
    **_listed("janvier fevrier mars avril mai juin juillet aout septembre octobre novembre", 1),
    **_listed("january february march april may june july august september october november", 1),
    "decembre": 12,
    "december": 12,
}
_MONTH = "|".join(_MONTHS)

_UNIT = "|".join(f"(?P<{name}>{words})" for name, words in UNITS.items())
_NUMBER = re.compile(
    r"(?P<digits>\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)*)"
    rf"|\b(?P<one>une?|one)(?= (?:{'|'.join(UNITS[name] for name in COUNTED)})\b)"
    rf"|\b(?P<spelled>(?:{_SPELLED})(?:(?:[ -]| et | and )(?:{_SPELLED}|une?|one)){{0,9}})\b"
)
_BETWEEN = "premiers?|premieres?|derniers?|dernieres?|prochaine?s?|first|last|next|full|whole"
_UNIT_AFTER = re.compile(rf"[ -]{{0,3}}(?:\([a-z]\) ?)?(?:(?:{_BETWEEN}) )?(?:{_UNIT})(?!\w)")
_SCALE_AFTER = re.compile(
    r" ?(?:(?P<k>k(?=€| ?euros?\b| ?eur\b)|milliers?|thousand|mille(?= (?:euros?|personnes)))"
    r"|(?P<m>millions?|m(?=€))|(?P<b>milliards?|billions?))(?!\w)(?: d[e'’])?"
)
_SCALED = {"k": 10**3, "m": 10**6, "b": 10**9}
_OTHER_UNIT = re.compile(r"[ -]{1,3}(?!a\b|et\b|ou\b|and\b|or\b|to\b|of\b|in\b|au\b)[a-z]{3,}")
_RATE = re.compile(
    rf"[^.!?;,:()\d\n]{{0,60}}?\b(?:par|per|an?|chaque|each|every) (?:{_UNIT})(?!\w)"
)
_HALF = re.compile(
    rf" and a half\b|(?P<after> (?:{'|'.join(UNITS[name] for name in COUNTED)}) "
    r"(?:et demie?|and a half)\b)"
)
_PER_CENT = re.compile(r"\b(?:pour ?cent|per ?cent)\b")
_CURRENCY_BEFORE = re.compile(r"(?:€|\beuros?) {0,2}\Z")
# "may" and "march" are words too: alone, only what stands before them makes them months.
_SURE = "|".join(month for month in _MONTHS if month not in {"may", "march"})
_ALONE = rf"(?:{_SURE})|(?<=\bin )(?:may|march)|(?<=\bof )(?:may|march)"
_DATES = (
    re.compile(
        rf"\b(?P<d>\d\d?)(?: ?(?:er|st|nd|rd|th))? (?:of )?(?P<m>{_MONTH})\b"
        r"(?:,? (?P<y>\d{4})\b)?"
    ),
    re.compile(
        rf"\b(?P<m>{_MONTH}) (?P<d>\d\d?)(?: ?(?:st|nd|rd|th))?\b(?!:)(?:,? (?P<y>\d{{4}})\b)?"
    ),
    re.compile(r"\b(?P<d>\d\d?)[/.](?P<m>\d\d?)[/.](?P<y>\d{4})\b"),
    re.compile(r"\b(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)\b"),
    re.compile(rf"\b(?P<m>{_MONTH}),? (?P<d>)(?P<y>\d{{4}})\b"),
    re.compile(rf"\b(?P<m>{_ALONE})\b(?P<d>)(?P<y>)"),
)


def figures(folded: str) -> list[Quantity]:
    """The dates and the other numbers of a folded shadow, in order."""
    found = []
    for pattern in _DATES:
        if dates := [_date(match) for match in pattern.finditer(folded)]:
            found += dates
            folded = pattern.sub(lambda match: " " * len(match[0]), folded)
    return sorted([*found, *quantities(folded)], key=lambda one: one.start)


def _date(match: re.Match[str]) -> Quantity:
    month = f"{_MONTHS.get(match['m']) or int(match['m']):02}"
    day = f"{int(match['d']):02}" if match["d"] else ""
    year = match["y"] or ""
    said = ((year, month, day), (year, month), (month, day), (month,), (year,), (day.lstrip("0"),))
    forms = ["-".join(filter(None, parts)) for parts in said]
    return Quantity(frozenset(filter(None, forms)), DATE, forms[0], *match.span())


def quantities(folded: str) -> Iterator[Quantity]:
    """The numbers of a folded shadow, in order, each with its unit.

    "Un" and "one" count as words but before a time, and ordinals always.
    """
    folded = _PER_CENT.sub(lambda match: "%".ljust(len(match[0])), folded)
    for match in _NUMBER.finditer(folded):
        values, end = _value(match, folded)
        unit = _UNIT_AFTER.match(folded, end)
        name = (unit.lastgroup or "") if unit else ""
        if not name and _CURRENCY_BEFORE.search(folded[max(0, match.start() - 8) : match.start()]):
            name = "euro"
        if not name and _OTHER_UNIT.match(folded, end):
            name = OTHER
        rate = _RATE.match(folded, end)
        counted_by = (rate.lastgroup or "") if rate else ""
        stop = unit.end() if unit else end
        yield Quantity(values, name, match[0], match.start(), stop, counted_by)


def _value(match: re.Match[str], folded: str) -> tuple[Values, int]:
    """What a number says with its scale and its half ("1,5 million", "deux et demi"), and its end.

    The half of "deux ans et demi" stands behind the unit: it counts, and moves no end.
    """
    values = _read(match["digits"]) if match["digits"] else frozenset({_spelled(match[0])})
    end = match.end()
    if half := _HALF.match(folded, end):
        values = frozenset(_half_more(value) for value in values)
        end = half.end() if half["after"] is None else end
    if scale := _SCALE_AFTER.match(folded, end):
        values, end = _scaled(values, _SCALED[str(scale.lastgroup)]), scale.end()
    return values, end


def _read(digits: str) -> Values:
    """Both readings of "1,500" and "1.500": a decimal mark, or a thousands mark."""
    if digits.isdigit():
        return frozenset({digits.lstrip("0") or "0"})
    glued = re.sub(r"[ '’]", "", digits)
    readings = set()
    if _THOUSANDS.fullmatch(glued):
        readings.add(_plain(re.sub(r"[.,]", "", glued)))
    if _DECIMAL.fullmatch(glued):
        readings.add(_plain(glued.replace(",", ".")))
    return frozenset(readings or {glued})  # neither: a section, a version


def _half_more(value: str) -> str:
    return f"{value}.5" if value.isdigit() else value


def _scaled(values: Values, by: int) -> Values:
    """The values many times over; what is no number stays."""
    numbers = (value for value in values if _PLAIN.fullmatch(value))
    return frozenset(f"{(Decimal(value) * by).normalize():f}" for value in numbers) or values


def _plain(number: str) -> str:
    value = Decimal(number).normalize()
    return f"{value:f}"


def _spelled(words: str) -> str:
    """The value of a spelled number: "quatre-vingt-dix" is 4 × 20 + 10."""
    total = current = 0
    for word in re.split(r"[ -]", words):
        value = 1 if word in {"un", "une", "one"} else _WORDS.get(word)
        if value is None:
            continue
        if word in _SCALES:
            current = max(current, 1) * value
            if value == _SCALES["mille"]:
                total, current = total + current, 0
        elif value == 20 and current % 100 == 4:  # noqa: PLR2004 - quatre-vingts
            current += 76
        else:
            current += value
    return str(total + current)
