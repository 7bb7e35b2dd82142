"""Questions that follow others: "Et pour un CDD ?" is asked again with what it leaves out."""

from __future__ import annotations

import re

from models.ports import Language

_SHORT = 3  # words: "Combien de temps ?" asks nothing by itself

_OPENINGS = {
    Language.FRENCH: r"et|mais|ou bien|sinon|idem|pareil|dans ce cas|qu['’]en est-il",
    Language.ENGLISH: r"and|but|or|otherwise|the same|in that case|what about|how about",
}
_POINTERS = {
    Language.FRENCH: r"cela|ça|ceci|ce(?:lui|lle|ux|lles)-(?:ci|là)|ce dernier|cette dernière",
    Language.ENGLISH: r"that one|this one|those|these ones|the latter",
}
_ASKING = {
    Language.FRENCH: r"combien|pourquoi|comment|quand|où|qui|lequel|laquelle|à qui",
    Language.ENGLISH: r"how|why|when|where|who|which|whom",
}


def follows(question: str, language: Language) -> bool:
    """Whether it can only be understood after another one."""
    said = question.strip()
    opens = re.match(rf"(?:{_OPENINGS[language]})\b", said, re.IGNORECASE)
    points = re.search(rf"\b(?:{_POINTERS[language]})\b", said, re.IGNORECASE)
    bare = len(re.findall(r"\w+", said)) <= _SHORT and re.match(
        rf"(?:{_ASKING[language]})\b", said, re.IGNORECASE
    )
    return bool(opens or points or bare)


def self_contained(question: str, before: str, language: Language) -> str:
    """The question, after the one it follows where it cannot stand alone."""
    return f"{before} {question}" if before and follows(question, language) else question
