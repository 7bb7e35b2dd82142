"""Sentences of real documents, altered or reworded: what support must notice, what it must keep.

Made at run time, seeded, from corpora that are not part of the project. An alteration changes what
is said; a rewording does not. Neither knows the rules that are measured with them.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from models.ports import Language
from models.segmentation import split
from models.words import STOP_WORDS

FR, EN = Language.FRENCH, Language.ENGLISH
PASSAGE = 600  # characters, about
_SHORTEST, _LONGEST = 7, 45  # words

_MARKUP = re.compile(r"[*`_#>]+|!?\[([^\]]*)\]\([^)]*\)|</?\w+[^>]*>")
_ALPHABET = re.compile(r"[A-ZÀ-Þ]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, the passage around it, and the sentence that follows it there."""

    document: str
    language: Language
    text: str
    passage: str
    following: str

    @property
    def first_half(self) -> bool:
        """Which half of the documents it comes from; one is to tune on, one to report on."""
        return sha256(self.document.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True, slots=True)
class Case:
    """What an answer says and the passages it cites; `kind` is how it was made."""

    kind: str
    of: Sentence
    said: str
    passages: tuple[str, ...]


def documents(data: Path) -> Iterator[tuple[str, Language, str]]:
    """Every text at hand: its name, its language, and itself."""
    for name in ("service-public", "cnil"):
        for line in _lines(data / name / "documents.jsonl"):
            one = json.loads(line)
            yield f"{name}/{one['id']}", FR, one["text"]
    for file in sorted((data / "guides").rglob("*.md")):
        english = "GDPR-Developer-Guide" in file.parts or file.name.endswith(".en.md")
        yield f"guides/{file.name}", EN if english else FR, file.read_text("utf-8")
    piaf = json.loads((data / "qa" / "piaf-dev.fr.json").read_text("utf-8"))
    for article in piaf["data"]:
        for paragraph in article["paragraphs"]:
            yield f"piaf/{article['title']}", FR, paragraph["context"]
    squad = json.loads((data / "qa" / "squad2-sample-queries.en.json").read_text("utf-8"))
    for context in sorted({one["context"] for one in squad["queries"]}):
        yield f"squad/{context[:40]}", EN, context


def _lines(file: Path) -> list[str]:
    return file.read_text("utf-8").splitlines()


def sentences(data: Path) -> list[Sentence]:
    """Whole sentences with the passage of about PASSAGE characters that they stand in."""
    return [one for text in documents(data) for one in _of(*text)]


def _of(document: str, language: Language, text: str) -> Iterator[Sentence]:
    text = _MARKUP.sub(lambda mark: mark[1] or "", text)
    spans = split(text)
    for index, (start, end) in enumerate(spans):
        one = text[start:end]
        if not _whole(one):
            continue
        first = last = index
        while spans[last][1] - spans[first][0] < PASSAGE and (first > 0 or last < len(spans) - 1):
            if (len(one) + first) % 2 and first > 0:
                first -= 1
            elif last < len(spans) - 1:
                last += 1
            else:
                first -= 1
        after = text[slice(*spans[index + 1])] if index < last else ""
        passage = text[spans[first][0] : spans[last][1]]
        yield Sentence(document, language, one, passage, after if _whole(after) else "")


def _whole(text: str) -> bool:
    words = len(text.split())
    return (
        _SHORTEST <= words <= _LONGEST
        and text.endswith(".")
        and "\n" not in text
        and _ALPHABET.match(text) is not None
    )


Make = Callable[[Sentence, random.Random], str | None]


def cases(
    source: list[Sentence], makers: Mapping[str, Make], each: int, seed: int
) -> Iterator[Case]:
    """At most so many of each kind and language, spread over the documents."""
    dice = random.Random(seed)
    for kind, make in makers.items():
        for language in Language:
            found = 0
            for one in dice.sample(source, len(source)):
                if found == each:
                    break
                if one.language != language or not (said := make(one, dice)) or said == one.text:
                    continue
                found += 1
                yield Case(kind, one, said, (one.passage,))


