"""Builds the hostile files in a folder: `PYTHONPATH=tests python -m hostile FOLDER`."""

from __future__ import annotations

import sys
from pathlib import Path

from hostile import build

for name in build(Path(sys.argv[1])):
    print(ascii(name))
