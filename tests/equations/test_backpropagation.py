"""Forward trace and backward sweep: by hand, and against the numbers that the papers print.

A printed number is a claim. Each is compared with the exact one at the digits printed; those that
do not follow from their own arithmetic are asserted not to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.activations import ACTIVATIONS, Activation
from chainrule.equations.backpropagation import Layer, Trace, backward, forward, trace
from chainrule.equations.costs import COSTS, batch_shares

RELU, SIGMOID, IDENTITY = (ACTIVATIONS[n] for n in ("relu", "sigmoid", "identity"))
X = np.array([[1.0, -2.0], [0.5, 3.0]])
Y = np.array([[1.0], [-1.0]])
# Two inputs, two hidden ReLU neurons, one output: small whole numbers, so all is exact.
LAYERS = [
    Layer(np.array([[1.0, -1.0], [2.0, 4.0]]), np.array([1.0, -1.0]), RELU),
    Layer(np.array([[0.5, -2.0]]), np.array([0.25]), IDENTITY),
]


def _rounds_to(value: float, printed: str) -> bool:
    decimals = len(printed.partition(".")[2])
    return math.isclose(round(value, decimals), float(printed), abs_tol=1e-12)


def _sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def test_forward_by_hand() -> None:
    z, a = forward(X, LAYERS)
    assert_array_equal(z[0], [[1 + 2 + 1, 2 - 8 - 1], [0.5 - 3 + 1, 1 + 12 - 1]])
    assert_array_equal(a[0], [[4, 0], [0, 12]])
    assert_array_equal(z[1], [[2.25], [-23.75]])
    assert_array_equal(a[1], z[1])


def test_backward_by_hand() -> None:
    z, a = forward(X, LAYERS)
    deltas = backward(z, a, LAYERS, np.array([[2.0], [-1.0]]))
    assert_array_equal(deltas[1], [[2], [-1]])
    assert_array_equal(deltas[0], [[2 * 0.5, 0], [0, -1 * -2]])


def test_trace_by_hand() -> None:
    t = trace(X, Y, LAYERS, COSTS["half_squared_error"], batch_shares(np.array([0.5, 1.5]), 2))
    assert t.x is X
    assert t.y is Y
    assert_array_equal(t.c, [0.5 * 1.25**2, 0.5 * 22.75**2])
    assert t.cost == 0.25 * 0.5 * 1.25**2 + 0.75 * 0.5 * 22.75**2
    last = [1.25 * 0.25, -22.75 * 0.75]
    assert_array_equal(t.delta[1], [[last[0]], [last[1]]])
    assert_array_equal(t.delta[0], [[last[0] * 0.5, 0], [0, last[1] * -2]])
    assert_array_equal(t.dW[1], [[last[0] * 4, last[1] * 12]])
    assert_array_equal(t.db[1], [sum(last)])
    first = [last[0] * 0.5, last[1] * -2]
    assert_array_equal(t.dW[0], [[first[0], -2 * first[0]], [0.5 * first[1], 3 * first[1]]])
    assert_array_equal(t.db[0], first)


def test_an_error_sums_over_the_paths_through_the_next_layer() -> None:
    W2 = np.array([[1.0, 10.0], [100.0, 1000.0]])
    layers = [Layer(np.eye(2), None, IDENTITY), Layer(W2, None, IDENTITY)]
    z, a = forward(X, layers)
    deltas = backward(z, a, layers, np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert_array_equal(deltas[0], [[1 + 200, 10 + 2000], [3 + 400, 30 + 4000]])


def test_layers_without_biases_have_no_bias_gradient() -> None:
    layers = [Layer(LAYERS[0].W, None, SIGMOID), LAYERS[1]]
    t = trace(X, Y, layers, COSTS["squared_error"], 0.5)
    assert t.db[0] is None
    assert t.db[1] is not None
    assert len(t.z) == len(t.a) == len(t.delta) == len(t.dW) == len(t.db) == 2


@pytest.mark.parametrize(
    ("bias", "outputs", "errors"),
    [
        (30.0, [9, 3, 14], [13 * 5 * -3, 13 * 5, 13]),
        (20.0, [9, 0, -1], [0, 0, -2]),  # the middle neuron is off: nothing below it learns
    ],
)
def test_three_layers_by_hand(bias: float, outputs: list[float], errors: list[float]) -> None:
    one = np.ones((1, 1))
    layers = [
        Layer(2 * one, np.array([1.0]), RELU),
        Layer(-3 * one, np.array([bias]), RELU),
        Layer(5 * one, np.array([-1.0]), IDENTITY),
    ]
    t = trace(4 * one, one, layers, COSTS["half_squared_error"], 1.0)
    assert [float(a[0, 0]) for a in t.a] == outputs
    assert t.c.tolist() == [0.5 * (outputs[2] - 1) ** 2]
    assert [float(delta[0, 0]) for delta in t.delta] == errors
    inputs = [4, *outputs[:2]]
    by_hand = [d * x for d, x in zip(errors, inputs, strict=True)]
    assert [float(dW[0, 0]) for dW in t.dW] == by_hand
    assert [float(db[0]) for db in t.db if db is not None] == errors


def test_records_cannot_be_changed() -> None:
    t = trace(X, Y, LAYERS, COSTS["squared_error"], 0.5)
    for record, name in ((LAYERS[0], "b"), (t, "cost")):
        with pytest.raises(FrozenInstanceError):
            setattr(record, name, None)


def test_a_softmax_may_stand_in_the_middle() -> None:
    softmax = ACTIVATIONS["softmax"]
    layers = [Layer(np.eye(2), None, softmax), Layer(np.array([[3.0, 1.0]]), None, IDENTITY)]
    x = np.log(np.array([[1.0, 3.0]]))  # softmax 1/4, 3/4
    t = trace(x, np.array([[0.5]]), layers, COSTS["half_squared_error"], 1.0)
    assert_allclose(t.a[1], [[1.5]], rtol=1e-15)
    mean = 0.25 * 3 + 0.75 * 1
    assert_allclose(t.delta[0], [[0.25 * (3 - mean), 0.75 * (1 - mean)]], rtol=1e-14)


@pytest.mark.parametrize("name", COSTS)
def test_a_batch_is_the_weighted_sum_of_its_examples(name: str) -> None:
    rng = np.random.default_rng(0)
    layers = [
        Layer(rng.normal(size=(4, 3)), rng.normal(size=4), ACTIVATIONS["tanh"]),
        Layer(rng.normal(size=(2, 4)), rng.normal(size=2), SIGMOID),
    ]
    x, y, shares = rng.normal(size=(5, 3)), rng.uniform(size=(5, 2)), rng.uniform(size=(5, 1))
    whole = trace(x, y, layers, COSTS[name], shares)
    ones = [trace(x[i : i + 1], y[i : i + 1], layers, COSTS[name], 1.0) for i in range(5)]
    weighted: Callable[[list[np.ndarray]], np.ndarray] = lambda parts: sum(  # noqa: E731
        s * part for s, part in zip(shares[:, 0], parts, strict=True)
    )
    assert_allclose(whole.cost, weighted([one.cost for one in ones]), rtol=1e-14)
    assert_allclose(whole.dW[0], weighted([one.dW[0] for one in ones]), rtol=1e-12)
    assert_allclose(whole.dW[1], weighted([one.dW[1] for one in ones]), rtol=1e-12)
    assert whole.db[1] is not None
    assert_allclose(whole.db[1], weighted([np.array(one.db[1]) for one in ones]), rtol=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
@pytest.mark.parametrize("shares", [0.5, np.full((2, 1), 0.5, np.float32)], ids=["one", "each"])
def test_float32_stays_float32(activation: Activation, shares: Any) -> None:
    layers = [
        Layer(layer.W.astype(np.float32), np.zeros(len(layer.W), np.float32), activation)
        for layer in LAYERS
    ]
    t = trace(X.astype(np.float32), Y.astype(np.float32), layers, COSTS["huber"], shares)
    made = [*t.z, *t.a, t.c, t.cost, *t.delta, *t.dW, *t.db]
    assert {np.asarray(array).dtype for array in made} == {np.dtype(np.float32)}


# The papers' hand computations.


def test_approximator_1_feeds_relu_forward() -> None:
    layers = [
        Layer(np.array([[1.0], [-1.0]]), np.array([0.5, 1.0]), RELU),
        Layer(np.array([[1.0, 0.5]]), np.array([0.0]), RELU),
    ]
    z, a = forward(np.array([[1.0]]), layers)
    assert a[0].tolist() == [[1.5, 0]]
    assert a[1].tolist() == z[1].tolist() == [[1.5]]


def _chain(w0: float, b0: float, w1: float, b1: float) -> Trace:
    """One input, one hidden and one output neuron, both sigmoid; x is 1 and y is 0."""
    layers = [
        Layer(np.array([[w0]]), np.array([b0]), SIGMOID),
        Layer(np.array([[w1]]), np.array([b1]), SIGMOID),
    ]
    return trace(np.array([[1.0]]), np.array([[0.0]]), layers, COSTS["squared_error"], 1.0)


def _numbers(t: Trace) -> dict[str, float]:
    assert t.db[0] is not None
    assert t.db[1] is not None
    arrays = (t.z[0], t.a[0], t.z[1], t.a[1], t.cost, t.dW[1], t.db[1], t.dW[0], t.db[0])
    names = ("z0", "a0", "z1", "y", "c", "dw1", "db1", "dw0", "db0")
    return {name: float(np.ravel(v)[0]) for name, v in zip(names, arrays, strict=True)}


def test_approximator_2_one_step_of_gradient_descent() -> None:
    before = _numbers(_chain(0.5, 1.0, 1.0, 0.0))
    new = {name: old - before["d" + name] for name, old in _OLD.items()}
    after = _numbers(_chain(new["w0"], new["b0"], new["w1"], new["b1"]))
    for values, printed in (
        (before, _PRINTED_BEFORE),
        (new, _PRINTED_NEW),
        (after, _PRINTED_AFTER),
    ):
        for name, text in printed.items():
            assert _rounds_to(values[name], text), (name, values[name], text)
    # Printed as 0.315, which the rounded weights give; from the exact ones it is 0.3155.
    assert _rounds_to(0.759 * 0.804 - 0.295, "0.315")
    assert not _rounds_to(after["z1"], "0.315")
    assert _rounds_to(after["z1"], "0.316")
    assert after["c"] < before["c"]


_OLD = {"w0": 0.5, "b0": 1.0, "w1": 1.0, "b1": 0.0}
_PRINTED_BEFORE = {
    "z0": "1.5",
    "a0": "0.818",
    "z1": "0.818",
    "y": "0.694",
    "c": "0.481",
    "dw1": "0.241",
    "db1": "0.295",
    "dw0": "0.0440",
    "db0": "0.0440",
}
_PRINTED_NEW = {"w1": "0.759", "b1": "-0.295", "w0": "0.456", "b0": "0.956"}
_PRINTED_AFTER = {"z0": "1.412", "a0": "0.804", "y": "0.578", "c": "0.334"}


def _detector() -> Trace:
    """Four pixels, two hidden neurons, one output; sigmoid, no biases; the target is 1."""
    hidden = np.array([[0.4, 0.1, 0.4, 0.2], [0.2, 0.11, 0.05, 0.44]])
    layers = [Layer(hidden, None, SIGMOID), Layer(np.array([[0.6, 0.72]]), None, SIGMOID)]
    x, y = np.array([[0.5, 0.56, 0.3, 0.0]]), np.array([[1.0]])
    return trace(x, y, layers, COSTS["half_squared_error"], 1.0)


def test_four_detector_forward() -> None:
    t = _detector()
    assert _rounds_to(t.z[0][0, 0], "0.376")
    assert _rounds_to(t.z[0][0, 1], "0.1766")
    # Printed as 0.407 and 0.455: those are σ(-net), the second cut off and not rounded.
    assert _rounds_to(t.a[0][0, 0], "0.593")
    assert _rounds_to(t.a[0][0, 1], "0.544")
    assert _rounds_to(_sigmoid(-0.376), "0.407")
    assert _rounds_to(_sigmoid(-0.1766), "0.456")
    assert math.floor(1000 * _sigmoid(-0.1766)) == 455
    # Printed as 0.64, which follows from the wrong hidden outputs.
    assert _rounds_to(t.a[1][0, 0], "0.679")


def test_the_weight_that_the_four_detector_shows_in_a_lost_figure() -> None:
    """From its own hidden outputs, w10 = 0.72 alone gives the printed output and its slope."""
    fits = []
    for w10 in (w / 100 for w in range(-99, 100)):
        out = _sigmoid(0.6 * 0.407 + w10 * 0.455)
        if _rounds_to(out, "0.64") and _rounds_to(out * (1 - out), "0.2306"):
            fits.append(w10)
    assert fits == [0.72]


def test_four_detector_backward() -> None:
    t = _detector()
    out, hidden = t.a[1][0, 0], t.a[0][0, 0]
    slope = out * (1 - out)
    # Printed as -0.36 and 0.2306, then 0.2304: from the wrong output, before and after rounding.
    assert _rounds_to(out - 1, "-0.32")
    assert _rounds_to(slope, "0.2181")
    assert math.isclose(0.64 * (1 - 0.64), 0.2304)
    dw9, dw1 = t.dW[1][0, 0], t.dW[0][0, 0]
    assert_allclose(dw9, (out - 1) * slope * hidden, rtol=1e-14)
    # Printed: dw9 -0.033, which the wrong 0.407 gives, cut off; new w9 0.603.
    assert math.isclose(-0.36 * 0.2306 * 0.407, -0.0338, abs_tol=5e-5)
    assert _rounds_to(dw9, "-0.042")
    assert _rounds_to(0.6 - 0.1 * dw9, "0.604")
    # Printed: dw1 -0.016 and new w1 0.4016, with dJ/dy taken as -1 in place of -0.36. The product
    # printed is 0.0167; the true gradient is less than a third of that.
    assert math.isclose(-1 * 0.2304 * 0.6 * 0.241 * 0.5, -0.01666, abs_tol=5e-6)
    assert_allclose(dw1, (out - 1) * slope * 0.6 * hidden * (1 - hidden) * 0.5, rtol=1e-14)
    assert _rounds_to(dw1, "-0.005")
    assert _rounds_to(0.4 - 0.1 * dw1, "0.4005")
