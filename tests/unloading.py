"""A house in a process of its own that answers and is measured: one word a line in, one answer out.

`python unloading.py HOME ISOLATION LOADING`; "write" answers a question, "load" says what is held.
"""

from __future__ import annotations

import sys
from pathlib import Path

from writings import Granted

from models.ports import Language, Prompt, Source, Unloadable
from server.settings import load
from server.wiring import open_vigie

PROMPT = Prompt("Charte.", (Source(1, "Frais", "Les repas."),), "Quoi ?", Language.FRENCH)


def main(home: str, isolation: str, loading: str) -> None:
    settings = load(
        Path(home),
        generator="llama",
        context_tokens=512,
        answer_tokens=16,
        parallel=2,
        threads=1,
        engine_isolation=isolation,
        engine_loading=loading,
    )
    with open_vigie(settings) as vigie:
        generator = vigie.answering.engines.generator.get()
        assert isinstance(generator, Unloadable)
        for line in sys.stdin:
            match line.strip():
                case "write":
                    said = ascii("".join(generator.write(PROMPT, Granted())))
                case _:
                    said = ascii(generator.load)
            sys.stdout.write(f"{said}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
