"""How an author writes words: `classer+`, `candidat~`, `cong*`, `<number>`, `...`, `<family>`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from guardrails.text import Shadow, folded
from models.ports import Language

GAP = "..."
NUMBER = "<number>"
WIDEST_GAP = 4  # words

_TOKEN = re.compile(r"\.\.\.|<[\w-]+>|\w+[*+~]?")
_WORD = re.compile(r"\w+")

_WRITTEN_OUT = {
    short: tuple(full.split())
    for short, full in (
        line.split(": ")
        for line in """\
jai: j ai
jsuis: je suis
chuis: je suis
chui: je suis
jveux: je veux
jpeux: je peux
jdois: je dois
jsais: je sais
jme: je me
jte: je te
jvais: je vais
jaimerais: j aimerais
javais: j avais
jen: j en
nai: n ai
cest: c est
cetait: c etait
sest: s est
nest: n est
quil: qu il
quils: qu ils
quon: qu on
lia: l ia
dun: d un
dune: d une
daccord: d accord
quelquun: quelqu un
qqun: quelqu un
qqn: quelqu un
qqch: quelque chose
pourkoi: pourquoi
pk: pourquoi
pq: pourquoi
pkoi: pourquoi
koi: quoi
keske: qu est ce que
kesk: qu est ce que
ke: que
pr: pour
ds: dans
dc: donc
bcp: beaucoup
tt: tout
tte: toute
tjs: toujours
tjrs: toujours
ns: nous
qd: quand
mtn: maintenant
pdt: pendant
svt: souvent
im: i m
ive: i ve
youre: you re
theyre: they re
thats: that s
whats: what s
hows: how s
wheres: where s
whos: who s
dont: don t
doesnt: doesn t
didnt: didn t
isnt: isn t
arent: aren t
wasnt: wasn t
cant: can t
couldnt: couldn t
shouldnt: shouldn t
wouldnt: wouldn t
havent: haven t
hasnt: hasn t
gonna: going to
wanna: want to
gotta: got to
gimme: give me
lemme: let me
u: you
ur: your
pls: please
plz: please
sb: somebody
smb: somebody
cuz: because
bc: because
thru: through
""".splitlines()
    )
}
"""How people in a hurry write: apostrophes left out, words shortened. Charter and text alike."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_FR_ER = _listed(
    "er e es ez ons eons ent ant eant ee ees ait eait ais aient era erai eras erez erons eront "
    "erait erais eraient iez ions a"
)
_FR_IR = _listed(
    "ir is it i ie ies issez issent issons issant issait ira irai iras irez irait isse"
)
_FR_NOUN = ("", "s", "e", "es", "x")
_EN_NOUN = ("", "s", "es")
_VOWELS = "aeiou"
_SHORTEST_DOUBLED = 3


@dataclass(frozen=True, slots=True)
class Expression:
    """Symbols in order. A symbol is a word, a stem with `*`, `<family>` or a gap."""

    symbols: tuple[str, ...]

    @property
    def needed(self) -> frozenset[str]:
        return frozenset(self.symbols) - {GAP}


def words_of(text: str) -> list[str]:
    """The words of a shadow, folded; shortened ones as they stand for."""
    words = _WORD.findall(folded(text))
    if _WRITTEN_OUT.keys().isdisjoint(words):
        return words
    return [full for word in words for full in _WRITTEN_OUT.get(word, (word,))]


def read(written: str, language: Language) -> Iterable[Expression]:
    """Every expression that a line of the charter stands for; none if it holds no word."""
    expressions: list[tuple[str, ...]] = [()]
    tokens = (
        full
        for token in _TOKEN.findall(folded(Shadow(written).text))
        for full in _WRITTEN_OUT.get(token, (token,))
    )
    for token in tokens:
        forms = _forms(token, language)
        expressions = [(*before, form) for before in expressions for form in forms]
    for symbols in expressions:
        words = [at for at, symbol in enumerate(symbols) if symbol != GAP]
        if words:
            yield Expression(symbols[words[0] : words[-1] + 1])


def _forms(token: str, language: Language) -> list[str]:
    stem, mark = token[:-1], token[-1]
    if mark == "~":
        endings = _FR_NOUN if language is Language.FRENCH else _EN_NOUN
        return [stem + ending for ending in endings]
    if mark == "+":
        return sorted(_french(stem) if language is Language.FRENCH else _english(stem))
    return [token]


def _french(verb: str) -> set[str]:
    """The forms of a regular verb in -er or -ir, folded; any other is taken as it stands."""
    stem = verb[:-2]
    if verb.endswith("er"):
        forms = {stem + ending for ending in _FR_ER}
        if stem.endswith("y"):
            forms |= {stem[:-1] + "i" + ending for ending in _FR_ER}
        if stem[-1:] in {"l", "t"} and stem[-2:-1] == "e":
            forms |= {stem + stem[-1] + ending for ending in _FR_ER}
        return forms
    if verb.endswith("ir"):
        return {stem + ending for ending in _FR_IR}
    return {verb}


def _english(verb: str) -> set[str]:
    forms = {verb, f"{verb}s", f"{verb}ing", f"{verb}ed"}
    if verb.endswith("e"):
        forms |= {f"{verb[:-1]}ing", f"{verb}d"}
    elif verb.endswith("y") and verb[-2:-1] not in _VOWELS:
        forms |= {f"{verb[:-1]}ies", f"{verb[:-1]}ied"}
    elif verb.endswith(("s", "sh", "ch", "x")):
        forms.add(f"{verb}es")
    if len(verb) >= _SHORTEST_DOUBLED and verb[-1] not in _VOWELS and verb[-2] in _VOWELS:
        forms |= {f"{verb}{verb[-1]}ing", f"{verb}{verb[-1]}ed"}
    return forms
