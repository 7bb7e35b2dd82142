"""Profiles: what the doctor found out about a model on this machine, kept for whoever loads it."""

from __future__ import annotations

import hashlib
import logging
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean

from pydantic import TypeAdapter, ValidationError

from models.durable import replace_durably

FILE = "profile.json"
"""Of the state folder."""

_LOG = logging.getLogger(__name__)
_CPU_FILE = Path("/proc/cpuinfo")
_ABOUT_CPU = ("model name", "flags", "Features", "CPU implementer", "CPU part")


CLEARLY = 1.03
"""How much faster what costs something must be."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Tokens a second: of a prompt, of one text that is written, and of `together` texts."""

    read: float
    alone: float
    together: float

    def over(self, other: Speeds) -> float:
        """How many times as fast, of reading and writing alike: above 1 is faster."""
        return geometric_mean(
            [
                self.read / other.read,
                self.alone / other.alone,
                self.together / other.together,
            ]
        )


@dataclass(frozen=True, slots=True)
class Attention:
    """What the ways of attending bring behind `tokens` of context. None cannot be had.

    `q8` keeps keys and values in 8 bits, which takes flash attention.
    """

    tokens: int
    plain: Speeds
    flash: Speeds | None
    q8: Speeds | None

    @property
    def flash_pays(self) -> bool:
        return self.flash is not None and self.flash.over(self.plain) >= CLEARLY

    def q8_pays(self, otherwise: Speeds) -> bool:
        return self.q8 is not None and self.q8.over(otherwise) >= CLEARLY


@dataclass(frozen=True, slots=True)
class Tuning:
    """What goes fastest here.

    `together` texts written at once give `together_tokens_per_s`, all of them counted; those
    texts are short. `attention` is None in a profile that is older than its measurement.
    """

    threads: int
    batch_tokens: int
    read_tokens_per_s: float
    written_tokens_per_s: float
    together: int
    together_tokens_per_s: float
    attention: Attention | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One model on one CPU. `crashed` names the signal that killed its process, if one did."""

    model: str  # digest of its identity
    cpu: str
    crashed: str | None = None
    tuning: Tuning | None = None


def kept(home: Path) -> tuple[Profile, ...]:
    """Every profile; none where they cannot be read, for they are advice and no more."""
    try:
        return _FORMAT.validate_json((home / FILE).read_bytes())
    except FileNotFoundError:
        return ()
    except (OSError, ValidationError):
        _LOG.warning("%s cannot be read and counts for nothing: vigie models doctor", home / FILE)
        return ()


def keep(home: Path, profile: Profile) -> None:
    """In place of what was known of this model on this CPU. Raises OSError."""
    others = [o for o in kept(home) if (o.model, o.cpu) != (profile.model, profile.cpu)]
    replace_durably(home / FILE, _FORMAT.dump_json((*others, profile), indent=2))


def tuning_of(home: Path, model: str, cpu: str) -> Tuning | None:
    found = (one.tuning for one in kept(home) if (one.model, one.cpu) == (model, cpu))
    return next(found, None)


def has_crashed(home: Path, cpu: str) -> bool:
    """Whether any model crashed on this CPU when it was last examined."""
    return any(one.crashed for one in kept(home) if one.cpu == cpu)


def this_cpu() -> str:
    """What decides how llama.cpp computes here: the processor, what it can do, the cores given."""
    name, abilities = _described()
    mark = hashlib.sha256(abilities.encode()).hexdigest()[:8]
    return f"{name} ({mark}), {len(os.sched_getaffinity(0))} cores"


def _described() -> tuple[str, str]:
    try:
        first, _, _ = _CPU_FILE.read_text(encoding="utf-8").partition("\n\n")
    except OSError:
        return platform.machine(), ""
    lines = (line.partition(":") for line in first.splitlines())
    said = {key.strip(): value.strip() for key, _, value in lines}
    return said.get("model name", platform.machine()), str([said.get(key) for key in _ABOUT_CPU])


_FORMAT: TypeAdapter[tuple[Profile, ...]] = TypeAdapter(tuple[Profile, ...])