def _put(text: str, match: re.Match[str], new: str) -> str:
    if match[0][0].isupper():
        new = new[0].upper() + new[1:]
    return text[: match.start()] + new + text[match.end() :]


def _one(pattern: re.Pattern[str], text: str, dice: random.Random) -> re.Match[str] | None:
    found = list(pattern.finditer(text))
    return dice.choice(found) if found else None


def _words(listed: Mapping[str, str]) -> re.Pattern[str]:
    options = "|".join(map(re.escape, sorted(listed, key=len, reverse=True)))
    return re.compile(rf"(?<![\w-])(?:{options})(?![\w-])", re.IGNORECASE)


def _replacing(french: Mapping[str, str], english: Mapping[str, str]) -> Make:
    listed = {FR: french, EN: english}
    patterns = {language: _words(words) for language, words in listed.items()}

    def make(one: Sentence, dice: random.Random) -> str | None:
        match = _one(patterns[one.language], one.text, dice)
        if match is None:
            return None
        return _put(one.text, match, listed[one.language][match[0].lower()])

    return make


def _both(pairs: str) -> dict[str, str]:
    """Reads "a/b, c/d" in both directions; the first pair of a word counts."""
    listed = [(left, right) for left, _, right in (one.partition("/") for one in pairs.split(", "))]
    return {right: left for left, right in reversed(listed)} | dict(reversed(listed))


# --- what must be noticed -------------------------------------------------------------------

_BARE = re.compile(
    r"(?<![\w.,/°º-])(?<!n° )(?<![Aa]rticle )(?<![LR]\. )\d{1,3}(?:[ \u00a0\u202f]\d{3})*"
    r"(?:[.,]\d+)?(?![\w/°-]|[.,]\d| ?(?:er|ème|e|st|nd|rd|th)\b)"
)
_SPELLED = {
    FR: "deux trois quatre cinq six sept huit neuf dix douze quinze vingt trente quarante".split(),
    EN: "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty".split(),
}
_MONTHS = {
    FR: (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    ).split(),
    EN: (
        "January February March April May June July August September October November December"
    ).split(),
}
_YEAR = re.compile(r"(?<![\d.,/-])(?:1[5-9]|20)\d\d(?![\d/-]|[.,]\d)")
_UNIT = re.compile(
    r"(?<=\d )(?:jours?|mois|ans?|années?|semaines?|heures?|minutes?|euros|€|%|km|kilomètres|"
    r"mètres|kg|days?|months?|years?|weeks?|hours?|miles|dollars|million|billion|percent)(?!\w)"
)
_NAME = re.compile(
    r"(?<=[a-zà-ÿ,] )(?:(?:d|l)['’])?([A-ZÀ-Þ][a-zà-ÿ]{3,}(?:-[A-ZÀ-Þ][a-zà-ÿ]+)*)\b"
)
_REFERENCE = re.compile(
    r"(?:[Aa]rticles? (?:[LRD]\.? ?)?|n° ?|[Cc]erfa (?:n° ?)?|Article )(\d[\d.-]*\d|\d)"
)


def a_number(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_BARE, one.text, dice)
    if match is None:
        return None
    digits = re.sub(r"\D", "", match[0])
    new = str(int(digits) + dice.choice((1, 2, 3, 7, 10, int(digits) + 1)))
    return None if new in one.passage else _put(one.text, match, new)


def a_number_of_its_passage(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_BARE, one.text, dice)
    if match is None:
        return None
    own = set(_BARE.findall(one.text))
    others = sorted(set(_BARE.findall(one.passage)) - own)
    return _put(one.text, match, dice.choice(others)) if others else None


