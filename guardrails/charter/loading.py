"""From a charter's file to a charter, or to the line and the field that are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from guardrails.charter.conditions import All, AnyOf, Condition, Fact, NoneOf
from guardrails.charter.document import Document, Field
from guardrails.charter.expressions import NUMBER, Expression, read, words_of
from guardrails.charter.facts import SHAPES
from guardrails.charter.lexicon import Lexicon, Words
from guardrails.charter.rules import Charter, Clause, Example, GreyBand, Likeness, UseCase
from guardrails.charter.schema import (
    CharterFile,
    ClauseFile,
    ExampleFile,
    Kind,
    ListsFile,
    SaidFile,
    TestsFile,
    UseCaseFile,
    WordingFile,
    WordsFile,
)
from guardrails.verdicts import Decision, Stage
from models.ports import Language
from models.wording import Wording

_GROUPS: dict[str, type[All | AnyOf | NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}


def load(path: Path, *, with_tests: bool = False) -> Charter:
    """A charter decides without its test files; only who examines it reads them.

    Raises CharterError, which names the file, the line, the field and what is wrong.
    """
    document = Document(path)
    try:
        file = CharterFile.model_validate(document.values)
    except ValidationError as error:
        raise document.invalid(error) from error
    return _Reading(document, file, with_tests=with_tests).charter()


class _Reading:
    """One file on its way to a charter."""

    def __init__(self, document: Document, file: CharterFile, *, with_tests: bool) -> None:
        self._document = document
        self._file = file
        self._with_tests = with_tests
        named = {f"{family}.{value}" for family, values in file.facts.items() for value in values}
        self._known = frozenset(named | SHAPES | set(file.nearest))

    def charter(self) -> Charter:
        heading = self._file.charter
        return Charter(
            id=heading.id,
            version=heading.version,
            digest=self._document.digest,
            clauses=tuple(
                self._clause(one, ("clauses", index))
                for index, one in enumerate(self._file.clauses)
            ),
            lexicon=self._lexicon(),
            use_cases=tuple(
                self._use_case(one, ("use_cases", index))
                for index, one in enumerate(self._file.use_cases)
            ),
            likenesses=tuple(
                Likeness(fact, tuple(one.like), tuple(one.unlike), one.at_least)
                for fact, one in self._file.nearest.items()
            ),
        )

    def _lexicon(self) -> Lexicon:
        families: list[Words] = []
        for name, written in self._file.words.items():
            families.append(self._words(name, written, families, ("words", name)))
        facts = [
            self._words(f"{family}.{value}", written, families, ("facts", family, value))
            for family, values in self._file.facts.items()
            for value, written in values.items()
        ]
        right = (word for one in self._file.spelled_right for word in words_of(one))
        return Lexicon(families, facts, right)

    def _words(self, name: str, written: WordsFile, families: Sequence[Words], at: Field) -> Words:
        words = Words(name, _expressions(written), _expressions(written.but))
        known = {NUMBER, *(f"<{one.name}>" for one in families)}
        for expression in (*words.expressions, *words.but):
            for symbol in expression.symbols:
                if symbol.startswith("<") and symbol not in known:
                    raise self._document.wrong(at, f"no words above are called {symbol}")
        return words

    def _clause(self, file: ClauseFile, at: Field) -> Clause:
        unless = None
        if file.unless is not None:
            unless = self._condition(_grouped(file.unless, "any"), (*at, "unless"))
        return Clause(
            id=file.id,
            title=_wording(file.title),
            message=_wording(file.message),
            basis=tuple(file.basis),
            owner=file.owner,
            stages=tuple(file.stages),
            effect=file.effect,
            when=self._condition(_grouped(file.when, "all"), (*at, "when")),
            unless=unless,
            on_error=file.on_error,
            grey_band=self._grey_band(file, at),
            review_by=file.review_by,
            examples=self._examples(file.tests, file.stages[0], (*at, "tests")),
        )

    def _use_case(self, file: UseCaseFile, at: Field) -> UseCase:
        return UseCase(
            id=file.id,
            title=_wording(file.title),
            message=_wording(file.message),
            owner=file.owner,
            allow=self._condition(_grouped(file.allow, "all"), (*at, "allow")),
            examples=self._examples(file.tests, Stage.QUESTION, (*at, "tests")),
        )

    def _grey_band(self, file: ClauseFile, at: Field) -> GreyBand | None:
        band = file.grey_band
        if band is None:
            return None
        if band.fact not in self._file.nearest:
            raise self._document.wrong(
                (*at, "grey_band", "fact"), f"{band.fact!r} is not told by nearness"
            )
        if not band.low < band.high:
            raise self._document.wrong((*at, "grey_band"), "its `from` must be less than its `to`")
        return GreyBand(band.fact, band.low, band.high)

    def _examples(
        self, tests: Sequence[ExampleFile] | str, stage: Stage, at: Field
    ) -> tuple[Example, ...]:
        if not isinstance(tests, str):
            return tuple(
                Example(_turns(one.say), frozenset(), one.expect, one.stage or stage, one.kind)
                for one in tests
            )
        if not self._with_tests:
            return ()
        folder = self._document.path.parent
        if not (folder / tests).is_file():
            raise self._document.wrong(at, f"there is no file {tests}")
        return _tests_of(Document(folder / tests), stage, self._known)

    def _condition(self, given: object, at: Field) -> Condition:
        if isinstance(given, str):
            return self._fact(given, at)
        if not isinstance(given, Mapping) or len(given) != 1:
            raise self._document.wrong(
                at, "a condition is a fact, or one of all, any, none with a list"
            )
        ((key, parts),) = given.items()
        if not isinstance(parts, Sequence) or isinstance(parts, str) or not parts:
            raise self._document.wrong((*at, key), "a list of at least one is needed here")
        if group := _GROUPS.get(key):
            return group(
                tuple(self._condition(part, (*at, key, n)) for n, part in enumerate(parts))
            )
        values = [self._fact(f"{key}.{value}", (*at, key)) for value in parts]
        return Fact(frozenset().union(*(value.names for value in values)))

    def _fact(self, name: str, at: Field) -> Fact:
        """`criterion.age` is one fact; `criterion` is any fact of that family."""
        names = {one for one in self._known if one == name or one.startswith(f"{name}.")}
        if not names:
            raise self._document.wrong(at, f"no fact is called {name!r}")
        return Fact(frozenset(names))


def _tests_of(document: Document, stage: Stage, known: frozenset[str]) -> tuple[Example, ...]:
    try:
        file = TestsFile.model_validate(document.values or {})
    except ValidationError as error:
        raise document.invalid(error) from error
    examples = []
    for kind, decisions in file.root.items():
        for decision, cases in decisions.items():
            for case in cases:
                example = _example(case, kind, decision, stage)
                if unknown := example.facts - known:
                    raise document.wrong((kind, decision), f"no fact is called {min(unknown)!r}")
                examples.append(example)
    return tuple(examples)


def _example(
    case: str | list[str] | SaidFile, kind: Kind, decision: Decision, stage: Stage
) -> Example:
    if isinstance(case, SaidFile):
        return Example(_turns(case.say), frozenset(), decision, case.stage, kind)
    if kind is Kind.FACTS:
        facts = case if isinstance(case, list) else [case]
        return Example((), frozenset(facts), decision, stage, kind)
    return Example(_turns(case), frozenset(), decision, stage, kind)


def _turns(said: str | list[str]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else tuple(said)


def _expressions(lists: ListsFile) -> tuple[Expression, ...]:
    return tuple(
        dict.fromkeys((*_all(lists.fr, Language.FRENCH), *_all(lists.en, Language.ENGLISH)))
    )


def _all(lines: Iterable[str], language: Language) -> Iterable[Expression]:
    for line in lines:
        yield from read(line, language)


def _grouped(given: Any, group: str) -> object:
    """A bare list is the usual group of its place: all of `when`, any of `unless`."""
    return {group: given} if isinstance(given, list) else given


def _wording(file: WordingFile) -> Wording:
    """A language that is missing borrows the other's words; `check` says so."""
    return Wording(file.fr or file.en, file.en or file.fr)
