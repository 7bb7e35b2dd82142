"""Adaptation: an embedder learns a house's own words, from pairs that nobody had to label."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from models.sentence import load_library, multiplies_bfloat16

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

    Weights = Mapping[str, torch.Tensor]

BATCH = 32
"""Pairs of a step: each passage is a wrong answer to the 31 other questions."""

RATE = 5e-5
"""At 2e-4 the model forgot more than it learnt: on real questions it fell below its base."""

_LEARNT = 0.5
"""How far the kept weights go from the old ones to the taught ones: half-way forgets less of what
the base knew, and ranked no worse. Source: Wortsman et al. 2022, arXiv:2109.01903."""

_WARM_UP = 0.1  # share of the budget
_DRAWS = 4 * BATCH  # pairs looked at for one batch; a small house has fewer documents than that
_QUESTION_TOKENS = 48
_PASSAGE_TOKENS = 80  # a passage's first lines teach nearly as much as the whole, in half the time
_LONGEST_GRADIENT = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Words that someone may look for, and a passage of the document they should find."""

    question: str
    passage: str
    document: str


@dataclass(frozen=True, slots=True)
class Budget:
    """A training ends with its steps or with its time, whichever comes first."""

    seconds: float
    steps: int


@dataclass(frozen=True, slots=True)
class Training:
    """What a training did."""

    steps: int
    pairs: int
    seconds: float


def adapt(
    base: Path,
    into: Path,
    pairs: Iterator[Pair],
    budget: Budget,
    watch: Callable[[float], None],
) -> Training:
    """Train the embedder of one folder on endless pairs, and write it to another.

    The same pairs and steps give the same weights but for the last bits, which depend on how
    threads share a sum. `watch` is told before each step which share of the budget is spent;
    what it raises ends the training with nothing written. Raises ModelUnavailableError for a
    base that cannot be loaded.
    """
    import torch

    model = load_library(base)
    former = {name: value.clone() for name, value in model.state_dict().items()}
    started = time.monotonic()
    with torch.random.fork_rng():  # other parts' dice are left alone
        torch.manual_seed(0)
        steps, seen = _train(model, pairs, budget, watch)
    model.load_state_dict(_between(former, model.state_dict()))
    model.eval().save(str(into), create_model_card=False)
    return Training(steps, seen, time.monotonic() - started)


def _train(
    model: SentenceTransformer,
    pairs: Iterator[Pair],
    budget: Budget,
    watch: Callable[[float], None],
) -> tuple[int, int]:
    """How many steps were made, and with how many pairs.

    A loop of our own, since the library's Trainer needs two more packages for what it adds:
    data sets on disk, several processors. Weights stay in float32, so that no small step is lost.
    """
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)
    half = multiplies_bfloat16()
    started, steps, seen = time.monotonic(), 0, 0
    model.train()
    while (spent := _spent(budget, steps, time.monotonic() - started)) < 1:
        watch(spent)
        for group in optimizer.param_groups:
            group["lr"] = RATE * min((spent + 1 / budget.steps) / _WARM_UP, 1 - spent)
        batch = _batch(pairs)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            vectors = _vectors(model, batch)
        optimizer.zero_grad()
        _loss(model, vectors).backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), _LONGEST_GRADIENT)
        optimizer.step()
        steps, seen = steps + 1, seen + len(batch)
    return steps, seen


def _between(former: Weights, taught: Weights) -> Weights:
    return {
        name: value.lerp(taught[name], _LEARNT) if value.is_floating_point() else value
        for name, value in former.items()
    }


def _spent(budget: Budget, steps: int, seconds: float) -> float:
    return max(steps / budget.steps, seconds / budget.seconds)


def _batch(pairs: Iterator[Pair]) -> list[Pair]:
    """No two pairs of one document: no passage is the wrong answer to its own title."""
    found: dict[str, Pair] = {}
    for pair in islice(pairs, _DRAWS):
        found.setdefault(pair.document, pair)
        if len(found) == BATCH:
            break
    return list(found.values())


def _vectors(model: SentenceTransformer, batch: Sequence[Pair]) -> list[torch.Tensor]:
    questions = _read(model, [pair.question for pair in batch], _QUESTION_TOKENS)
    passages = _read(model, [pair.passage for pair in batch], _PASSAGE_TOKENS)
    return [questions.float(), passages.float()]


def _read(model: SentenceTransformer, texts: list[str], longest: int) -> torch.Tensor:
    tokens = model.tokenizer(
        texts, padding=True, truncation=True, max_length=longest, return_tensors="pt"
    )
    vectors: torch.Tensor = model(dict(tokens))["sentence_embedding"]
    return vectors


def _loss(model: SentenceTransformer, vectors: list[torch.Tensor]) -> torch.Tensor:
    """Each question finds its passage among the batch's, and each passage its question.

    Source: Henderson et al. 2017, arXiv:1705.00652.
    """
    import torch
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    both_ways = MultipleNegativesRankingLoss(
        model, directions=("query_to_doc", "doc_to_query"), partition_mode="per_direction"
    )
    loss: torch.Tensor = both_ways.compute_loss_from_embeddings(
        vectors, torch.arange(len(vectors[0]))
    )
    return loss
