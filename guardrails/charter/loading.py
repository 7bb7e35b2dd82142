"""From a charter's file to a charter, or to the line and the field that are wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from guardrails.charter.conditions import All, AnyOf, Condition, Fact, NoneOf
from guardrails.charter.facts import NAMED_PERSON, Lexicon
from guardrails.charter.rules import Charter, Clause, Example
from guardrails.charter.schema import CharterFile, ClauseFile, WordingFile
from guardrails.errors import CharterError
from models.wording import Wording

LARGEST = 1_000_000  # bytes
Field = tuple[str | int, ...]
_GROUPS: dict[str, type[All | AnyOf | NoneOf]] = {"all": All, "any": AnyOf, "none": NoneOf}


def load(path: Path) -> Charter:
    """Raises CharterError, which names the file, the line, the field and what is wrong."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CharterError(f"{path}: the charter cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST:
        raise CharterError(f"{path}: a charter has at most {LARGEST} bytes.")
    return _Reading(path, content).charter()


class _Reading:
    """One file on its way to a charter; knows where each field stands."""

    def __init__(self, path: Path, content: bytes) -> None:
        self._path = path
        self._digest = hashlib.sha256(content).hexdigest()
        try:
            text = content.decode()
            self._root = yaml.compose(text, yaml.SafeLoader)
            self._values = yaml.safe_load(text)
        except UnicodeDecodeError as error:
            raise CharterError(f"{path}: a charter is written in UTF-8.") from error
        except (yaml.YAMLError, RecursionError) as error:
            raise CharterError(f"{path}: this is not YAML: {_said(error)}") from error

    def charter(self) -> Charter:
        try:
            file = CharterFile.model_validate(self._values)
        except ValidationError as error:
            first = error.errors()[0]
            raise self._wrong(first["loc"], first["msg"]) from error
        lexicons = tuple(
            Lexicon.of(f"{family}.{value}", (*words.fr, *words.en))
            for family, values in file.facts.items()
            for value, words in values.items()
        )
        known = frozenset(lexicon.fact for lexicon in lexicons) | {NAMED_PERSON}
        clauses = tuple(
            self._clause(clause, known, ("clauses", index))
            for index, clause in enumerate(file.clauses)
        )
        heading = file.charter
        return Charter(heading.id, heading.version, self._digest, clauses, lexicons)

    def _clause(self, file: ClauseFile, known: frozenset[str], at: Field) -> Clause:
        unless = None
        if file.unless is not None:
            unless = self._condition(_grouped(file.unless, "any"), known, (*at, "unless"))
        return Clause(
            id=file.id,
            title=_wording(file.title),
            message=_wording(file.message),
            basis=tuple(file.basis),
            owner=file.owner,
            stages=tuple(file.stages),
            effect=file.effect,
            when=self._condition(_grouped(file.when, "all"), known, (*at, "when")),
            unless=unless,
            examples=tuple(
                Example(one.say, one.expect, one.stage or file.stages[0]) for one in file.tests
            ),
        )

    def _condition(self, given: object, known: frozenset[str], at: Field) -> Condition:
        if isinstance(given, str):
            return self._fact(given, known, at)
        if not isinstance(given, Mapping) or len(given) != 1:
            raise self._wrong(at, "a condition is a fact, or one of all, any, none with a list")
        ((key, parts),) = given.items()
        if not isinstance(parts, Sequence) or isinstance(parts, str) or not parts:
            raise self._wrong((*at, key), "a list of at least one is needed here")
        if group := _GROUPS.get(key):
            inner = (
                self._condition(part, known, (*at, key, index)) for index, part in enumerate(parts)
            )
            return group(tuple(inner))
        values = [self._fact(f"{key}.{value}", known, (*at, key)) for value in parts]
        return Fact(frozenset().union(*(value.names for value in values)))

    def _fact(self, name: str, known: frozenset[str], at: Field) -> Fact:
        """`criterion.age` is one fact; `criterion` is any fact of that family."""
        names = {one for one in known if one == name or one.startswith(f"{name}.")}
        if not names:
            raise self._wrong(at, f"no fact is called {name!r}")
        return Fact(frozenset(names))

    def _wrong(self, at: Field, reason: str) -> CharterError:
        where = ".".join(str(part) for part in at) or "the file"
        return CharterError(f"{self._path}, line {self._line(at)}, {where}: {reason}.")

    def _line(self, at: Field) -> int:
        """The line of a field, or of the nearest thing around it that exists."""
        node = self._root
        line = 1
        for part in at:
            found = _child(node, part)
            if found is None:
                break
            node, line = found
        return line


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None


def _grouped(given: Any, group: str) -> object:
    """A bare list is the usual group of its place: all of `when`, any of `unless`."""
    return {group: given} if isinstance(given, list) else given


def _wording(file: WordingFile) -> Wording:
    """A language that is missing borrows the other's words; `check` says so."""
    return Wording(file.fr or file.en, file.en or file.fr)


def _said(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it is nested too deeply"
    return f"line {mark.line + 1}, {problem}." if mark else f"{problem}."
