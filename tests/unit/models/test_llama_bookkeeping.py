"""The engine's bookkeeping, without a model: slots, turns, pace, and text out of tokens."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.admission import Admission
from models.errors import ModelBusyError
from models.llama.pace import SMALLEST, Pace
from models.llama.slots import WORTH_A_COPY, Slots, common
from models.llama.spelling import Spelling

TOKENS = st.lists(st.integers(0, 3), min_size=1, max_size=120)


@given(st.lists(st.tuples(TOKENS, st.integers(0, 20), st.booleans()), max_size=30))
def test_a_place_never_promises_a_token_that_was_not_read(
    texts: list[tuple[list[int], int, bool]],
) -> None:
    slots, taken = Slots(3), []
    for tokens, written, leaves_early in texts:
        if not slots.free:
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


def test_a_chunk_takes_about_two_steps_of_those_who_write() -> None:
    pace = Pace(512)
    pace.took(0.080, writing=8, read=0)
    pace.took(0.080 + 64 * 0.002, writing=8, read=64)

    assert pace.chunk(writing=True) == 80
    assert pace.chunk(writing=False) == 512


def test_a_chunk_is_never_smaller_than_is_worth_a_pass() -> None:
    pace = Pace(512)
    pace.took(0.001, writing=8, read=0)
    pace.took(1.0, writing=8, read=64)

    assert pace.chunk(writing=True) == SMALLEST


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
