"""What a verifier can find wrong with the record, each in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from models.wording import Wording


class Flaw(StrEnum):
    """Every way in which a record can differ from what was written."""

    EDITED = "edited"
    CONTENT_EDITED = "content-edited"
    CONTENT_MISSING = "content-missing"
    CONTENT_BACK = "content-back"
    CONTENT_STRAY = "content-stray"
    DROPPED = "dropped"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    FORKED = "forked"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True)
class Problem:
    """One flaw and where it is; `seq` is None for what concerns the record as a whole."""

    seq: int | None
    what: Flaw

    @property
    def sentence(self) -> Wording:
        said = _SENTENCES[self.what]
        return Wording(said.fr.format(seq=self.seq), said.en.format(seq=self.seq))


_SENTENCES = {
    Flaw.EDITED: Wording(
        "L’inscription {seq} n’est plus celle qui a été écrite.",
        "Entry {seq} is no longer the one that was written.",
    ),
    Flaw.CONTENT_EDITED: Wording(
        "Le contenu de l’inscription {seq} n’est plus celui qui a été écrit.",
        "The content of entry {seq} is no longer what was written.",
    ),
    Flaw.CONTENT_MISSING: Wording(
        "Le contenu de l’inscription {seq} a disparu sans qu’un effacement soit inscrit.",
        "The content of entry {seq} is gone, and no erasure on the record says why.",
    ),
    Flaw.CONTENT_BACK: Wording(
        "Le contenu de l’inscription {seq} avait été effacé\u00a0: il est revenu.",
        "The content of entry {seq} had been erased: it is back.",
    ),
    Flaw.CONTENT_STRAY: Wording(
        "Un contenu porte le numéro {seq}, qu’aucune inscription ne porte.",
        "There is content under number {seq}, which no entry bears.",
    ),
    Flaw.DROPPED: Wording(
        "L’inscription {seq} manque au registre.",
        "Entry {seq} is missing from the record.",
    ),
    Flaw.REORDERED: Wording(
        "L’inscription {seq} n’est pas à sa place, ou s’y trouve deux fois.",
        "Entry {seq} is out of its place, or stands there twice.",
    ),
    Flaw.TRUNCATED: Wording(
        "Le registre s’arrête avant l’inscription {seq}, que le point de contrôle atteste.",
        "The record ends before entry {seq}, which the checkpoint attests.",
    ),
    Flaw.FORKED: Wording(
        "Le registre se tient, mais le point de contrôle en atteste un autre.",
        "The record holds together, but it is not the one the checkpoint attests.",
    ),
    Flaw.CHECKPOINT: Wording(
        "Le point de contrôle est illisible, ou sa signature est fausse.",
        "The checkpoint cannot be read, or its signature is wrong.",
    ),
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found. `root` is the hex root of the tree as it stands.

    `signature_checked` is False when no public key or no checkpoint was given.
    """

    entries: int
    root: str
    problems: tuple[Problem, ...]
    signature_checked: bool

    @property
    def ok(self) -> bool:
        return not self.problems
