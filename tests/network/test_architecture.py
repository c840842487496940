"""Layers, activations, initialisers and number types, and every way to get them wrong."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import ChainruleError, InputError, ShapeError, UnknownNameError
from chainrule.network.architecture import Architecture

NAMES = ", ".join(sorted(ACTIVATIONS))


def test_one_name_is_for_every_layer_the_output_included() -> None:
    described = Architecture.of([784, 32, 16, 10], "sigmoid")
    assert described.layers == (784, 32, 16, 10)
    assert described.activations == ("sigmoid", "sigmoid", "sigmoid")
    assert described.depth == 3
    assert not described.output_given


def test_relu_is_taken_where_nothing_is_said() -> None:
    assert Architecture.of([4, 3, 2]).activations == ("relu", "relu")


@pytest.mark.parametrize("activation", [["tanh", "softmax"], ("tanh", "softmax")])
def test_a_name_a_layer(activation: list[str] | tuple[str, ...]) -> None:
    described = Architecture.of([4, 3, 2], activation)
    assert described.activations == ("tanh", "softmax")
    assert described.output_given


def test_a_list_of_one_name_is_one_name_for_all() -> None:
    described = Architecture.of([4, 3, 2], ["tanh"])
    assert described.activations == ("tanh", "tanh")
    assert not described.output_given


@pytest.mark.parametrize("activation", ["tanh", ["tanh"], ["tanh", "relu"]])
def test_the_output_activation_has_the_last_word(activation: str | list[str]) -> None:
    described = Architecture.of([4, 3, 2], activation, "sigmoid")
    assert described.activations == ("tanh", "sigmoid")
    assert described.output_given


def test_a_plain_name_in_the_record_is_for_all_layers() -> None:
    record = Architecture(layers=(4, 3, 3, 2), activations="elu")  # type: ignore[arg-type]
    assert record.activations == ("elu", "elu", "elu")
    assert not record.output_given


@pytest.mark.parametrize(
    ("cost", "given", "last"),
    [
        ("categorical_cross_entropy", None, "softmax"),
        ("categorical_cross_entropy", "sigmoid", "sigmoid"),
        ("categorical_cross_entropy", "relu", "relu"),
        ("squared_error", None, "relu"),
        ("binary_cross_entropy", None, "relu"),
        ("squared_error", "softmax", "softmax"),
    ],
)
def test_the_cost_settles_an_output_that_was_not_named(
    cost: str, given: str | None, last: str
) -> None:
    settled = Architecture.of([4, 3, 2], "relu", given).for_cost(cost)
    assert settled.activations == ("relu", last)
    assert settled.output_given


def test_what_is_settled_once_stays() -> None:
    settled = Architecture.of([4, 3, 2], "sigmoid").for_cost("squared_error")
    assert settled.for_cost("categorical_cross_entropy") is settled


@pytest.mark.parametrize(
    ("activation", "initialiser"),
    [
        ("relu", "he"),
        ("leaky_relu", "he"),
        ("elu", "he"),
        ("gelu", "he"),
        ("silu", "he"),
        ("softplus", "he"),
        ("selu", "lecun"),
        ("sigmoid", "glorot"),
        ("tanh", "glorot"),
        ("softmax", "glorot"),
        ("identity", "glorot"),
        ("step", "glorot"),
    ],
)
def test_each_layer_gets_the_initialiser_that_suits_its_activation(
    activation: str, initialiser: str
) -> None:
    described = Architecture.of([4, 3, 2], ["tanh", activation])
    assert described.initialiser_of(1) == "glorot"
    assert described.initialiser_of(2) == initialiser


def test_a_named_initialiser_is_for_all_layers() -> None:
    described = Architecture.of([4, 3, 2], ["tanh", "relu"], initialiser="normal")
    assert [described.initialiser_of(layer) for layer in (1, 2)] == ["normal", "normal"]


def test_plain_values_and_back_through_json() -> None:
    described = Architecture.of(
        [4, 3, 2],
        "selu",
        "softmax",
        biases=False,
        initialiser="uniform",
        bias_initialiser="normal",
        initialiser_low=-0.5,
        initialiser_high=0.25,
        initialiser_deviation=2,
        dtype="float64",
    )
    plain = json.loads(json.dumps(described.to_dict()))
    assert plain == {
        "layers": [4, 3, 2],
        "activations": ["selu", "softmax"],
        "output_given": True,
        "biases": False,
        "initialiser": "uniform",
        "bias_initialiser": "normal",
        "initialiser_low": -0.5,
        "initialiser_high": 0.25,
        "initialiser_deviation": 2.0,
        "dtype": "float64",
    }
    assert Architecture.from_dict(plain) == described
    assert hash(Architecture.from_dict(plain)) == hash(described)


def test_it_never_changes() -> None:
    described = Architecture.of([4, 3, 2])
    with pytest.raises(dataclasses.FrozenInstanceError):
        described.dtype = "float64"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("layers", "got"),
    [
        ([784], "[784] (list)"),
        ([], "[] (list)"),
        ("784,10", "'784,10' (str)"),
        (784, "784 (int)"),
        ({784, 10}, "{784, 10} (set)"),
        (None, "None (NoneType)"),
    ],
)
def test_layers_are_a_sequence_of_at_least_two(layers: object, got: str) -> None:
    with pytest.raises(InputError) as caught:
        Architecture.of(layers)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"Architecture: expected at least two layer widths, inputs and outputs, got {got}. "
        "Write them in order: [784, 32, 10]."
    )
    assert caught.value.argument == "layers"
    assert caught.value.value == layers


@pytest.mark.parametrize(
    ("width", "got"),
    [
        (0, "0 (int)"),
        (-3, "-3 (int)"),
        (2.5, "2.5 (float)"),
        ("32", "'32' (str)"),
        (True, "True (bool)"),
        (None, "None (NoneType)"),
        (10_000_001, "10000001 (int)"),
        (float("nan"), "nan (float)"),
    ],
)
def test_a_width_is_a_whole_number_from_1(width: object, got: str) -> None:
    with pytest.raises(InputError) as caught:
        Architecture.of([784, width, 10])  # type: ignore[list-item]
    assert str(caught.value) == (
        "Architecture: expected layers to be a whole number at least 1 and at most 10000000, "
        f"got {got}. layers: neurons of each layer, inputs first."
    )


def test_a_width_may_be_a_whole_float_and_becomes_a_whole_number() -> None:
    widths = Architecture.of([4.0, 3, 2]).layers  # type: ignore[list-item]
    assert widths == (4, 3, 2)
    assert type(widths[0]) is int


@pytest.mark.parametrize(
    ("activation", "got", "hint"),
    [
        ("rleu", "'rleu' (str)", "Did you mean 'relu'?"),
        (["tanh", "Sigmoid"], "'Sigmoid' (str)", "Did you mean 'sigmoid'?"),
        ("q", "'q' (str)", "This name is unknown."),
        (None, "None (NoneType)", "This name is unknown."),
        (["tanh", ["tanh"]], "['tanh'] (list)", "Did you mean 'tanh'?"),
    ],
)
def test_an_activation_that_does_not_exist(activation: object, got: str, hint: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        Architecture.of([4, 3, 2], activation)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"Architecture: expected an activation, got {got}. {hint} Valid names: {NAMES}."
    )
    assert caught.value.argument == "activation"


@pytest.mark.parametrize(
    ("activation", "got"), [(["tanh"] * 3, "3: tanh, tanh, tanh"), ([], "none")]
)
def test_as_many_activations_as_layers(activation: list[str], got: str) -> None:
    with pytest.raises(ShapeError) as caught:
        Architecture.of([4, 3, 2], activation)
    assert str(caught.value) == (
        f"Architecture: expected 2 activations, one per layer after the inputs, got {got}. "
        "The layers are 4, 3, 2."
    )


def test_the_ends_of_uniform_in_their_order() -> None:
    with pytest.raises(InputError) as caught:
        Architecture.of([4, 2], initialiser_low=2)
    assert str(caught.value) == (
        "Architecture: expected initialiser_high of at least initialiser_low 2, got 1.0 (float)."
    )
    assert Architecture.of([4, 2], initialiser_low=1).initialiser_low == 1.0


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        (
            "dtype",
            "float16",
            "Architecture: expected a name for dtype, got 'float16' (str). "
            "Did you mean 'float64'? Valid names: float32, float64.",
        ),
        (
            "initialiser",
            "xavier",
            "Architecture: expected a name for initialiser, got 'xavier' (str). "
            "xavier is called glorot here. Valid names: glorot, he, lecun, normal, uniform, zeros.",
        ),
        (
            "bias_initialiser",
            None,
            "Architecture: expected a name for bias_initialiser, got None (NoneType). "
            "This name is unknown. Valid names: glorot, he, lecun, normal, uniform, zeros.",
        ),
        (
            "biases",
            1,
            "Architecture: expected biases to be true or false, got 1 (int). "
            "biases: whether layers have biases.",
        ),
        (
            "initialiser_deviation",
            -1,
            "Architecture: expected initialiser_deviation to be a number at least 0 and at most "
            "1e+30, got -1 (int). initialiser_deviation: standard deviation of the normal "
            "distribution.",
        ),
        (
            "initialiser_low",
            -1e300,
            "Architecture: expected initialiser_low to be a number at least -1e+30 and at most "
            "1e+30, got -1e+300 (float). initialiser_low: lower bound of the uniform distribution.",
        ),
    ],
)
def test_fields_within_their_limits(field: str, value: Any, text: str) -> None:
    with pytest.raises(ChainruleError) as caught:
        Architecture.of([4, 2], **{field: value})
    assert str(caught.value) == text
    assert caught.value.argument == field


def test_a_field_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError) as caught:
        Architecture.from_dict({"layers": [4, 2], "activations": ["tanh"], "bias": False})
    assert str(caught.value) == (
        "Architecture: expected a field, got 'bias' (str). bias is called biases here. "
        "Valid names: activations, bias_initialiser, biases, dtype, initialiser, "
        "initialiser_deviation, initialiser_high, initialiser_low, layers, output_given."
    )
