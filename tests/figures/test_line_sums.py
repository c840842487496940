"""Sums of lines and of bent lines, taken from a worked file."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.errors import InputError
from chainrule.figures.line_sums import draw_line_sums, line_sums_data
from chainrule.ledger import Ledger, parse_worked, read_worked


def test_the_parts_are_those_of_the_file() -> None:
    data = line_sums_data(Ledger(read_worked("approximator-relu")))
    x = data.x
    np.testing.assert_allclose(data.lines, [x + 0.5, 0.5 * (1 - x)])
    np.testing.assert_allclose(data.pieces, [np.maximum(x + 0.5, 0), 0.5 * np.maximum(1 - x, 0)])
    assert np.interp(1.0, x, data.total(data.pieces)) == pytest.approx(1.5)
    assert np.abs(np.diff(data.total(data.lines), 2)).max() < 1e-12  # a line
    assert np.abs(np.diff(data.total(data.pieces), 2)).max() > 1e-3


def test_without_biases() -> None:
    text = (
        "[network]\nlayers = [1, 1, 1]\nactivations = 'tanh'\nweights = [[[2]], [[3]]]\n"
        "[[examples]]\ninputs = [1]\n"
    )
    data = line_sums_data(Ledger(parse_worked(text)))
    assert data.bias == 0
    np.testing.assert_allclose(data.pieces[0], 3 * np.tanh(2 * data.x))


def test_a_network_of_another_shape() -> None:
    with pytest.raises(InputError) as caught:
        line_sums_data(Ledger(read_worked("four-detector")))
    assert (
        "expected a network 1-n-1, of one input, a hidden layer and one output, got 4-2-1"
        in str(caught.value)
    )


def test_both_panels_are_drawn(texts) -> None:
    figure = draw_line_sums(line_sums_data(Ledger(read_worked("approximator-relu"))))
    assert len(figure.axes) == 2
    assert {"Lines and their sum", "After relu"} <= set(texts(figure))
