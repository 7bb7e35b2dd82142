"""The passages of an answer: found, masked as their collections say, with what is told of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guardrails.chain import Guards
from guardrails.verdicts import Verdict
from ingest.chunking import SIZE
from ingest.corrections import Correction
from ingest.documents import Chunk
from ingest.index import Audience
from ingest.joining import within
from models.words import without_placeholders
from server.access import audience_of
from server.asking import Asking
from server.conversations import Conversation
from server.outcomes import Citation
from server.retrieval import Found, Retrieval, Wanted


@dataclass(frozen=True, slots=True)
class Passages:
    """What was found for a question, and what its asker may be shown of it, in the same order."""

    found: Found
    shown: tuple[Citation, ...]

    @property
    def understood(self) -> Correction:
        """What the question was taken for: no word that was masked in the passages."""
        return self.found.correction.held_by(
            text for passage in self.shown for text in (passage.title, passage.quote)
        )


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds for one asker, in one conversation: its placeholders stand for the same values."""

    retrieval: Retrieval
    guards: Guards
    asking: Asking
    conversation: Conversation

    def find(self, question: str, limit: int) -> Found:
        """No more text than so many passages were before any were joined."""
        wanted = Wanted(without_placeholders(question), self.asking.language)
        found = self.retrieval.find(wanted, audience_of(self.asking.asker), limit)
        return replace(found, hits=within(found.hits, limit * SIZE))

    def screen(self, found: Found) -> Passages:
        """The passages with all that is told of them: a title may hold a name, or an order."""
        audience = audience_of(self.asking.asker)
        screened: dict[str, dict[str, Verdict]] = {}
        for collection in dict.fromkeys(hit.chunk.collection for hit in found.hits):
            chunks = [hit.chunk for hit in found.hits if hit.chunk.collection == collection]
            screened[collection] = self._of_one_collection(chunks, audience)
        cited = self.retrieval.citations(found.hits, screened, audience)
        marked = found.highlights([citation.quote for citation in cited])
        shown = (
            replace(citation, highlights=spans)
            for citation, spans in zip(cited, marked, strict=True)
        )
        return Passages(found, tuple(shown))

    def _of_one_collection(self, chunks: Sequence[Chunk], audience: Audience) -> dict[str, Verdict]:
        """For each text, title and section, what its collection lets this audience read."""
        said = dict.fromkeys(
            text for chunk in chunks for text in (chunk.text, chunk.title, chunk.section)
        )
        verdicts = self.guards.screen_passages(
            list(said),
            self.conversation.placeholders,
            self.asking.language,
            self.retrieval.policy(chunks[0].collection, audience),
        )
        return dict(zip(said, verdicts, strict=True))
