"""The interval of the error rate is the exact one."""

from __future__ import annotations

import pytest

from server.audit.statistics import Interval, clopper_pearson, error_rate


@pytest.mark.parametrize(
    ("errors", "n", "confidence", "low", "high"),
    [
        (682, 925, 0.95, 0.7076683, 0.7654066),  # R, binom.test (Conover 1971)
        (4, 20, 0.90, 0.071354, 0.401029),  # NIST/SEMATECH handbook, 7.2.4.1
        (5, 10, 0.95, 0.187086, 0.812914),
        (1, 10, 0.95, 0.002529, 0.445016),
        (0, 100, 0.95, 0.0, 0.036217),  # 1 - 0.025 ** (1 / 100)
        (100, 100, 0.95, 0.963783, 1.0),
    ],
)
def test_intervals_are_the_published_ones(
    errors: int, n: int, confidence: float, low: float, high: float
) -> None:
    interval = clopper_pearson(errors, n, confidence)

    assert interval.low == pytest.approx(low, abs=1e-6)
    assert interval.high == pytest.approx(high, abs=1e-6)


def test_no_error_and_nothing_but_errors_are_exact() -> None:
    assert clopper_pearson(0, 7).low == 0
    assert clopper_pearson(7, 7).high == 1


def test_without_a_review_the_rate_is_unknown() -> None:
    unknown = error_rate(0, 0)

    assert (unknown.n, unknown.rate, unknown.interval) == (0, None, None)


def test_a_rate_stands_between_its_bounds() -> None:
    known = error_rate(2, 50)

    assert known.rate == 0.04
    assert isinstance(known.interval, Interval)
    assert known.interval.low < 0.04 < known.interval.high
