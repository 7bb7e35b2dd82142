"""Commands: the use cases as the command line calls them, here or through the server's socket.

One table, so that both ways run the same code and give the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from models.ports import Language
from server.access import Person, anyone
from server.audit.events import Json
from server.errors import InvalidInputError
from server.wiring import Vigie

Progress = Callable[[int, int], None]


class Given(BaseModel):
    """What a command is given; unknown or ill-typed arguments are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


G = TypeVar("G", bound=Given)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose rights a command runs with, and whom it tells how far it is."""

    person: Person
    language: Language
    progress: Progress


@dataclass(frozen=True, slots=True)
class Command(Generic[G]):
    """A use case: what it is given, what it does, and who asks when nobody is named."""

    given: type[G]
    run: Callable[[Vigie, Caller, G], Json]
    by_operator: bool = True


class Call(BaseModel):
    """A command on its way to whoever runs it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: str
    arguments: dict[str, object]
    as_user: str | None = None
    language: Language = Language.FRENCH


def run(vigie: Vigie, call: Call, progress: Progress) -> Json:
    """Run one command with its caller's rights. Raises what the use case raises."""
    from server.commands.table import COMMANDS

    command = COMMANDS.get(call.command)
    if command is None:
        raise InvalidInputError(f"There is no command {call.command}.")
    given = _checked(command, call.arguments)
    return command.run(vigie, Caller(_person(vigie, call, command), call.language, progress), given)


def _person(vigie: Vigie, call: Call, command: Command[Given]) -> Person:
    if call.as_user is not None:
        return vigie.accounts.named(call.as_user)
    return vigie.operator if command.by_operator else anyone(vigie.secret)


def _checked(command: Command[G], arguments: Mapping[str, object]) -> G:
    try:
        return command.given.model_validate(arguments)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInputError(f"{where}: {first['msg']}") from error
