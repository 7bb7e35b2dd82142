"""The catalogues: both languages say everything, in their own typography."""

from __future__ import annotations

import re
import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from guardrails.pii.ports import Kind
from ingest.freshness import State, Verdict
from ingest.ledger import FileState
from ingest.likeness import Kind as LikenessKind
from models.ports import Language
from server.access import Role
from server.audit.events import EventKind
from server.audit.review import Severity
from server.outcomes import FailureCause, Mode
from server.web import pages
from server.web.catalogue import best_language, load_catalogue
from server.web.errors import TABLE

WEB = Path(pages.__file__).parent
FRENCH, ENGLISH = load_catalogue(Language.FRENCH), load_catalogue(Language.ENGLISH)
SHAPES = ("answered", "abstained", "refused", "stopped", "failed", "unfinished")


def keys_in_use() -> set[str]:
    """Every key written out in a template or in the code, counts with both their forms."""
    found: set[str] = set()
    for file in (*WEB.rglob("*.html"), *WEB.glob("*.py")):
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r'\b(?:t|say)\("([a-z_.]+)"[,)]', text))
        found |= set(re.findall(r'entry\("[^"]+", "([a-z_.]+)"\)', text))
        for key in re.findall(r'\bn\("([a-z_.]+)",', text):
            found |= {f"{key}.one", f"{key}.other"}
    return found


def keys_of_closed_sets() -> set[str]:
    """Keys that are put together from a value of a closed set."""
    return {
        *(f"mode.{mode.value}.{part}" for mode in Mode for part in ("title", "text")),
        *(f"outcome.failed.{cause.value}" for cause in FailureCause),
        *(f"outcome.abstained.{why}" for why in ("partial", "text", "nearest")),
        *(f"error.{told.key}.{part}" for told in TABLE.values() for part in ("title", "text")),
        *(f"event.{kind.name}" for kind in EventKind),
        *(f"role.{role.value}" for role in Role),
        *(f"role_text.{role.value}" for role in Role),
        *(f"file_state.{state.value}" for state in FileState),
        *(f"severity.{severity.value}" for severity in Severity),
        *(f"kind.{kind.value}" for kind in Kind),
        *(f"shape.{shape}" for shape in SHAPES),
        *(f"state.{state.value}" for state in State),
        *(f"verdict.{verdict.value}" for verdict in Verdict),
        *(f"likeness.{kind.value}" for kind in LikenessKind),
        *(f"layout.language.{language.value}" for language in Language),
    }


def test_both_catalogues_have_the_same_keys() -> None:
    assert FRENCH.texts.keys() == ENGLISH.texts.keys()


def test_every_key_in_use_is_in_the_catalogue() -> None:
    used = keys_in_use() | keys_of_closed_sets()

    assert len(used) > 200
    assert used - FRENCH.texts.keys() == set()


def test_no_sentence_stays_in_the_catalogue_without_a_page_that_says_it() -> None:
    used = keys_in_use() | keys_of_closed_sets()

    idle = {key for key in FRENCH.texts if key not in used}
    assert idle == set()


def test_both_languages_fill_in_the_same_values() -> None:
    def names(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    differing = {
        key for key, text in FRENCH.texts.items() if names(text) != names(ENGLISH.texts[key])
    }

    assert differing == set()


def test_french_keeps_its_typography() -> None:
    careless = re.compile(r"[^\u00a0\u202f][;:?!»%](?=\s|$)|«[^\u00a0\u202f]|['\"]")

    assert [text for text in FRENCH.texts.values() if careless.search(text)] == []
    assert careless.search("Pourquoi ?")


def test_french_counts_none_as_one() -> None:
    assert FRENCH.count("search.found", 0) == "0 passage trouvé"
    assert FRENCH.count("search.found", 2) == "2 passages trouvés"
    assert ENGLISH.count("search.found", 0) == "0 passages found"


def test_dates_and_numbers_are_written_as_their_readers_do() -> None:
    day = date(2026, 3, 1)

    assert FRENCH.day(day) == "1 mars 2026"
    assert ENGLISH.day(day) == "March 1, 2026"
    assert FRENCH.number(12345.5) == "12\u202f345,5"
    assert FRENCH.percent(0.125) == "12,5\u00a0%"
    assert "2026" in ENGLISH.moment(datetime(2026, 3, 1, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "fr"),
        ("de-DE,de;q=0.9", "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("en;q=0.3, fr-CA;q=0.9", "fr"),
        ("en;q=0", "fr"),
        ("en;q=beaucoup", "fr"),
    ],
)
def test_the_browsers_preference_is_followed_and_french_is_the_default(
    accepted: str, language: str
) -> None:
    assert best_language(accepted) is Language(language)
