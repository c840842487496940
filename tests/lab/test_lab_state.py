"""The state of the lab: its two forms say the same, and what it cannot be is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import InputError, UnknownNameError
from chainrule.lab.ink import SIDE, InkPoint, draw_strokes
from chainrule.lab.state import ROOM_NAMES, Edit, LabState

POINTS = st.builds(InkPoint, st.integers(0, SIDE), st.integers(0, SIDE))
STROKES = st.lists(st.lists(POINTS, min_size=1, max_size=5).map(tuple), max_size=4).map(tuple)
INDEX = st.integers(0, 999)
NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)
PARAMETERS = st.one_of(
    st.builds("W[{}][{},{}]".format, INDEX, INDEX, INDEX),
    st.builds("b[{}][{}]".format, INDEX, INDEX),
)


def edits(addresses: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[Edit, ...]]:
    return st.dictionaries(addresses, NUMBERS, max_size=4).map(
        lambda found: tuple(Edit(name, value) for name, value in found.items())
    )


STATES = st.builds(
    LabState,
    room=st.sampled_from(ROOM_NAMES),
    ink=STROKES,
    inputs=edits(st.builds("x[{}]".format, INDEX)),
    digit=st.integers(0, 99),
    example=st.none() | INDEX,
    target=st.none() | INDEX,
    step=st.none() | st.integers(1, 10**6),
    select=st.sampled_from(["", "W[1][4,300]", "example[3].delta[2][1]", "ä&=#%+ ?"]),
    edits=edits(PARAMETERS),
    silenced=st.lists(st.builds("a[{}][{}]".format, INDEX, INDEX), max_size=3).map(tuple),
    abstain=st.floats(0, 1),
    edges=st.integers(0, 400),
    digits=st.integers(1, 17),
    direction=st.sampled_from(["forward", "backward"]),
    hidden=st.lists(st.sampled_from(["edit", "stages"]), max_size=2).map(tuple),
)


@given(STATES)
@settings(max_examples=100, deadline=None)
def test_values_and_address_lead_back_to_the_state(state: LabState) -> None:
    assert LabState.from_dict(json.loads(json.dumps(state.to_dict()))) == state
    assert LabState.from_address(state.to_address()) == state
    assert LabState.from_address(f"#{state.to_address()}") == state


def test_what_has_its_default_is_left_out() -> None:
    assert LabState().to_dict() == {"version": 1}
    assert LabState().to_address() == "draw"
    assert LabState.from_address("") == LabState()
    assert LabState(select="W[1][0,2]").to_address() == "draw?select=W[1][0,2]"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([], "lab: expected an object, got []"),
        ({"version": 2}, "lab: expected a state of version 1, got 2"),
        ({"rooom": "draw"}, "lab: expected a part of the state, got 'rooom' (str)."),
        ({"room": "cellar"}, "lab: expected a name for room"),
        ({"edges": 401}, "lab: expected edges to be"),
        ({"abstain": 2}, "lab: expected abstain to be"),
        ({"ink": [[[0, 281]]]}, "lab: expected strokes of points from 0 to 280"),
        ({"ink": [[]]}, "lab: expected strokes of points from 0 to 280"),
        ({"ink": [[[1, 2]] * 4001]}, "lab: expected strokes of points from 0 to 280"),
        ({"ink": "draw"}, "lab: expected strokes of points from 0 to 280"),
        ({"edits": [["W[1][0]", 1]]}, "lab: expected an address and a number"),
        ({"edits": [["W[1][0,0]", 1e7]]}, "lab: expected an address and a number"),
        ({"edits": [["W[1][0,0]", True]]}, "lab: expected an address and a number"),
        ({"edits": [["W[1][0,0]"]]}, "lab: expected an address and a number"),
        ({"edits": [["b[1][0]", 1]] * 201}, "lab: expected at most 200 numbers"),
        ({"silenced": ["b[1][0]"]}, "lab: expected names as in an address of the lab"),
        ({"silenced": ["a[1][0]"] * 201}, "lab: expected at most 200 names"),
        ({"select": "x" * 81}, "lab: expected the address of a number"),
        ({"select": 3}, "lab: expected the address of a number"),
    ],
)
def test_what_no_state_can_be(values: Any, text: str) -> None:
    with pytest.raises((InputError, UnknownNameError)) as caught:
        LabState.from_dict(values)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("draw?example", "name=value, joined by &"),
        ("draw?example=three", "a value as in an address of the lab"),
        ("draw?edits=W[1][0,0]", "a value as in an address of the lab"),
        ("draw?ink=xyz", "a value as in an address of the lab"),
        ("draw?ink=zzzz", "a value as in an address of the lab"),
        ("draw?colour=red", "a part of the state"),
    ],
)
def test_what_no_address_can_be(address: str, text: str) -> None:
    with pytest.raises((InputError, UnknownNameError), match=text.replace("?", r"\?")):
        LabState.from_address(address)


def test_ink_is_light_where_the_pen_was() -> None:
    grey = draw_strokes([(InkPoint(100, 140), InkPoint(180, 140))]).grey
    assert grey.shape == (112, 112)
    assert grey[56, 40:72].min() == 1
    assert grey[:48].max() == grey[64:].max() == 0
