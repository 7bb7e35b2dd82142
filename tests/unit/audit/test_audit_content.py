"""Every way an answer can end comes back from the record as it went in."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.audit.content import decode_outcome, encode_outcome, outcome_name
from server.audit.errors import UnreadableContentError
from server.outcomes import Abstained, Answered, Failed, Outcome, Refused, Stopped

NAMES = [
    (Answered, "answered"),
    (Abstained, "abstained"),
    (Refused, "refused"),
    (Stopped, "stopped"),
    (Failed, "failed"),
]


@pytest.mark.parametrize(("kind", "name"), NAMES)
@settings(max_examples=25)
@given(data=st.data())
def test_an_outcome_is_read_back_as_it_was(
    kind: type[Outcome], name: str, data: st.DataObject
) -> None:
    outcome = data.draw(st.builds(kind))

    stored = json.dumps(encode_outcome(outcome))

    assert decode_outcome(json.loads(stored)) == outcome
    assert outcome_name(outcome) == name == json.loads(stored)["outcome"]


@pytest.mark.parametrize(
    "content", [None, {}, {"outcome": "delighted"}, {"outcome": "answered", "text": 3}]
)
def test_what_is_no_outcome_is_refused(content: dict[str, object] | None) -> None:
    with pytest.raises(UnreadableContentError):
        decode_outcome(content)  # type: ignore[arg-type]
