"""Orders addressed to the assistant, inside a question or hidden in a document.

Patterns know the common forms only; what holds when they miss is behind them: passages are data
to the prompt, and no sentence is shown that its sources do not support.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from guardrails.text import Rewritten, Shadow, folded
from guardrails.verdicts import Finding
from models.segmentation import split

KIND = "INJECTION"
MARKER = "[…]"


class Family(StrEnum):
    """What the order wants."""

    OVERRIDE = "override"  # forget the rules in force
    EXTRACT = "extract"  # show the system prompt
    PERSONA = "persona"  # become an assistant without rules
    TEMPLATE = "template"  # the model's own control tokens
    ADDRESS = "address"  # speaks to whatever model reads this
    REPLY = "reply"  # dictates or censors the answer
    LEAK = "leak"  # sends the conversation away


AGAINST_US = frozenset({Family.OVERRIDE, Family.EXTRACT, Family.PERSONA, Family.TEMPLATE})
"""What is refused in a question; the others are how people speak to an assistant."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order and where it stands, in characters of the text as given."""

    family: Family
    start: int
    end: int


def _pattern(*alternatives: str) -> re.Pattern[str]:
    """`~` is up to forty characters of the same sentence: bounded, so that matching is linear."""
    return re.compile("|".join(alternatives).replace("~", r"[^.!?\n]{0,40}?"), re.MULTILINE)


_MODEL = (
    r"(?:assistants?|ia|ai|intelligences? artificielles?|llms?|chatbots?|bots?|robots?|"
    r"(?:grands? )?modeles?(?: de langage)?|(?:large )?language models?|"
    r"ai (?:assistants?|models?))\b"
)
_COMMANDS = (
    r"(?:ignore[zs]?|oublie[zs]?|reponds|repondez|dis|dites|affirme[zs]?|ecris|ecrivez|"
    r"recommande[zs]?|classe[zs]?|tu dois|vous devez|answer|reply|respond|say|tell|write|output|"
    r"recommend|rank|you must|you should|disregard|forget)\b"
)
_BEGINS = r"(?:^|[.:;,!?\"«“(\n-] ?|\b(?:please|and|then|instead|must|should|puis|et|plutot|dois) )"

