"""Whether a sentence leans on the one before it: without that one it would say something else."""

from __future__ import annotations

import re

from guardrails.text import Shadow, folded
from models.ports import Language

_LEANS = {
    Language.FRENCH: re.compile(
        r"(?:ils?|elles?|ce(?:ci|la|t|tte|s|ux)?|c'|celles?|celui|ceux|y|en(?= (?:revanche|outre|effet|"
        r"ce cas|consequence|contrepartie))|leurs?|lui|sinon|toutefois|cependant|neanmoins|pourtant|"
        r"mais|et|ou|or|car|donc|ainsi|alors|aussi|sauf|excepte|hormis|puis|ensuite|par (?:contre|"
        r"consequent|exception|exemple)|pour (?:cela|ce faire)|dans (?:ce|ces|cette|le cas contraire|"
        r"tous les cas)|a (?:defaut|cette|ce|cet)|au contraire|a l'inverse|de (?:meme|ce fait)|"
        r"(?:le|la|les) (?:meme|memes|dernier|derniere|premier|premiere|seconde?)|l'un|l'autre|"
        r"les deux|malgre cela|apres (?:cela|quoi)|avant cela|seulement|uniquement)\b"
    ),
    Language.ENGLISH: re.compile(
        r"(?:it|its|they|them|their|he|she|his|her|this|that|these|those|such|otherwise|however|"
        r"nevertheless|yet|but|and|or|so|thus|hence|therefore|then|also|except|unless|instead|"
        r"conversely|consequently|accordingly|likewise|similarly|as a result|in (?:this|that|such|"
        r"these|those|either|both|any|addition|contrast|return|consequence)|on the (?:other|contrary)|"
        r"for (?:this|that|these|example)|by contrast|the (?:same|latter|former|other)|both|neither|"
        r"only|even so|after (?:this|that)|before (?:this|that)|if (?:so|not))\b"
    ),
}
# "It is forbidden to…", "il faut…": nobody stands behind that pronoun.
_IMPERSONAL = {
    Language.FRENCH: re.compile(
        r"il (?:ne |n')?(?:faut|faudra|suffit|convient|existe|s'agit|importe|y a|y avait|vaut mieux|"
        r"(?:est|sera|etait|serait)(?: pas| plus| donc| alors| aussi| egalement)? (?:interdit|"
        r"possible|impossible|obligatoire|necessaire|inutile|recommande|deconseille|conseille|"
        r"preferable|permis|autorise|facultatif|important|utile|prevu|rappele|demande)\w*"
        r"(?= (?:de|que|d'|a|aux?)\b))"
    ),
    Language.ENGLISH: re.compile(
        r"it (?:is|was|will be|may be)(?: not| also)? (?:forbidden|possible|impossible|mandatory|"
        r"compulsory|necessary|unnecessary|recommended|advisable|allowed|permitted|important|useful|"
        r"required|optional)(?= (?:to|that|for)\b)"
    ),
}
_BEFORE = re.compile(r"[\W_]*")
_WORD = re.compile(r"\w+")
_A_REMARK = 6  # words: "Voici ce que disent les sources:" is nothing to lean on


def leans(sentence: str, language: Language) -> bool:
    """Whether its first words point back: a pronoun, or a connective that turns or restricts."""
    low = folded(Shadow(sentence).text).replace("’", "'")
    start = _BEFORE.match(low)
    at = start.end() if start else 0
    if _IMPERSONAL[language].match(low, at):
        return False
    return _LEANS[language].match(low, at) is not None


def bears(sentence: str) -> bool:
    """Whether the next sentence could lean on it: it cites something, or says more than a remark."""
    return "[" in sentence or len(_WORD.findall(sentence)) > _A_REMARK
