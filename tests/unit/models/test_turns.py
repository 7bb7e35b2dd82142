"""One thread at a time, and a question never behind more than one piece of a long job."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import pytest

from models.turns import Turns

WAIT_S = 10


def test_a_short_job_passes_before_the_long_ones_that_wait() -> None:
    turns, passed, begun = Turns(), list[str](), Event()

    def long_job(name: str) -> None:
        with turns.long():
            passed.append(name)

    def short_job() -> None:
        begun.set()
        with turns.short():
            passed.append("question")

    with turns.long():
        waiting = [Thread(target=long_job, args=(f"piece {n}",)) for n in range(3)]
        for thread in waiting:
            thread.start()
        question = Thread(target=short_job)
        question.start()
        assert begun.wait(WAIT_S)
        _until_it_waits(turns)
    for thread in (*waiting, question):
        thread.join(WAIT_S)

    assert passed[0] == "question"
    assert sorted(passed[1:]) == ["piece 0", "piece 1", "piece 2"]


def test_turns_are_taken_one_at_a_time() -> None:
    turns, start = Turns(), Barrier(8)
    inside = list[int]()
    seen = list[int]()

    def job(n: int) -> None:
        start.wait(WAIT_S)
        for _ in range(50):
            with turns.short() if n % 2 else turns.long():
                inside.append(n)
                seen.append(len(inside))
                inside.remove(n)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(job, range(8)))

    assert seen == [1] * 400


def test_a_job_that_fails_gives_its_turn_back() -> None:
    turns = Turns()

    with pytest.raises(ValueError, match="broken"), turns.long():
        raise ValueError("broken")

    with turns.short():
        pass


def _until_it_waits(turns: Turns) -> None:
    """Until the short job stands in the queue."""
    with turns._changed:  # noqa: SLF001  (what waits is nobody's business but this test's)
        assert turns._changed.wait_for(lambda: turns._short, WAIT_S)  # noqa: SLF001
