"""Forward trace and backward sweep: by hand, and against the numbers that the papers print.

A printed number is a claim. Each is compared with the exact one at the digits printed; those that
do not follow from their own arithmetic are asserted not to.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
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


def test_a_mask_silences_on_the_way_forward_and_back() -> None:
    """The first row keeps its first neuron doubled, the second row its second."""
    mask = np.array([[2.0, 0.0], [0.0, 2.0]])
    layers = [replace(LAYERS[0], mask=mask), LAYERS[1]]
    t = trace(X, Y, layers, COSTS["half_squared_error"], batch_shares(None, 2))
    assert_array_equal(t.a[0], [[8, 0], [0, 24]])
    assert_array_equal(t.z[1], [[4.25], [-47.75]])
    last = [3.25 / 2, -46.75 / 2]
    assert_array_equal(t.delta[0], [[last[0] * 0.5 * 2, 0], [0, last[1] * -2 * 2]])
    assert_array_equal(t.dW[1], [[last[0] * 8, last[1] * 24]])
    assert t.dgain == (None, None)


def test_the_slope_is_that_of_the_activation_before_the_mask() -> None:
    """A sigmoid's slope is known from its output, which a mask must not have changed."""
    layers = [
        Layer(np.array([[1.0]]), np.zeros(1), SIGMOID, mask=np.array([[2.0]])),
        Layer(np.array([[1.0]]), None, IDENTITY),
    ]
    t = trace(np.array([[0.7]]), np.zeros((1, 1)), layers, COSTS["half_squared_error"], 1.0)
    a = _sigmoid(0.7)
    assert_allclose(t.a[0], [[2 * a]], rtol=1e-15)
    assert_allclose(t.delta[0], [[2 * a * 2 * a * (1 - a)]], rtol=1e-14)


def test_a_normalised_layer_by_hand() -> None:
    """Sums 2 and 4 of two rows become -1 and 1, but for what is added to the variance."""
    layers = [
        Layer(np.array([[1.0, 1.0]]), np.array([0.5]), IDENTITY, gain=np.array([3.0])),
        Layer(np.array([[2.0]]), np.array([1.0]), IDENTITY),
    ]
    x, y = np.array([[1.0, 1.0], [3.0, 1.0]]), np.array([[0.0], [0.0]])
    t = trace(x, y, layers, COSTS["half_squared_error"], batch_shares(None, 2))
    one = 1 / math.sqrt(1 + 1e-5)
    assert_allclose(t.z[0], [[0.5 - 3 * one], [0.5 + 3 * one]], rtol=1e-14)
    out = [1 + 2 * (0.5 - 3 * one), 1 + 2 * (0.5 + 3 * one)]
    delta = [out[0] / 2 * 2, out[1] / 2 * 2]  # dC/dz of the first layer
    assert_allclose(t.delta[0], [[delta[0]], [delta[1]]], rtol=1e-14)
    assert t.db[0] is not None
    assert t.dgain[0] is not None
    assert_allclose(t.db[0], [sum(delta)], rtol=1e-14)
    turned = (delta[1] - delta[0]) * one
    assert_allclose(t.dgain[0], [turned], rtol=1e-14)
    mean = sum(delta) / 2
    du = [3 * one * (d - mean - û * turned / 2) for d, û in zip(delta, (-one, one), strict=True)]
    assert_allclose(t.dW[0], [[du[0] + 3 * du[1], du[0] + du[1]]], rtol=1e-9, atol=1e-14)
    assert t.dgain[1] is None


def test_a_normalised_layer_needs_biases() -> None:
    layers = [Layer(np.ones((1, 2)), None, IDENTITY, gain=np.ones(1))]
    with pytest.raises(AssertionError, match="a normalised layer has biases"):
        forward(X, layers)


def _craft(name: str, *, masked: bool = True, normalised: bool = True) -> dict[str, Any]:
    """Numbers of three layers; the hidden ones as a training has them."""
    rng = np.random.default_rng(7)
    widths = [3, 5, 4, 2]
    hidden = ACTIVATIONS[name]
    masks = [rng.choice([0.0, 1.6], size=(6, width)) for width in widths[1:3]]
    return {
        "W": [rng.normal(size=shape) for shape in zip(widths[1:], widths[:-1], strict=True)],
        "b": [rng.normal(size=width) for width in widths[1:]],
        "gain": [rng.normal(size=width) for width in widths[1:3]] if normalised else [None, None],
        "mask": masks if masked else [None, None],
        "activation": [hidden, hidden, ACTIVATIONS["softmax"]],
        "x": rng.normal(size=(6, 3)),
        "y": np.eye(2)[rng.integers(0, 2, 6)],
        "shares": rng.uniform(size=(6, 1)) / 6,
    }


def _crafted(numbers: dict[str, Any]) -> Trace:
    columns = [numbers[key] for key in ("W", "b", "activation")]
    columns += [[*numbers["gain"], None], [*numbers["mask"], None]]
    layers = [Layer(*parts) for parts in zip(*columns, strict=True)]
    return trace(
        numbers["x"],
        numbers["y"],
        layers,
        COSTS["categorical_cross_entropy"],
        numbers["shares"],
    )


def _every_gradient(numbers: dict[str, Any]) -> list[tuple[str, int, Any]]:
    """Each kind of parameter, its layer from 0, and dC by it."""
    t = _crafted(numbers)
    found: list[tuple[str, int, Any]] = [("W", l, dW) for l, dW in enumerate(t.dW)]  # noqa: E741
    found += [("b", l, db) for l, db in enumerate(t.db)]  # noqa: E741
    return found + [("gain", l, d) for l, d in enumerate(t.dgain) if d is not None]  # noqa: E741


