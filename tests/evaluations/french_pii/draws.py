"""Identifiers drawn at random, with valid checksums; none of them is meant to be anybody's."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Value:
    """An identifier as people write it, and the sentences that lead to it."""

    kind: str
    text: str
    compact: bool = True  # whether groups may be removed or joined otherwise


Draw = Callable[[random.Random], str]


def digits(chance: random.Random, n: int) -> str:
    return "".join(chance.choice(string.digits) for _ in range(n))


def letters(chance: random.Random, n: int, of: str = string.ascii_uppercase) -> str:
    return "".join(chance.choice(of) for _ in range(n))


def luhn_digit(number: str) -> str:
    total = 0
    for place, one in enumerate(reversed(number)):
        value = int(one) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def nir(chance: random.Random) -> str:
    place = chance.choice(["2A", "2B", *(f"{n:02}" for n in range(1, 96))])
    month = chance.choice([*range(1, 13), *range(1, 13), 20, 31, 42, 50, 99])
    body = f"{chance.choice('12')}{digits(chance, 2)}{month:02}{place}{digits(chance, 6)}"
    key = 97 - int(body.replace("2A", "19").replace("2B", "18")) % 97
    return f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:13]} {key:02}"


def nia(chance: random.Random) -> str:
    body = (
        f"{chance.choice('78')}{digits(chance, 2)}{chance.randint(1, 12):02}99{digits(chance, 6)}"
    )
    key = 97 - int(body) % 97
    return f"{body[0]} {body[1:3]} {body[3:5]} {body[5:7]} {body[7:10]} {body[10:13]} {key:02}"


def siren(chance: random.Random) -> str:
    number = chance.choice("3456789") + digits(chance, 7)
    number += luhn_digit(number)
    return f"{number[:3]} {number[3:6]} {number[6:]}"


def siret(chance: random.Random) -> str:
    if chance.random() < 0.05:  # La Poste: the sum of the digits is a multiple of 5
        nic = digits(chance, 4)
        last = next(d for d in range(10) if (sum(map(int, f"356000000{nic}")) + d) % 5 == 0)
        return f"356 000 000 {nic}{last}"
    firm = siren(chance)
    nic = "000" + digits(chance, 1)
    return f"{firm} {nic}{luhn_digit(firm.replace(' ', '') + nic)}"


def vat(chance: random.Random) -> str:
    firm = siren(chance)
    return f"FR {(12 + 3 * int(firm.replace(' ', ''))) % 97:02} {firm}"


def nif(chance: random.Random) -> str:
    body = chance.choice("0123") + digits(chance, 9)
    number = f"{body}{int(body) % 511:03}"
    return f"{number[:2]} {number[2:4]} {number[4:7]} {number[7:10]} {number[10:]}"


def in_fours(number: str) -> str:
    return " ".join(number[n : n + 4] for n in range(0, len(number), 4))


def with_iban_key(country: str, account: str) -> str:
    turned = "".join(str(int(one, 36)) for one in f"{account}{country}00")
    return f"{country}{98 - int(turned) % 97:02}{account}"


def iban(chance: random.Random) -> str:
    country, form = chance.choice(
        [
            ("FR", 23),
            ("FR", 23),
            ("FR", 23),
            ("FR", 23),
            ("DE", 18),
            ("BE", 12),
            ("ES", 20),
            ("IT", 0),
            ("LU", 16),
            ("GB", 0),
            ("NL", 0),
            ("MC", 23),
            ("PT", 21),
            ("CH", 17),
        ]
    )
    account = digits(chance, form) if form else ""
    if country in ("GB", "NL"):
        account = letters(chance, 4) + digits(chance, 14 if country == "GB" else 10)
    elif country == "IT":
        account = letters(chance, 1) + digits(chance, 22)
    return in_fours(with_iban_key(country, account))


def card(chance: random.Random) -> str:
    prefix = chance.choice(["4", "51", "53", "55", "2221", "2500", "2720", "4970", "37"])
    length = 15 if prefix == "37" else 16
    body = prefix + digits(chance, length - 1 - len(prefix))
    number = body + luhn_digit(body)
    return f"{number[:4]} {number[4:10]} {number[10:]}" if length == 15 else in_fours(number)


def pairs(number: str) -> str:
    return " ".join(number[n : n + 2] for n in range(0, len(number), 2))


def phone(chance: random.Random) -> str:
    start = chance.choice(["01", "02", "03", "04", "05", "06", "06", "07", "09"])
    rest = chance.choice("4567") + digits(chance, 7) if start == "07" else digits(chance, 8)
    if start in ("01", "02", "03", "04", "05"):
        rest = (
            chance.choice({"01": "4", "02": "3", "03": "2", "04": "7", "05": "5"}[start]) + rest[1:]
        )
    if start == "09":
        rest = "7" + rest[1:]
    return pairs(start + rest)


def overseas_phone(chance: random.Random) -> str:
    area = chance.choice(["0590", "0594", "0596", "0262", "0690", "0694", "0696", "0692", "0639"])
    return f"{area} {pairs(digits(chance, 6))}"


def international_phone(chance: random.Random) -> str:
    national = phone(chance)[1:]
    return chance.choice([f"+33 {national}", f"+33 (0){national}", f"0033 {national}"])


_WORDS = "camille dupre odile lemoine karim noel ines baptiste yann sacha maxime lou".split()


def email(chance: random.Random) -> str:
    first, last = chance.sample(_WORDS, 2)
    local = chance.choice(
        [f"{first}.{last}", f"{first[0]}{last}", f"{first}-{last}{digits(chance, 2)}"]
    )
    host = chance.choice(
        ["exemple.fr", "exemple.org", "mairie.exemple.fr", "intranet.corp", "srv-mail"]
    )
    return f"{local}@{host}"


def ip(chance: random.Random) -> str:
    return ".".join(
        [
            chance.choice(["10", "192", "82", "176"]),
            *(str(chance.randint(1, 250)) for _ in range(3)),
        ]
    )


def mac(chance: random.Random) -> str:
    return ":".join(f"{chance.randint(0, 255):02x}" for _ in range(6))


def old_identity_card(chance: random.Random) -> str:
    return f"{chance.randint(5, 25):02}{chance.randint(1, 12):02}{digits(chance, 8)}"


def new_identity_card(chance: random.Random) -> str:
    code = [chance.choice("CDFGHJKLMNPRTVWXYZ")] + [
        chance.choice("CDFGHJKLMNPRTVWXYZ0123456789") for _ in range(8)
    ]
    for place in chance.sample(range(1, 9), 3):
        code[place] = chance.choice(string.digits)
    return "".join(code)


def passport(chance: random.Random) -> str:
    return f"{digits(chance, 2)}{letters(chance, 2, 'ABCDEFGHKLMNPRSTVXYZ')}{digits(chance, 5)}"


def residence_permit(chance: random.Random) -> str:
    return "99" + digits(chance, 8)


def driving_licence(chance: random.Random) -> str:
    return f"{chance.randint(0, 99):02}{chance.randint(1, 12):02}{digits(chance, 8)}"


def rpps(chance: random.Random) -> str:
    body = "10" + digits(chance, 8)
    return body + luhn_digit(body)


def adeli(chance: random.Random) -> str:
    return f"{chance.randint(1, 95):02}{digits(chance, 7)}"


def ine(chance: random.Random) -> str:
    return chance.choice(
        [digits(chance, 10) + letters(chance, 1), digits(chance, 9) + letters(chance, 2)]
    )


_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"


def siv_plate(chance: random.Random) -> str:
    parts = (
        letters(chance, 2, _PLATE_LETTERS),
        digits(chance, 3),
        letters(chance, 2, _PLATE_LETTERS),
    )
    return chance.choice(["-", " "]).join(parts)


def fni_plate(chance: random.Random) -> str:
    return f"{chance.randint(100, 9999)} {letters(chance, 2, _PLATE_LETTERS)} {chance.randint(1, 95):02}"


def bic(chance: random.Random) -> str:
    return f"{letters(chance, 4)}FR{letters(chance, 2)}{chance.choice(['', 'XXX'])}"


DRAWS: dict[str, tuple[Draw, ...]] = {
    "NIR": (nir, nir, nia),
    "SIREN": (siren,),
    "SIRET": (siret,),
    "VAT": (vat,),
    "NIF": (nif,),
    "IBAN": (iban,),
    "CARD": (card,),
    "PHONE": (phone, overseas_phone, international_phone),
    "EMAIL": (email,),
    "IP": (ip,),
    "MAC": (mac,),
    "IDENTITY_CARD": (old_identity_card, new_identity_card),
    "PASSPORT": (passport,),
    "RESIDENCE_PERMIT": (residence_permit,),
    "DRIVING_LICENCE": (driving_licence,),
    "RPPS": (rpps,),
    "ADELI": (adeli,),
    "INE": (ine,),
    "PLATE": (siv_plate, fni_plate),
    "BIC": (bic,),
}
