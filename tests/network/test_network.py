"""A network: created, asked, kept and loaded, and never changed."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from pathlib import Path

import numpy as np
import pytest

import chainrule.network.network
from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import DataError, InputError, ShapeError
from chainrule.network.architecture import Architecture
from chainrule.network.network import (
    BLOCK,
    Network,
    network_layers,
    predicted_classes,
    require_outputs,
)


def of(parameters: list[float], layers: list[int], activation: str = "identity") -> Network:
    return Network(Architecture.of(layers, activation, dtype="float64"), np.array(parameters))


def test_the_papers_network_by_hand() -> None:
    """approximator, hand computation 1: W0 = (1, -1), B0 = (½, 1), W1 = (1, ½), B1 = 0, x = 1."""
    network = of([1, -1, 0.5, 1, 1, 0.5, 0], [1, 2, 1], "relu")
    assert network.predict([[1.0]]).tolist() == [[1.5]]
    # x = -2: z = (-1.5, 3), a = (0, 3), out = 1.5; x = 3: z = (3.5, -2), out = 3.5
    assert network.predict([[-2], [3]]).tolist() == [[1.5], [3.5]]


def test_each_layer_has_its_own_activation() -> None:
    network = Network.create([3, 4, 2], ["tanh", "softmax"], seed=1, dtype="float64")
    x = np.array([[0.1, -0.2, 0.3]])
    W1, W2 = network.weights
    b1, b2 = network.biases
    assert b1 is not None
    assert b2 is not None
    z = np.tanh(x @ W1.T + b1) @ W2.T + b2
    expected = np.exp(z) / np.exp(z).sum()
    assert network.predict(x) == pytest.approx(expected, rel=1e-14)


def test_a_new_network() -> None:
    network = Network.create([784, 32, 16, 10], activation="sigmoid", seed=0)
    assert network.parameters.size == 784 * 32 + 32 + 32 * 16 + 16 + 16 * 10 + 10
    assert network.parameters.dtype == np.float32
    assert network.input_scale == 1.0
    assert network.input_shape == (784,)
    assert network.class_names == ()
    assert [W.shape for W in network.weights] == [(32, 784), (16, 32), (10, 16)]
    assert [b.shape for b in network.biases if b is not None] == [(32,), (16,), (10,)]
    assert [layer.activation.name for layer in network.layers] == ["sigmoid"] * 3


def test_the_seed_fixes_the_bits() -> None:
    digests = [Network.create([9, 8, 7], seed=seed).digest for seed in (0, 0, 1, 2**80)]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3
    assert Network.create([9, 8, 7]).digest == digests[0]


def test_the_digest_is_of_the_parameters_bytes() -> None:
    network = Network.create([3, 2])
    assert network.digest == hashlib.sha256(network.parameters.tobytes()).hexdigest()


@pytest.mark.parametrize(
    ("seed", "got"), [(-1, "-1 (int)"), (None, "None (NoneType)"), (1.5, "1.5 (float)")]
)
def test_a_seed_is_a_whole_number_from_0(seed: object, got: str) -> None:
    with pytest.raises(InputError) as caught:
        Network.create([3, 2], seed=seed)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"Network.create: expected seed to be a whole number at least 0, got {got}. "
        "seed: seed of the initial weights."
    )


def test_without_biases() -> None:
    network = Network.create([3, 2, 2], "tanh", biases=False, seed=3)
    assert network.parameters.size == 10
    assert network.biases == [None, None]
    assert network.predict(np.zeros((1, 3))).tolist() == [[0, 0]]


def test_views_share_memory_with_the_parameters_and_cannot_be_written() -> None:
    network = Network.create([3, 2, 2])
    for view in (*network.weights, *network.biases, *(layer.W for layer in network.layers)):
        assert view is not None
        assert np.shares_memory(view, network.parameters)
        with pytest.raises(ValueError, match="read-only"):
            view[...] = 0


def test_it_never_changes() -> None:
    given = np.zeros(8)
    network = of([0.0] * 8, [3, 2])
    with pytest.raises(dataclasses.FrozenInstanceError):
        network.parameters = given  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        network.parameters[0] = 1


def test_other_numbers_make_another_network() -> None:
    network = dataclasses.replace(
        Network.create([4, 2], "tanh"), input_scale=0.5, input_shape=(2, 2), class_names=("a", "b")
    )
    other = network.with_parameters(np.ones(10))
    assert other.parameters.tolist() == [1] * 10
    assert other.digest != network.digest
    assert (other.architecture, other.input_scale, other.input_shape, other.class_names) == (
        network.architecture,
        0.5,
        (2, 2),
        ("a", "b"),
    )
    with pytest.raises(ShapeError) as caught:
        network.with_parameters(np.ones(9))
    assert str(caught.value) == (
        "Network: expected 10parameters in one row, got an array of shape (9,) (float32)."
    )


def test_shape_and_names_get_plain_types() -> None:
    network = Network(
        Architecture.of([4, 2]),
        np.zeros(10),
        input_shape=(np.int64(2), np.int64(2)),  # type: ignore[arg-type]
        class_names=(0, 1),  # type: ignore[arg-type]
    )
    assert network.input_shape == (2, 2)
    assert type(network.input_shape[0]) is int
    assert network.class_names == ("0", "1")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_outputs_are_in_the_networks_type(dtype: str) -> None:
    network = Network.create([3, 2], dtype=dtype)
    for given in (np.float16, np.float32, np.float64, np.int32, np.uint8, bool):
        assert network.predict(np.ones((2, 3), dtype=given)).dtype == dtype
    assert network.predict([[1, 0, 2]]).dtype == dtype


def test_bytes_are_scaled_and_numbers_are_taken_as_they_are() -> None:
    network = dataclasses.replace(of([1, 0], [1, 1]), input_scale=1 / 255)
    assert network.predict(np.array([[51], [255]], np.uint8)).tolist() == [[51 * (1 / 255)], [1]]
    assert network.predict(np.array([[51], [255]], np.int64)).tolist() == [[51], [255]]
    assert network.predict(np.array([[0.2]])).tolist() == [[0.2]]


def test_no_rows_give_no_rows() -> None:
    network = Network.create([3, 2])
    assert network.predict(np.zeros((0, 3))).shape == (0, 2)
    assert network.classify(np.zeros((0, 3))).shape == (0,)
    assert [(z.shape, a.shape) for z, a in network.outputs(np.zeros((0, 3)))] == [((0, 2), (0, 2))]


@pytest.mark.parametrize("n", [1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3])
@pytest.mark.parametrize("kernels", [True, False])
def test_blocks_follow_each_other(n: int, kernels: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Kernels take more rows at once than NumPy; here they take as many."""
    monkeypatch.setattr(chainrule.network.network, "PREDICTION_BLOCK", BLOCK)
    network = of([2.0, 1.0], [1, 1], "relu")
    if not kernels:
        network.__dict__["_predictor"] = None
    x = np.arange(-3.0, n - 3)[:, None]
    expected = np.maximum(2 * x + 1, 0)
    assert network.predict(x).tolist() == expected.tolist()
    blocks = list(network.outputs(x))
    assert [len(a) for _, a in blocks] == [BLOCK] * (n // BLOCK) + [n % BLOCK] * (n % BLOCK > 0)
    assert np.concatenate([z for z, _ in blocks]).tolist() == (2 * x + 1).tolist()
    assert np.concatenate([a for _, a in blocks]).tolist() == expected.tolist()


def test_a_row_has_the_same_outputs_whatever_its_neighbours_in_other_blocks() -> None:
    network = Network.create([5, 4, 3], "gelu", seed=2)
    x = np.random.default_rng(0).normal(size=(2 * BLOCK, 5))
    assert network.predict(x)[BLOCK:].tobytes() == network.predict(x[BLOCK:]).tobytes()


def test_classes_are_the_greatest_output() -> None:
    network = of([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], [3, 3])
    x = np.array([[3, 1, 2], [1, 1, 5], [-3, -1, -2], [7, 7, 7]])
    classes = network.classify(x)
    assert classes.tolist() == [0, 2, 1, 0]
    assert classes.dtype == np.int64


def test_a_single_output_chooses_between_two_classes_at_a_half() -> None:
    outputs = np.array([[0.0], [0.5], [np.nextafter(0.5, 1)], [1.0]])
    assert predicted_classes(outputs).tolist() == [0, 0, 1, 1]
    assert predicted_classes(outputs).dtype == np.int64
    assert of([1, 0], [1, 1]).classify([[0.4], [0.6]]).tolist() == [0, 1]


def test_the_message_for_pictures_that_are_not_flattened() -> None:
    network = Network.create([784, 10])
    with pytest.raises(ShapeError) as caught:
        network.predict(np.zeros((32, 28, 28)))
    assert str(caught.value) == (
        "Network.predict: expected inputs of shape (batch, 784), got (32, 28, 28). "
        "The first layer has 784 inputs. Flatten each image: inputs.reshape(len(inputs), -1)."
    )
    assert caught.value.argument == "inputs"
    assert caught.value.value == (32, 28, 28)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (), (0,)])