_PATTERNS = {
    Family.OVERRIDE: _pattern(
        r"(?<!n')(?<!ne )\b(?:ignore[zs]?|oublie[zs]?|annule[zs]?|neglige[zs]?|"
        r"ne (?:tiens|tenez) (?:plus|pas) compte|n'obei(?:s|ssez) (?:plus|pas)|"
        r"(?:veuillez|dois|devez|peux[- ]tu|pourrais[- ]tu) (?:ignorer|oublier))\b(?! pas)~"
        r"(?:\b(?:toutes? (?:les|tes|vos|ces)|tes|tous (?:les|tes)) "
        r"(?:\w+ )?(?:instructions?|consignes?|regles?|directives?|ordres?)\b"
        r"|\b(?:instructions?|consignes?|regles?|directives?|ordres?|messages?)\b.{0,12}?"
        r"\b(?:precedente?s?|anterieure?s?|ci-dessus|plus haut|initiales?|systeme|recue?s)\b"
        r"|\b(?:prompt|tout ce qui precede|ce qui precede|tout ce qu(?:e l|'))\b)",
        r"(?<!not )(?<!n't )(?<!never )\b(?:ignore|disregard|forget|override|discard|"
        r"(?:do not|don't|stop) (?:follow|obey)(?:ing)?)\b~"
        r"\b(?:previous|prior|above|earlier|preceding|all|any|your|initial|original|system)\b~"
        r"\b(?:instructions?|prompts?|rules|directives?|guidelines|commands?|orders|programming|"
        r"training|constraints|restrictions)\b",
        r"\b(?:ignore|disregard|forget|overlook|despite)\b~\b(?:above|told|said|instructed|given)\b~"
        r"\b(?:you|to you|before|above|previously|earlier)\b",
        r"\b(?:ignore|disregard|forget|overlook) (?:everything|all (?:that )?|anything|whatever|"
        r"the rules|what) ?~\b(?:above|before|told|said|instructed|given|previously)\b",
        r"\b(?:previous|prior|your|all|safety) (?:rules|instructions|refusals?|restrictions)"
        r" (?:are |is |have been |has been )?"
        r"(?:nullified|disabled|void|cancelled|revoked|lifted)\b",
        r"\b(?:bypass|circumvent|break|contourne[sz]?) (?:all )?(?:your|tes|vos) (?:\w+ )?"
        r"(?:rules|policy|policies|filters?|restrictions|guidelines|regles|filtres|consignes)\b",
    ),
    Family.EXTRACT: _pattern(
        r"\b(?:affiche|montre|revele|repete|recite|recopie|donne|divulgue|traduis|resume|ecris|"
        r"dis|communique|quel(?:le)?s? (?:est|sont|etai(?:t|ent)))(?:[rsz]|r|nt)?\b~"
        r"\b(?:prompt (?:systeme|initial|cache)|(?:message|invite) systeme|ton prompt|"
        r"tes (?:instructions|consignes|directives|regles)|"
        r"(?:instructions|consignes|directives|regles) (?:systeme|initiales|cachees|secretes))\b",
        r"\b(?:print|show|reveal|repeat|recite|display|output|give|tell|share|leak|expose|dump|"
        r"write|return|translate|summari[sz]e|what (?:is|are|was|were))\b~"
        r"\b(?:system (?:prompt|message|instructions?)|your (?:\w+ )?(?:instructions|prompt|rules|"
        r"guidelines|directives|programming)|"
        r"(?:initial|hidden|secret) (?:instructions?|prompts?))\b",
        r"\b(?:print|reveal|repeat|recite|output|leak|dump)\b~"
        r"\b(?:(?:previous|prior|above) (?:instructions?|prompts?|text)|"
        r"(?:instructions|text|words|everything) above)\b",
    ),
    Family.PERSONA: _pattern(
        r"\b(?:tu es|vous etes|you are|you're|agis|comporte-toi|act|pretend|joue le role|"
        r"reponds|answer|respond)\b~(?:\bdan\b|\bsans (?:aucune? )?(?:restriction|filtre|limite|"
        r"censure|regle)|\b(?:un|non-)?(?:restricted|censored|filtered) (?:ai|assistant|model|mode)"
        r"|\bwithout (?:any )?(?:restrictions?|filters?|limits|limitations|censorship|rules)\b)",
        r"\b(?:active|activez|enable|activate|enter|switch to|passe en|passez en)\b~"
        r"\b(?:mode (?:developpeur|debug|dieu|dan|administrateur)|"
        r"(?:developer|debug|god|dan|jailbreak|admin) mode)\b",
        r"\b(?:tu es|vous etes|you are) (?:desormais|maintenant|dorenavant|now)\b~\b" + _MODEL,
        r"\bjailbreak(?:e[dr]?)?\b~\b" + _MODEL,
        r"\b(?:i want you to act|you are (?:now )?role-?playing|you will role-?play|"
        r"je veux que tu (?:agisses|te comportes)|stay in character|reste dans ton role)\b",
        r"\b(?:you have|you had|si tu n'avais|tu n'as) (?:no|plus de|plus aucune|aucune|pas de) "
        r"(?:content policy|restrictions?|rules|limits|limitations|filtres?|regles?|limites?)\b",
        r"\b(?:repeat after me|repete apres moi)\b",
    ),
    Family.TEMPLATE: _pattern(
        r"<\|[a-z_]{2,24}\|>",
        r"\[/?inst\]|<</?sys>>|</?(?:system|assistant|instructions?)>",
        r"^ {0,3}#{2,6} ?(?:system|instructions?|assistant) ?(?:prompt)? ?: ?$",
    ),
    Family.ADDRESS: _pattern(
        r"\b(?:a l'attention (?:de l'|des |d'une? )|a l'|aux? |pour (?:l'|les |toute? )|"
        r"cher |chere |dear |attention |hey |to (?:the |any |all )?|for (?:the |any |all )?)"
        + _MODEL
        + r"[^.\n]{0,60}?\b"
        + _COMMANDS,
        r"^ ?(?:assistant|ai|ia|llm|chatbot) ?[:,]~" + _COMMANDS,
        r"\b(?:si (?:tu es|vous etes)|if you(?: are|'re)|en tant qu(?:e |')|as) "
        r"(?:(?:une?|an?|the) )?" + _MODEL + r"[^.\n]{0,60}?\b" + _COMMANDS,
        r"\b(?:toute ia|tout modele|any (?:ai|llm|model)|"
        r"(?:ai|llm) (?:agent|system|assistant|model)s?)\b~"
        r"\b(?:doit|must|should|shall)\b",
    ),
    Family.REPLY: _pattern(
        _BEGINS + r"(?:reponds|repondez|reply|respond|answer)\b~(?:par|avec|with|:) ?[«\"“'’]",
        _BEGINS + r"(?:dis|reponds|affirme|indique|recommande|conseille|fais croire)\b.{0,12}?"
        r"\b(?:l'utilisateur|l'utilisatrice|au lecteur|qui demande)\b",
        _BEGINS + r"(?:tell|inform|convince|persuade|advise)\b.{0,8}?\b(?:user|reader|asker)s?\b",
        r"\bne (?:mentionne|revele|dis|parle|signale|cite)[sz]? (?:pas|jamais|rien)\b~"
        r"\b(?:ce message|cette (?:instruction|consigne|note)|ces (?:instructions|consignes)|"
        r"l'utilisateur)\b",
        r"\b(?:do not|don't|never) (?:mention|reveal|tell|disclose|show|cite)\b~"
        r"\b(?:this (?:message|instruction|note|prompt)|these instructions|the user)\b(?!')",
        r"\b(?:new|updated|real) (?:system )?instructions? ?:",
    ),
    Family.LEAK: _pattern(
        r"\b(?:envoie|envoyez|transmets|transmettez|send|forward|exfiltrate|upload)\b~"
        r"\b(?:(?:cette|la|the|this|full|whole) conversation|historique|chat history|"
        r"(?:system )?prompt|user(?:'s)? (?:data|question)|donnees de l'utilisateur)\b",
    ),
}
# What goes on in the same line after an order is likely its content: "Say that …".
_GOES_ON = re.compile(rf"[\W\d]*(?:{_COMMANDS}|(?:then|puis|ensuite|instead|plutot)\b)")


