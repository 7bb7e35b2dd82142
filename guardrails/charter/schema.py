"""What a charter's file may contain, as it comes in."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, RootModel

from guardrails.verdicts import Decision, Stage

Identifier = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,39}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Kind(StrEnum):
    """How a test says what it says."""

    DIRECT = "direct"
    PARAPHRASE = "paraphrase"
    EUPHEMISM = "euphemism"
    PROXY = "proxy"
    NEGATION = "negation"
    QUOTATION = "quotation"
    TYPING = "typing"
    MIXED = "mixed"
    TURNS = "turns"
    FACTS = "facts"


def _numbered(given: object) -> object:
    """YAML reads `version: 3` as a number."""
    return str(given) if isinstance(given, int | float) else given


Version = Annotated[str, BeforeValidator(_numbered), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WordingFile(_Strict):
    fr: str = ""
    en: str = ""


class ListsFile(_Strict):
    fr: list[str] = []
    en: list[str] = []


class WordsFile(ListsFile):
    but: ListsFile = ListsFile()


class LikenessFile(_Strict):
    like: list[str] = Field(min_length=1)
    unlike: list[str] = []
    at_least: Share


class ExampleFile(_Strict):
    say: str | list[str] = Field(min_length=1)
    expect: Decision
    stage: Stage | None = None
    kind: Kind = Kind.DIRECT


class SaidFile(_Strict):
    say: str | list[str] = Field(min_length=1)
    stage: Stage


Case = Annotated[str, Field(min_length=1)] | list[str] | SaidFile


class TestsFile(RootModel[dict[Kind, dict[Decision, list[Case]]]]):
    """A clause's tests in a file of their own: under their kind, under what is expected."""

    model_config = ConfigDict(frozen=True)


class GreyBandFile(_Strict):
    fact: str
    low: Share = Field(alias="from")
    high: Share = Field(alias="to")
    ask: Literal["judge"] = "judge"


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
    grey_band: GreyBandFile | None = None
    on_error: Literal[Decision.REFUSE, Decision.ESCALATE] = Decision.REFUSE
    review_by: date | None = None
    tests: list[ExampleFile] | str = []


class UseCaseFile(_Strict):
    id: Identifier
    title: WordingFile
    message: WordingFile
    owner: str = Field(min_length=1)
    allow: Any
    tests: list[ExampleFile] | str = []


class HeadingFile(_Strict):
    id: Identifier
    version: Version


class CharterFile(_Strict):
    form: Literal[1, 2] = Field(default=1, alias="schema")
    charter: HeadingFile
    words: dict[Identifier, WordsFile] = {}
    spelled_right: list[str] = []
    facts: dict[Identifier, dict[Identifier, WordsFile]]
    nearest: dict[str, LikenessFile] = {}
    use_cases: list[UseCaseFile] = []
    clauses: list[ClauseFile] = Field(min_length=1)
