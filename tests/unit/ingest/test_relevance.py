"""What was found for a reason is told from what is only nearest."""

from __future__ import annotations

import pytest
from passages import document, embedded

from ingest.index import Hit, Nearness
from ingest.lexicon import Term
from ingest.relevance import Evidence, Rule, evidence
from models.ports import Language
from models.words import stem

RARE, USUAL = 5.0, 1.0
NEAR = Nearness(cosine=0.8, bm25=14.0, usual_cosine=0.5, usual_bm25=2.0)
FAR = Nearness(cosine=0.5, usual_cosine=0.5, usual_bm25=2.0)


def hit(text: str, near: Nearness) -> Hit:
    return Hit(embedded(document("page", text)).chunks[0], 1.0, near)


def terms(**weights: float) -> list[Term]:
    return [
        Term(frozenset({stem(word, Language.FRENCH)}), weight) for word, weight in weights.items()
    ]


def test_words_that_no_single_passage_holds_are_missing() -> None:
    hits = [hit("Le badge se rend.", NEAR), hit("Le parking est clos.", NEAR)]

    told = evidence(terms(badge=RARE, parking=USUAL), hits, Language.FRENCH)

    assert told is not None
    assert told.missing == USUAL


def test_a_word_counts_as_it_was_meant() -> None:
    mistyped = [Term(frozenset({"bagd", "badg"}), RARE)]

    told = evidence(mistyped, [hit("Le badge se rend.", NEAR)], Language.FRENCH)

    assert told is not None
    assert told.missing == 0


def test_what_stands_above_the_usual_is_more_likely_relevant() -> None:
    asked = terms(badge=RARE, perdu=USUAL)
    rule = Rule.read()

    found = evidence(asked, [hit("Un badge perdu se signale.", NEAR)], Language.FRENCH)
    nearest = evidence(asked, [hit("Le train part à midi.", FAR)], Language.FRENCH)

    assert found is not None
    assert nearest is not None
    assert rule.likelihood(nearest) < rule.least < rule.likelihood(found)


def test_a_cosine_tells_nothing_by_itself() -> None:
    """Embedders differ: what one calls .8 another calls .4."""
    asked = terms(badge=RARE)
    other = Nearness(cosine=0.4, bm25=14.0, usual_cosine=0.1, usual_bm25=2.0)

    one = evidence(asked, [hit("badge", NEAR)], Language.FRENCH)
    another = evidence(asked, [hit("badge", other)], Language.FRENCH)

    assert one is not None
    assert another is not None
    assert list(one) == pytest.approx(list(another))


@pytest.mark.parametrize("near", [Nearness(), Nearness(bm25=3.0, usual_bm25=2.0)])
def test_a_search_by_words_alone_cannot_tell(near: Nearness) -> None:
    assert evidence(terms(badge=RARE), [hit("badge", near)], Language.FRENCH) is None


def test_a_question_without_words_cannot_be_told() -> None:
    assert evidence([], [hit("badge", NEAR)], Language.FRENCH) is None


def test_however_extreme_a_measure_the_likelihood_is_a_share() -> None:
    rule = Rule.read()
    least, most = Evidence(1e9, 0, 0, 0), Evidence(0, 9, 1e9, 1)

    assert 0 <= rule.likelihood(least) <= rule.likelihood(most) <= 1
