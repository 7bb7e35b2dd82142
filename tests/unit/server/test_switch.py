"""The switch says OFF whenever it cannot be sure, and only two people loosen it."""

from __future__ import annotations

import fcntl
import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.errors import Revocation, WritingRevokedError
from server.errors import AccessDeniedError, InvalidInputError
from server.outcomes import Mode
from server.switch import LONGEST_REASON, Lease, StoppedError, Switch, SwitchState


@pytest.fixture
def switch(tmp_path: Path) -> Switch:
    switch = Switch(tmp_path, lambda: datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    switch.install("test")
    return switch


def test_a_folder_without_a_state_is_off(tmp_path: Path) -> None:
    state = Switch(tmp_path, lambda: datetime.now(UTC)).state()

    assert state.mode is Mode.OFF
    assert not state.readable


@pytest.mark.parametrize(
    "damage",
    ["", "{", "null", "[]", '{"mode": "on"}', '{"mode": "full-speed", "reason": "", "by": ""}'],
)
def test_what_cannot_be_read_means_off(switch: Switch, tmp_path: Path, damage: str) -> None:
    (tmp_path / "switch.json").write_text(damage)

    assert switch.state().mode is Mode.OFF
    assert isinstance(switch.require(), SwitchState)


def test_a_file_named_stop_stops(switch: Switch, tmp_path: Path) -> None:
    lease = switch.require()
    assert isinstance(lease, Lease)

    (tmp_path / "STOP").touch()

    with pytest.raises(WritingRevokedError) as revoked:
        lease.check()
    assert revoked.value.reason is Revocation.STOPPED


def test_a_lease_ends_when_another_process_stops(switch: Switch, tmp_path: Path) -> None:
    lease = switch.require()
    assert isinstance(lease, Lease)
    lease.check()

    Switch(tmp_path, lambda: datetime.now(UTC)).tighten(Mode.SEARCH_ONLY, "essai", "other")

    with pytest.raises(WritingRevokedError):
        lease.check()


def test_a_stop_needs_a_reason(switch: Switch) -> None:
    with pytest.raises(InvalidInputError):
        switch.tighten(Mode.OFF, "   ", "camille")

    assert switch.state().mode is Mode.ON


def test_nobody_loosens_by_tightening(switch: Switch) -> None:
    switch.tighten(Mode.OFF, "doute", "camille")

    with pytest.raises(InvalidInputError):
        switch.tighten(Mode.SEARCH_ONLY, "moins fort", "camille")

    assert switch.state().mode is Mode.OFF


def test_one_person_cannot_restart(switch: Switch) -> None:
    switch.tighten(Mode.OFF, "doute", "camille")
    switch.restart("réparé", "camille")

    with pytest.raises(AccessDeniedError):
        switch.restart("réparé", "camille")

    assert switch.state().mode is Mode.OFF


def test_a_second_person_restarts(switch: Switch) -> None:
    switch.tighten(Mode.OFF, "doute", "camille")
    switch.restart("réparé", "camille")

    state = switch.restart("vérifié", "paul")

    assert state.mode is Mode.ON
    assert isinstance(switch.require(), Lease)


def test_a_new_stop_forgets_a_pending_restart(switch: Switch) -> None:
    switch.tighten(Mode.SEARCH_ONLY, "doute", "camille")
    switch.restart("réparé", "camille")
    switch.tighten(Mode.OFF, "pire", "nadia")

    state = switch.restart("vérifié", "paul")

    assert state.mode is Mode.OFF
    assert state.restart_requested_by == "paul"


def test_the_stop_file_must_go_before_a_restart(switch: Switch, tmp_path: Path) -> None:
    (tmp_path / "STOP").touch()

    with pytest.raises(InvalidInputError, match="STOP"):
        switch.restart("réparé", "camille")


def test_a_link_that_leads_nowhere_is_a_stop_file_too(switch: Switch, tmp_path: Path) -> None:
    (tmp_path / "STOP").symlink_to(tmp_path / "nowhere")

    assert switch.state().mode is Mode.OFF


def test_a_stop_takes_effect_on_a_full_disk(switch: Switch) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))  # nothing can be written any more
    try:
        switch.tighten(Mode.OFF, "incident", "camille")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert switch.state().mode is Mode.OFF


