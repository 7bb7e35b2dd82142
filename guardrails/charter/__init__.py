"""The company's AI charter as clauses that decide: read, examined, applied."""

from guardrails.charter.examination import Trial, check, test
from guardrails.charter.loading import load
from guardrails.charter.rules import Charter, Clause

__all__ = ["Charter", "Clause", "Trial", "check", "load", "test"]
