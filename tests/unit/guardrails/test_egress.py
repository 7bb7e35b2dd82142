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
        "Voleur.Com",
        "évil.fr",
        "еvil.com",  # the first letter is Cyrillic
        "evil.рф",
        "evil.中国",
        "उदाहरण.भारत",
        "evil[.]com",
        "evil(dot)com",
        "evil [point] com",
        "evil{.}com",
        "hxxps[:]//evil[.]com/a?b=c",
        "magnet:?xt=urn:btih:abc",
        "vscode://file/x",
        "skype:voleur",
        "matrix:u/voleur:example",
        "inconnu:ouvre?q=secret",
        "inconnu:/ouvre",
        "\\serveur\\partage",
        "\\\\serveur\\partage\\q",
        "evil&period;com",
        "evil&#46;com",
        "evil&amp;#x2e;com",
        "https&colon;//evil&period;com",
        "evil point com",
        "mail dot evil dot com",
        "evil . com",
        "evil .com",
        "evil. com",
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


@pytest.mark.parametrize(
    "prose",
    [
        "Note: voir le texte",
        "Note:texte et 12:30",
        "Horaires:lundi/mardi",
        "Il n'a point eu peur",
        "Le point info de la mairie, le point net",
        "C'est fin.Le début est là",
        "L'étape suivante.Été comme hiver",
        "std::vector et C:\\Temp\\essai",
        "art. L. 3141-3, R&D, 3 %. Et puis",
    ],
)
def test_prose_is_no_address(prose: str) -> None:
    assert clean(prose, []) == (prose, ())


@pytest.mark.parametrize(
    "text",
    [
        "Écrire à courriel:aide@exemple.fr ou site:www.exemple.fr/a?b=c",
        "Ne cliquez pas sur evil[.]com ni sur skype:voleur",
        "Voir www.exemple.fr/a?b=1&amp;c=2",
    ],
)
def test_an_address_that_the_source_writes_so_may_be_quoted(text: str) -> None:
    assert clean(text, [text])[1] == ()


def test_an_address_glued_to_a_word_in_the_source_may_stand_alone() -> None:
    assert clean("Voir aide@exemple.fr ici", ["courriel:aide@exemple.fr?"])[1] == ()


def test_entities_are_read_as_the_characters_they_stand_for() -> None:
    assert clean("AT&amp;T &lt;img src=x&gt;&eacute;t&eacute;&#8203;", [])[0] == "AT&T été"


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