def test_the_message_for_other_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError) as caught:
        Network.create([3, 2]).classify(np.zeros(shape))
    assert str(caught.value) == (
        f"Network.predict: expected inputs of shape (batch, 3), got {shape}. "
        "The first layer has 3 inputs. Give one example per row."
    )


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        (
            [[1, 2, 3], [1, 2]],
            "Network.outputs: expected inputs with rows of equal length, got setting an "
            "array element with a "
            "sequence. The requested array has an inhomogeneous shape after 1 dimensions. The "
            "detected shape was (2,) + inhomogeneous part.",
        ),
        (
            [["a", "b", "c"]],
            "Network.outputs: expected inputs to be numbers, got an array of shape (1, 3) (<U1).",
        ),
        (
            [[1j, 0, 0]],
            "Network.outputs: expected inputs to be numbers, "
            "got an array of shape (1, 3) (complex128).",
        ),
        (
            [[0, 0, 0], [0, math.nan, math.inf]],
            "Network.outputs: expected finite inputs, got nan at (1, 1).",
        ),
        ([[0, 0, -math.inf]], "Network.outputs: expected finite inputs, got -inf at (0, 2)."),
    ],
)
def test_inputs_that_are_no_finite_numbers(inputs: object, text: str) -> None:
    with pytest.raises(DataError) as caught:
        Network.create([3, 2]).outputs(inputs)
    assert str(caught.value) == text


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("kernels", [True, False])
def test_huge_inputs_warn_of_nothing(activation: str, kernels: bool) -> None:
    network = Network.create([2, 3, 2], activation)
    if not kernels:
        network.__dict__["_predictor"] = None
    with np.errstate(all="warn"):
        assert network.predict([[1e300, -1e300], [3e38, 3e38], [0, 0]]).shape == (3, 2)


