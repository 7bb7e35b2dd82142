"""Messages, as mail and as Outlook keeps them: headers, text, and what is attached."""

from __future__ import annotations

import struct
from email.message import EmailMessage

import pytest
from office import compound, outlook

from ingest.documents import BlockKind, Hidden, Hiding
from ingest.errors import UnreadableFileError
from ingest.readers import limits, read, reasons

H, P = BlockKind.HEADING, BlockKind.PARAGRAPH


def message(subject: str = "Congés d’été") -> EmailMessage:
    made = EmailMessage()
    made["Subject"] = subject
    made["From"] = "Camille Phare <camille@phares.example>"
    made["Date"] = "Mon, 02 Mar 2026 10:00:00 +0100"
    made.set_content("Bonjour,\n\nVoici la règle.\n")
    return made


def said(blocks: object) -> list[tuple[BlockKind, int, str]]:
    return [(block.kind, block.level, block.text) for block in blocks]  # type: ignore[attr-defined]


def test_a_message_says_who_when_and_what_then_its_attachments() -> None:
    made = message()
    made.add_attachment("# Règle\n\nDeux jours.", subtype="markdown", filename="regle.md")

    reading = read("message.eml", made.as_bytes())

    assert reading.title == "Congés d’été"
    assert said(reading.blocks) == [
        (H, 1, "Congés d’été"),
        (P, 0, "From: Camille Phare <camille@phares.example>"),
        (P, 0, "Date: Mon, 02 Mar 2026 10:00:00 +0100"),
        (P, 0, "Bonjour,"),
        (P, 0, "Voici la règle."),
        (H, 2, "regle.md"),
        (H, 3, "Règle"),
        (P, 0, "Deux jours."),
    ]


def test_the_page_that_a_person_sees_is_read_and_not_its_plain_twin() -> None:
    made = message()
    made.add_alternative("<p>Vu.</p><p style='display:none'>ordre</p>", subtype="html")

    reading = read("message.eml", made.as_bytes())

    assert reading.blocks[-1].text == "Vu."
    assert "Bonjour," not in [block.text for block in reading.blocks]
    assert reading.hidden == (Hidden(Hiding.TEXT, 1),)


def test_an_attachment_that_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    made = message()
    made.add_attachment(b"\x00\x01", maintype="application", subtype="x", filename="outil.exe")

    reading = read("message.eml", made.as_bytes())

    assert reading.blocks[-1].text == "Voici la règle."
    assert reading.hidden == (Hidden(Hiding.UNREAD_ATTACHMENT, 1),)


def test_messages_inside_each_other_are_read_to_a_depth() -> None:
    made = message("niveau 0")
    for depth in range(1, limits.ATTACHED_DEPTH + 3):
        outer = message(f"niveau {depth}")
        outer.add_attachment(made)
        made = outer

    reading = read("message.eml", made.as_bytes())

    text = " ".join(block.text for block in reading.blocks)
    assert "niveau 2" in text
    assert "niveau 1" not in text
    assert reading.hidden == (Hidden(Hiding.UNREAD_ATTACHMENT, 1),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_message_is_read_whatever_saved_it(encoding: str) -> None:
    data = "Subject: Règle\n\nDeux jours.\n".encode(encoding)

    assert read("message.eml", data).blocks[-1].text == "Deux jours."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"bonjour", reasons.MISLABELLED),
        (b"Content-Type: multipart/encrypted; boundary=x\n\n--x--", reasons.ENCRYPTED),
        (
            b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx",
            reasons.ENCRYPTED,
        ),
        (b"Content-Type: multipart/mixed; boundary=x\n\n", reasons.NO_TEXT),
    ],
)
def test_a_message_that_cannot_be_read_is_refused(data: bytes, reason: object) -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read("message.eml", data)

    assert refusal.value.reason == reason


@pytest.mark.parametrize(
    "head",
    [
        b"Subject: =?utf-99?q?x?=\nContent-Type: text/plain; charset=utf-99",
        b"Subject: \xff\xfe\nContent-Type: text/plain; charset=iso-8859-1",
        b"From: <<<>>>@@\nDate: demain\nContent-Type: ; ; =",
        b"To: " + b"(" * 500 + b"\nContent-Disposition: attachment; filename*0*=x''%ff",
    ],
)
def test_odd_headers_do_not_hide_the_text(head: bytes) -> None:
    reading = read("message.eml", head + b"\n\nDeux jours.\n")

    assert reading.blocks[-1].text == "Deux jours."


SENT = struct.pack("<HHIQ", 0x40, 0x0039, 0, 133_800_000_000_000_000)
ATTACHED = "__substg1.0_3701"


def test_an_outlook_message_says_who_when_and_what_then_its_attachments() -> None:
    inner = outlook({"0037": "Ancien", "1000": "Avant."}, inner=True)
    tree = outlook(
        {"0037": "Congés", "0C1A": "Camille Phare", "1000": "Voici la règle."},
        {
            "__properties_version1.0": bytes(32) + SENT,
            "__attach_version1.0_#00000000": {
                "__substg1.0_3707001F": "regle.txt".encode("utf-16-le"),
                f"{ATTACHED}0102": b"Deux jours.",
            },
            "__attach_version1.0_#00000001": {f"{ATTACHED}000D": inner},
        },
    )

    reading = read("message.msg", compound(tree))

    assert reading.title == "Congés"
    assert said(reading.blocks) == [
        (H, 1, "Congés"),
        (P, 0, "From: Camille Phare"),
        (P, 0, "Date: 2024-12-30 02:40"),
        (P, 0, "Voici la règle."),
        (H, 2, "regle.txt"),
        (P, 0, "Deux jours."),
        (H, 2, "message.msg"),
        (H, 3, "Ancien"),
        (P, 0, "Avant."),
    ]


def test_the_html_of_an_outlook_message_is_what_a_person_sees() -> None:
    html = b"<p>Vu.</p><!-- ordre -->"
    tree = outlook({"0037": "Note", "1000": "Jumeau."}, {"__substg1.0_10130102": html})

    reading = read("message.msg", compound(tree))

    assert [block.text for block in reading.blocks] == ["Note", "Vu."]


def test_packed_rtf_is_unpacked() -> None:
    """The example of MS-OXRTFCP 3.2, which refers back to its own beginning."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af86c08"
        "e3700a5d0a80420bf020686577006c6c6f0a8020776f7204 6c647d0a800fa0".replace(" ", "")
    )
    tree = outlook({"0037": "Note"}, {"__substg1.0_10090102": packed})

    reading = read("message.msg", compound(tree))

    assert reading.blocks[-1].kind is P


def test_a_compound_file_that_is_no_message_is_refused() -> None:
    with pytest.raises(UnreadableFileError) as refusal:
        read("message.msg", compound({"WordDocument": b"x"}))

    assert refusal.value.reason == reasons.MISLABELLED
