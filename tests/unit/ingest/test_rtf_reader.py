"""RTF: its letters, its tables, and what it hides."""

from __future__ import annotations

import pytest

from ingest.documents import BlockKind, Hidden, Hiding, Reading
from ingest.errors import UnreadableFileError
from ingest.readers import limits, read, reasons

H, P, I, R = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.ROW  # noqa: E741


def rtf(body: str, head: str = "") -> Reading:
    return read("note.rtf", (r"{\rtf1\ansi\ansicpg1252" + head + body + "}").encode("latin-1"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"Cong\'e9s pay\'e9s", "Congés payés"),
        (r"Cong\u233\'e9s", "Congés"),
        (r"\uc2 Cong\u233 ??s", "Congés"),
        (r"\u8364?5", "€5"),
        (r"\u-10179?\u-8704?", "\U0001f600"),
        (r"l\rquote \emdash \~5", "l’— 5".replace(" 5", "\xa05")),
        (r"\f1\'cf\'f0\'e8\'e2\'e5\'f2", "Привет"),
        (r"\f2\'93\'fa\'96\'7b", "日本"),
        (r"a\{b\}\\c", "a{b}\\c"),
        (r"avant{\pict\bin4 }\x{}apr\'e8s", "avantaprès"),
    ],
)
def test_letters_are_read_in_every_way_of_writing_them(body: str, text: str) -> None:
    fonts = r"{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}{\f2\fcharset128 Mincho;}}"

    assert rtf(body, fonts).blocks[0].text == text.replace("\xa0", " ")


def test_headings_items_and_rows_are_kept() -> None:
    reading = rtf(
        r"\pard\s1 Cong\'e9s\par\pard{\listtext 1.\tab}un\par"
        r"\pard\outlinelevel2 Sous-titre\par"
        r"\trowd\pard\intbl Grade\cell Jours\cell\row\trowd\intbl cadre\cell 28\cell\row"
        r"\pard Fin.\par",
        r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}}{\info{\title Note RH}{\author X}}",
    )

    assert reading.title == "Note RH"
    assert [(block.kind, block.level, block.text) for block in reading.blocks] == [
        (H, 1, "Congés"),
        (I, 0, "un"),
        (H, 3, "Sous-titre"),
        (R, 0, "Grade : cadre ; Jours : 28"),
        (P, 0, "Fin."),
    ]


@pytest.mark.parametrize(
    ("hidden", "kind"),
    [
        (r"{\v ordre}", Hiding.TEXT),
        (r"\v ordre\v0 ", Hiding.TEXT),
        (r"{\cf1 ordre}", Hiding.TEXT),
        (r"{\fs2 ordre}", Hiding.TEXT),
        (r"{\deleted ordre}", Hiding.DELETION),
        (r"{\*\annotation ordre}", Hiding.COMMENT),
    ],
)
def test_what_nobody_sees_is_left_out_and_told(hidden: str, kind: Hiding) -> None:
    reading = rtf(f"avant {hidden}apr\\'e8s", r"{\colortbl;\red255\green255\blue255;}")

    assert reading.blocks[0].text == "avant après"
    assert reading.hidden == (Hidden(kind, 1),)


def test_white_on_its_own_ground_is_read() -> None:
    colours = r"{\colortbl;\red255\green255\blue255;\red0\green0\blue0;}"

    assert rtf(r"{\highlight2\cf1 lisible}", colours).blocks[0].text == "lisible"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{\\rtf1 " + b"{" * (limits.NESTED + 2), reasons.TOO_LARGE),
        (b"{\\rtf1\\bin999999999 abc}", reasons.NO_TEXT),
        (b"bonjour", reasons.MISLABELLED),
    ],
)
def test_what_is_not_sane_is_refused(data: bytes, reason: object) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read("note.rtf", data)

    assert refusal.value.reason == reason