def test_a_stop_may_demand_the_models_memory_back_and_a_restart_forgets_it(
    switch: Switch, tmp_path: Path
) -> None:
    other = Switch(tmp_path, lambda: datetime.now(UTC))

    switch.tighten(Mode.SEARCH_ONLY, "nuit", "camille", unload=True)
    assert other.state().unload
    switch.tighten(Mode.OFF, "pire", "camille")
    switch.restart("réparé", "camille")
    assert other.state().unload, "whatever is tightened or asked after"
    switch.restart("vérifié", "paul")

    assert not other.state().unload
    assert other.state().mode is Mode.ON


def test_a_stop_by_file_forgets_no_demand(switch: Switch, tmp_path: Path) -> None:
    switch.tighten(Mode.OFF, "doute", "camille", unload=True)
    (tmp_path / "STOP").touch()

    assert switch.state().unload
    assert switch.state().by == "file"
    (tmp_path / "switch.json").write_text("{")
    assert (switch.state().mode, switch.state().unload) == (Mode.OFF, False)


def test_a_state_from_before_demands_nothing(switch: Switch, tmp_path: Path) -> None:
    file = tmp_path / "switch.json"
    file.write_text('{"mode": "off", "reason": "doute", "by": "camille", "since": ""}')

    state = switch.state()

    assert (state.mode, state.readable, state.unload) == (Mode.OFF, True, False)


@pytest.mark.slow
def test_whoever_hangs_with_the_switch_in_hand_neither_holds_nor_undoes_a_stop(
    switch: Switch, tmp_path: Path
) -> None:
    with (tmp_path / "switch.lock").open("a") as hanging:
        fcntl.flock(hanging, fcntl.LOCK_EX)

        switch.tighten(Mode.OFF, "incident", "camille")
        with pytest.raises(InvalidInputError, match="try again"):
            switch.restart("réparé", "camille")

    # What the one who hung writes at last, before it lets go.
    (tmp_path / "switch.json").write_text('{"mode": "on", "reason": "", "by": "", "since": ""}')
    assert switch.state().mode is Mode.OFF


def test_a_reason_is_one_that_every_page_can_show(switch: Switch) -> None:
    state = switch.tighten(Mode.OFF, "d\udce9faut\n\x07" + "x" * 100_000, "camille")

    assert len(state.reason) == LONGEST_REASON
    assert state.reason.startswith("d?faut")
    assert state.reason.isprintable()


def test_a_revoked_lease_says_what_revoked_it(switch: Switch, tmp_path: Path) -> None:
    lease = switch.require()
    assert isinstance(lease, Lease)
    (tmp_path / "STOP").touch()

    with pytest.raises(StoppedError) as stopped:
        lease.check()
    (tmp_path / "STOP").unlink()

    assert stopped.value.state.mode is Mode.OFF


def test_a_stop_takes_effect_where_no_lock_can_be_had(switch: Switch, tmp_path: Path) -> None:
    (tmp_path / "switch.lock").unlink(missing_ok=True)
    (tmp_path / "switch.lock").mkdir()

    switch.tighten(Mode.OFF, "incident", "camille")

    assert switch.state().mode is Mode.OFF


@pytest.mark.slow
def test_a_request_is_not_forgotten_over_a_switch_that_another_holds(
    switch: Switch, tmp_path: Path
) -> None:
    switch.tighten(Mode.OFF, "doute", "camille")
    switch.restart("réparé", "camille")
    with (tmp_path / "switch.lock").open("a") as hanging:
        fcntl.flock(hanging, fcntl.LOCK_EX)

        switch.forget_request("camille")
        assert switch.state().restart_requested_by == "camille"

    switch.forget_request("camille")
    assert switch.state().restart_requested_by == ""