def test_keeping_and_loading_gives_the_same_network(tmp_path: Path) -> None:
    network = dataclasses.replace(
        Network.create([4, 3, 2], "selu", dtype="float64", biases=False, seed=9),
        input_scale=1 / 255,
        input_shape=(2, 2),
        class_names=("früh", 'sp"ät'),
    )
    network.save(tmp_path / "n.safetensors")
    again = Network.load(tmp_path / "n.safetensors")
    assert again.parameters.tobytes() == network.parameters.tobytes()
    for name in ("architecture", "input_scale", "input_shape", "class_names", "digest"):
        assert getattr(again, name) == getattr(network, name)
    assert again.predict(np.ones((1, 4))).tobytes() == network.predict(np.ones((1, 4))).tobytes()


def test_layers_are_views_into_the_parameters_given() -> None:
    flat = np.zeros(8)
    (layer,) = network_layers(Architecture.of([3, 2], "tanh", dtype="float64"), flat)
    flat[:] = 1
    assert layer.W.tolist() == [[1, 1, 1], [1, 1, 1]]
    assert layer.b is not None
    assert layer.b.tolist() == [1, 1]
    assert layer.activation is ACTIVATIONS["tanh"]


def test_settled_by_the_cost() -> None:
    network = Network.create([3, 2], "relu")
    assert network.for_cost("categorical_cross_entropy").architecture.activations == ("softmax",)
    assert network.for_cost("huber").architecture.activations == ("relu",)
    assert network.for_cost("huber").parameters.tobytes() == network.parameters.tobytes()


@pytest.mark.parametrize(
    ("width", "outputs", "classifies"),
    [(10, 10, True), (1, 2, True), (1, 1, True), (1, 1, False), (3, 3, False)],
)
def test_outputs_that_fit(width: int, outputs: int, classifies: bool) -> None:
    require_outputs(Network.create([4, width], "sigmoid"), outputs, "train", classifies)


def test_targets_are_classes_where_nothing_is_said() -> None:
    require_outputs(Network.create([4, 1], "sigmoid"), 2, "train")


@pytest.mark.parametrize(
    ("width", "outputs", "classifies"),
    [(10, 9, True), (1, 3, True), (1, 2, False), (2, 1, True), (2, 3, False)],
)
def test_outputs_that_do_not_fit(width: int, outputs: int, classifies: bool) -> None:
    with pytest.raises(InputError) as caught:
        require_outputs(Network.create([4, width], "sigmoid"), outputs, "train", classifies)
    assert str(caught.value) == (
        f"train: expected {outputs} outputs in the last layer, got {width}. "
        f"The data have {outputs} classes or target columns. End the layers with {outputs}."
    )
    assert caught.value.value == width


@pytest.mark.parametrize(("outputs", "classifies"), [(2, True), (1, False)])
def test_a_softmax_of_a_single_output_is_refused(outputs: int, classifies: bool) -> None:
    with pytest.raises(InputError) as caught:
        require_outputs(Network.create([4, 1], "softmax"), outputs, "train", classifies)
    assert str(caught.value) == (
        "train: expected an output activation other than softmax for a single output, got softmax. "
        "The softmax of one number is always 1. Set cost to 'binary_cross_entropy' and "
        "output_activation to 'sigmoid', or end the layers with 2."
    )
