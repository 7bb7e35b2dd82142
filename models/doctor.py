"""The doctor: proves a model in a child process, so that a crash there is a sentence here.

`python -m models.doctor FILE --json` is the child. It loads the file, reads a French text and
gets it back, decodes two tokens at once (which kills a badly built llama.cpp on some CPUs) and
writes a few tokens. With `--tune` it also measures how the file goes fastest here.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from models.errors import ModelsError, ModelUnavailableError
from models.profiles import Tuning
from models.wording import Wording

if TYPE_CHECKING:
    from models.llama.weights import Weights

CHILD = (sys.executable, "-m", "models.doctor")
_FRENCH = (
    "L’été dernier, où les élèves déçus ont-ils reçu 1 234,50 € à Noël\u00a0? "
    "«\u00a0Au cœur de l’œuvre\u00a0», ÀÉÈÊÇŒ…"
)
_RARE = "👩‍🏫✓½№"  # a model that loses these serves all the same
_PROMPT, _WRITTEN = 64, 16  # tokens of the trial
_ROOM = 256  # tokens of its context
_SLOTS = 2  # texts at once


@dataclass(frozen=True, slots=True)
class Facts:
    """What the child measured on this machine. Memory is the child's peak, weights included.

    A model whose chat template is unusable still writes: it reads plain paragraphs instead.
    `lost` are the rare characters that its tokenizer does not give back.
    """

    architecture: str
    context_tokens: int
    load_s: float
    read_tokens_per_s: float
    written_tokens_per_s: float
    memory_mb: int
    template_unusable: bool
    lost: str = ""
    tuning: Tuning | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`signal` names what killed the child, such as "SIGSEGV"; `facts` are there when it is ok."""

    ok: bool
    sentence: Wording
    signal: str | None = None
    facts: Facts | None = None

    @property
    def crashed(self) -> bool:
        """Whether the model killed its process; what was sent from outside does not count."""
        return self.signal in _CAUSES


def diagnose(
    path: Path, timeout_s: float, child: Sequence[str] = CHILD, options: Sequence[str] = ()
) -> Diagnosis:
    """Prove a model file. `child` is the command that is given FILE --json and the options."""
    try:
        done = subprocess.run(  # noqa: S603  (our own interpreter and the operator's file)
            [*child, str(path), "--json", *options],
            capture_output=True,
            timeout=timeout_s,
            check=False,
            env=_environment(),
        )
    except subprocess.TimeoutExpired:
        return Diagnosis(ok=False, sentence=_too_slow(path, timeout_s))
    except OSError:
        return Diagnosis(ok=False, sentence=_not_examined(path, child[0]))
    if done.returncode < 0:
        return _killed(path, _signal_name(-done.returncode))
    return _said(path, done)


def examine(path: Path, adapters: Sequence[Path] = (), *, tune: bool = False) -> Facts:
    """What the child does. Raises ModelUnavailableError; may well kill the process."""
    from models.llama.context import Context, Feed, Shape
    from models.llama.framing import PLAIN, frame_of, utc_now
    from models.llama.sampling import Best
    from models.llama.tuning import Trials
    from models.llama.weights import Weights

    started = time.perf_counter()
    weights = Weights(path, adapters=adapters)
    context = Context(weights, Shape(slots=_SLOTS, tokens=_ROOM, batch=_PROMPT))
    weights.adapt(context.handle)
    loaded = time.perf_counter()
    tokens = weights.tokens(_FRENCH, control=False)
    if _back(weights, _FRENCH) != _FRENCH:
        raise ModelUnavailableError(f"{path}: its tokenizer does not give a French text back.")
    context.decode([Feed(slot, 0, tokens[:2]) for slot in range(_SLOTS)])
    context.clear()
    reading = time.perf_counter()
    ((row,),) = context.decode([Feed(0, 0, (tokens * _PROMPT)[:_PROMPT], answers=1)])
    writing = time.perf_counter()
    for at in range(_PROMPT, _PROMPT + _WRITTEN):
        ((row,),) = context.decode([Feed(0, at, [Best().choose(context, row)], answers=1)])
    ended = time.perf_counter()
    frame = frame_of(weights.template, *weights.marks, utc_now)
    return Facts(
        architecture=weights.header.architecture,
        context_tokens=weights.trained_tokens,
        load_s=round(loaded - started, 3),
        read_tokens_per_s=round(_PROMPT / (writing - reading), 1),
        written_tokens_per_s=round(_WRITTEN / (ended - writing), 1),
        memory_mb=_peak_mb(),
        template_unusable=bool(weights.template) and frame is PLAIN,
        lost="".join(one for one in _RARE if one not in _back(weights, _RARE)),
        tuning=Trials(weights).tuned() if tune else None,
    )


