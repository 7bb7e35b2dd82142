"""How threads that compute together wait for each other."""

from __future__ import annotations

import os
import sys

_POLICY, _LOOKS = "OMP_WAIT_POLICY", "GOMP_SPINCOUNT"


def stay_awake() -> None:
    """Let them look for the others before they sleep. Call it before PyTorch or llama.cpp load.

    Both share one GNU OpenMP. Once it has more threads in hand than there are cores, as with an
    embedder and a model in one process, it lets each wait sleep after a hundred looks; a pass of
    a model waits hundreds of times, and took a third longer. Active waiting looks a thousand
    times then, and idle threads go to sleep after three milliseconds, as they do by default.
    What the environment says already stays. Source: the libgomp manual, its config/linux/wait.h.
    """
    if sys.platform == "linux" and not {_POLICY, _LOOKS} & os.environ.keys():
        os.environ.update({_POLICY: "active", _LOOKS: "300000"})
