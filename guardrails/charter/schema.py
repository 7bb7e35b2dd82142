"""What a charter's file may contain, as it comes in."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from guardrails.verdicts import Decision, Stage

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]


def _numbered(given: object) -> object:
    """YAML reads `version: 3` as a number."""
    return str(given) if isinstance(given, int | float) else given


Version = Annotated[str, BeforeValidator(_numbered), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WordingFile(_Strict):
    fr: str = ""
    en: str = ""


class WordsFile(_Strict):
    fr: list[str] = []
    en: list[str] = []


class ExampleFile(_Strict):
    say: str = Field(min_length=1)
    expect: Decision
    stage: Stage | None = None


class ClauseFile(_Strict):
    id: Identifier
    title: WordingFile
    message: WordingFile
    basis: list[str] = []
    owner: str = Field(min_length=1)
    stages: list[Stage] = Field(default=[Stage.QUESTION], min_length=1)
    effect: Decision
    when: Any
    unless: Any = None
    tests: list[ExampleFile] = []


class HeadingFile(_Strict):
    id: Identifier
    version: Version


class CharterFile(_Strict):
    charter: HeadingFile
    facts: dict[Identifier, dict[Identifier, WordsFile]]
    clauses: list[ClauseFile] = Field(min_length=1)