def _peak_mb() -> int:
    """Not by getrusage: there a child begins with the peak of the process that started it."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    said = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(said["VmHWM"].split()[0]) // 1024


def _back(weights: Weights, text: str) -> str:
    """A text that went through the tokenizer."""
    tokens = weights.tokens(text, control=False)
    return b"".join(map(weights.bytes_of, tokens)).decode(errors="replace").strip()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m models.doctor", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true", help="print one object")
    parser.add_argument("--adapter", type=Path, action="append", default=[])
    parser.add_argument("--tune", action="store_true", help="find what goes fastest")
    options = parser.parse_args(arguments)
    try:
        facts = asdict(examine(options.file, options.adapter, tune=options.tune))
    except ModelsError as error:
        sys.stdout.write(json.dumps({"error": str(error)}) if options.json else f"{error}\n")
        return 1
    lines = "".join(f"{name}: {value}\n" for name, value in facts.items())
    sys.stdout.write(json.dumps(facts) if options.json else lines)
    return 0


def _environment() -> dict[str, str]:
    """The parent's, with this package importable whatever the working folder."""
    paths = (str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _said(path: Path, done: subprocess.CompletedProcess[bytes]) -> Diagnosis:
    try:
        if done.returncode == 0:
            facts = TypeAdapter(Facts).validate_json(done.stdout)
            return Diagnosis(ok=True, sentence=_proved(path, facts), facts=facts)
        reason = TypeAdapter(dict[str, str]).validate_json(done.stdout).get("error", "")
    except ValidationError:
        reason = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    said = Wording(fr=reason, en=reason) if reason else _silent(done.returncode)
    return Diagnosis(ok=False, sentence=_refused(path, said))


def _signal_name(number: int) -> str:
    """Real-time signals have a number only."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _proved(path: Path, facts: Facts) -> Wording:
    written = facts.tuning or facts
    speed, memory = f"{written.written_tokens_per_s:.0f}", f"{facts.memory_mb}"
    reservation = _PLAINLY if facts.template_unusable else Wording(fr="", en="")
    if facts.lost:
        reservation = _also(reservation, facts.lost)
    return Wording(
        fr=f"{path.name} fonctionne ici\u00a0: {speed} jetons par seconde, {memory}\u00a0Mo."
        + reservation.fr,
        en=f"{path.name} works here: {speed} tokens per second, {memory} MB." + reservation.en,
    )


_PLAINLY = Wording(
    fr=" Son gabarit de conversation est inutilisable\u00a0: il lira de simples paragraphes.",
    en=" Its chat template cannot be used: it will read plain paragraphs.",
)


def _also(said: Wording, lost: str) -> Wording:
    return Wording(
        fr=f"{said.fr} Il perd ces caractères\u00a0: {lost}",
        en=f"{said.en} It loses these characters: {lost}",
    )


def _refused(path: Path, reason: Wording) -> Wording:
    return Wording(
        fr=f"{path.name} ne peut pas servir\u00a0: {reason.fr}",
        en=f"{path.name} cannot be used: {reason.en}",
    )


def _silent(status: int) -> Wording:
    return Wording(
        fr=f"son processus s’est terminé sans mesure ni raison (code {status}).",
        en=f"its process ended without a figure or a reason (status {status}).",
    )


def _not_examined(path: Path, command: str) -> Wording:
    return Wording(
        fr=f"{path.name} n’a pas été examiné\u00a0: "
        f"la commande «\u00a0{command}\u00a0» est absente ou interdite.",
        en=f"{path.name} was not examined: the command “{command}” is missing or may not be run.",
    )


def _too_slow(path: Path, timeout_s: float) -> Wording:
    return Wording(
        fr=f"{path.name} n’a pas répondu en {timeout_s:g}\u00a0s\u00a0: "
        "le modèle est trop lourd pour cette machine.",
        en=f"{path.name} did not answer within {timeout_s:g} s: "
        "the model is too heavy for this machine.",
    )


def _killed(path: Path, name: str) -> Diagnosis:
    cause = _CAUSES.get(name, _UNKNOWN_CAUSE)
    sentence = Wording(
        fr=f"{path.name} a tué son processus ({name})\u00a0: {cause.fr}",
        en=f"{path.name} killed its process ({name}): {cause.en}",
    )
    return Diagnosis(ok=False, sentence=sentence, signal=name)


_BUILD = Wording(
    fr="llama.cpp n’est pas compilé pour ce processeur. Réinstallez-le avec AMX désactivé.",
    en="llama.cpp is not built for this CPU. Install it again with AMX off.",
)
_CAUSES = {
    "SIGSEGV": _BUILD,
    "SIGILL": _BUILD,
    "SIGBUS": _BUILD,
    "SIGFPE": _BUILD,
    "SIGKILL": Wording(
        fr="la mémoire a sans doute manqué. Prenez un modèle plus petit.",
        en="memory probably ran out. Take a smaller model.",
    ),
    "SIGABRT": Wording(
        fr="llama.cpp a abandonné. Le fichier est peut-être endommagé.",
        en="llama.cpp gave up. The file may be damaged.",
    ),
}
_UNKNOWN_CAUSE = Wording(fr="cause inconnue.", en="the cause is unknown.")


if __name__ == "__main__":
    sys.exit(main())
