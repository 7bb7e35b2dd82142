"""Egress: no address leaves that is not, letter for letter, in a cited source."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guardrails.egress import clean

SOURCE = "Voir https://intranet.exemple.fr/conges?an=2026, www.exemple.org ou aide@exemple.fr."


@pytest.mark.parametrize(
    "link",
    [
        "https://intranet.exemple.fr/conges?an=2026",
        "intranet.exemple.fr",
        "www.exemple.org",
        "aide@exemple.fr",
    ],
)
def test_an_address_of_the_source_stays(link: str) -> None:
    assert clean(f"Voir {link} .", [SOURCE]) == (f"Voir {link} .", ())


@pytest.mark.parametrize(
    "link",
    [
        "https://intranet.exemple.fr/conges",
        "https://intranet.exemple.fr/conges?an=2026&q=secret",
        "https://voleur.example/?q=secret",
        "http://intranet.exemple.fr/conges?an=2026",
        "voleur.example",
        "exemple.org",
        "voleur.example/a/b",
        "autre@exemple.fr",
        "voleur\u200b.example",
        "voleur．example",
        "voleur。example",
        "hxxps://voleur.example",
        "mailto:x@voleur.example",
        "javascript:location",
        "data:text/html;base64,AAAA",
        "\\\\serveur\\partage",
        "xn--vl-fka.example",
        "VOLEUR.EXAMPLE",
    ],
)
def test_any_other_address_gives_way(link: str) -> None:
    text, violations = clean(f"Voir {link} pour la suite", [SOURCE])

    assert text == "Voir … pour la suite"
    assert [one.clause for one in violations] == ["EGR-01"]


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Le [plafond](https://voleur.example) est fixe [1].", "Le plafond est fixe [1]."),
        ("![pixel](https://voleur.example/?q=a) Fin.", "pixel Fin."),
        ("![](https://voleur.example/?q=a)Fin.", "Fin."),
        ("<b>Gras</b> et <img src='https://v.example/x'>fin", "Gras et fin"),
        ("<img src=x onerror=alert(1) fin", ""),
        ("a <!-- caché --> b", "a  b"),
        ("Selon [1](https://voleur.example), oui.", "Selon [1], oui."),
        ("[[a](b)](c)", "a"),
        ("pla\u200bfond \u202ecaché\u202c", "plafond caché"),
        ("e\u0301te\u0301", "e\u0301te\u0301"),
        ("si a < b et b > c", "si a < b et b > c"),
        ("Le 1.2 et p. ex. 3.4.5", "Le 1.2 et p. ex. 3.4.5"),
    ],
)
def test_markup_and_hidden_characters_go(written: str, left: str) -> None:
    assert clean(written, [])[0] == left


PIECES = st.sampled_from(
    [
        "[",
        "]",
        "(",
        ")",
        "!",
        "<",
        ">",
        "a",
        "voleur.example",
        "https://",
        "x@",
        ".",
        " ",
        "/",
        "\u200b",
    ]
)


@given(st.lists(PIECES, max_size=20))
def test_nothing_that_looks_like_a_host_is_left_however_it_was_wrapped(pieces: list[str]) -> None:
    text, _ = clean("".join(pieces), [])

    assert re.search(r"(?<!\w)voleur\.example(?!\w)", text) is None
    assert clean(text, [])[0] == text