def two_numbers_swapped(one: Sentence, dice: random.Random) -> str | None:
    found = list(_BARE.finditer(one.text))
    if len(found) < 2:
        return None
    at = dice.randrange(len(found) - 1)
    left, right = found[at], found[at + 1]
    if left[0] == right[0]:
        return None
    between = one.text[left.end() : right.start()]
    return f"{one.text[: left.start()]}{right[0]}{between}{left[0]}{one.text[right.end() :]}"


def a_spelled_number(one: Sentence, dice: random.Random) -> str | None:
    listed = _SPELLED[one.language]
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(listed)})(?![\w-])")
    match = _one(pattern, one.text, dice)
    if match is None:
        return None
    new = dice.choice([word for word in listed if word not in one.passage])
    return _put(one.text, match, new)


def a_month(one: Sentence, dice: random.Random) -> str | None:
    listed = _MONTHS[one.language]
    pattern = re.compile(rf"(?<=\d )(?:{'|'.join(listed)})\b|\b(?:{'|'.join(listed)})(?= \d)")
    match = _one(pattern, one.text, dice)
    if match is None:
        return None
    return _put(one.text, match, dice.choice([m for m in listed if m not in one.passage]))


def a_year(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_YEAR, one.text, dice)
    if match is None:
        return None
    new = str(int(match[0]) + dice.choice((-10, -2, -1, 1, 2, 10)))
    return None if new in one.passage else _put(one.text, match, new)


_OTHER_UNITS = {
    FR: {
        "time": "jours mois ans semaines heures".split(),
        "else": "euros % kilomètres jours".split(),
    },
    EN: {"time": "days months years weeks hours".split(), "else": "dollars percent miles".split()},
}


def a_unit(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_UNIT, one.text, dice)
    if match is None:
        return None
    timed = re.match(r"jour|mois|an|sem|heur|min|day|month|year|week|hour", match[0])
    others = _OTHER_UNITS[one.language]["time" if timed else "else"]
    return _put(one.text, match, dice.choice([u for u in others if u[:3] != match[0][:3]]))


def names_of(source: list[Sentence]) -> dict[Language, list[str]]:
    found: dict[Language, set[str]] = {FR: set(), EN: set()}
    for one in source:
        found[one.language].update(_NAME.findall(one.text))
    return {language: sorted(names) for language, names in found.items()}


def a_name(names: Mapping[Language, list[str]]) -> Make:
    def make(one: Sentence, dice: random.Random) -> str | None:
        match = _one(_NAME, one.text, dice)
        if match is None:
            return None
        new = dice.choice(names[one.language])
        if new.lower() in one.passage.lower():
            return None
        return one.text[: match.start(1)] + new + one.text[match.end(1) :]

    return make


def a_name_of_its_passage(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_NAME, one.text, dice)
    if match is None:
        return None
    own = one.text.lower()
    others = sorted(name for name in set(_NAME.findall(one.passage)) if name.lower() not in own)
    if not others:
        return None
    return one.text[: match.start(1)] + dice.choice(others) + one.text[match.end(1) :]


def a_first_name(names: Mapping[Language, list[str]]) -> Make:
    """Another name where the sentence begins: its capital says nothing there."""

    def make(one: Sentence, dice: random.Random) -> str | None:
        first = re.match(r"[A-ZÀ-Þ][a-zà-ÿ]{3,}\b", one.text)
        if (
            first is None
            or first[0] not in names[one.language]
            or first[0].lower() in STOP_WORDS[one.language]
        ):
            return None
        new = dice.choice(names[one.language])
        if new.lower() in one.passage.lower():
            return None
        return new + one.text[first.end() :]

    return make


def a_reference(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_REFERENCE, one.text, dice)
    if match is None:
        return None
    last = int(re.findall(r"\d+", match[1])[-1])
    new = re.sub(r"\d+$", str(last + dice.choice((1, 2, 11))), match[1])
    return one.text[: match.start(1)] + new + one.text[match.end(1) :]


