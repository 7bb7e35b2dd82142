"""The engine's bookkeeping, without a model: slots, turns, pace, and text out of tokens."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.admission import Admission
from models.errors import ModelBusyError
from models.llama.drafting import LENGTHS, Chance, Lookup, Stakes
from models.llama.grouping import companions
from models.llama.pace import SIZES, STEPS, Pace
from models.llama.slots import WORTH_A_COPY, Slots, common
from models.llama.spelling import Spelling

TOKENS = st.lists(st.integers(0, 3), min_size=1, max_size=120)


@given(st.lists(st.tuples(TOKENS, st.integers(0, 20), st.booleans()), max_size=30))
def test_a_place_never_promises_a_token_that_was_not_read(
    texts: list[tuple[list[int], int, bool]],
) -> None:
    slots, taken = Slots(3), []
    for tokens, written, leaves_early in texts:
        if len(taken) == 3:
            slots.give_back(taken.pop(0))
        before = [list(slots.held(slot)) for slot in range(3)]

        place = slots.take(tokens)

        source = place.slot if place.copied_from is None else place.copied_from
        assert before[source][: place.kept] == tokens[: place.kept]
        assert place.kept < len(tokens), "the last token is left to read"
        rest = tokens[place.kept :]
        slots.add(place.slot, rest[: len(rest) // 2] if leaves_early else [*rest, *[9] * written])
        taken.append(place.slot)


@given(TOKENS, TOKENS)
def test_what_two_texts_share_is_their_longest_common_beginning(
    one: list[int], other: list[int]
) -> None:
    shared = common(one, other)

    assert one[:shared] == other[:shared]
    assert one[shared : shared + 1] != other[shared : shared + 1] or shared == len(one)


def test_a_conversation_goes_on_where_it_was_and_others_leave_it_alone() -> None:
    slots = Slots(2)
    system = list(range(100))
    talk = [*system, *[200] * WORTH_A_COPY]
    slots.add(slots.take(talk).slot, talk)
    slots.give_back(0)

    other = slots.take([*system, 300, 301])
    again = slots.take([*talk, 202])

    assert (other.slot, other.kept, other.copied_from) == (1, 100, 0)
    assert (again.slot, again.kept, again.copied_from) == (0, len(talk), None)


def test_few_tokens_are_read_again_rather_than_copied() -> None:
    slots = Slots(2)
    short = list(range(WORTH_A_COPY - 1))
    slots.add(slots.take([*short, 5, 6]).slot, [*short, *[5] * 100])

    place = slots.take([*short, 7])

    assert (place.kept, place.copied_from) == (0, None)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30))
def test_nobody_is_overtaken_twice_by_the_same_asker(arrivals: list[str]) -> None:
    room: Admission[tuple[str, int]] = Admission(1_000)
    for n, asker in enumerate(arrivals):
        room.enter(asker, (asker, n), running=0)

    order = [room.next() for _ in arrivals]

    assert room.next() is None
    assert len(room) == 0
    for asker in "abc":
        mine = [at for at, one in enumerate(order) if one and one[0] == asker]
        assert [order[at] for at in mine] == sorted(order[at] for at in mine)  # type: ignore[type-var]
        for earlier, later in pairwise(mine):
            between = [one[0] for one in order[earlier + 1 : later] if one]
            assert len(between) == len(set(between))


def test_the_running_ones_count_among_the_places() -> None:
    room: Admission[int] = Admission(3)
    room.enter("a", 1, running=2)

    with pytest.raises(ModelBusyError):
        room.enter("b", 2, running=2)


def test_who_leaves_the_room_is_not_called() -> None:
    room: Admission[int] = Admission(3)
    room.enter("a", 1, running=0)

    assert room.leave("a", 1)
    assert not room.leave("a", 1)
    assert room.next() is None


def chunk_s(size: int) -> float:
    """What a chunk takes on a machine that multiplies rows by fours, in seconds."""
    return 0.010 + 0.006 * -(-size // 4)


@pytest.mark.parametrize("step_s", [0.010, 0.020, 0.060, 1.0])
def test_no_chunk_ever_holds_up_a_step_for_longer_than_agreed(step_s: float) -> None:
    pace = Pace(512)
    for _ in range(200):
        pace.wrote(8, step_s)
        size = pace.chunk(8)
        pace.read(size, chunk_s(size))

        assert size == SIZES[0] or chunk_s(size) <= STEPS * step_s

    larger = SIZES[SIZES.index(size) + 1]
    assert size == 512 or chunk_s(larger) > STEPS * step_s * 0.75, "and is as large as that allows"


def test_who_reads_while_nobody_writes_reads_all_at_once() -> None:
    pace = Pace(512)
    pace.wrote(8, 0.001)
    pace.read(SIZES[0], 1.0)

    assert pace.chunk(0) == 512
    assert pace.chunk(8) == SIZES[0]


def test_many_who_wait_to_be_read_get_more_of_the_time_than_one_who_writes() -> None:
    pace = Pace(512)
    for _ in range(50):
        pace.wrote(1, 0.020)
        pace.read(pace.chunk(1, 7), chunk_s(pace.chunk(1, 7)))

    alone = STEPS * 0.020
    assert chunk_s(pace.chunk(1, 1)) <= alone
    assert 3 * alone < chunk_s(pace.chunk(1, 7)) <= 7 * alone


def test_one_slow_pass_is_not_held_against_its_size() -> None:
    pace = Pace(512)
    for _ in range(50):
        pace.wrote(8, 0.060)
        pace.read(pace.chunk(8), chunk_s(pace.chunk(8)))
    usual = pace.chunk(8)

    pace.read(usual, 10.0)
    slower = pace.chunk(8)
    for _ in range(50):
        pace.read(pace.chunk(8), chunk_s(pace.chunk(8)))

    assert slower < usual
    assert pace.chunk(8) >= usual


@given(st.sets(st.integers(0, 15), min_size=1))
def test_the_slots_fed_along_are_idle_and_never_cost_more_than_they_save(slots: set[int]) -> None:
    fed = tuple(sorted(slots))

    along = companions(fed, 16)

    assert not slots & set(along)
    assert all(0 <= slot < 16 for slot in along)
    assert passes_cost([*fed, *along]) <= passes_cost(fed)


def passes_cost(slots: Sequence[int]) -> int:
    """Of all passes together: each over slots that follow each other, four rows for 2.5."""
    ordered = sorted(slots)
    ends = [n for n, (one, other) in enumerate(pairwise(ordered), 1) if other != one + 1]
    rows = [end - start for start, end in pairwise([0, *ends, len(ordered)])]
    return sum(1 + count // 4 * 10 + count % 4 * 4 for count in rows)


def test_a_fourth_slot_costs_less_than_three() -> None:
    assert companions((0, 1, 2), 8) == (3,)
    assert companions((5, 6, 7), 8) == (4,)
    assert companions((0, 1, 3), 8) == (2,)
    assert companions((0, 4), 8) == ()


def test_what_followed_the_same_tokens_before_is_foretold() -> None:
    lookup = Lookup([1, 2, 3, 4, 5, 6, 9, 1, 2])

    lookup.add(3)

    assert lookup.draft(2) == [4, 5]


def test_where_nothing_like_it_came_before_nothing_is_foretold() -> None:
    assert Lookup([1, 2, 3, 4, 5]).draft(4) == []
    assert Lookup([1]).draft(4) == []


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60), st.lists(st.integers(0, 2)))
def test_a_draft_is_what_followed_three_tokens(tokens: list[int], added: list[int]) -> None:
    lookup, text = Lookup(tokens), list(tokens)
    for token in added:
        lookup.add(token)
        text.append(token)

    draft = lookup.draft(5)

    assert len(draft) <= 5
    earlier = (text[at : at + 3 + len(draft)] for at in range(len(text) - 3))
    assert not draft or [*text[-3:], *draft] in list(earlier)


def test_who_foretells_wrong_is_believed_less_and_without_drafts_too() -> None:
    lookup = Lookup([1, 2, 3, 4, 1, 2, 3])
    first = lookup.sure
    lookup.add(4)
    right = lookup.sure
    lookup.add(9)

    assert lookup.sure < right
    assert right > first


def settled(price: float, texts: int = 1) -> Stakes:
    """After many passes, each of which took so many steps for each length, and drafts less."""
    stakes = Stakes()
    for _ in range(60):
        stakes.took(texts, 1, 0.010)
        for length in LENGTHS[1:]:
            stakes.took(texts, length, 0.010 * (1 + price * (length - 1)))
    return stakes


def test_drafts_are_left_where_they_measure_slower() -> None:
    quoting = [Chance(0.95, 15)]

    assert settled(0.1).length(quoting, 100) == LENGTHS[-1]
    assert settled(1.0).length(quoting, 100) == 1


def test_drafts_are_left_where_they_are_seldom_right() -> None:
    assert settled(0.2).length([Chance(0.1, 15)], 100) == 1
    assert settled(0.2).length([Chance(0.95, 0)], 100) == 1


def test_drafts_never_leave_the_room_or_hold_others_up() -> None:
    quoting = Chance(0.99, 15)

    assert settled(0.01).length([quoting], 6) == 4
    assert settled(0.01, 8).length([quoting] * 8, 100) == 4
    assert settled(0.01, 64).length([quoting] * 64, 100) == 1


def test_one_dear_pass_tells_the_price_of_every_length() -> None:
    stakes = Stakes()
    quoting = [Chance(0.9, 15)]
    stakes.took(1, 1, 0.010)
    tried = stakes.length(quoting, 100)
    stakes.took(1, tried, 0.010 * tried)

    assert tried > 1
    assert stakes.length(quoting, 100) == 1


def test_a_cheap_pass_lets_longer_ones_be_tried() -> None:
    stakes = Stakes()
    stakes.took(1, 1, 0.010)
    stakes.took(1, 2, 0.011)

    assert stakes.length([Chance(0.9, 15)], 100) > 2


def test_a_price_that_was_an_accident_is_forgotten() -> None:
    stakes = Stakes()
    stakes.took(1, 1, 0.010)
    for length in LENGTHS[1:]:
        stakes.took(1, length, 100.0)
    after = stakes.length([Chance(0.95, 15)], 100)

    for _ in range(2_000):
        stakes.took(1, 1, 0.010)

    assert after == 1
    assert stakes.length([Chance(0.95, 15)], 100) > 1


@given(
    st.text(alphabet="aébc🙂 ", max_size=40),
    st.lists(st.text(alphabet="aébc", min_size=1, max_size=3), max_size=3),
    st.lists(st.integers(1, 7), min_size=1, max_size=8),
)
def test_a_text_is_the_same_however_its_bytes_were_cut(
    text: str, stops: list[str], sizes: list[int]
) -> None:
    whole = Spelling(stops)
    expected = whole.add(text.encode()) + whole.end()
    cut, raw, shown, at = Spelling(stops), text.encode(), "", 0
    while at < len(raw):
        size = sizes[at % len(sizes)]
        shown += cut.add(raw[at : at + size])
        assert text.startswith(shown)
        at += size

    assert shown + cut.end() == expected
    assert cut.stopped == whole.stopped == any(stop in text for stop in stops)
    assert not any(stop in expected for stop in stops)


def test_a_character_cut_short_is_shown_as_damaged_at_the_end() -> None:
    spelling = Spelling()

    assert spelling.add("é".encode()[:1]) == ""
    assert spelling.end() == "\ufffd"
