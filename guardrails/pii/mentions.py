"""Whose account it is; and health and union membership, where they are said of a named person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guardrails.pii.ports import Kind, Words
from guardrails.text import Shadow
from guardrails.verdicts import Finding

_NAME = r"[A-ZÀ-ÞŒ](?:[\w'’\-]{1,30}|\.)"
CIVILITY = r"(?:M|Mr|Mme|Mlle|Mrs|Ms|Miss|Dr|Me|Monsieur|Madame|Mademoiselle|Docteur|Maître)"
_NAMED_PERSON = re.compile(rf"(?<!\w){CIVILITY}\.? {_NAME}(?: {_NAME}){{0,2}}")
_SENTENCE_END = re.compile(r".*(?:[!?;\n]|(?<!\bM)(?<!\bMr)(?<!\bMe)(?<!\bDr)\.) ", re.DOTALL)
_WITHIN = 120  # characters between the person and what is said

_ILLNESS = re.compile(
    r"(?:arret (?:(?:de travail |maladie )?pour [a-z\-]{4,20}(?: [a-z\-]{4,20})?|maladie"
    r"|de travail)"
    r"|depress(?:ion|ive|if)[a-z]*|cancer(?: d[eu]s? ?[a-z' ]{0,12}[a-z])?|diabet(?:e|ique|es|ic)"
    r"|vih|hiv|sida|aids|sero-?positi(?:f|ve)|enceinte|grossesse|pregnan(?:t|cy)"
    r"|handicap(?:e|ee|ped)?|rqth|sclerose en plaques|multiple sclerosis|epileps(?:ie|y)"
    r"|epileptique|alcooli(?:que|sme)|alcoholic|bipolaire|bipolar|schizophren\w{1,5}|burn-?out"
    r"|toxicoman\w{1,3}|tuberculose|tuberculosis|fausse couche|miscarriage|avc|infarctus|leucemie"
    r"|leuk\w{3,5}|chimiotherapie|chemotherapy|hospitalise(?:e|es)?|sick leave|asthm\w{1,6}"
    r"|autis\w{1,4}|hepatite ?[abc]?)(?![a-z])"
)
_ILL_WORDS = (
    "arret depression depressive depressif cancer diabete diabetique diabetes diabetic vih hiv "
    "sida aids sero seropositif seropositive enceinte grossesse pregnant pregnancy "
    "handicap handicape handicapee handicapped rqth sclerose multiple epilepsie epilepsy "
    "epileptique alcoolique alcoolisme alcoholic bipolaire bipolar schizophrene schizophrenie "
    "schizophrenia schizophrenic "
    "burn burnout toxicomane toxicomanie tuberculose tuberculosis fausse miscarriage avc infarctus "
    "leucemie leukemia leukaemia chimiotherapie chemotherapy hospitalise hospitalisee sick asthme "
    "asthma asthmatique asthmatic autisme autiste autism autistic hepatite"
)
_UNION = (
    r"(?:c\.?g\.?t|c\.?f\.?d\.?t|f\.?o|cftc|cfe-cgc|cgc|unsa|sud(?:[ -]solidaires)?|fsu|snes|"
    r"solidaires|unite|unison|gmb|afl-cio|force ouvriere|syndicat [a-z]{2,15})"
)
_MEMBER = re.compile(
    r"(?:syndique|adherent|membre|delegue|elu|encarte|militant|represent|sympathisant|member|"
    r"shop steward|belongs)[a-z]{0,7}"
    r"(?: syndical[a-z]{0,2}| of| to| du| de| a| au| chez| aupres de| sur la liste){0,3}"
    rf"(?: la| the| le| l')? ?{_UNION}(?![a-z])"
)
_MEMBER_WORDS = (
    "syndique syndiquee adherent adherente membre delegue deleguee elu elue encarte encartee "
    "militant militante representant representante sympathisant sympathisante member shop belongs"
)
_HOLDER = re.compile(
    r"(?:\(s\))?(?: (?:du|des|of the|de ce|d'un) (?:comptes?|account|virement|iban|rib))?"
    r"(?: name)? ?(?:[:=\-]|est|is)[ \t]{0,4}"
    rf"(?P<name>(?:{CIVILITY}(?: ou (?:M|Mme))?\.? )?{_NAME}(?:[ \-]{_NAME}){{0,4}})"
)


def holder(shadow: Shadow, word: re.Match[str]) -> Iterator[Finding]:
    if found := _HOLDER.match(shadow.text, word.end()):
        yield Finding(Kind.HOLDER, found.start("name"), found.end("name"), 0.8)


def ill(shadow: Shadow, word: re.Match[str]) -> Iterator[Finding]:
    yield from _said(shadow, Kind.HEALTH, _ILLNESS.match(shadow.low, word.start()))


def member(shadow: Shadow, word: re.Match[str]) -> Iterator[Finding]:
    yield from _said(shadow, Kind.UNION, _MEMBER.match(shadow.low, word.start()))


HOLDERS: Words = dict.fromkeys(
    ("titulaire", "titulaires", "holder", "beneficiaire", "beneficiary"), holder
)
SENSITIVE: Words = {
    **dict.fromkeys(_ILL_WORDS.split(), ill),
    **dict.fromkeys(_MEMBER_WORDS.split(), member),
}
WORDS: Words = {**HOLDERS, **SENSITIVE}


def _said(shadow: Shadow, kind: Kind, found: re.Match[str] | None) -> Iterator[Finding]:
    if found and of_a_person(shadow.text, found.start()):
        yield Finding(kind, found.start(), found.end(), 0.6)


def of_a_person(text: str, position: int) -> bool:
    """Whether the sentence named somebody before."""
    window = text[max(0, position - _WITHIN) : position]
    earlier = _SENTENCE_END.match(window)
    return _NAMED_PERSON.search(window, earlier.end() if earlier else 0) is not None
