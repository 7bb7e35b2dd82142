"""The arithmetic that tells a real identifier from a number of the same length."""

from __future__ import annotations

from operator import mul

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(digits: str) -> bool:
    """Source: ISO/IEC 7812-1, annex B."""
    total = sum(map(int, digits[-1::-2])) + sum(_DOUBLED[int(one)] for one in digits[-2::-2])
    return total % 10 == 0


def iban(compact: str) -> bool:
    """An IBAN of upper-case letters and digits of its country's length. Source: ISO 13616."""
    if len(compact) != IBAN_LENGTHS.get(compact[:2]):
        return False
    return int("".join(str(int(one, 36)) for one in compact[4:] + compact[:4])) % 97 == 1


def nir_key(number: str) -> int:
    """The key of a NIR's 13 characters; Corsica counts as 19 and 18. Source: décret 82-103."""
    return 97 - int(number.lower().replace("2a", "19").replace("2b", "18")) % 97


def siret(digits: str) -> bool:
    """14 digits whose first 9 are a SIREN; La Poste's add up to a multiple of 5. Source: INSEE."""
    if len(digits) != 14 or not luhn(digits[:9]):  # noqa: PLR2004 - the length is the definition
        return False
    return luhn(digits) or (digits.startswith("356000000") and sum(map(int, digits)) % 5 == 0)


def nif(digits: str) -> bool:
    """13 digits, the last 3 from the first 10. Source: DGFiP, the form of the SPI number."""
    return int(digits[:10]) % 511 == int(digits[10:])


def vat(key: str, siren: str) -> bool:
    """The key of a French VAT number, of digits; with letters it has no public rule.

    Source: BOI-TVA-DECLA-20-10-10.
    """
    return not key.isdigit() or int(key) == (12 + 3 * int(siren)) % 97


_RIB_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "12345678912345678923456789")


def rib(written: str) -> bool:
    """Bank 5, branch 5, account 11, key 2. Source: CFONB."""
    digits = written.translate(_RIB_LETTERS)
    bank, branch, account = int(digits[:5]), int(digits[5:10]), int(digits[10:21])
    return 97 - (89 * bank + 15 * branch + 3 * account) % 97 == int(digits[21:])


def nhs(digits: str) -> bool:
    """Source: NHS Data Model and Dictionary, modulus 11."""
    weighted: int = sum(map(mul, map(int, digits), range(10, 0, -1)))
    return weighted % 11 == 0


# Source: the SWIFT IBAN registry.
IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
