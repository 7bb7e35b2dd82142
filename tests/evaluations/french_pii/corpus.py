"""Letters, notes, tickets and forms of our own writing, with identifiers whose places are known."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluations.french_pii.attacks import ATTACKS
from evaluations.french_pii.draws import DRAWS, digits, letters, luhn_digit

CANONICAL, NONE = "canonical", ""


@dataclass(frozen=True, slots=True)
class Span:
    """An identifier in a text: characters [start, end), and how it is spelled."""

    kind: str
    start: int
    end: int
    attack: str


@dataclass(frozen=True, slots=True)
class Document:
    id: str
    text: str
    spans: tuple[Span, ...]
    traps: tuple[Span, ...]  # what only looks like personal data


LEADS: dict[str, tuple[str, ...]] = {
    "NIR": ("Mon numéro de sécurité sociale est le {}.", "NIR : {}", "N° SS {} (à reporter)", "Assurée : {}", "Immatriculé à la CPAM sous le {}, il attend.", "Her French social security number is {}."),
    "SIREN": ("SIREN {}", "RCS Lyon {}", "Société immatriculée au registre sous le numéro {}.", "N° SIREN : {}"),
    "SIRET": ("SIRET : {}", "N° SIRET {}", "Employeur (SIRET {}) :", "Facturer à {}.", "SIRET of the company: {}"),
    "VAT": ("TVA intracommunautaire : {}", "N° TVA {}", "VAT number {}"),
    "NIF": ("Numéro fiscal : {}", "SPI {}", "Référence du contribuable, n° fiscal {}", "French tax number: {}"),
    "IBAN": ("IBAN : {}", "Merci de virer sur le compte {}.", "Mon RIB : {}", "Please pay to {}."),
    "CARD": ("Carte bancaire {}", "J'ai payé avec la carte {}.", "CB n° {}", "My card number is {}.", "Numéro : {}, à masquer"),
    "PHONE": ("Tél. : {}", "Vous pouvez me joindre au {}.", "Mobile {}", "Call me on {}.", "{} (le matin)"),
    "EMAIL": ("Écrivez à {}.", "Courriel : {}", "Contact {} pour la suite", "E-mail: {}"),
    "IP": ("Poste {} injoignable", "Adresse IP : {}", "Connexion depuis {} hier."),
    "MAC": ("Carte réseau {}", "Adresse MAC : {}"),
    "IDENTITY_CARD": ("CNI n° {}", "Carte nationale d'identité n° {}", "Pièce d'identité : {}", "Identity card {}"),
    "PASSPORT": ("Passeport n° {}", "Passeport français {} en cours de validité", "Passport number: {}"),
    "RESIDENCE_PERMIT": ("Titre de séjour n° {}", "Carte de séjour {}", "Récépissé n° {}"),
    "DRIVING_LICENCE": ("Permis de conduire n° {}", "Permis B, numéro {}", "Driving licence {}"),
    "RPPS": ("N° RPPS {}", "Médecin, RPPS : {}"),
    "ADELI": ("N° ADELI {}", "Infirmière, ADELI : {}"),
    "INE": ("INE {}", "Étudiante, n° INE : {}"),
    "PLATE": ("Véhicule immatriculé {}", "Plaque {}", "Ma voiture ({}) reste au parking."),
    "BIC": ("BIC : {}", "Code BIC {}", "SWIFT {}"),
}  # fmt: skip

_TYPES = "rue avenue boulevard place allée chemin impasse quai cours route".split()
_NAMES = ("de la République", "Victor-Hugo", "du Général-Leclerc", "des Lilas", "du 8 Mai 1945", "Jean Jaurès", "de l'Église", "Saint-Martin", "des Trois Moulins", "du Maréchal Foch", "de Verdun", "de la Croix-Rouge")  # fmt: skip
_TOWNS = ("75011 Paris", "38000 Grenoble", "13100 Aix-en-Provence", "97400 Saint-Denis", "97200 Fort-de-France", "94240 L'Haÿ-les-Roses", "72000 Le Mans", "35000 Rennes", "69003 Lyon 3e", "92100 Boulogne-Billancourt", "33506 Libourne Cedex", "75334 PARIS CEDEX 07", "2A004 AJACCIO".replace("2A004", "20000"))  # fmt: skip
_BRITISH = ("14 Station Road, Leeds LS1 4DY", "221 Baker Street, London NW1 6XE", "Flat 3, 27 Mill Lane, Cambridge CB4 1AA", "482 Maple Avenue, Springfield, IL 62704")  # fmt: skip
_PLACES = ("Lyon", "Saint-Étienne", "Aix-en-Provence", "Le Mans", "Fort-de-France", "Brest (29)", "Alger")  # fmt: skip
_MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # fmt: skip

ADDRESS_LEADS = ("J'habite {}.", "Adresse : {}", "Merci d'envoyer le badge au {}, avant lundi.", "Domicile : {}\n", "Demeurant {}.", "He lives at {}.")  # fmt: skip
BIRTH_LEADS = ("né le {}", "Née le {} à Lyon", "Date de naissance : {}", "né(e) le {}", "Date of birth: {}", "DDN {}", "born on {}")  # fmt: skip


def address(chance: random.Random) -> str:
    if chance.random() < 0.1:
        return chance.choice(_BRITISH)
    if chance.random() < 0.1:
        return f"BP {digits(chance, 4)}, {chance.choice(_TOWNS)}"
    number = f"{chance.randint(1, 180)}{chance.choice(['', '', '', ' bis', ' ter', 'B'])}"
    street = f"{number}{chance.choice([' ', ', '])}{chance.choice(_TYPES)} {chance.choice(_NAMES)}"
    if chance.random() < 0.15:
        street += f", bâtiment {chance.choice('ABC')}"
    return f"{street}{chance.choice([' ', ', ', chr(10)])}{chance.choice(_TOWNS)}"


def birth_date(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(1940, 2006)
    return chance.choice(
        [
            f"{day:02}/{month:02}/{year}",
            f"{day:02}.{month:02}.{year}",
            f"{day:02}-{month:02}-{year % 100:02}",
            f"{day} {_MONTHS[month - 1]} {year}",
            f"{year}-{month:02}-{day:02}",
        ]
    )


def traps(chance: random.Random) -> str:
    """A sentence with nothing personal in it, which looks as if it had."""
    bad_card = digits(chance, 15)
    wrong = str((int(luhn_digit(bad_card)) + chance.randint(1, 9)) % 10)
    return chance.choice(
        [
            f"Commande n° {digits(chance, 10)} expédiée",
            f"Facture {chance.randint(2019, 2027)}-{digits(chance, 6)} du {chance.randint(1, 28):02}/03/2026",
            f"article L{chance.randint(1000, 4000)}-{chance.randint(1, 90)} du code du travail",
            f"version {chance.randint(1, 20)}.{chance.randint(0, 9)}.{chance.randint(0, 9)}.{chance.randint(0, 99)}",
            f"réunion le {chance.randint(1, 28):02}/{chance.randint(1, 12):02}/2026 à {chance.randint(8, 18)}:30",
            f"un budget de {chance.randint(1, 900)} {digits(chance, 3)} {digits(chance, 3)} euros",
            f"référence {letters(chance, 3)}-{digits(chance, 8)}",
            f"le 39 39, le 15 ou le {chance.choice(['0 800 306 212', '0825 08 08 08', '3117'])}",
            f"colis {bad_card}{wrong}",
            f"ISBN 978-2-{digits(chance, 4)}-{digits(chance, 4)}-{digits(chance, 1)}",
            f"décret n° {chance.randint(1990, 2025)}-{digits(chance, 4)} du 12 juin {chance.randint(1990, 2025)}",
            f"délai de {chance.randint(1, 90)} jours, soit {chance.randint(1, 12)} mois et {chance.randint(2, 30)} places",
            f"numéro de série {digits(chance, 4)}-{digits(chance, 4)}-{letters(chance, 2)}",
            "rue de la République, place Bellecour et avenue Foch",
            f"page {chance.randint(1, 300)} sur {chance.randint(300, 900)}, annexe {chance.randint(1, 9)}.{chance.randint(1, 9)}",
            f"hausse de {chance.randint(1, 9)},{digits(chance, 2)} % sur {chance.randint(2000, 2026)}-{chance.randint(2000, 2026)}",
        ]
    )


_FILL = (
    "Bonjour, je me permets de revenir vers vous au sujet de ma demande.",
    "Le salarié conserve ses droits pendant toute la durée du congé.",
    "Merci de traiter ce dossier avant la fin de la semaine.",
    "La note de service précise les modalités de remboursement des frais.",
    "Cordialement, le service du personnel.",
    "Please keep this file until the end of the quarter.",
    "Ticket ouvert par l'accueil, priorité normale.",
)


def prose(data: Path) -> tuple[str, ...]:
    """Sentences of real French pages where the folder has them, our own otherwise."""
    found: list[str] = []
    for name in ("service-public", "cnil"):
        file = data / name / "documents.jsonl"
        if file.is_file():
            for line in file.read_text(encoding="utf-8").splitlines()[:150]:
                text = " ".join(json.loads(line)["text"].split())
                found += [one + "." for one in text.split(". ") if 40 < len(one) < 200][:6]
    return tuple(one for one in found if not any(map(str.isdigit, one)) and "@" not in one) or _FILL


def values(chance: random.Random, kind: str, attack: str) -> tuple[str, str]:
    """An identifier and the sentence it stands in, spelled as the attack says."""
    if kind == "ADDRESS":
        value, lead = address(chance), chance.choice(ADDRESS_LEADS)
    elif kind == "BIRTH_DATE":
        value, lead = birth_date(chance), chance.choice(BIRTH_LEADS)
    else:
        value, lead = chance.choice(DRAWS[kind])(chance), chance.choice(LEADS[kind])
        if attack == CANONICAL and kind in _GROUPABLE and chance.random() < 0.4:
            value = value.replace(" ", "")
    if attack == CANONICAL:
        return value, lead
    spell = ATTACKS[attack][0]
    changed = spell(value, chance)
    if attack == "glued to its label":
        lead = lead.replace(" {}", "{}").replace("° {}", "°{}") if chance.random() < 0.5 else lead
        lead = _LABELS[kind] + "{} (à vérifier)" if kind in _LABELS else lead
    return changed, lead


_GROUPABLE = frozenset("NIR SIREN SIRET VAT NIF IBAN CARD PHONE".split())
_LABELS = {"NIR": "NIR", "SIRET": "SIRET", "SIREN": "siren", "CARD": "carte", "PHONE": "tel", "NIF": "SPI", "PASSPORT": "passeport"}  # fmt: skip


def document(chance: random.Random, number: int, around: Sequence[str], attack: str) -> Document:
    """A short text with two to four identifiers, a trap or two, and prose around them."""
    kinds = [
        kind
        for kind in (*DRAWS, "ADDRESS", "BIRTH_DATE")
        if attack == CANONICAL
        or (kind in DRAWS and (ATTACKS[attack][1] is None or kind in (ATTACKS[attack][1] or ())))
    ]
    pieces: list[tuple[str, str, str]] = [("", chance.choice(around), "")]
    for kind in chance.choices(kinds, k=chance.randint(2, 4)):
        value, lead = values(chance, kind, attack)
        pieces.append((kind, value, lead))
        if chance.random() < 0.6:
            pieces.append(("", chance.choice(around), ""))
        if chance.random() < 0.5:
            pieces.append(("TRAP", traps(chance), "{}."))
    text, spans, trapped = "", [], []
    for kind, value, lead in pieces:
        before, _, after = lead.partition("{}") if lead else ("", "", "")
        start = len(text) + len(before)
        text += f"{before}{value}{after}{chance.choice([' ', chr(10)])}"
        if kind:
            found = Span(kind, start, start + len(value), attack)
            (trapped if kind == "TRAP" else spans).append(found)
    return Document(f"{attack}-{number}", text, tuple(spans), tuple(trapped))


def documents(seed: int, n: int, data: Path) -> Iterator[Document]:
    """`n` texts with canonical spellings and `n` with each attack; the same for the same seed."""
    chance, around = random.Random(seed), prose(data)
    for attack in (CANONICAL, *ATTACKS):
        for number in range(n):
            yield document(chance, number, around, attack)