_NEGATIVE = {
    FR: re.compile(r"\b([Nn]e |[Nn]['’])(\w+(?:-\w+)?)( (?:l['’]|y )?\w+)?? (?:pas|plus|jamais)\b"),
    EN: re.compile(r"\b(is|are|was|were|can|do|does|did|may|must|should|has|have|will)( not|n't) "),
}
_FINITE = {
    FR: re.compile(
        r"(?<!\b[nN]['’])(?<!\bne )\b(est|sont|peut|peuvent|doit|doivent|sera|permet|dispose|"
        r"bénéficie|concerne)\b(?! (?:pas|plus|jamais|aucun)|-)"
    ),
    EN: re.compile(r"\b(is|are|was|were|can|may|must|should|will|has been)\b(?! (?:not|no|never))"),
}


def a_negation_less(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_NEGATIVE[one.language], one.text, dice)
    if match is None:
        return None
    kept = match[2] + (match[3] or "") if one.language == FR else f"{match[1]} "
    return _put(one.text, match, kept)


def a_negation_more(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_FINITE[one.language], one.text, dice)
    if match is None:
        return None
    if one.language == EN:
        words = match[0].split()
        return _put(one.text, match, " ".join([words[0], "not", *words[1:]]))
    particle = "n’" if match[0][0] in "aeiou" else "ne "
    return _put(one.text, match, f"{particle}{match[0]} pas")


MODALITY = _replacing(
    _both(
        "peut/doit, peuvent/doivent, pouvez/devez, obligatoire/facultatif, "
        "obligatoires/facultatifs, interdit/autorisé, interdite/autorisée, possible/impossible"
    )
    | {"devra": "pourra", "pourra": "devra", "obligation": "faculté", "droit": "interdiction"},
    _both("may/must, can/must, mandatory/optional, allowed/forbidden, possible/impossible")
    | {"should": "may", "required": "optional", "necessary": "unnecessary"},
)
QUANTIFIER = _replacing(
    _both(
        "tous les/certains, toutes les/certaines, tous/aucun, au moins/au plus, "
        "minimum/maximum, moins de/plus de, toujours/parfois"
    )
    | {"chaque": "aucun", "toute": "aucune", "tout": "aucun", "jusqu'à": "au moins"},
    _both("all/some, at least/at most, more than/less than, minimum/maximum, always/sometimes")
    | {"every": "no", "each": "no", "most": "few", "many": "few", "up to": "at least"},
)
ANTONYM = _replacing(
    _both(
        "avant/après, avec/sans, supérieur/inférieur, supérieure/inférieure, gratuit/payant, "
        "gratuite/payante, augmenter/diminuer, augmentation/diminution, accepter/refuser, "
        "premier/dernier, première/dernière, public/privé, publique/privée, début/fin, "
        "achat/vente, plus/moins, entrée/sortie, avantages/inconvénients, majeur/mineur, "
        "positif/négatif, nord/sud, est accordé/est refusé, pendant/après, dans/hors de, "
        "temporaire/définitif, présence/absence, brut/net"
    ),
    _both(
        "before/after, with/without, higher/lower, greater/smaller, increase/decrease, "
        "increased/decreased, accept/refuse, accepted/refused, first/last, public/private, "
        "beginning/end, north/south, northern/southern, eastern/western, more/less, best/worst, "
        "large/small, early/late, high/low, positive/negative, internal/external, won/lost, "
        "temporary/permanent, presence/absence"
    ),
)
_PARTIES = {
    FR: (
        "employeur/salarié, locataire/propriétaire, locataire/bailleur, vendeur/acheteur, "
        "père/mère, parent/enfant, parents/enfants, assuré/assureur, créancier/débiteur, "
        "mineur/majeur, juge/avocat, notaire/huissier, maire/préfet, client/vendeur, "
        "demandeur/défendeur, homme/femme, consommateur/professionnel, donateur/donataire"
    ),
    EN: (
        "employer/employee, controller/processor, buyer/seller, teacher/student, "
        "teachers/students, king/queen, men/women, user/developer, users/developers, "
        "client/provider, parents/children, father/mother, son/daughter, doctor/patient, "
        "male/female, husband/wife"
    ),
}


