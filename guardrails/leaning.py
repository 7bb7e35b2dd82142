"""Whether a sentence leans on the one before it: without that one it would say something else."""

from __future__ import annotations

import re

from guardrails.text import Shadow, folded
from models.ports import Language

_LEANS = {
    Language.FRENCH: re.compile(
        r"(?:ils?|elles?|ce(?:ci|la|t|tte|s|ux)?|c'|celles?|celui|y|leurs?|lui|sinon|toutefois"
        r"|cependant|neanmoins|pourtant|mais|et|ou|or|car|donc|ainsi|alors|aussi|sauf|excepte|hormis"
        r"|puis|ensuite|seulement|uniquement|au contraire|a l'inverse|malgre cela|les deux|l'un"
        r"|l'autre|en (?:revanche|outre|effet|ce cas|consequence|contrepartie)"
        r"|par (?:contre|consequent|exception|exemple)|pour (?:cela|ce faire)"
        r"|dans (?:ce|ces|cette|le cas contraire|tous les cas)|a (?:defaut|cette|ce|cet)"
        r"|de (?:meme|ce fait)|(?:avant|apres) (?:cela|quoi)"
        r"|(?:le|la|les) (?:memes?|derniere?s?|premiere?s?|seconde?s?))\b"
    ),
    Language.ENGLISH: re.compile(
        r"(?:it|its|they|them|their|he|she|his|her|this|that|these|those|such|otherwise|however"
        r"|nevertheless|yet|but|and|or|so|thus|hence|therefore|then|also|except|unless|instead"
        r"|conversely|consequently|accordingly|likewise|similarly|only|even so|both|neither"
        r"|as a result|on the (?:other|contrary)|by contrast|if (?:so|not)"
        r"|in (?:this|that|such|these|those|either|both|any|addition|contrast|return|consequence)"
        r"|for (?:this|that|these|example)|the (?:same|latter|former|other)"
        r"|(?:after|before) (?:this|that))\b"
    ),
}
# "It is forbidden to…", "il faut…": nobody stands behind that pronoun.
_IMPERSONAL = {
    Language.FRENCH: re.compile(
        r"il (?:ne |n')?(?:faut|faudra|suffit|convient|existe|s'agit|importe|y a|y avait|vaut mieux"
        r"|(?:est|sera|etait|serait)(?: pas| plus| donc| alors| aussi| egalement)? (?:interdit"
        r"|possible|impossible|obligatoire|necessaire|inutile|recommande|deconseille|conseille"
        r"|preferable|permis|autorise|facultatif|important|utile|prevu|rappele|demande)\w*"
        r"(?= (?:de|que|d'|a|aux?)\b))"
    ),
    Language.ENGLISH: re.compile(
        r"it (?:is|was|will be|may be)(?: not| also)? (?:forbidden|possible|impossible|mandatory"
        r"|compulsory|necessary|unnecessary|recommended|advisable|allowed|permitted|important"
        r"|useful|required|optional)(?= (?:to|that|for)\b)"
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
    """Whether the next sentence could lean on it: it cites, or says more than a remark."""
    return "[" in sentence or len(_WORD.findall(sentence)) > _A_REMARK
