"""Back-propagation through normalised and masked layers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from chainrule.equations.activations import ACTIVATIONS
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


def test_the_derivative_is_that_of_the_activation_before_the_mask() -> None:
    """A sigmoid's slope is known from its output, which a mask must not have changed."""
    layers = [
        Layer(np.array([[1.0]]), np.zeros(1), SIGMOID, mask=np.array([[2.0]])),
        Layer(np.array([[1.0]]), None, IDENTITY),
    ]
    t = trace(np.array([[0.7]]), np.zeros((1, 1)), layers, COSTS["half_squared_error"], 1.0)
    a = 1 / (1 + math.exp(-0.7))
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


@pytest.mark.parametrize("normalised", [True, False])
def test_the_errors_before_normalising_are_those_of_the_weights(normalised: bool) -> None:
    numbers = _craft("tanh", normalised=normalised)
    t = _crafted(numbers)
    for below, du, dW in zip((t.x, *t.a[:-1]), t.du, t.dW, strict=True):
        assert_allclose(du.T @ below, dW, rtol=1e-12, atol=1e-15)
    same = [np.array_equal(du, delta) for du, delta in zip(t.du, t.delta, strict=True)]
    assert same == [not normalised, not normalised, True]
    if normalised:  # what all rows share, the batch's mean takes back
        assert_allclose(t.du[0].sum(axis=0), 0, atol=1e-12)
