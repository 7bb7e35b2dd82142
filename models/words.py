"""The words that carry a text's meaning, in a form that compares: folded, stemmed, unstopped.

The stems are for comparing words, not for reading: "remboursement", "remboursés" and
"rembourser" all give "rembours". A light stemmer joins too little rather than too much.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from models.ports import Language

PLACEHOLDER = re.compile(r"\[([A-Z]+(?:_[A-Z]+)*_\d{1,9})(?:·[a-z2-7]{12})?\]")
"""A mark that stands for a masked value, as in "[EMAIL_1]"."""

_MARKS = re.compile("[\u0300-\u036f]+")
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")
_TELLING = 2000  # characters that are enough to tell a language
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def folded(text: str) -> str:
    """The text in small letters without accents or ligatures; its length may change."""
    lowered = text.casefold()
    if lowered.isascii():
        return lowered
    return _MARKS.sub("", unicodedata.normalize("NFKD", lowered.translate(_LIGATURES)))


def content_words(text: str, language: Language) -> list[str]:
    """The stems of the words that are no stop words, in the order of the text, repeats kept.

    Numbers are words: "1,5" is given as "1.5". Single letters are not.
    """
    stops = STOP_WORDS[language]
    return [
        stem(word, language)
        for word in _WORD.findall(folded(text))
        if word not in stops and (len(word) > 1 or word.isdigit())
    ]


def without_placeholders(text: str) -> str:
    """The text to look for: nothing is found by a mark that stands for a value."""
    return PLACEHOLDER.sub(" ", text)


def guess_language(text: str) -> Language:
    """The language whose small words are more frequent; French where nothing tells."""
    words = _WORD.findall(folded(text[:_TELLING]))
    french, english = (
        sum(word in STOP_WORDS[language] for word in words)
        for language in (Language.FRENCH, Language.ENGLISH)
    )
    return Language.ENGLISH if english > french else Language.FRENCH


@lru_cache(maxsize=1 << 14)
def stem(word: str, language: Language) -> str:
    """The stem of one folded word; a number is its own stem."""
    if word[0].isdigit():
        return word.replace(",", ".")
    match language:
        case Language.FRENCH:
            return _french_stem(word)
        case Language.ENGLISH:
            return _english_stem(word)


_SHORTEST_STEM = 3


def _endings(listed: str) -> tuple[str, ...]:
    return tuple(sorted(listed.split(), key=len, reverse=True))


_FRENCH_ENDINGS = _endings(
    "issements issement ications ication ations ation ements ement eraient erions erait erons "
    "eront erez erai eras era aient antes ante ants ant ions ons ent ait ais ees ee er ez es e"
)
_ENGLISH_ENDINGS = _endings("ements ement ments ment ations ation ings ing edly ed ly e")


def _french_stem(word: str) -> str:
    if word.endswith("eaux"):
        return word[:-1]
    if word.endswith("aux"):
        return word[:-3] + "al"
    singular = word[:-1] if len(word) > _SHORTEST_STEM - 1 and word[-1] in "sx" else word
    return _without_double(_without_ending(singular, _FRENCH_ENDINGS)).replace("ail", "al")


def _english_stem(word: str) -> str:
    stemmed = _without_double(_without_ending(_english_singular(word), _ENGLISH_ENDINGS))
    return stemmed[:-1] + "i" if stemmed.endswith("y") else stemmed


def _english_singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _without_ending(word: str, endings: tuple[str, ...]) -> str:
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def _without_double(word: str) -> str:
    doubled = len(word) > _SHORTEST_STEM and word[-1] == word[-2] and word[-1] not in "aeiou"
    return word[:-1] if doubled else word


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOP_WORDS = {
    Language.FRENCH: _listed(
        "a afin ai ainsi allez allons alors apres as au aucun aucune aujourd auquel aura aurai "
        "aurait aurez aurons auront aussi autre autres aux avaient avais avait avant avec avez "
        "avoir avons ayant bien car ce ceci cela celle celles celui cependant ces cet cette ceux "
        "chaque chez ci combien comme comment contre dans de dedans depuis des desquels deux "
        "devez devons devra devrait dire dois doit doivent donc dont du duquel durant elle elles "
        "en encore entre er es est et etaient etais etait etant etc ete etes etre eu eux faire "
        "fais faisant fait faites faut font hors hui ici il ils je jusqu jusque la laquelle le "
        "lequel les lesquelles lesquels leur leurs lors lorsqu lorsque lui ma mais me meme memes "
        "mes moi moins mon ne ni non nos notre nous on ont or ou oui par parmi pas pendant peu "
        "peut peuvent peux plus plusieurs plutot pour pourquoi pourra pourrait pouvez pouvoir "
        "pouvons puis puisque qu quand que quel quelle quelles quelque quelques quels qui quoi sa "
        "sans se sera serai serait serez serons seront ses si sinon soi soient soit son "
        "sont sous suis sur ta tandis te tel telle telles tels tes toi ton tous tout toute "
        "toutefois toutes tres tu un une va vais vas vers veut veux voici voila vont vos votre "
        "vous vu"
    ),
    Language.ENGLISH: _listed(
        "a about above after again against all also am an and another any are aren as at be "
        "because been before being below between both but by can cannot could couldn did didn "
        "do does doesn doing don down during each either else ever every few for from further "
        "get gets had hadn has hasn have haven having he her here hers herself him himself his "
        "how however i if in into is isn it its itself just let ll many may me might more most "
        "much must my myself neither no nor not of off on once one only or other ought our ours "
        "out over own per please re same shall she should shouldn since so some such than that "
        "the their theirs them themselves then there these they this those through to too under "
        "until up upon us ve very was wasn we were weren what when where whether which while "
        "who whom whose why will with within without won would wouldn yes you your yours "
        "yourself"
    ),
}
