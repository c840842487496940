"""The room Approximate: its pieces add up to the network's answer, and come near the function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.lab.frames import pack_frame, unpack_frame
from chainrule.lab.pieces_step import make_pieces_step
from chainrule.lab.state import LabState
from chainrule.lab.subject import open_subject
from chainrule.lab.workbench import Workbench


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench(open_subject("two-layers"))


def state(**changes: Any) -> LabState:
    return LabState(room="approximate", **changes)


@pytest.mark.parametrize("bend", ["relu", "sigmoid"])
def test_pieces_add_up_to_the_networks_answer(bench: Workbench, bend: str) -> None:
    asked = state(formula="sin(2x)", neurons=12, bend=bend, at=-1.25, select="a[1][3]")
    assert LabState.from_address(asked.to_address()) == asked
    bench.require(asked)
    values, arrays = unpack_frame(pack_frame(bench.view(asked)))
    step = make_pieces_step(asked)
    answers = step.network.predict(step.x[:, None])[:, 0]
    np.testing.assert_allclose(step.total, answers, atol=1e-9)
    np.testing.assert_allclose(arrays["curves"][2], answers, atol=1e-5)
    np.testing.assert_allclose(arrays["curves"][1], np.sin(2 * step.x), atol=1e-6)
    assert values["error"] is None
    assert values["opened"]["address"] == "a[1][3]"
    assert float(values["pieces"]["error"]) < 0.2
    answer = step.network.predict(np.array([[-1.25]]))[0, 0]
    assert float(values["pieces"]["answer"]) == pytest.approx(answer, rel=1e-5)


def test_more_neurons_come_nearer() -> None:
    errors = []
    for neurons in (1, 4, 16):
        step = make_pieces_step(state(formula="x^2", neurons=neurons))
        errors.append(np.abs(step.total - step.target).max())
    assert errors[0] > 5 * errors[1] > 25 * errors[2]


@pytest.mark.parametrize(
    ("formula", "told"),
    [("x*y", "a formula of one variable"), ("ln(x)", "from -3 to 3"), ("exp(9x)", "from -3 to 3")],
)
def test_functions_that_do_not_fit(bench: Workbench, formula: str, told: str) -> None:
    assert told in bench.view(state(formula=formula)).values["error"]["text"]