def orders(text: str) -> tuple[Order, ...]:
    """Every order in a text, in order of appearance."""
    shadow = Shadow(text)
    low = folded(shadow.text)
    found = [
        Order(family, *shadow.original_span(match.start(), match.end()))
        for family, pattern in _PATTERNS.items()
        for match in pattern.finditer(low)
        if match.group()
    ]
    return tuple(sorted(found, key=lambda order: (order.start, order.end)))


def find(text: str) -> tuple[Finding, ...]:
    """The orders as findings; several may overlap."""
    return tuple(Finding(KIND, order.start, order.end, 0.9) for order in orders(text))


def neutralised(text: str, given: Sequence[Order]) -> Rewritten:
    """The text with each sentence that gives one of these orders replaced by the marker."""
    if not given:
        return Rewritten(text, ())
    return Rewritten(text, [(start, end, MARKER) for start, end in _ordering(text, given)])


def _ordering(text: str, given: Sequence[Order]) -> Iterator[tuple[int, int]]:
    """The spans to replace; sentences in a row become one."""
    open_start, open_end = -1, -1
    for start, end in split(text):
        hit = any(order.start < end and start < order.end for order in given)
        same_line = open_end >= 0 and "\n" not in text[open_end:start]
        if hit or (same_line and _GOES_ON.match(folded(Shadow(text[start:end]).text))):
            open_start = open_start if same_line else start
            open_end = end
            continue
        if open_end >= 0:
            yield open_start, open_end
        open_start, open_end = -1, -1
    if open_end >= 0:
        yield open_start, open_end