def parties(one: Sentence, dice: random.Random) -> str | None:
    """Two parties swapped where the sentence names both, else one put in the other's place."""
    other = _both(_PARTIES[one.language])
    pattern = _words(other)
    match = _one(pattern, one.text, dice)
    if match is None:
        return None
    left, right = match[0].lower(), other[match[0].lower()]
    swap = {left: right, right: left}
    return _words(swap).sub(lambda each: swap[each[0].lower()], one.text)


# Pairs that the word list of support does not have, so that its figure is not the list's alone.
UNLISTED = _replacing(
    _both(
        "vertical/horizontal, chaud/froid, clair/sombre, riche/pauvre, rapide/lent, succès/échec, "
        "guerre/paix, vivant/mort, jeune/vieux, fort/faible, amis/ennemis, facile/difficile, "
        "mariage/divorce, gauche/droite, utile/inutile, jour/nuit, hausse/chute, large/étroit"
    ),
    _both(
        "war/peace, success/failure, life/death, light/dark, fast/slow, easy/difficult, "
        "hot/warm, friend/enemy, day/night, heavy/light, deep/shallow, summer/winter, "
        "attack/defence, religious/secular, army/navy, formal/informal, wide/narrow"
    ),
)
_COMMON = re.compile(r"(?<=[a-zà-ÿ] )[a-zà-ÿ]{6,}\b(?= [a-zà-ÿ])")


def a_word(one: Sentence, dice: random.Random) -> str | None:
    """Another long word of the passage in place of one of the sentence."""
    match = _one(_COMMON, one.text, dice)
    others = sorted(set(_COMMON.findall(one.passage)) - set(one.text.split()))
    return _put(one.text, match, dice.choice(others)) if match and others else None


BEYOND_RULES: dict[str, Make] = {"antonym not listed": UNLISTED, "any other word": a_word}
"""What only a reader of meaning could notice: reported, and no part of what is promised."""


def alterations(names: Mapping[Language, list[str]]) -> dict[str, Make]:
    return {
        "number": a_number,
        "number spelled out": a_spelled_number,
        "number of its passage": a_number_of_its_passage,
        "two numbers swapped": two_numbers_swapped,
        "month": a_month,
        "year": a_year,
        "unit": a_unit,
        "name": a_name(names),
        "name at the start": a_first_name(names),
        "name of its passage": a_name_of_its_passage,
        "reference": a_reference,
        "negation removed": a_negation_less,
        "negation added": a_negation_more,
        "modality": MODALITY,
        "quantifier": QUANTIFIER,
        "antonym": ANTONYM,
        "parties": parties,
    }


# --- what must be kept ----------------------------------------------------------------------


def verbatim(one: Sentence, dice: random.Random) -> str | None:
    del dice
    return f"{one.text} "


_LEADS = {
    FR: ("Oui, ", "D’après les documents, ", "Selon la source, ", "En résumé, "),
    EN: ("Yes, ", "According to the documents, ", "As the source says, ", "In short, "),
}
# Only words that may safely lose their capital.
_SMALL = re.compile(
    r"(?:Les?|La|Une?|Des|Il|Elle|Ils|Elles|Ce|Cette|Ces|Cet|Vous|Si|Pour|En|Dans|Lorsque|On|Son|"
    r"Sa|Chaque|Toute?|The|An?|It|They|This|These|You|If|For|In|When|Each|All|His|Her|Its|Their)"
    r"\b|L['’]"
)


def _small(text: str) -> str | None:
    return text[0].lower() + text[1:] if _SMALL.match(text) else None


def led_in(one: Sentence, dice: random.Random) -> str | None:
    rest = _small(one.text)
    return rest and dice.choice(_LEADS[one.language]) + rest


_CLAUSE = re.compile(
    r"((?:Si|Lorsque|Quand|Dès que|Pour|En cas|Dans|Depuis|Pendant|Après|Avant|À partir|Selon|"
    r"If|When|In|For|After|Before|Since|During|According to|As)\b[^,;:.()]{8,90}), ([^.]{15,})\.$"
)


