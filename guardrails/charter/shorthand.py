"""How people in a hurry write: apostrophes left out, words shortened. Charter and text alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_FRENCH = """
jai = j ai
jsuis = je suis
chuis = je suis
chui = je suis
jveux = je veux
jpeux = je peux
jdois = je dois
jsais = je sais
jme = je me
jte = je te
jvais = je vais
jaimerais = j aimerais
javais = j avais
jen = j en
nai = n ai
cest = c est
cetait = c etait
sest = s est
nest = n est
quil = qu il
quils = qu ils
quon = qu on
dun = d un
dune = d une
daccord = d accord
quelquun = quelqu un
qqun = quelqu un
qqn = quelqu un
qqch = quelque chose
pourkoi = pourquoi
pk = pourquoi
pq = pourquoi
pkoi = pourquoi
koi = quoi
keske = qu est ce que
kesk = qu est ce que
ke = que
pr = pour
ds = dans
dc = donc
bcp = beaucoup
tt = tout
tte = toute
tjs = toujours
tjrs = toujours
ns = nous
qd = quand
mtn = maintenant
pdt = pendant
svt = souvent
"""
_ENGLISH = """
im = i m
ive = i ve
youre = you re
theyre = they re
thats = that s
whats = what s
hows = how s
wheres = where s
whos = who s
dont = don t
doesnt = doesn t
didnt = didn t
isnt = isn t
arent = aren t
wasnt = wasn t
cant = can t
couldnt = couldn t
shouldnt = shouldn t
wouldnt = wouldn t
havent = haven t
hasnt = hasn t
gonna = going to
wanna = want to
gotta = got to
gimme = give me
lemme = let me
u = you
ur = your
pls = please
plz = please
sb = somebody
smb = somebody
cuz = because
bc = because
thru = through
"""


def written_out(words: Iterable[str]) -> Iterator[str]:
    """The same words, folded, each shortened one as it stands for: `jai` is `j` and `ai`."""
    for word in words:
        yield from _WRITTEN_OUT.get(word, (word,))


def _table(lines: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for line in lines.strip().splitlines():
        short, full = line.split(" = ")
        yield short, tuple(full.split())


_WRITTEN_OUT = dict(_table(_FRENCH + _ENGLISH.strip()))
