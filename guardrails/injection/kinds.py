"""A text as a row of kinds of words, on which orders are described as regular expressions.

Each word becomes one character that stands for the kinds it is of, so that a rule such as
`<drop> ~ <all> ~ <orders>` is matched in time linear in the text, in any of the languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guardrails.injection.words import KINDS
from guardrails.text import Shadow, folded

_FIRST_CODE = 0xE000  # private use: no text holds rules, and no rule text
_OTHER = "o"
_SIGNS = {".": "E", "!": "E", "…": "E", "?": "Q", "\n": "L", "。": "E", "？": "Q", "！": "E"}
_SIGNS |= dict.fromkeys('"«»“”„`', '"') | {":": ":", ",": ",", ";": ",", "|": "|", "，": ","}
_SIGNS |= {"：": ":", "；": ",", "¿": ",", "¡": ","}
_ENDS = "EQL"
_PAUSES = 'EQL:,"|'
_LEADS = "please can you must not to and then also now puis et ensuite aussi plutot instead just "
_LEADS += "und dann just alors de but mais sinon always toujours"
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u9fff"
_SHORTEST_START, _LONGEST_START = 2, 14  # letters


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What each word is; `code` of the kinds of a word, `members` the codes of one kind."""

    words: dict[str, str]
    starts: dict[str, str]
    begins: frozenset[str]  # of those starts, the first letters
    members: dict[str, str]
    token: re.Pattern[str]

    def code(self, word: str) -> str:
        """The character that stands for a word."""
        return self.words.get(word) or self._begun(word)

    def _begun(self, word: str) -> str:
        if word[:_SHORTEST_START] not in self.begins:
            return _OTHER
        for end in range(min(len(word), _LONGEST_START), _SHORTEST_START - 1, -1):
            if known := self.starts.get(word[:end]):
                return known
        return _OTHER


def _entries(literals: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each word or start of a word, as it is folded, and its kind; a literal is its own kind."""
    for kind, listed in KINDS.items():
        for word in listed.split():
            yield folded(Shadow(word).text), kind
    for word in literals:
        yield word, f"={word}"


def vocabulary(literals: Iterable[str]) -> Vocabulary:
    """The words of every kind, and those that rules name themselves."""
    kinds: dict[str, set[str]] = {}
    for word, kind in _entries((*literals, *_LEADS.split())):
        kinds.setdefault(word, set()).add(kind)
    begun = {word[:-1]: of for word, of in kinds.items() if word.endswith("*")}
    for word in kinds:  # a word that is listed is also what its beginning says
        for end in range(_SHORTEST_START, len(word)):
            kinds[word] |= begun.get(word[:end], set())
    sets = {frozenset(of) for of in kinds.values()}
    codes = {of: chr(_FIRST_CODE + n) for n, of in enumerate(sorted(sets, key=sorted))}
    members: dict[str, str] = {}
    for of, code in codes.items():
        for kind in of:
            members[kind] = members.get(kind, "") + code
    by_word = {word: codes[frozenset(of)] for word, of in kinds.items()}
    return Vocabulary(
        words={word: code for word, code in by_word.items() if not word.endswith("*")},
        starts={word[:-1]: code for word, code in by_word.items() if word.endswith("*")},
        begins=frozenset(word[:_SHORTEST_START] for word in by_word if word.endswith("*")),
        members=members,
        token=_token(word for word in by_word if re.match(f"[{_IDEOGRAPHS}]", word)),
    )


def _token(unspaced: Iterable[str]) -> re.Pattern[str]:
    """Words, and the signs that rules read; scripts without spaces are cut at the words known."""
    known = "|".join(sorted(map(re.escape, unspaced), key=len, reverse=True))
    signs = "".join(map(re.escape, _SIGNS))
    return re.compile(
        rf"{known}|[{_IDEOGRAPHS}]|(?:(?![{_IDEOGRAPHS}])[^\W_])+"
        rf"|(?P<within>\.(?=\w)|[.!?…](?=[\"»”]))|[{signs}]"
    )


_PIECE = re.compile(
    r"(?P<not>!)?<(?P<kinds>[^<>\s]+)>(?P<many>[?+*]?)|(?P<gap>~)(?P<reach>\d*)"
    r"|(?P<signs>\[[^\[\]]+\][?+*]?)|=(?P<words>[^\W_]+(?:\|[^\W_]+)*)(?P<maybe>\??)|(?P<begin>\^)|(?P<rest>\S)"
)


def literals_of(rule: str) -> list[str]:
    """The words that a rule names itself."""
    pieces = list(_PIECE.finditer(rule))
    named = [word for piece in pieces if piece["words"] for word in piece["words"].split("|")]
    mixed = [one for piece in pieces if piece["kinds"] for one in piece["kinds"].split("|")]
    return [*named, *(one[1:] for one in mixed if one.startswith("="))]


def compiled(rule: str, words: Vocabulary) -> re.Pattern[str]:
    """A rule as a pattern on kinds.

    `<a|=b>` is a word of the kind a or the word b, `=a|b` one of these words, `~n` up to n words
    of the same sentence (four when not said), `^` where an imperative may begin, `!<a>` not behind
    an a; any other sign is of the regular expression itself, `E` the end of a sentence, `Q` a
    question mark, `"` a quotation mark.
    """
    return re.compile("".join(_expression(piece, words) for piece in _PIECE.finditer(rule)))


def _expression(piece: re.Match[str], words: Vocabulary) -> str:
    if piece["gap"]:
        return f"[^{_ENDS}|]{{0,{piece['reach'] or 4}}}?"
    if piece["begin"]:
        leads = "".join(words.words[lead] for lead in _LEADS.split())
        return f"(?<=[{_PAUSES}{leads}])"
    if piece["words"]:
        return f"[{''.join(words.members['=' + one] for one in piece['words'].split('|'))}]" + (
            piece["maybe"] or ""
        )
    if piece["signs"]:
        return piece["signs"].replace("E", _ENDS)
    if piece["rest"]:
        return f"[{_ENDS}|]" if piece["rest"] == "E" else piece["rest"]
    members = "".join(words.members[kind] for kind in piece["kinds"].split("|"))
    return f"(?<![{members}])" if piece["not"] else f"[{members}]{piece['many']}"


@dataclass(frozen=True, slots=True)
class Kinds:
    """A folded text as kinds. The first and the last are sentence ends that stand for no word."""

    row: str
    spans: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Characters of the folded text that kinds [start, end) were read from."""
        first, last = max(start, 1), min(end, len(self.spans) - 1) - 1
        return self.spans[first][0], max(self.spans[max(last, first)][1], self.spans[first][0])


def read(text: str, words: Vocabulary) -> Kinds:
    """The kinds of a folded shadow."""
    row, spans = ["L"], [(0, 0)]
    code = words.code
    for token in words.token.finditer(text):
        word = token.group()
        row.append("," if token["within"] else _SIGNS.get(word) or code(word))
        spans.append(token.span())
    row.append("L")
    spans.append((len(text), len(text)))
    return Kinds("".join(row), tuple(spans))
