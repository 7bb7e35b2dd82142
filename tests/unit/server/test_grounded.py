"""`vigie ground` says of each sentence whether it is carried, and which facts are missing."""

from __future__ import annotations

from server.judging import grounded

PASSAGE = "Le préavis est de trois mois pour un cadre. Le badge est rendu à Camille Exemple."


def test_the_facts_that_no_passage_holds_are_named() -> None:
    answer = "Le préavis d’un cadre est de quatre mois. Le badge est rendu à Camille Exemple."

    found = grounded("1", answer, [PASSAGE])

    assert found["id"] == "1"
    altered, quoted = found["sentences"]  # type: ignore[misc]
    assert altered["supported"] is False
    assert altered["missing"] == ["number quatre"]
    assert altered["facts"] == [{"kind": "number", "said": "quatre"}]
    assert quoted["supported"] is True
    assert quoted["facts"] == []