def _moved(numbers: dict[str, Any], kind: str, layer: int, step: Any) -> Any:
    """The cost with one array of parameters moved by a step."""
    arrays = list(numbers[kind])
    arrays[layer] = arrays[layer] + step
    return _crafted({**numbers, kind: arrays}).cost


# Every activation with a slope that is smooth, and the softmax, whose neurons depend on each other.
SMOOTH = ["sigmoid", "tanh", "elu", "gelu", "silu", "softplus", "softmax"]


@pytest.mark.parametrize("normalised", [True, False])
@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("name", ["tanh", "relu", "leaky_relu", "softmax"])
def test_gradients_of_the_craft_by_complex_step(name: str, masked: bool, normalised: bool) -> None:
    numbers = _craft(name, masked=masked, normalised=normalised)
    for kind, layer, gradient in _every_gradient(numbers):
        by_step = np.empty_like(gradient)
        for place in np.ndindex(gradient.shape):
            step = np.zeros(gradient.shape, complex)
            step[place] = 1e-30j
            by_step[place] = _moved(numbers, kind, layer, step).imag / 1e-30
        assert_allclose(gradient, by_step, rtol=1e-10, atol=1e-14, err_msg=f"{kind}[{layer + 1}]")


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients_of_the_craft_by_central_differences(name: str) -> None:
    numbers, h = _craft(name), 1e-6
    for kind, layer, gradient in _every_gradient(numbers):
        by_step = np.empty_like(gradient)
        for place in np.ndindex(gradient.shape):
            step = np.zeros(gradient.shape)
            step[place] = h
            ends = [_moved(numbers, kind, layer, sign * step) for sign in (1, -1)]
            by_step[place] = (ends[0] - ends[1]) / (2 * h)
        assert_allclose(gradient, by_step, rtol=1e-6, atol=1e-8, err_msg=f"{kind}[{layer + 1}]")


def test_masks_of_1_and_gains_that_undo_the_normalisation_change_nothing() -> None:
    plain = _craft("tanh", masked=False, normalised=False)
    t = _crafted(plain)
    ones = [np.ones_like(a) for a in t.a[:2]]
    assert_array_equal(_crafted({**plain, "mask": ones}).dW[0], t.dW[0])
    sums = [z - b for z, b in zip(t.z[:2], plain["b"], strict=False)]
    deviations = [np.sqrt(u.var(axis=0) + 1e-5) for u in sums]
    means = [u.mean(axis=0) for u in sums]
    shifts = [b + mean for b, mean in zip(plain["b"], means, strict=False)]
    same = _crafted({**plain, "gain": deviations, "b": [*shifts, plain["b"][2]]})
    assert_allclose(same.z[1], t.z[1], rtol=1e-12)
    assert_allclose(same.a[2], t.a[2], rtol=1e-12)
    assert_allclose(same.cost, t.cost, rtol=1e-13)


def test_a_softmax_after_which_a_mask_stands() -> None:
    softmax = ACTIVATIONS["softmax"]
    layers = [
        Layer(np.eye(2), None, softmax, mask=np.array([[2.0, 0.0]])),
        Layer(np.array([[3.0, 1.0]]), None, IDENTITY),
    ]
    x = np.log(np.array([[1.0, 3.0]]))  # softmax 1/4, 3/4; masked ½, 0
    t = trace(x, np.array([[0.5]]), layers, COSTS["half_squared_error"], 1.0)
    assert_allclose(t.a[0], [[0.5, 0]], rtol=1e-15)
    assert_allclose(t.a[1], [[1.5]], rtol=1e-15)
    mean = 0.25 * 6  # da is 6, 0; its mean by the softmax
    assert_allclose(t.delta[0], [[0.25 * (6 - mean), 0.75 * (0 - mean)]], rtol=1e-14)


def test_a_silent_neuron_learns_nothing_and_teaches_nothing() -> None:
    numbers = _craft("gelu", normalised=False)
    numbers["mask"][0][:, 3] = 0
    t = _crafted(numbers)
    assert not t.a[0][:, 3].any()
    assert not t.delta[0][:, 3].any()
    assert not t.dW[0][3].any()
    assert not t.dW[1][:, 3].any()
    assert t.dW[0][2].all()


def test_a_row_of_weights_before_normalising_is_not_pulled_along_itself() -> None:
    numbers = _craft("tanh")
    t = _crafted(numbers)
    for W, dW in zip(numbers["W"][:2], t.dW, strict=False):
        along = (W * dW).sum(axis=1)
        assert np.abs(along).max() < 1e-4 * np.linalg.norm(W) * np.linalg.norm(dW)


def test_normalised_and_masked_layers_keep_float32() -> None:
    numbers = _craft("relu")
    for kind in ("W", "b", "gain", "mask"):
        numbers[kind] = [array.astype(np.float32) for array in numbers[kind]]
    for kind in ("x", "y", "shares"):
        numbers[kind] = numbers[kind].astype(np.float32)
    t = _crafted(numbers)
    made = [*t.z, *t.a, t.c, t.cost, *t.delta, *t.dW, *t.db, *t.dgain[:2]]
    assert {np.asarray(array).dtype for array in made} == {np.dtype(np.float32)}
    assert t.dgain[2] is None


def test_without_normals_backward_takes_no_layer_for_normalised() -> None:
    numbers = _craft("tanh", normalised=False)
    t = _crafted(numbers)
    columns = (numbers["W"], numbers["b"], numbers["activation"], [*numbers["mask"], None])
    layers = [Layer(W, b, a, mask=mask) for W, b, a, mask in zip(*columns, strict=True)]
    for found, expected in zip(backward(t.z, t.a, layers, t.delta[2]), t.delta, strict=True):
        assert_array_equal(found, expected)
