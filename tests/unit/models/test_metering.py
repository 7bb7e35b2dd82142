"""Joules are those of the machine's counters, and are charged to whose work they did."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from powercap import RANGE, Powercap

from models.energy import Work
from models.metering import Meter, Rapl, Share, Sharing, Together, open_sharing


class Turned(Meter):
    """Says what it is told."""

    def __init__(self, name: str = "turned") -> None:
        self.counters = (name,)
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
    with sharing.share(Work()) as share:
        powercap.use("intel-rapl:0", 3)
        joules = share.joules()
    powercap.use("intel-rapl:0", 5)
    with sharing.share(Work()):
        pass

    assert joules == pytest.approx(3)
    assert sharing.idle == pytest.approx(15)


def test_who_is_worked_for_pays_also_before_a_token_comes() -> None:
    meter = Turned()
    sharing = Sharing(meter)
    writes, is_read = Work(), Work()
    with sharing.share(writes) as writing, sharing.share(is_read) as reading:
        writes.charge(1_000)
        is_read.charge(9_000)
        meter.used += 20

        assert writing.joules() == pytest.approx(2, rel=1e-2)
        assert reading.joules() == pytest.approx(18, rel=1e-2)


def test_work_is_paid_once() -> None:
    meter, often = Turned(), [0.0]
    sharing = Sharing(meter, lambda: often[0])
    early, late = Work(), Work()
    with sharing.share(early) as one, sharing.share(late) as other:
        early.charge(10_000)
        often[0] += 1
        meter.used += 6
        one.look()
        late.charge(10_000)
        meter.used += 4
        other.joules()

        assert one.charged == pytest.approx(6, rel=1e-2)
        assert other.charged == pytest.approx(4, rel=1e-2)


def test_work_that_is_told_out_of_order_is_never_taken_back() -> None:
    meter = Turned()
    sharing = Sharing(meter)
    steady, jumping = Work(), Work()
    with sharing.share(steady) as one, sharing.share(jumping) as other:
        for told in (5_000, -3_000, 3_000, 5_000):
            steady.charge(2_500)
            jumping.charge(told)
            meter.used += 10
            sharing.settle()

        assert one.charged + other.charged == pytest.approx(40)
        assert 0 < other.charged < 30


def test_a_meter_that_fails_or_stands_still_leaves_nothing_known() -> None:
    meter = Turned()
    sharing = Sharing(meter)
    with sharing.share(Work()) as share:
        assert share.joules() is None
        meter.used += 1
        assert share.joules() == pytest.approx(1)
        meter.readable = False

        assert share.joules() is None


def test_counters_of_different_things_are_one() -> None:
    processor, card = Turned("rapl"), Turned("nvml")
    sharing = Sharing(Together([processor, card]))
    with sharing.share(Work()) as share:
        processor.used += 3
        card.used += 40

        assert share.joules() == pytest.approx(43)
        assert share.counters == ("rapl", "nvml")


def test_where_one_of_them_fails_nothing_is_known() -> None:
    processor, card = Turned("rapl"), Turned("nvml")
    sharing = Sharing(Together([processor, card]))
    with sharing.share(Work()) as share:
        card.readable = False
        processor.used += 3

        assert share.joules() is None


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "end", "look", "work", "wait"]),
        st.integers(0, 5),
        st.floats(0, 9),
    ),
    max_size=60,
)


@settings(deadline=None)  # a busy machine is no failure
@given(EVENTS)
def test_what_is_charged_sums_up_to_the_meter(events: list[tuple[str, int, float]]) -> None:
    meter, now, shares = Turned(), [0.0], list[Share]()
    works: dict[Share, Work] = {}
    sharing = Sharing(meter, lambda: now[0])
    running: list[tuple[ExitStack, Share]] = []
    for what, which, joules in events:
        meter.used += joules
        now[0] += joules / 50
        if what == "begin":
            stack = ExitStack()
            work = Work()
            running.append((stack, stack.enter_context(sharing.share(work))))
            shares.append(running[-1][1])
            works[shares[-1]] = work
        elif running and what == "end":
            running.pop(which % len(running))[0].close()
        elif running and what == "look":
            running[which % len(running)][1].look()
        elif running and what == "work":
            works[running[which % len(running)][1]].charge(joules)
    for stack, _ in running:
        stack.close()
    sharing.settle()  # what was idle at the end

    assert sharing.idle + sum(one.charged for one in shares) == pytest.approx(meter.used - 100)
