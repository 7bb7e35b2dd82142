"""Makes the file of names that Vigie ships: lists as hashes, and a linear model of its own.

`python deploy/names`, with ../shared/data beside the checkout or a folder given: the same bytes
each time for the same checkout.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
DATA = CHECKOUT.parent / "shared" / "data"
SEED = 1
sys.path[:0] = [str(HERE.parent), str(CHECKOUT)]

from names import teaching  # noqa: E402 - the paths come first

from guardrails.pii.names.knowledge import FILE  # noqa: E402

if __name__ == "__main__":
    started = time.monotonic()
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    if not (data / "names").is_dir():
        sys.exit(f"Nothing to learn from: {data} is not there. The file in the checkout stays.")
    knowledge = teaching.learnt(data, SEED, CHECKOUT)
    FILE.write_bytes(knowledge.packed())
    size = FILE.stat().st_size
    print(f"{FILE.relative_to(CHECKOUT)}: {size:,} bytes, {time.monotonic() - started:.0f} s")
