"""A YAML file as it was written: its values, and the line on which each field stands."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from guardrails.errors import CharterError

LARGEST = 1_000_000  # bytes
Field = tuple[str | int, ...]


class Document:
    """Raises CharterError, which names the file, the line, the field and what is wrong."""

    def __init__(self, path: Path) -> None:
        self.path = path
        content = _content(path)
        self.digest = hashlib.sha256(content).hexdigest()
        try:
            text = content.decode()
            self._root = yaml.compose(text, yaml.CSafeLoader)
            self.values: Any = yaml.load(text, yaml.CSafeLoader)  # a safe loader, in C
        except UnicodeDecodeError as error:
            raise CharterError(f"{path}: a charter is written in UTF-8.") from error
        except (yaml.YAMLError, RecursionError) as error:
            raise CharterError(f"{path}: this is not YAML: {_said(error)}") from error

    def invalid(self, error: ValidationError) -> CharterError:
        first = error.errors()[0]
        return self.wrong(first["loc"], first["msg"])

    def wrong(self, at: Field, reason: str) -> CharterError:
        where = ".".join(str(part) for part in at) or "the file"
        return CharterError(f"{self.path}, line {self._line(at)}, {where}: {reason}.")

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


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CharterError(f"{path}: the charter cannot be read: {error.strerror}.") from error
    if len(content) > LARGEST:
        raise CharterError(f"{path}: a charter has at most {LARGEST} bytes.")
    return content


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, int] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part].start_mark.line + 1
    return None


def _said(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it is nested too deeply"
    return f"line {mark.line + 1}, {problem}." if mark else f"{problem}."
