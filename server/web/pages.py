"""How a page is made: a template, a catalogue, and the visitor it is made for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from guardrails.grounding import CITATION
from ingest.documents import Chunk
from models.ports import Language
from server.access import Person, Right
from server.extracts import extract
from server.outcomes import Citation
from server.web.catalogue import Catalogue, load_catalogue

_FOLDER = Path(__file__).parent / "templates"
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever a page is made for. `form` is the secret that their forms carry."""

    person: Person | None
    language: Language
    form: str
    path: str

    def may(self, right: str) -> bool:
        return self.person is not None and Right[right] in self.person.rights


class Pages:
    """Renders templates. Everything is escaped; a name that a template misspells is an error."""

    def __init__(self, company: str) -> None:
        self._catalogues = {language: load_catalogue(language) for language in Language}
        self._templates = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(
            company=company, opens=opens, cite=cite, extract=extract, languages=tuple(Language)
        )

    def catalogue(self, language: Language) -> Catalogue:
        return self._catalogues[language]

    def render(self, template: str, reader: Reader, **shown: object) -> str:
        """The template with what it shows, in the reader's language."""
        spoken = self._catalogues[reader.language]
        words: Mapping[str, object] = {
            "reader": reader,
            "language": reader.language,
            "t": spoken.say,
            "n": spoken.count,
            "day": spoken.day,
            "moment": spoken.moment,
            "number": spoken.number,
            "percent": spoken.percent,
            "today": date.today,
        }
        return self._templates.get_template(template).render(words, **shown)


def opens(passage: Citation | Chunk) -> str:
    """The address at which a passage is read in its document, highlighted."""
    path = f"/documents/{quote(passage.collection, safe='')}/{quote(passage.document)}"
    where = {"start": passage.start, "end": passage.end, "version": passage.version}
    return f"{path}?{urlencode(where)}#passage"


def cite(text: str, record: str, citations: tuple[Citation, ...] = ()) -> Markup:
    """A sentence whose [1] leads to its passage, or to the list of sources still to come."""
    addresses = {citation.n: opens(citation) for citation in citations}

    def link(n: int) -> str:
        address = addresses.get(n, f"#source-{record}-{n}")
        return f'<a class="cite" data-n="{n}" href="{escape(address)}">[{n}]</a>'

    def links(found: re.Match[str]) -> str:
        return " ".join(link(int(n)) for n in _NUMBER.findall(found[1]))

    return Markup(CITATION.sub(links, str(escape(text))))  # noqa: S704  # escaped on this line
