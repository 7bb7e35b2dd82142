"""The written procedure for working without the AI: the house's own, or a sound default."""

from __future__ import annotations

from pathlib import Path

from models.ports import Language
from models.wording import Wording

DEFAULT = Wording(
    fr=(
        "L’assistant est arrêté. Vous pouvez continuer : cherchez dans les documents ci-dessous, "
        "écrivez à la personne responsable, ou laissez votre question ; quelqu’un y répondra ici."
    ),
    en=(
        "The assistant is stopped. You can go on: search the documents below, write to the "
        "person in charge, or leave your question; someone will answer it here."
    ),
)


def read_procedure(home: Path) -> Wording:
    """`procedure.fr.txt` and `procedure.en.txt` of the home, each with the default behind it."""
    return Wording(
        fr=_text(home / "procedure.fr.txt") or DEFAULT.spoken(Language.FRENCH),
        en=_text(home / "procedure.en.txt") or DEFAULT.spoken(Language.ENGLISH),
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