def clauses_reordered(one: Sentence, dice: random.Random) -> str | None:
    del dice
    match = _CLAUSE.match(one.text)
    if match is None or re.match(r"(?:et|ou|mais|and|or|but)\b", match[2]):
        return None
    if _ALPHABET.match(match[2]) and not _SMALL.match(match[2]):
        return None
    clause = match[1][0].lower() + match[1][1:]
    return f"{match[2][0].upper()}{match[2][1:]}, {clause}."


_PARENTHESIS = re.compile(r" \([^()]{4,80}\)")
_CONNECTIVE = re.compile(
    r"(?:En effet|Par ailleurs|Enfin|De plus|En outre|Ainsi|Également|Also|Moreover|In addition|"
    r"Furthermore|Finally|Additionally), "
)
_APPOSITION = re.compile(
    r", (?:notamment|par exemple|y compris|such as|including|for example)\b[^,.;()]{5,80}(?=[,.])"
)


def a_part_less(one: Sentence, dice: random.Random) -> str | None:
    match = _one(_PARENTHESIS, one.text, dice) or _one(_APPOSITION, one.text, dice)
    if match:
        return one.text[: match.start()] + one.text[match.end() :]
    if match := _CONNECTIVE.match(one.text):
        rest = one.text[match.end() :]
        return rest[0].upper() + rest[1:]
    return None


SYNONYM = _replacing(
    _both(
        "demande/requête, effectuer/réaliser, salarié/employé, domicile/logement, "
        "montant/somme, documents/pièces, obtenir/recevoir, logement/habitation, "
        "adresser/envoyer, entreprise/société, informer/prévenir, délai/durée, "
        "mairie/municipalité, versé/payé, versée/payée, courrier/lettre, utiliser/employer, "
        "également/aussi, concernant/relatif à, permet de/autorise à, "
        "situé/localisé, située/localisée, créé/fondé, commence/débute, fin/terme, "
        "afin de/pour, lorsque/quand, cependant/toutefois, ainsi que/et"
    ),
    _both(
        "use/utilize, person/individual, people/persons, ensure/guarantee, purchase/buy, "
        "large/big, start/begin, began/started, company/firm, obtain/get, help/assist, "
        "located/situated, also/too, many/numerous, important/significant, but/however, "
        "such as/like, in order to/to, built/constructed, created/established, "
        "approximately/about, children/kids, provide/supply, required/needed, show/display"
    ),
)
_FIGURES = {
    FR: dict(zip("2 3 4 5 6 7 8 9 10 12 15 20 30 40".split(), _SPELLED[FR], strict=True)),
    EN: dict(zip("2 3 4 5 6 7 8 9 10 11 12 15 20 30".split(), _SPELLED[EN], strict=True)),
}


UNLISTED_SYNONYM = _replacing(
    _both(
        "aide/soutien, souhaiter/vouloir, situation/cas, mesure/disposition, règle/norme, "
        "risque/danger, objectif/but, partie/portion, ensemble/totalité, différents/divers, "
        "principal/essentiel, nombreux/multiples, difficultés/problèmes, immédiatement/aussitôt"
    ),
    _both(
        "area/region, method/approach, main/principal, entire/whole, several/various, "
        "usually/generally, problem/difficulty, reason/cause, power/authority, common/widespread, "
        "rule/regulation, idea/concept, effect/impact, task/duty, risk/danger"
    ),
)


