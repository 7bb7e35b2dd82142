"""Orders addressed to the assistant, inside a question or hidden in a document.

What is certain is refused in a question and cut out of a passage; what is suspect is reported and
stays. Rules know forms; what holds when they miss is behind them: passages are data to the
prompt, and no sentence is shown that its sources do not support.
"""

from guardrails.injection.neutralising import MARKER as MARKER
from guardrails.injection.neutralising import neutralised as neutralised
from guardrails.injection.orders import (
    AGAINST_US as AGAINST_US,
)
from guardrails.injection.orders import (
    KIND as KIND,
)
from guardrails.injection.orders import (
    Order as Order,
)
from guardrails.injection.orders import (
    in_passage as in_passage,
)
from guardrails.injection.orders import (
    orders as orders,
)
from guardrails.injection.rules import Family as Family
