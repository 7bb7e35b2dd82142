"""The error rate and how well it is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A confidence interval, both bounds in [0, 1]."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """Errors among reviewed answers. Without a review nothing is known: None, never 0."""

    n: int
    errors: int
    rate: float | None
    interval: Interval | None


def error_rate(errors: int, n: int) -> ErrorRate:
    """The rate with its 95 % interval."""
    if n == 0:
        return ErrorRate(0, 0, None, None)
    return ErrorRate(n, errors, errors / n, clopper_pearson(errors, n))


def clopper_pearson(errors: int, n: int, confidence: float = 0.95) -> Interval:
    """The exact binomial interval for k errors in n > 0 reviews. Source: Clopper & Pearson 1934."""
    from scipy.stats import beta

    tail = (1 - confidence) / 2
    low = 0.0 if errors == 0 else float(beta.ppf(tail, errors, n - errors + 1))
    high = 1.0 if errors == n else float(beta.ppf(1 - tail, errors + 1, n - errors))
    return Interval(low, high)
