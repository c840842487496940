"""A network: an architecture and its parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.arrays import scale_inputs
from chainrule.equations.backpropagation import Layer, forward
from chainrule.errors import DataError, InputError, ShapeError, describe
from chainrule.limits import Limit
from chainrule.network.architecture import Architecture
from chainrule.network.files import NetworkFile, read_network_file, write_network_file
from chainrule.network.parameters import Layout, check_parameters, draw_parameters
from chainrule.network.prediction import ComputeOutputs, make_predictor
from chainrule.schema import Preprocessing, Schema
from chainrule.threads import one_blas_thread

__all__ = ["BLOCK", "Network", "network_layers", "predicted_classes", "require_outputs"]

Array = NDArray[Any]

BLOCK = 1024
"""Rows computed at once by NumPy, which bounds the memory."""

PREDICTION_BLOCK = 16 * BLOCK
"""Rows computed at once by kernels, which need memory for the outputs alone."""


def network_layers(architecture: Architecture, flat: Array) -> list[Layer]:
    """The layers that the equations compute with, as views into the flat parameters."""
    layout = Layout(architecture)
    return [
        Layer(W, b, ACTIVATIONS[name])
        for W, b, name in zip(
            layout.weights(flat), layout.biases(flat), architecture.activations, strict=True
        )
    ]


@dataclass(frozen=True, eq=False)
class Network:
    """A dense network. It never changes; training returns a new one.

    Args:
        architecture: layers, activations, number type.
        parameters: all weights and biases, flat, (Layout(architecture).size,), finite.
        input_scale: the factor for inputs given as bytes, such as 1/255; learned from the data.
        input_shape: the shape of one input, such as (28, 28); empty for (inputs,).
        class_names: the class of each output; empty if the outputs are numbers.
        preprocessing: what the data mean, and the steps from a table's columns to the inputs;
            learned from the data. None for a network that takes its inputs as they are.
        seed: from which `create` drew the parameters; None for all other networks.

    Raises: ShapeError, DataError.
    """

    architecture: Architecture
    parameters: Array
    input_scale: float = 1.0
    input_shape: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()
    preprocessing: Preprocessing | None = None
    seed: int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        flat = check_parameters(Layout(self.architecture), self.parameters, "Network")
        object.__setattr__(self, "parameters", flat)
        shape = tuple(int(n) for n in self.input_shape) or (self.architecture.layers[0],)
        object.__setattr__(self, "input_shape", shape)
        object.__setattr__(self, "class_names", tuple(map(str, self.class_names)))

    @classmethod
    def create(
        cls,
        layers: Sequence[int],
        activation: str | Sequence[str] = "relu",
        *,
        output_activation: str | None = None,
        seed: int = 0,
        **architecture: Any,
    ) -> Network:
        """A new network with weights drawn from the seed.

        Args:
            layers: widths from the inputs to the outputs, such as [784, 32, 10].
            activation: one name for all layers, the output included, or one name per layer. If
                the output is not named, training with categorical cross-entropy makes it softmax.
            output_activation: another name for the last layer.
            seed: fixes the weights, at least 0.
            architecture: other fields of `Architecture`, such as initialiser or dtype.

        Raises: InputError, ShapeError, UnknownNameError.

        Example:
            >>> Network.create([784, 32, 16, 10], activation="sigmoid").parameters.size
            25818
        """
        described = Architecture.of(layers, activation, output_activation, **architecture)
        checked = Limit(int, "seed of the initial weights", 0).check("Network.create", "seed", seed)
        return cls(described, draw_parameters(described, checked), seed=checked)

    @property
    def schema(self) -> Schema | None:
        """What inputs and targets mean; None for a network that was not told."""
        return None if self.preprocessing is None else self.preprocessing.schema

    @property
    def gives_fractions(self) -> bool:
        """Whether every output lies between 0 and 1."""
        last = ACTIVATIONS[self.architecture.activations[-1]]
        return last.low >= 0 and last.high <= 1

    @property
    def gives_probabilities(self) -> bool:
        """Whether the outputs for an example, or a single one and its complement, sum to 1."""
        single = self.architecture.layers[-1] == 1 and self.gives_fractions
        return single or self.architecture.activations[-1] == "softmax"

    @property
    def weights(self) -> list[Array]:
        """The weights of each layer, (fan_out, fan_in), as read-only views."""
        return Layout(self.architecture).weights(self.parameters)

    @property
    def biases(self) -> list[Array | None]:
        """The biases of each layer, (fan_out,), as read-only views; None without biases."""
        return Layout(self.architecture).biases(self.parameters)

    @cached_property
    def layers(self) -> list[Layer]:
        """The layers that the equations compute with."""
        return network_layers(self.architecture, self.parameters)

    @cached_property
    def _predictor(self) -> ComputeOutputs | None:
        return make_predictor(Layout(self.architecture), self.parameters)

    @cached_property
    def _dtype(self) -> np.dtype[Any]:
        return np.dtype(self.architecture.dtype)

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was made from them is made again when it is needed."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hex, of the parameters' bytes."""
        return hashlib.sha256(self.parameters.tobytes()).hexdigest()

    def for_cost(self, cost: str) -> Network:
        """The network with the output activation that suits a cost: see `Architecture.for_cost`."""
        return replace(self, architecture=self.architecture.for_cost(cost))

    def with_parameters(self, flat: Array) -> Network:
        """The same network with other numbers.

        Raises: ShapeError, DataError.
        """
        return replace(self, parameters=flat, seed=None)

    def predict(self, inputs: Any) -> Array:
        """The answers to examples as the data have them: outputs in the targets' own unit.

        Args:
            inputs: (batch, inputs), finite; bytes are multiplied by `input_scale`, numbers are
                taken as they are. A network that learned from a table takes the table's columns,
                (batch, columns) in the order of `schema`, NaN where a cell is missing.

        Returns: (batch, outputs) in the network's number type; float64 if targets were scaled.
        Raises: ShapeError, DataError.
        """
        steps = self.preprocessing
        if steps is not None and steps.schema.is_table:
            inputs = steps.encode(_float_matrix(inputs))
        rows = self._checked_inputs("Network.predict", inputs)
        blocks = [a for _, a in self._blocks("Network.predict", rows)]
        outputs = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
        return outputs if steps is None else steps.restore_outputs(outputs)

    def outputs(self, inputs: Any) -> Iterator[tuple[Array, Array]]:
        """The last layer's weighted sums and activations, block after block of rows.

        Args:
            inputs: (batch, inputs) as the first layer takes them, encoded if need be; bytes are
                multiplied by `input_scale`.

        Yields: (z, a), (at most 16384, outputs) each, in the unit in which the network learned.
        Raises: ShapeError, DataError.
        """
        return self._blocks("Network.outputs", self._checked_inputs("Network.outputs", inputs))

    def _blocks(self, where: str, rows: Array) -> Iterator[tuple[Array, Array]]:
        """z and a of the last layer, block after block of rows, by kernels or else by NumPy."""
        if self._predictor is not None:
            return self._kernel_blocks(where, rows, self._predictor)
        return self._numpy_blocks(rows)

    def _kernel_blocks(
        self, where: str, rows: Array, compute: ComputeOutputs
    ) -> Iterator[tuple[Array, Array]]:
        is_bytes = rows.dtype == np.uint8
        factor = self.input_scale if is_bytes else 1.0
        for start in range(0, max(1, len(rows)), PREDICTION_BLOCK):
            block = rows[start : start + PREDICTION_BLOCK]
            with np.errstate(over="ignore"):  # a number too great for the type becomes infinite
                typed = block.astype(rows.dtype if is_bytes else self._dtype, copy=False)
            z, a, finite = compute(typed, factor)
            # Rows of another type were checked before they were converted.
            if not finite and rows.dtype == self._dtype:
                _require_finite(where, rows)
            yield z, a

    def _numpy_blocks(self, rows: Array) -> Iterator[tuple[Array, Array]]:
        for start in range(0, max(1, len(rows)), BLOCK):
            with one_blas_thread(), np.errstate(all="ignore"):
                x = self.scaled_inputs(rows[start : start + BLOCK])
                zs, activations = forward(x, self.layers)
            yield zs[-1], activations[-1]

    def activations(self, inputs: Any) -> list[Array]:
        """Return the activations of every layer, from the first hidden one to the outputs.

        Args:
            inputs: (batch, inputs) as the first layer takes them; bytes are multiplied by
                `input_scale`.

        Returns: (batch, width) for each layer, in the unit in which the network learned.
        Raises: ShapeError, DataError.
        """
        rows = self._checked_inputs("Network.activations", inputs)
        with one_blas_thread(), np.errstate(all="ignore"):
            return forward(self.scaled_inputs(rows), self.layers)[1]

    def classify(self, inputs: Any) -> NDArray[np.int64]:
        """The class number of each row: its greatest output, or output above ½ for a single one.

        Args: as in `predict`.
        Returns: (batch,), from 0.
        Raises: ShapeError, DataError.
        """
        return predicted_classes(self.predict(inputs))

    def scaled_inputs(self, rows: Array) -> Array:
        """Inputs as the first layer takes them: in the network's type; bytes times the scale."""
        scale = self.input_scale if rows.dtype == np.uint8 else 1.0
        return scale_inputs(rows, scale, self.architecture.dtype)

    def _checked_inputs(self, where: str, inputs: Any) -> Array:
        try:
            rows = np.asarray(inputs)
        except ValueError as error:
            raise DataError(
                where, expected="inputs with rows of equal length", got=str(error)
            ) from None
        width = self.architecture.layers[0]
        if rows.ndim != 2 or rows.shape[1] != width:
            raise ShapeError(
                where,
                expected=f"inputs of shape (batch, {width})",
                got=str(rows.shape),
                why=f"The first layer has {width} inputs",
                remedy="Flatten each image: inputs.reshape(len(inputs), -1)"
                if rows.ndim > 2
                else "Give one example per row",
                argument="inputs",
                value=rows.shape,
            )
        if rows.dtype.kind not in "buif":
            raise DataError(where, expected="inputs to be numbers", got=describe(rows))
        if rows.dtype != self._dtype or self._predictor is None:
            _require_finite(where, rows)
        return rows

    def save(self, path: str | Path) -> None:
        """Write the network to a .safetensors file, sealed with a digest.

        Raises: FileError.
        """
        content = NetworkFile(
            architecture=self.architecture,
            parameters=self.parameters,
            input_scale=self.input_scale,
            input_shape=self.input_shape,
            class_names=self.class_names,
            preprocessing=self.preprocessing,
        )
        write_network_file(path, content)

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Read a network that `save` wrote.

        Raises: FileError, DataError, IntegrityError.
        """
        content = read_network_file(path)
        return cls(
            architecture=content.architecture,
            parameters=content.parameters,
            input_scale=content.input_scale,
            input_shape=content.input_shape,
            class_names=content.class_names,
            preprocessing=content.preprocessing,
        )


def _float_matrix(inputs: Any) -> Array:
    """The columns of a table as float64."""
    try:
        return np.asarray(inputs, np.float64)
    except (TypeError, ValueError):
        raise DataError(
            "Network.predict",
            expected="the columns of a table as numbers",
            got=describe(inputs),
            remedy="For a table with names and categories, use open_run(path).predict(table)",
        ) from None


def _require_finite(where: str, rows: Array) -> None:
    """Refuse inputs that are NaN or infinite."""
    if rows.dtype.kind == "f" and not np.isfinite(rows).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(rows))[0])
        raise DataError(where, expected="finite inputs", got=f"{rows[at]} at {at}")


def predicted_classes(outputs: Array) -> NDArray[np.int64]:
    """The class that each row of outputs chooses; (batch, n) -> (batch,)."""
    if outputs.shape[1] == 1:
        return (outputs[:, 0] > 0.5).astype(np.int64)
    return np.asarray(outputs.argmax(axis=1), dtype=np.int64)


def require_outputs(network: Network, outputs: int, where: str, classifies: bool = True) -> None:
    """Refuse a network whose last layer does not fit the targets.

    A single output may stand for two classes, unless it is a softmax, which would always be 1.

    Args:
        network: the network.
        outputs: classes, or target columns.
        where: who asks, for the error text.
        classifies: whether the targets are classes.

    Raises: InputError.
    """
    width = network.architecture.layers[-1]
    if width == 1 and network.architecture.activations[-1] == "softmax":
        raise InputError(
            where,
            expected="an output activation other than softmax for a single output",
            got="softmax",
            why="The softmax of one number is always 1",
            remedy="Set cost to 'binary_cross_entropy' and output_activation to 'sigmoid', "
            "or end the layers with 2",
            argument="output_activation",
            value="softmax",
        )
    if width == outputs or (classifies and width == 1 and outputs == 2):
        return
    raise InputError(
        where,
        expected=f"{outputs} outputs in the last layer",
        got=str(width),
        why=f"The data have {outputs} classes or target columns",
        remedy=f"End the layers with {outputs}",
        argument="layers",
        value=width,
    )
