"""The answer: everything but the model's own writing, from question to first sentence; stops."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import httpx
from adapters import ScriptedGenerator
from bench_record import nth
from visitor import served

from models.ports import Language, Prompt
from server.access import Person, Role, anyone
from server.asking import Asking
from server.audit.log import SealedOutcome
from server.benching import Figure
from server.lazy import Lazy
from server.outcomes import Answered, Mode
from server.settings import CHECKOUT, load
from server.web.app import create_app
from server.wiring import Vigie, open_vigie

EXAMPLES = CHECKOUT / "examples"
STOPS = 50
STARTS = 3
START_S = 60.0
STREAMED = {"Accept": "text/event-stream"}


def figures() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with open_vigie(load(home, generator="extractive")) as vigie:
            _furnish(vigie)
            vigie.warm_up()
            yield from _first_sentences(vigie)
            yield from _stops(vigie)
        yield from _starts(home)


def _first_sentences(vigie: Vigie) -> Iterator[Figure]:
    """Warm, one question at a time, over the demo company's answerable questions."""
    asker = anyone(vigie.secret)
    questions = [
        judged["question"]
        for line in (EXAMPLES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        if (judged := json.loads(line))["relevant"]
    ]
    first, whole, bare, answered = [], [], [], 0
    for question in questions * 2:
        asking = Asking(question, asker, Language.FRENCH)
        started = time.perf_counter()
        sealed_at: float | None = None
        for sealed in vigie.answering.answer(asking):
            sealed_at = sealed_at or time.perf_counter()
            if isinstance(sealed, SealedOutcome):
                answered += isinstance(sealed.outcome, Answered)
        whole.append((time.perf_counter() - started) * 1000)
        if sealed_at is not None:
            first.append((sealed_at - started) * 1000)
        bare.append(_bare_search(vigie, question, asker))
    peer = "embedding and search alone, same questions, same run"
    yield Figure("answer: first sentence p50", nth(first, 50), "ms", peer, nth(bare, 50))
    yield Figure("answer: first sentence p95", nth(first, 95), "ms", peer, nth(bare, 95), "≤ 60")
    yield Figure("answer: whole p95", nth(whole, 95), "ms", peer, nth(bare, 95))
    yield Figure("answer: answered by quoting", round(answered / len(whole), 3), "share")


def _bare_search(vigie: Vigie, question: str, asker: Person) -> float:
    started = time.perf_counter()
    vigie.searching.search(question, asker, Language.FRENCH, 6)
    return (time.perf_counter() - started) * 1000


def _stops(vigie: Vigie) -> Iterator[Figure]:
    """A model that never ends, stopped while its answer streams over HTTP; what still comes."""
    endless = replace(vigie.answering.engines, generator=Lazy(lambda: ScriptedGenerator(_endless)))
    app = create_app(replace(vigie, answering=replace(vigie.answering, engines=endless)))
    vigie.accounts.add("bench", secrets.token_urlsafe(12), [Role.EMPLOYEE], [], "bench")
    key = vigie.accounts.create_key("bench", "bench", "bench")
    with served(app) as address, httpx.Client(base_url=address, timeout=START_S) as web:
        web.headers["Authorization"] = f"Bearer {key}"
        taken = [_one_stop(vigie, web) for _ in range(STOPS)]
    said, ended = ([max(0.0, ms) for ms in column] for column in zip(*taken, strict=True))
    yield Figure("stop: until nothing more is sent, median", median(said), "ms")
    yield Figure("stop: until nothing more is sent, worst", max(said), "ms", aim="≤ 1000")
    yield Figure("stop: until the reader is told, median", median(ended), "ms")
    yield Figure("stop: until the reader is told, worst", max(ended), "ms", aim="≤ 1000")


def _one_stop(vigie: Vigie, web: httpx.Client) -> tuple[float, float]:
    """Milliseconds from the stop to the last sentence that is received, and to the end."""
    stopped_at = [0.0]

    def stop() -> None:
        vigie.switch.tighten(Mode.OFF, "bench", "bench")
        stopped_at[0] = time.perf_counter()

    said_at, outcome = 0.0, ""
    stopper = threading.Timer(0.05, stop)
    question = {"question": "Combien de jours de congés ?"}
    with web.stream("POST", "/api/v1/ask", json=question, headers=STREAMED) as response:
        for line in response.iter_lines():
            if line == "event: sentence":
                if not said_at:
                    stopper.start()
                said_at = time.perf_counter()
            outcome = line if line.startswith("data: ") else outcome
    ended_at = time.perf_counter()
    stopper.join()
    assert json.loads(outcome.removeprefix("data: "))["outcome"] == "stopped"
    for person in ("first", "second"):
        vigie.switch.restart("bench", person)
    return (said_at - stopped_at[0]) * 1000, (ended_at - stopped_at[0]) * 1000


def _endless(prompt: Prompt) -> Iterable[str]:
    """Supported sentences without end, a word at a time."""
    source = prompt.sources[0]
    sentence = re.split(r"(?<=[.!?])\s+", source.text.strip())[0]
    while True:
        for word in f"{sentence} [{source.n}]\n".split(" "):
            yield f"{word} "


def _starts(home: Path) -> Iterator[Figure]:
    serving, ready, memory = [], [], []
    for _ in range(STARTS):
        at_address, at_answer, resident = _one_start(home)
        serving.append(at_address)
        ready.append(at_answer)
        memory.append(resident)
    yield Figure("start: until pages are served", round(median(serving), 2), "s", aim="≤ 6")
    yield Figure("start: until a question is answered", round(median(ready), 2), "s")
    yield Figure("memory: resident after an answer", round(median(memory)), "MB", aim="≤ 1200")


def _one_start(home: Path) -> tuple[float, float, float]:
    vigie = shutil.which("vigie", path=str(Path(sys.executable).parent)) or "vigie"
    command = [vigie, "--home", str(home), "serve", "--port", "0"]
    environment = {**os.environ, "VIGIE_GENERATOR": "extractive"}
    started = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert server.stdout is not None
        address = next(line for line in server.stdout if line.startswith("http")).strip()
        _get(f"{address}/health")
        at_address = time.perf_counter() - started
        subprocess.run(
            [vigie, "--home", str(home), "ask", "Combien de jours de congés ?", "--json"],
            check=True,
            capture_output=True,
        )
        at_answer = time.perf_counter() - started
        return at_address, at_answer, _resident_mb(server.pid)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=START_S)


def _get(url: str) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.URLError:
            time.sleep(0.02)
    raise TimeoutError(url)


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")
    )


def _furnish(vigie: Vigie) -> None:
    for folder in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
        vigie.library.ingest(folder, None, vigie.operator, lambda _done, _of: None)
