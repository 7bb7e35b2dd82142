"""Orders addressed to the assistant, inside a question or hidden in a document.

What is certain is refused in a question and cut out of a passage; what is suspect is reported and
stays. Rules know forms; what holds when they miss is behind them: passages are data to the
prompt, and no sentence is shown that its sources do not support.
"""

from guardrails.injection.neutralising import MARKER, neutralised
from guardrails.injection.orders import AGAINST_US, KIND, Order, in_passage, orders
from guardrails.injection.rules import Family

__all__ = [
    "AGAINST_US",
    "KIND",
    "MARKER",
    "Family",
    "Order",
    "in_passage",
    "neutralised",
    "orders",
]
