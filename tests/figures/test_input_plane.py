"""Neurons over the plane of two inputs."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.figures.input_plane import draw_input_plane, input_plane_data
from chainrule.ledger import Ledger, parse_worked, read_worked

SEVEN = f"""
[network]
layers = [2, 7]
activations = "identity"
weights = [{[[1.0, 2.0]] * 6 + [[0.0, 0.0]]}]
[[examples]]
inputs = [1.0, 0.5]
"""


def batch() -> Ledger:
    return Ledger(read_worked("edge-detector-batch"))


@pytest.mark.parametrize(
    ("address", "names"),
    [
        ("", ("a[2][1]",)),
        ("z[1]", ("z[1][1]", "z[1][2]")),
        ("a[1][2]", ("a[1][2]",)),
        ("step[3].z[2]", ("z[2][1]",)),
    ],
)
def test_the_map_holds_the_numbers_of_the_examples(address: str, names: tuple[str, ...]) -> None:
    found, data = batch(), input_plane_data(batch(), address)
    assert data.names == names
    assert data.axes == ("a[0][1]", "a[0][2]")
    prefix = "step[3]." if address.startswith("step") else ""
    for neuron, values in zip(data.names, data.values, strict=True):
        for number, point in enumerate(data.points, 1):
            row = [np.interp(point.x, data.first, line) for line in values]
            read = np.interp(point.y, data.second, row)
            exact = found.value(f"{prefix}example[{number}].{neuron}")
            assert read == pytest.approx(exact, abs=2e-3)


def test_targets_are_labels() -> None:
    assert [point.label for point in input_plane_data(batch()).points] == ["1", "1", "0", "0"]
    forward = input_plane_data(Ledger(parse_worked(SEVEN)), "a[1][0]")
    assert [point.label for point in forward.points] == [""]
    assert (forward.first[0], forward.first[-1]) == (0, 2)  # one example: 1 to either side


@pytest.mark.parametrize("address", ["cost", "W[1]", "a[0]"])
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(InputError, match="z or a of a layer"):
        input_plane_data(batch(), address)


def test_a_network_of_other_inputs_is_refused() -> None:
    with pytest.raises(InputError, match=r"a network of two inputs.*got 4-2-1 and a\[2\]"):
        input_plane_data(Ledger(read_worked("four-detector")))


def test_too_many_neurons_are_refused() -> None:
    with pytest.raises(InputError, match="at most 6 neurons, got 7"):
        input_plane_data(Ledger(parse_worked(SEVEN)))


def test_maps_are_drawn(texts) -> None:
    figure = draw_input_plane(input_plane_data(batch(), "a[1]"))
    assert {"a[1][1]", "a[1][2]", "a[0][2]", "0", "1"} <= set(texts(figure))
    flat = draw_input_plane(input_plane_data(Ledger(parse_worked(SEVEN)), "z[1][6]"))
    assert "examples, with" not in " ".join(texts(flat))
