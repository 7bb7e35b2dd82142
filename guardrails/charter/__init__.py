"""The company's AI charter as clauses that decide: read, examined, applied."""

from guardrails.charter.cascade import Cascade, Senses
from guardrails.charter.examination import check
from guardrails.charter.loading import load
from guardrails.charter.rules import Charter, Clause
from guardrails.charter.trials import Trial, test

__all__ = ["Cascade", "Charter", "Clause", "Senses", "Trial", "check", "load", "test"]
