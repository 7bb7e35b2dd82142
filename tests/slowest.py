"""A fuzzer that looks for the text that costs a guard most: it keeps the worst and mutates them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

LENGTH = 8_000  # characters
_PARTS = [
    *"0123456789aeo@.:-/+()[<_,'# \n",
    *("06 ", "fr76 ", "12 rue de ", "né le ", "rue ", "passeport ", "75001 ", "@a.", " [at] "),
    *("ab-123-cd ", "1.1.1.1 ", "Mme A ", "diabète ", "BP 1 ", "1 85 05 ", "+33 ", "00", "é"),
    *("\u200b", "e\u0301", "٣", "ｊ", "titulaire : ", "identité ", "NW1 6XE ", "1 A Street "),
    *("Jean Dupont ", "DUPONT ", "J. ", "Cordialement,\n", "nom : ", "d'", "de la ", "X"),
    *("naissance : ", "4539 1488 ", "CGT ", "syndiqué à la ", "«", "O6 ", "ne ", "bic : ", "<<"),
]  # fmt: skip
_KEPT = 12

Act = Callable[[str], object]


def worst(act: Act, seconds: float, seed: int) -> tuple[float, str]:
    """Milliseconds and text of the worst that was found within so many seconds."""
    chance = random.Random(seed)
    until = time.perf_counter() + seconds
    kept = [(_cost(act, _long(part)), part) for part in _PARTS]
    while time.perf_counter() < until:
        kept = sorted(kept, reverse=True)[:_KEPT]
        unit = _mutated(chance, [one for _, one in kept])
        kept.append((_cost(act, _long(unit)), unit))
    _, unit = max(kept)
    text = _long(unit)
    return min(_cost(act, text) for _ in range(5)), text


def _cost(act: Act, text: str) -> float:
    """Processor time of the quicker of two runs: what else the machine did is not its fault."""
    laps = []
    for _ in range(2):
        started = time.process_time()
        act(text)
        laps.append((time.process_time() - started) * 1000)
    return min(laps)


def _long(unit: str) -> str:
    return (unit * (LENGTH // len(unit) + 1))[:LENGTH]


def _mutated(chance: random.Random, kept: list[str]) -> str:
    parts = [chance.choice(kept), *chance.choices(_PARTS, k=chance.randint(1, 3))]
    chance.shuffle(parts)
    unit = "".join(parts)
    if chance.random() < 0.3:
        start = chance.randrange(len(unit))
        unit = unit[:start] + unit[start + chance.randint(1, 4) :]
    return unit[: chance.choice((12, 40, 200))] or "0"
