"""A parent that starts a model's process, says its number, and waits to be killed."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from models.apart import ApartGenerator
from models.llama import LlamaSettings
from models.ports import ModelIdentity

if __name__ == "__main__":
    settings = LlamaSettings(context_tokens=512, answer_tokens=16, threads=1)
    generator = ApartGenerator(Path(sys.argv[1]), ModelIdentity("tiny", ""), settings)
    generator.start()
    sys.stdout.write(f"{generator.pid}\n")
    sys.stdout.flush()
    signal.pause()
