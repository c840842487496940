"""Paths from a number to the cost: their products are what back-propagation computes."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from chainrule.errors import InputError
from chainrule.figures.derivative_paths import derivative_paths_data, draw_derivative_paths
from chainrule.figures.labelled_network import draw_labelled_network
from chainrule.ledger import Ledger, lay_out_network, parse_worked, read_worked


def ledger(name: str = "two-outputs") -> Ledger:
    return Ledger(read_worked(name))


@pytest.mark.parametrize("name", ["two-outputs", "investigation-chain", "four-detector"])
def test_the_sum_over_the_paths_is_the_gradient(name: str) -> None:
    found = ledger(name)
    for start, gradient in (
        ("W[1][0,0]", "dW[1][0,0]"),
        ("W[2][0,0]", "dW[2][0,0]"),
        ("z[1][0]", "delta[1][0]"),
        ("a[1][0]", "da[1][0]"),
    ):
        total = derivative_paths_data(found, start).total
        assert total == pytest.approx(found.value(gradient), rel=1e-12)


def test_a_bias_has_a_path_of_its_own() -> None:
    found = ledger()
    data = derivative_paths_data(found, "b[1][1]")
    assert data.total == pytest.approx(found.value("db[1][1]"), rel=1e-12)
    assert data.paths[0].factors[0].value == 1


def test_in_a_batch_it_is_the_part_of_the_first_example() -> None:
    found = ledger("two-layers")
    data = derivative_paths_data(found)
    assert data.start == "W[1][0,0]"
    assert data.total == pytest.approx(found.value("example[0].dW[1][0,0]"), rel=1e-12)
    assert data.values["cost"] == found.value("cost")


def test_addresses_may_count_from_1() -> None:
    counted = Ledger(read_worked("two-outputs").counted_from(1))
    data = derivative_paths_data(counted, "W[1][1,1]")
    assert data.start == "W[1][1,1]"
    assert data.total == derivative_paths_data(ledger(), "W[1][0,0]").total
    assert data.paths[0].factors[1].of == "a[1][1]"


def test_there_is_a_path_through_each_output() -> None:
    data = derivative_paths_data(ledger(), "W[1][0,0]")
    through = [{factor.of for factor in path.factors} for path in data.paths]
    assert ["a[2][0]" in one for one in through] == [True, False]
    assert ["a[2][1]" in one for one in through] == [False, True]
    assert all("a[1][0]" in one for one in through)


def test_paths_are_drawn(texts) -> None:
    figure = draw_derivative_paths(derivative_paths_data(ledger(), "W[1][0,0]"))
    assert isinstance(figure, Figure)
    written = texts(figure)
    assert "∂C/∂W[1][0,0] = 0.04282 + 0.02208 = 0.06491" in written
    assert "cost C\n0.969" in written
    chain = texts(draw_derivative_paths(derivative_paths_data(ledger(), "W[2][0,0]")))
    assert any(text.startswith("∂C/∂W[2][0,0] = ") for text in chain)
    assert (
        "One path: the derivative of the cost is the product of its factors (chain rule)." in chain
    )


WIDE = """
[network]
layers = [1, 4, 4, 4]
activations = "identity"
weights = [
    [[1], [1], [1], [1]],
    [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]],
    [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]],
]
[training]
cost = "squared_error"
learning_rate = 1
[[examples]]
inputs = [1]
targets = [1, 0, 0, 0]
"""
FORWARD = WIDE.partition("[training]")[0] + "[[examples]]\ninputs = [1]\n"


@pytest.mark.parametrize(
    ("text", "address", "message"),
    [
        (None, "cost", "expected a weight, a bias, a weighted sum or an activation"),
        (None, "W[1]", "expected a weight, a bias, a weighted sum or an activation"),
        (WIDE, "W[1][0,0]", "got 16 paths"),
        (FORWARD, "", "without [training]"),
    ],
)
def test_what_has_no_such_paths(text: str | None, address: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        derivative_paths_data(ledger() if text is None else Ledger(parse_worked(text)), address)
    assert message in str(caught.value)


def test_a_labelled_network_is_drawn(texts) -> None:
    figure = draw_labelled_network(lay_out_network(ledger()))
    written = texts(figure)
    assert {"w₀₀ = 0.5", "b₁ = 0.5", "y₁ = 1", "layer 2: sigmoid"} <= set(written)
    assert "z 1.5\na 0.8176" in written


@pytest.mark.parametrize("address", ["W[1][0,0]", "W[2][0,0]"])
def test_upright_the_cost_is_at_the_top(texts, address: str) -> None:
    data = derivative_paths_data(ledger(), address, upright=True)
    assert data.total == derivative_paths_data(ledger(), address).total
    figure = draw_derivative_paths(data)
    assert figure.get_figwidth() < 5
    (axes,) = figure.axes
    places = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert places["cost C\n0.969"] > max(y for name, y in places.items() if name[:1] in {"z", "a"})
    assert any(text.startswith("∂C/∂a = ") for text in texts(figure))
