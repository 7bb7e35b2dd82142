"""Tasks out of place in a document: something asked of whoever reads, about something else.

"Write a poem about the sea." has no word that only attackers use. What gives it away is where
it stands: among sentences that state things, about a matter that the document does not treat.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from guardrails.injection.kinds import Kinds
from guardrails.injection.rules import Act, Family, Ready, forms
from models.ports import Language
from models.words import content_words

_NATURAL = (
    "english|french|german|spanish|italian|japanese|chinese|russian|portuguese|arabic|korean|"
    "dutch|latin|greek|anglais|francais|allemand|espagnol|italien|japonais|chinois|russe|"
    "portugais|"
    "arabe|coreen|neerlandais|grec|klingon"
)
_ASKS = (
    "what|who|whom|whose|how|why|when|where|which|qui|quel|quelle|quels|quelles|comment|pourquoi|"
    "quand|ou|combien|qu|que|is|are|does|do|did|can|could"
)

ON_THE_REPLY = forms(
    Family.REPLY,
    "<insert|alter|act> ~14 =in|into|to|of|from|with|dans|a|au|de|par|en|by =ta|tes|ton|deine ~1 "
    "<reply>",
    "<insert|alter|make> ~14 =ta|tes|ton|deine <reply>",
    "<insert|alter|make> ~14 =your ~1 =response|answer|output",
    "=in|to|dans|a|en =ta|tes|ton <reply> ~1 <insert|alter|make|speak|explain>",
    "=in =your =response|answer|output ~1 <insert|alter|make|speak|explain>",
)
ON_A_REPLY = forms(
    Family.REPLY,
    "<insert|alter|make|act> ~12 <your> ~1 <reply>",
    "=in|to|dans|a|en <your> ~1 <reply> ~1 <insert|alter|make|speak|explain>",
    "<make|=use> <your> ~1 <reply> ~6",
    "<alter|insert|=use> ~6 <letters> ~6 <your> ~1 <reply|=message|=words>",
    "<reply> ~1 =in|en|au|dans ~3 (?:<letters|code> | =verlan|rimes|vers|alexandrins)",
    "^ =act|agis|agissez ~1 =as|comme|en ~1 =a|an|un|une|tant",
    certain=False,
)
OUT_OF_PLACE = forms(
    Family.TASK,
    "<make> (?:=me|moi|us|nous)? ~4 <work>",
    "<alter|=use> ~4 <letters> ~6 (?:<letters> | =with|by|par|en|avec|of|de|from|reverse|order)",
    "<letters> ~2 =every ~4 <letters>",
    "=anagram|scramble|jumble|misspell|rhyme ~4 <letters>",
    f"=translate|traduis|traduisez|ubersetze ~12 =to|into|en|in ={_NATURAL}",
    f"=how|comment ~2 =say|dit|dis ~8 =in|en ={_NATURAL}",
    f"=what|provide|give ~9 =in|for ={_NATURAL} ~1 Q",
    f"(?:<make> | =the) ~2 ={_NATURAL} =equivalent|word|translation|for",
    "<alter|insert|speak|do> ~5 <askers> ~8",
    certain=False,
)
ASKED = forms(
    Family.TASK,
    "<explain> =me? ~3 ~40 E",
    f"={_ASKS} ~40 Q",
    "<can> <you> ~3 <make|explain|show|do> ~40 Q",
    "<make|explain|do> ~25 E",
    certain=False,
)
"""Of these only what shares no word with the rest of the passage is out of place."""


_FEWEST = 2  # words that a sentence must have for its matter to be known


def tasks(read: Kinds, shadow: str, out: Ready, asked: Ready, language: Language) -> Iterator[Act]:
    """What is asked of the reader, at the beginning of a sentence or of a capitalised clause."""
    places = list(_places(read, shadow))
    for rule, pattern in out:
        for place in places:
            if match := pattern.match(read.row, place):
                yield Act(rule.family, rule.certain, *match.span())
    whole: Counter[str] = Counter()
    for rule, pattern in asked:
        for place in places:
            if match := pattern.match(read.row, place):
                start, end = read.span(*match.span())
                whole = whole or Counter(_words(shadow, language))
                if _unrelated(whole, _words(shadow[start:end], language)):
                    yield Act(rule.family, rule.certain, *match.span())


def _places(read: Kinds, shadow: str) -> Iterator[int]:
    """Where somebody may begin to speak."""
    for at in range(1, len(read.row) - 1):
        start, end = read.spans[at]
        word = shadow[start:end]
        begins = read.row[at - 1] in 'EQL:|"' or (word[:1].isupper() and not word.isupper())
        if begins and read.row[at] not in 'EQL:,|"':
            yield at


def _unrelated(whole: Counter[str], said: list[str]) -> bool:
    """Whether nothing else in the text speaks of what these words speak of."""
    own = Counter(said)
    matter = said[1:] if len(said) > _FEWEST else said  # the first is what to do
    apart = sum(whole.values()) > len(said)
    return len(said) >= _FEWEST and apart and all(whole[one] <= own[one] for one in matter)


def _words(text: str, language: Language) -> list[str]:
    return [one for one in content_words(text, language) if not one.isdigit()]
