"""The switch from the command line: past the server and, for a stop, past the database."""

from __future__ import annotations

from contextlib import ExitStack

from models.ports import Generator, Unloadable
from server.access import OPERATOR, Person, Right, check, operator
from server.accounts import is_active, person_of
from server.audit.events import Json
from server.audit.log import AuditLog
from server.commands import Caller
from server.commands.running import Nothing
from server.errors import NotFoundError, SettingsError
from server.lazy import Lazy
from server.outcomes import Mode
from server.settings import Settings, prepare_home, secret_key
from server.store import Store
from server.store.people import People
from server.switch import SCOPE, SwitchState
from server.switching import Switching
from server.wiring import Vigie, install_switch, now


def move(
    settings: Settings,
    wanted: Mode | None,
    reason: str,
    as_user: str | None,
    *,
    unload: bool = False,
) -> SwitchState:
    """Read the switch, or move it. Raises what `Switching` raises."""
    prepare_home(settings)
    switch = install_switch(settings)
    if wanted is None:
        return switch.state()
    with ExitStack() as closing:
        switching = Switching(
            switch,
            Lazy(lambda: _record(settings, closing)),
            lambda name: is_active(_people(settings, closing), name),
        )
        try:
            by = _person(settings, as_user, closing)
        except SettingsError:
            if wanted is Mode.ON or as_user is not None:
                raise
            # Without its secret the house cannot name anyone on the record; it stops all the same.
            return switch.tighten(wanted, reason, OPERATOR, unload=unload)
        match wanted:
            case Mode.ON:
                return switching.restart(reason, by)
            case Mode.SEARCH_ONLY | Mode.OFF:
                return switching.tighten(wanted, reason, by, unload=unload)


def state_json(state: SwitchState) -> dict[str, Json]:
    return {
        "scope": SCOPE,
        "mode": state.mode.value,
        "reason": state.reason,
        "by": state.by,
        "since": state.since,
        "restart_requested_by": state.restart_requested_by,
        "readable": state.readable,
        "unload": state.unload,
    }


def show_model(vigie: Vigie, caller: Caller, _given: Nothing) -> Json:
    """Whether the model is in the memory of whoever writes here."""
    check(caller.person, Right.STOP)
    return model_json(vigie.answering.engines.generator.made)


def model_json(generator: Generator | None) -> Json:
    """What is in memory of whoever writes here; null where no model ever is."""
    if generator is None or not isinstance(generator, Unloadable):
        return None
    load = generator.load
    return {
        "loaded": load is not None,
        "weights_mb": load.weights_mb if load else 0,
        "memory_mb": load.memory_mb if load else 0,
    }


def _record(settings: Settings, closing: ExitStack) -> AuditLog:
    record = AuditLog.open(settings.home / "record.db", now, settings.record_wait_s)
    closing.callback(record.close)
    return record


def _people(settings: Settings, closing: ExitStack) -> People:
    store = Store.open(settings.home / "store.db")
    closing.callback(store.close)
    return People(store)


def _person(settings: Settings, as_user: str | None, closing: ExitStack) -> Person:
    secret = secret_key(settings)
    if as_user is None:
        return operator(secret)
    account = _people(settings, closing).named(as_user)
    if account is None or account.suspended:
        raise NotFoundError(f"There is no active user named {as_user}.")
    return person_of(account, secret)
