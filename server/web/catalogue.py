"""The catalogue: every sentence people read, in French and in English, with dates and numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from models.ports import Language

_FOLDER = Path(__file__).parent / "locales"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language. A key that is missing raises KeyError: a page never shows a key."""

    language: Language
    texts: Mapping[str, str]

    def say(self, key: str, **values: object) -> str:
        return self.texts[key].format(**values)

    def count(self, key: str, n: int) -> str:
        """`key.one` or `key.other`, as the language counts: French says one for 0, too."""
        from babel import Locale

        form = Locale(self.language.value).plural_form(n)
        return self.say(f"{key}.{'one' if form == 'one' else 'other'}", n=self.number(n))

    def number(self, value: float) -> str:
        from babel.numbers import format_decimal

        return format_decimal(value, locale=self.language.value)

    def percent(self, share: float) -> str:
        """A share in [0, 1] with one decimal."""
        from babel.numbers import format_decimal

        shown = format_decimal(round(share * 100, 1), locale=self.language.value)
        return f"{shown}\u00a0%" if self.language is Language.FRENCH else f"{shown}%"

    def day(self, day: date) -> str:
        from babel.dates import format_date

        return format_date(day, "long", locale=self.language.value)

    def moment(self, moment: datetime) -> str:
        """In the server's time zone; a moment without a zone is UTC, as the store keeps it."""
        from babel.dates import format_datetime

        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        local = aware.astimezone()
        return format_datetime(
            local, "d MMMM y, HH:mm", tzinfo=local.tzinfo, locale=self.language.value
        )


def load_catalogue(language: Language) -> Catalogue:
    raw = tomllib.loads((_FOLDER / f"{language.value}.toml").read_text(encoding="utf-8"))
    return Catalogue(language, dict(_flat("", raw)))


def best_language(accepted: str) -> Language:
    """What a browser prefers (RFC 9110, Accept-Language); French when nothing matches."""
    wanted = sorted(_weighed(accepted), key=lambda found: -found[1])
    for name, weight in wanted:
        if weight > 0 and name in tuple(Language):
            return Language(name)
    return Language.FRENCH


def _weighed(accepted: str) -> Iterator[tuple[str, float]]:
    for part in accepted[:200].split(","):
        name, _, weight = part.partition(";q=")
        try:
            yield name.strip().lower().partition("-")[0], float(weight or 1)
        except ValueError:
            continue


def _flat(prefix: str, raw: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in raw.items():
        if isinstance(value, dict):
            yield from _flat(f"{prefix}{name}.", value)
        else:
            yield f"{prefix}{name}", str(value)
