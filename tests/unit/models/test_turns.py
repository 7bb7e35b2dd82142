"""Turns are given in the order asked for, and a place that is left is given on."""

from __future__ import annotations

import threading
import time

import pytest

from models.errors import ModelBusyError, ModelUnavailableError
from models.llama.turns import Turns


class Granted:
    def __init__(self) -> None:
        self.looks = 0

    def check(self) -> None:
        self.looks += 1


def test_turns_are_given_in_the_order_asked_for() -> None:
    turns, order = Turns(waiting=3), []
    turns.take(Granted())

    def wait(place: int) -> None:
        turns.take(Granted())
        order.append(place)
        turns.give_back()

    threads = []
    for place in range(3):
        permit_seen = threading.Thread(target=wait, args=(place,))
        permit_seen.start()
        threads.append(permit_seen)
        while len(turns) < place + 2:
            time.sleep(0.001)
    turns.give_back()
    for thread in threads:
        thread.join(5)

    assert order == [0, 1, 2]


def test_only_so_many_may_wait() -> None:
    turns = Turns(waiting=0)
    turns.take(Granted())

    with pytest.raises(ModelBusyError):
        turns.take(Granted())


def test_no_turn_is_given_once_shut() -> None:
    turns = Turns(waiting=1)
    turns.shut(timeout_s=1)

    with pytest.raises(ModelUnavailableError):
        turns.take(Granted())


def test_shutting_gives_up_when_a_turn_does_not_end() -> None:
    turns = Turns(waiting=1)
    turns.take(Granted())

    with pytest.raises(ModelBusyError):
        turns.shut(timeout_s=0.01)

    turns.give_back()
    turns.take(Granted())
