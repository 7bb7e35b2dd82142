"""Passages shortened to what a model can read in time: whole sentences, the best ones kept."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from models.budget import BYTES_PER_TOKEN, LEAST_TOKENS, Trimmed, tokens_in, trim
from models.fencing import asked, fenced, opening
from models.ports import Language, Prompt, Source
from models.quoting import relevance, sentences, weights
from models.segmentation import split

SENTENCES = st.sampled_from(
    [
        "Le badge est rendu à l’accueil le dernier jour.",
        "La cantine ouvre à midi.",
        "Un badge perdu est signalé dans l’heure !",
        "Durée",
        "Les élèves reçoivent 1 234,50 € à Noël.",
        "Voir l’art. 3 du règlement ; le badge y est décrit.",
    ]
)
TEXTS = st.lists(SENTENCES, max_size=6).flatmap(
    lambda said: st.sampled_from([" ", "\n", "\n\n"]).map(lambda between: between.join(said))
)
PROMPTS = st.builds(
    lambda texts, mark: Prompt(
        "Réponds.",
        tuple(Source(n, f"Titre {n}", text) for n, text in enumerate(texts, 1)),
        "Quand le badge est-il rendu ?",
        Language.FRENCH,
        mark,
    ),
    st.lists(TEXTS, max_size=5),
    st.sampled_from(["", "a1b2c3d4"]),
)
BUDGETS = st.integers(0, 600)


def size(prompt: Prompt) -> int:
    """Bytes of what is read for this question alone."""
    blocks = (fenced(one, prompt.mark) for one in prompt.sources)
    return sum(len(one.encode()) for one in (opening(prompt), asked(prompt), *blocks))


def said(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


def by_number(prompt: Prompt) -> dict[int, Source]:
    return {one.n: one for one in prompt.sources}


def texts(trimmed: Trimmed) -> list[str]:
    return [one.text for one in trimmed.prompt.sources]


@settings(deadline=None)  # a busy machine is no failure
@given(PROMPTS, BUDGETS)
def test_what_is_read_is_never_over_the_budget(prompt: Prompt, tokens: int) -> None:
    found = trim(prompt, tokens).prompt

    assert not found.sources or size(found) <= tokens * BYTES_PER_TOKEN


@settings(deadline=None)  # a busy machine is no failure
@given(PROMPTS, BUDGETS)
def test_no_sentence_is_cut_and_none_is_made_up(prompt: Prompt, tokens: int) -> None:
    whole = by_number(prompt)
    for one in trim(prompt, tokens).prompt.sources:
        left = whole[one.n].text
        for run in filter(None, one.text.split(" … ")):
            before, found, left = left.partition(run)
            assert found
            assert said(before) + said(run) == said(before + run)


@settings(deadline=None)  # a busy machine is no failure
@given(PROMPTS, BUDGETS)
def test_numbers_titles_and_order_stay(prompt: Prompt, tokens: int) -> None:
    found, whole = trim(prompt, tokens).prompt, by_number(prompt)

    numbers = [one.n for one in found.sources]
    assert numbers == sorted(numbers)
    assert all(one.title == whole[one.n].title for one in found.sources)
    assert (found.system, found.question, found.mark) == (
        prompt.system,
        prompt.question,
        prompt.mark,
    )


@settings(deadline=None)  # a busy machine is no failure
@given(PROMPTS, BUDGETS)
def test_trimming_again_changes_nothing(prompt: Prompt, tokens: int) -> None:
    once = trim(prompt, tokens).prompt

    assert trim(once, tokens) == Trimmed(once)


@settings(deadline=None)  # a busy machine is no failure
@given(PROMPTS, BUDGETS)
def test_what_is_told_is_what_was_left_out(prompt: Prompt, tokens: int) -> None:
    trimmed = trim(prompt, tokens)

    told = {one.n: one for one in trimmed.shortened}
    for source in prompt.sources:
        kept = by_number(trimmed.prompt).get(source.n)
        if source.n in told:
            assert told[source.n].kept < told[source.n].of == len(split(source.text))
            assert (told[source.n].kept == 0) == (kept is None)
        else:
            assert kept is None or kept.text.strip() == source.text.strip()


@settings(deadline=None)  # a busy machine is no failure
@given(PROMPTS, BUDGETS)
def test_a_passage_that_is_read_keeps_its_best_sentence_first(prompt: Prompt, tokens: int) -> None:
    found = [list(sentences(one, n, Language.FRENCH)) for n, one in enumerate(prompt.sources)]
    worth = weights(prompt.question, [one for each in found for one in each], Language.FRENCH)
    kept = by_number(trim(prompt, tokens).prompt)
    smallest = min((len(one.text) for each in found for one in each), default=0)
    for source, each in zip(prompt.sources, found, strict=True):
        best = max(each, key=lambda one: (relevance(one, worth), -one.start), default=None)
        if best is not None and source.n in kept and len(best.text) == smallest:
            assert best.text in kept[source.n].text  # nothing smaller could have taken its place


def test_what_fits_is_left_alone() -> None:
    prompt = Prompt("S", (Source(1, "T", "Le badge. La cantine."),), "Badge ?", Language.FRENCH)

    assert trim(prompt, 1_000) == Trimmed(prompt)


def test_the_sentences_that_answer_are_kept_and_the_gap_is_shown() -> None:
    filler = "La cantine ouvre à midi et ferme à deux heures. " * 8
    text = f"Le badge est rendu à l’accueil. {filler}Un badge perdu est signalé."
    prompt = Prompt("S", (Source(3, "T", text),), "Quand le badge est-il rendu ?", Language.FRENCH)

    (found,) = texts(trim(prompt, 80))

    assert found.startswith("Le badge est rendu à l’accueil.")
    assert found.endswith(" … Un badge perdu est signalé.")


def test_each_passage_keeps_a_sentence_before_any_keeps_two() -> None:
    text = "Le badge est rendu à l’accueil. Le badge est rendu le dernier jour au plus tard."
    sources = tuple(Source(n, f"T{n}", text) for n in (1, 2, 3))
    prompt = Prompt("S", sources, "Quand le badge est-il rendu ?", Language.FRENCH)

    trimmed = trim(prompt, 140)

    assert [one.n for one in trimmed.prompt.sources] == [1, 2, 3]
    assert any(one.kept == 1 for one in trimmed.shortened)


def test_a_slow_model_still_reads_something() -> None:
    assert tokens_in(10, 285) == 2850
    assert tokens_in(1, 0.5) == LEAST_TOKENS
