"""The engine beside llama.cpp's own programs, built from the same sources (`make peers`).

llama-server has as many slots of the same size; what it decodes is taken from its own clock, so
that HTTP costs it nothing there. llama-bench writes alone, with nothing around it.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import bench_llm
from bench_llm import ROOM, ROUNDS, USERS, House, Tokens, house
from model_servers import LLAMA_SERVER, PROGRAMS, llama_server

from server.benching import Figure, PeerMissingError

LLAMA_BENCH = PROGRAMS / "llama-bench"
SERVER, BENCH = f"llama-server, {USERS} slots", "llama-bench"
THREADS = str(len(os.sched_getaffinity(0)))  # as many as the engine takes
ASKED_S = 600.0
ALONE, BEFORE = 96, 100  # tokens of one user, behind so many

Facts = dict[str, float]


class Server:
    """llama-server over one model file."""

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)

    def together(self, texts: Sequence[Tokens], limit: int) -> list[Facts]:
        """Continue each text in the slot of its number; the server's timings, in milliseconds."""
        with ThreadPoolExecutor(len(texts)) as pool:
            return list(pool.map(self._write, range(len(texts)), texts, [limit] * len(texts)))

    def _write(self, slot: int, tokens: Tokens, limit: int) -> Facts:
        wanted = {"prompt": tokens, "n_predict": limit, "id_slot": slot, "cache_prompt": True}
        wanted |= {"temperature": 0, "ignore_eos": True}
        assert self._at.hostname is not None
        connection = HTTPConnection(self._at.hostname, self._at.port, timeout=ASKED_S)
        connection.request("POST", "/completion", json.dumps(wanted))
        said = json.load(connection.getresponse())
        connection.close()
        timings: Facts = said["timings"]
        assert timings["predicted_n"] == limit, said
        return timings


def figures() -> Iterator[Figure]:
    if not LLAMA_SERVER.is_file():
        raise PeerMissingError("llama.cpp's own programs are not built: make peers")
    with house() as one, served(one.path) as server:
        yield eight_users(one, server)
        for limit in (64, 256):
            yield sharing(one, server, limit)
        yield single_user(one)


@contextmanager
def served(model: Path) -> Iterator[Server]:
    options = ("--ctx-size", str(USERS * ROOM), "--threads", THREADS, "--ubatch-size", "512")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with llama_server(model, log, USERS, *options, "--no-kv-unified") as child:
            yield Server(child.url)


def eight_users(one: House, server: Server) -> Figure:
    """Decoding alone: each slot has read its prompt before the clock runs."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        shared = one.text(599)
        texts = [[*shared, 3 + n] for n in range(USERS)]
        ours.append(bench_llm.decoding(one, texts))
        server.together(texts, 1)
        timings = server.together(texts, 64)
        theirs.append(sum(1000 * of["predicted_n"] / of["predicted_ms"] for of in timings))
    return Figure(
        "llama_cpp: 8 users, 600 tokens of context, decoding",
        round(median(ours), 1),
        "tokens/s",
        SERVER,
        round(median(theirs), 1),
    )


def sharing(one: House, server: Server, limit: int) -> Figure:
    """From the questions until the last user has the last token; prompts share 300 of 600."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        texts = bench_llm.half_shared(one)
        ours.append(bench_llm.seconds(partial(one.together, texts, limit)))
        theirs.append(bench_llm.seconds(partial(server.together, texts, limit)))
    return Figure(
        f"llama_cpp: 8 users, 600-token prompts sharing 300, until all have {limit} tokens",
        round(median(ours), 2),
        "s",
        SERVER,
        round(median(theirs), 2),
    )


def single_user(one: House) -> Figure:
    """By turns, for the machine has its moods."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        stamps = one.stamps(one.text(BEFORE), ALONE)
        ours.append((len(stamps) - 1) / (stamps[-1] - stamps[0]))
        theirs.append(llama_bench(one.path))
    return Figure(
        "llama_cpp: one user, decoding",
        round(median(ours), 1),
        "tokens/s",
        BENCH,
        round(median(theirs), 1),
    )


def llama_bench(model: Path) -> float:
    """Tokens a second that it writes behind as many as ours does."""
    command = [str(LLAMA_BENCH), "-m", str(model), "-p", "0", "-n", str(ALONE), "-d", str(BEFORE)]
    command += ["-t", THREADS, "-r", "1", "-fa", "0", "-o", "json"]
    ran = subprocess.run(command, check=True, capture_output=True)
    (row,) = json.loads(ran.stdout)
    return float(row["avg_ts"])
