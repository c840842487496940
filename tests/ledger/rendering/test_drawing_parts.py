"""Parts of a network's drawing, and upright drawings."""

from __future__ import annotations

import pytest

from chainrule.errors import InputError
from chainrule.ledger import Ledger, read_worked
from chainrule.ledger.rendering.drawing_parts import restrict_drawing, turn_upright
from chainrule.ledger.rendering.network_drawing import NetworkDrawing, lay_out_network


def ledger() -> Ledger:
    return Ledger(read_worked("edge-detector"))


def part(address: str) -> NetworkDrawing:
    return restrict_drawing(lay_out_network(ledger()), ledger(), address)


def ends(drawing: NetworkDrawing) -> list[tuple[str, str, str]]:
    """Each line as the texts of its neurons and its own."""
    return [
        (drawing.neurons[w.start].inside[-1], drawing.neurons[w.end].inside[-1], w.label)
        for w in drawing.weights
    ]


def test_one_neuron_with_its_inputs() -> None:
    assert ends(part("z[1][2]")) == [
        ("1", "a 0.3543", "w₂₁ = -1"),
        ("0.2", "a 0.3543", "w₂₂ = 1.5"),
    ]


def test_a_later_layer_stands_where_the_first_would() -> None:
    whole, last = lay_out_network(ledger()), part("a[2]")
    assert ends(last) == [
        ("a 0.8176", "a 0.6412", "w₁₁ = 1.5"),
        ("a 0.3543", "a 0.6412", "w₁₂ = 1"),
    ]
    assert last.neurons[0].x == whole.neurons[0].x
    assert last.width < whole.width
    assert last.weights[0].x == pytest.approx(
        last.neurons[0].x + (whole.weights[4].x - whole.neurons[2].x)
    )
    assert [title.text for title in last.titles] == ["layer 1: sigmoid", "layer 2: sigmoid"]


def test_all_of_a_layer() -> None:
    first = part("z[1]")
    assert len(first.neurons) == 4
    assert ends(first) == ends(lay_out_network(ledger()))[:4]


@pytest.mark.parametrize("address", ["a[0]", "cost"])
def test_what_is_no_layer_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="the address of a layer or of a neuron"):
        part(address)


def test_upright_the_outputs_are_above_the_inputs() -> None:
    drawing = turn_upright(lay_out_network(ledger()))
    inputs, hidden, (output,) = drawing.neurons[:2], drawing.neurons[2:4], drawing.neurons[4:]
    assert inputs[0].y == inputs[1].y > hidden[0].y > output.y > 34
    assert inputs[0].x == hidden[0].x < output.x < hidden[1].x
    assert output.beside == "b₁ = -1\ny₁ = 1"
    assert not any(neuron.above for neuron in drawing.neurons)
    assert drawing.width < 430  # that of a telephone's screen
    assert [title.y for title in drawing.titles] == [inputs[0].y, hidden[0].y, output.y]


def test_upright_labels_stand_on_their_lines() -> None:
    drawing = turn_upright(part("z[1][1]"))
    for one in drawing.weights:
        start, end = drawing.neurons[one.start], drawing.neurons[one.end]
        assert (one.x - start.x) * (end.y - start.y) == pytest.approx(
            (one.y - start.y) * (end.x - start.x)
        )
