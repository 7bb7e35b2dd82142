"""Whether what is left of an answer still answers, when some of its sentences were withheld.

What was withheld tells what the answer was going to rest on. Nothing is said of an answer from
which nothing was withheld: whether it answers is not for words to decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from guardrails.grounding import CITATION
from guardrails.reading import Reading
from models.ports import Language

LOST = 1 / 2
"""Of a question's words, what was withheld says so many where what remains says none."""

_FEWEST = 2  # words of a question: one alone is its subject, which every sentence may name

_ASKS_A_FIGURE = {
    Language.FRENCH: re.compile(
        r"\bcombien\b|(?:^|[.?!:,] ?|\b(?:jusqu'a|depuis|pour|des) )quand\b"
        r"|\b(?:quel(?:le)?s?|le|la|les|l') ?(?:est |sont |serait |etait )?"
        r"(?:le |la |les |l'|mon |ma |mes |notre |votre )?"
        r"(?:montant|plafond|delai|taux|prix|duree|nombre|age|cout|seuil|pourcentage|date|tarif"
        r"|quota|maximum|minimum|preavis)s?\b[^.!]*\?"
    ),
    Language.ENGLISH: re.compile(
        r"\bhow (?:many|much|long|often|old|far|soon|late|early)\b|(?:^|[.?!:,] ?|\bby )when\b"
        r"|\bwhat (?:(?:is|are|was) )?(?:the |my |our |your )?"
        r"(?:\w+ )?(?:amount|limit|deadline|rate|price|duration|number|age|cost|threshold"
        r"|percentage|date|ceiling|maximum|minimum|notice|quota)s?\b"
    ),
}


def still_answers(
    question: str, left: Sequence[str], withheld: Sequence[str], language: Language
) -> bool:
    """False where a figure that was asked, or all words of the question, went with the rest."""
    if not withheld:
        return True
    asked, kept, lost = (
        Reading(CITATION.sub("", text), language)
        for text in (question, " ".join(left), " ".join(withheld))
    )
    if _ASKS_A_FIGURE[language].search(asked.low) and lost.figures and not kept.figures:
        return False
    wanted = len(asked.stems)
    if wanted < _FEWEST:
        return True
    return bool(asked.stems & kept.stems) or len(asked.stems & lost.stems) / wanted < LOST