def figures_rewritten(one: Sentence, dice: random.Random) -> str | None:
    """A number in letters or in figures, or a thousand, a sum, a share or a date in other signs."""
    spelled = _FIGURES[one.language]
    back = {word: figure for figure, word in spelled.items()}
    months = _MONTHS[one.language]
    percent = "pour cent" if one.language == FR else "percent"
    no_month = f"(?! (?:{'|'.join(months)}))"
    no_scale = "(?! (?:mille|cent|hundr|thous|milli))"
    ways: list[tuple[str, Callable[[re.Match[str]], str]]] = [
        (
            rf"(?<![\w.,/-])(?:[2-9]|1[025]|[234]0)(?= [a-zà-ÿ]{{4}}){no_month}",
            lambda digits: spelled.get(digits[0], digits[0]),
        ),
        (
            rf"(?<![\w-])(?:{'|'.join(back)})(?= [a-zà-ÿ]{{4}}){no_scale}",
            lambda word: back[word[0]],
        ),
        (r"(?<![\d.,])(\d{1,3})[ \u00a0\u202f](\d{3})(?![ \d,.])", lambda sum_: sum_[1] + sum_[2]),
        (r"(?<=\d)[ \u00a0]?€", lambda _: " euros"),
        (r"(?<=\d)[ \u00a0]?%", lambda _: f" {percent}"),
        (
            rf"\b(\d\d?)(?:er)? ({'|'.join(months)}) (\d{{4}})\b",
            lambda day: f"{int(day[1]):02}/{months.index(day[2]) + 1:02}/{day[3]}",
        ),
    ]
    dice.shuffle(ways)
    for pattern, rewrite in ways:
        said = re.sub(pattern, rewrite, one.text, count=1)
        if said != one.text:
            return said
    return None


_ACTIVE = {
    FR: re.compile(
        r"^((?:Le|La|L['’]|Les)[ ]?[\wà-ÿ'’ -]{3,40}) (doit|peut|doivent|peuvent) "
        r"(informer|prévenir|adresser|demander|envoyer|payer|consulter) "
        r"((?:le|la|les|l['’]) ?[\wà-ÿ-]{3,30})\b([^,;:()]*\.)$"
    ),
    EN: re.compile(
        r"^((?:The) [\w -]{3,40}) (must|may|can|should) (inform|notify|use|protect|define|ask) "
        r"((?:the) [\w-]{3,30})\b([^,;:()]*\.)$"
    ),
}


def passive(one: Sentence, dice: random.Random) -> str | None:
    del dice
    match = _ACTIVE[one.language].match(one.text)
    if match is None:
        return None
    who, may, verb, whom, rest = match.groups()
    who, whom = who[0].lower() + who[1:], whom[0].upper() + whom[1:]
    if one.language == EN:
        done = {"ask": "asked", "notify": "notified"}.get(verb, verb.rstrip("e") + "ed")
        return f"{whom} {may} be {done} by {who}{rest}"
    plural = whom.startswith("Les")
    may = {"doit": "doi", "peut": "peu", "doivent": "doi", "peuvent": "peu"}[may]
    may = f"{may}vent" if plural else f"{may}t"
    done = "prévenu" if verb == "prévenir" else verb[:-2] + "é"
    done += "s" if plural else ""
    return f"{whom} {may.replace('peuvent', 'peuvent')} être {done} par {who}{rest}"


def two_fused(one: Sentence, dice: random.Random) -> str | None:
    second = one.following and _small(one.following)
    if not second or len(one.text) + len(second) > 400:
        return None
    joint = dice.choice((" et ", " ; ") if one.language == FR else (" and ", "; "))
    return f"{one.text[:-1]}{joint}{second}"


REWORDINGS: dict[str, Make] = {
    "word for word": verbatim,
    "led in": led_in,
    "clauses reordered": clauses_reordered,
    "a part less": a_part_less,
    "synonym": SYNONYM,
    "synonym not listed": UNLISTED_SYNONYM,
    "figures rewritten": figures_rewritten,
    "passive": passive,
    "two sentences fused": two_fused,
}


def apart(case: Case) -> Case:
    """The same answer, its two sentences in two passages."""
    first, second = case.of.passage.split(case.of.following, 1)
    other = f"{case.of.following}{second}"
    return Case("fused from two passages", case.of, case.said, (first, other))
