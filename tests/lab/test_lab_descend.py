"""The room Descend as functions: its numbers are those of descend; what does not fit is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.descent import descend, make_function
from chainrule.errors import InputError
from chainrule.lab.contour_lines import contour_lines
from chainrule.lab.frames import pack_frame, unpack_frame
from chainrule.lab.lab_server import lab_view
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench
from chainrule.ledger.formulas import number_text

MAP = "x^2 + 8y^2"


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench(open_subject("two-layers"))


def shown(bench: Workbench, **state: Any) -> dict[str, Any]:
    """What the page gets."""
    values, arrays = unpack_frame(pack_frame(bench.view(LabState(room="descend", **state))))
    return {**values, "arrays": arrays}


def test_the_state_has_an_address() -> None:
    state = LabState(room="descend", formula="sin(x) + 2^y", start=(-1.5, 1e-7), rate=1e-3, steps=7)
    assert LabState.from_address(state.to_address()) == state
    assert LabState.from_dict(state.to_dict()) == state


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"start": (1.0,) * 5}, "at most 4 numbers"),
        ({"start": (1e200,)}, "start"),
        ({"start": 3}, "at most 4 numbers"),
        ({"formula": "x" * 201}, "at most 200 signs"),
        ({"rate": 0.0}, "rate"),
        ({"steps": 201}, "steps"),
    ],
)
def test_states_that_mean_nothing(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        LabState(room="descend", **changes)


@pytest.mark.parametrize(
    ("formula", "start"), [("x^2 - 2x + 1.5", (-1.0,)), (MAP, (-2.0, 1.0)), ("exp(x)", (2.0,))]
)
def test_the_numbers_are_those_of_descend(
    bench: Workbench, formula: str, start: tuple[float, ...]
) -> None:
    view = shown(bench, formula=formula, start=start, rate=0.05, steps=9)
    found = descend(make_function(formula), start, learning_rate=0.05, steps=9)
    told = view["descent"]
    assert told["sentence"] == found.outcome.sentence
    assert len(told["rows"]) == 10
    for row, point, gradient in zip(
        told["rows"], found.path.points, found.path.gradients, strict=True
    ):
        assert row["points"] == [number_text(float(x), 6) for x in point]
        assert row["slopes"] == [number_text(float(x), 6) for x in gradient]
    np.testing.assert_allclose(view["arrays"]["path"][:, :-1], found.path.points, rtol=1e-6)
    assert ("contours" in view["arrays"]) == (len(start) == 2)


def test_rates_that_part_the_courses(bench: Workbench) -> None:
    told = shown(bench, formula=MAP)["descent"]
    assert told["rates"][0] == {"curvature": "16", "half": "0.0625", "limit": "0.125"}
    assert told["start"] == [2, 2]
    assert told["rate_high"] == 0.3
    line = shown(bench, formula="3x", start=(1.0,))["descent"]
    assert line["rates"][0] == {"curvature": "0", "half": "", "limit": ""}
    assert line["rate_high"] == 1
    ends = shown(bench, formula="sqrt(x)", start=(0.01,), rate=10.0)["descent"]
    assert ends["rates"][1]["curvature"] == ""
    assert ends["outcome"] == "ends"


def test_lines_of_equal_height_have_one_height(bench: Workbench) -> None:
    arrays = shown(bench, formula=MAP, start=(-2.0, 1.0), rate=0.1)["arrays"]
    done, lows = 0, []
    for count, share in arrays["contour_parts"]:
        x, y = arrays["contours"][done : done + int(count)].T
        done += int(count)
        heights = x**2 + 8 * y**2
        assert np.ptp(heights) < 0.02 * heights.max() + 0.02
        lows.append((share, heights.mean()))
    assert done == len(arrays["contours"])
    assert sorted(lows) == sorted(lows, key=lambda pair: pair[1])


@pytest.mark.parametrize(
    ("select", "text", "made", "factors"),
    [
        ("point[0][1]", "1", "given", []),
        ("point[1][1]", "-0.6", "formula", ["point[0][1]", "slope[0][1]"]),
        ("slope[0][1]", "16", "formula", ["point[0][0]", "point[0][1]"]),
        ("value[0]", "12", "formula", ["point[0][0]", "point[0][1]"]),
    ],
)
def test_numbers_open(
    bench: Workbench, select: str, text: str, made: str, factors: list[str]
) -> None:
    opened = shown(bench, formula=MAP, start=(-2.0, 1.0), rate=0.1, select=select)["opened"]
    assert (opened["text"], opened["made"]) == (text, made)
    assert [one["address"] for one in opened["factors"]] == factors
    assert bool(opened["lines"]) == (made == "formula")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"formula": "x + y + z"}, "one or two variables"),
        ({"formula": "open(x)"}, "expected a function"),
        ({"formula": "ln(x)", "start": (-1.0,)}, "a value and a derivative"),
        ({"select": "point[21][0]"}, "k up to 20"),
        ({"select": "slope[0][1]"}, "k up to 20"),
        ({"select": "W[1][0,0]"}, "k up to 20"),
    ],
)
def test_what_does_not_fit_is_said(bench: Workbench, changes: dict[str, Any], told: str) -> None:
    view = shown(bench, **changes)
    assert told in view["error"]["text"]
    with pytest.raises(InputError, match="expected"):
        lab_view("two-layers", LabState(room="descend", **changes).to_address())


def test_pictures_of_extremes(bench: Workbench) -> None:
    """What cannot be drawn leaves the numbers as they are, and what is flat has no lines."""
    far = shown(bench, formula="exp(x)", start=(200.0,))
    assert not far["descent"]["drawn"]
    assert "path" not in far["arrays"]
    assert far["descent"]["rows"][0]["value"] == number_text(float(np.exp(200)), 6)
    steep = shown(bench, formula="exp(x) + 1/x", start=(60.0,), steps=1, rate=1e-25)
    assert np.isfinite(steep["arrays"]["path"]).all()
    assert contour_lines(np.arange(3.0), np.arange(3.0), np.ones((3, 3))) == ()
    assert contour_lines(np.arange(3.0), np.arange(3.0), np.full((3, 3), np.nan)) == ()


def test_the_view_by_an_address_is_the_pages(bench: Workbench) -> None:
    state = LabState(room="descend", formula=MAP, start=(-2.0, 1.0), rate=0.1)
    found = lab_view("two-layers", state.to_address()).view.values
    assert found["descent"] == bench.view(state).values["descent"]
