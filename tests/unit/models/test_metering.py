"""Joules are those of the machine's counters, and are charged to who was served."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.metering import Meter, Rapl, Share, Sharing, open_sharing

RANGE = 262_143_328_850


class Powercap:
    """A folder in the shape of /sys/class/powercap, whose counters a test turns."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for zone, name in (
            ("intel-rapl:0", "package-0"),
            ("intel-rapl:0:0", "core"),
            ("intel-rapl:0:1", "dram"),
            ("intel-rapl:1", "psys"),
        ):
            folder = root / zone
            folder.mkdir(parents=True)
            (folder / "name").write_text(f"{name}\n")
            (folder / "max_energy_range_uj").write_text(f"{RANGE}\n")
            (folder / "energy_uj").write_text("0\n")

    def use(self, zone: str, joules: float) -> None:
        counter = self.root / zone / "energy_uj"
        counter.write_text(f"{(int(counter.read_text()) + int(joules * 1e6)) % (RANGE + 1)}\n")


class Turned(Meter):
    """Says what it is told."""

    def __init__(self) -> None:
        self.used = 100.0
        self.readable = True

    def joules(self) -> float:
        if not self.readable:
            raise PermissionError
        return self.used


def test_packages_and_their_memory_are_counted_once(tmp_path: Path) -> None:
    powercap = Powercap(tmp_path)
    meter = Rapl(tmp_path)
    before = meter.joules()
    for zone, joules in (("intel-rapl:0", 5), ("intel-rapl:0:0", 3), ("intel-rapl:0:1", 2),
                         ("intel-rapl:1", 9)):  # fmt: skip
        powercap.use(zone, joules)

    assert meter.joules() - before == pytest.approx(7)


def test_a_counter_that_begins_again_goes_on(tmp_path: Path) -> None:
    powercap = Powercap(tmp_path)
    powercap.use("intel-rapl:0", RANGE / 1e6 - 1)
    meter = Rapl(tmp_path)
    before = meter.joules()
    powercap.use("intel-rapl:0", 4)

    assert meter.joules() - before == pytest.approx(4, rel=1e-3)


def test_without_a_counter_nothing_is_measured(tmp_path: Path) -> None:
    assert open_sharing(tmp_path) is None
    Powercap(tmp_path)
    (tmp_path / "intel-rapl:0" / "energy_uj").write_text("\n")
    assert open_sharing(tmp_path) is None


def test_who_is_alone_is_charged_all_and_nobody_for_what_was_idle(tmp_path: Path) -> None:
    powercap = Powercap(tmp_path)
    sharing = open_sharing(tmp_path)
    assert sharing is not None
    powercap.use("intel-rapl:0", 10)
    with sharing.share() as share:
        powercap.use("intel-rapl:0", 3)
        joules = share.joules()
    powercap.use("intel-rapl:0", 5)
    with sharing.share():
        pass

    assert joules == pytest.approx(3)
    assert sharing.idle == pytest.approx(15)


def test_who_gets_more_tokens_is_charged_more() -> None:
    meter = Turned()
    sharing = Sharing(meter, lambda: 0.0)
    with sharing.share() as writing, sharing.share() as reading:
        for _ in range(8):
            writing.token()
        meter.used += 20

        assert writing.joules() == pytest.approx(18)
        assert reading.joules() == pytest.approx(2)


def test_a_meter_that_fails_leaves_nothing_known() -> None:
    meter = Turned()
    sharing = Sharing(meter)
    with sharing.share() as share:
        meter.readable = False

        assert share.joules() is None


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "end", "token", "wait"]), st.integers(0, 5), st.floats(0, 9)
    ),
    max_size=60,
)


@settings(deadline=None)  # a busy machine is no failure
@given(EVENTS)
def test_what_is_charged_sums_up_to_the_meter(events: list[tuple[str, int, float]]) -> None:
    meter, now, shares = Turned(), [0.0], list[Share]()
    sharing = Sharing(meter, lambda: now[0])
    running: list[tuple[ExitStack, Share]] = []
    for what, which, joules in events:
        meter.used += joules
        now[0] += joules / 50
        if what == "begin":
            stack = ExitStack()
            running.append((stack, stack.enter_context(sharing.share())))
            shares.append(running[-1][1])
        elif running and what == "end":
            running.pop(which % len(running))[0].close()
        elif running and what == "token":
            running[which % len(running)][1].token()
    for stack, _ in running:
        stack.close()
    with sharing.share():  # settles what was idle at the end
        pass

    assert sharing.idle + sum(one.charged for one in shares) == pytest.approx(meter.used - 100)
