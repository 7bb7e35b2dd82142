"""Moving the switch, on the record. A stop never waits for the record; everything else does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from server.access import Person, Right, check
from server.audit.errors import AuditError
from server.audit.events import Event, EventKind
from server.audit.log import AuditLog
from server.lazy import Lazy
from server.outcomes import Mode
from server.switch import SCOPE, Switch, SwitchState, cleaned


@dataclass(frozen=True, slots=True)
class Switching:
    """What people on duty do with the switch."""

    switch: Switch
    record: Lazy[AuditLog]  # opened after a stop took effect, before a restart does
    active: Callable[[str], bool]  # whether whoever asked for a restart still has their access

    def state(self) -> SwitchState:
        return self.switch.state()

    def tighten(self, mode: Mode, reason: str, by: Person, *, unload: bool = False) -> SwitchState:
        """Stop, or search only. Takes effect first, then goes on the record if there is one.

        With `unload`, whoever holds a model gives its memory back after (`server/unloading.py`).

        Raises AccessDeniedError, InvalidInputError without a reason.
        """
        check(by, Right.STOP)
        state = self.switch.tighten(mode, reason, by.name, unload=unload)
        try:
            self._note(EventKind.SWITCHED, state, state.reason, by)
        except AuditError:
            # The record is down: the AI is stopped all the same, and the state file says by whom.
            return state
        return state

    def restart(self, reason: str, by: Person) -> SwitchState:
        """One person asks, another confirms. On the record first: no record, no restart.

        Raises AccessDeniedError, InvalidInputError, AuditError.
        """
        check(by, Right.RESTART)
        reason = cleaned(reason)
        asked = self.switch.state().restart_requested_by
        if asked and not self.active(asked):
            self.switch.forget_request(asked)
        self._note(EventKind.RESTART_REQUESTED, self.switch.state(), reason, by)
        state = self.switch.restart(reason, by.name)
        if state.mode is Mode.ON:
            self._note(EventKind.SWITCHED, state, reason, by)
        return state

    def _note(self, kind: EventKind, state: SwitchState, reason: str, by: Person) -> None:
        self.record.get().append(
            Event(
                kind,
                SCOPE,
                by.pseudonym,
                {"mode": state.mode.value, **({"unload": True} if state.unload else {})},
                {"reason": reason},
                owner=by.pseudonym,
            )
        )
