"""Orders to an assistant in what a file says: counted for its owner, and handled as agreed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from guardrails import injection
from ingest import readers
from ingest.collections import OrdersFound
from ingest.documents import Block, Hidden, Hiding, Reading
from ingest.errors import UnreadableFileError
from models.ports import Language


def handled(reading: Reading, asked: OrdersFound, language: Language) -> Reading:
    """The reading as its collection takes it, with what was found among the hidden.

    Raises UnreadableFileError when it holds an order and the collection takes none.
    """
    found: Counter[Hiding] = Counter()
    blocks = tuple(_handled(block, asked, language, found) for block in reading.blocks)
    if not found:
        return reading
    if found[Hiding.ORDER] and asked is OrdersFound.QUARANTINE:
        raise UnreadableFileError(readers.reasons.ORDERS)
    return replace(reading, blocks=blocks, hidden=(*reading.hidden, *_counted(found)))


def _handled(block: Block, asked: OrdersFound, language: Language, found: Counter[Hiding]) -> Block:
    orders = injection.in_passage(block.text, language)
    if not orders:
        return block
    certain = any(order.certain for order in orders)
    found[Hiding.ORDER if certain else Hiding.SUSPECT] += 1
    if not certain or asked is not OrdersFound.NEUTRALISE:
        return block
    return replace(block, text=injection.neutralised(block.text, orders).text)


def _counted(found: Counter[Hiding]) -> Iterator[Hidden]:
    return (Hidden(kind, count) for kind, count in sorted(found.items()))
