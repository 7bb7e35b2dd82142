"""What a fuzzer finds to cost most still costs in proportion to its length."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from slowest import worst

from guardrails.pii import IdentifiersAndNames
from models.ports import Language

pytestmark = pytest.mark.slow

SEARCHED_S = 5
ENOUGH_S = 30  # a quadratic scan of the long text would need minutes


@pytest.fixture(autouse=True)
def _an_end() -> Iterator[None]:
    signal.alarm(ENOUGH_S)
    yield
    signal.alarm(0)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_worst_text_repeated_a_hundred_times_is_read_to_its_end(seed: int) -> None:
    identifiers = IdentifiersAndNames()
    _, text = worst(lambda one: identifiers.find(one, Language.FRENCH), SEARCHED_S, seed)

    found = identifiers.find(text * 100, Language.FRENCH)

    assert all(0 <= one.start < one.end <= len(text) * 100 for one in found)
