"""The steps of a foreign model folded into dense layers: each with weights, biases, activation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    AffineStep,
    DenseStep,
    ForeignModel,
    ModelStep,
    StandardiseStep,
)

__all__ = ["FoldedLayer", "FoldedModel", "fold_steps", "has_columns"]

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FoldedLayer:
    """One dense layer.

    Args:
        layer: the layer in the file.
        weights: (outputs, inputs) float64.
        biases: (outputs,) float64; None for a layer without.
        activation: None before one came; "" if the file does not hold which it is.
    """

    layer: str
    weights: Matrix
    biases: Matrix | None
    activation: str | None = None

    def scale_outputs(self, factor: Matrix, shift: Matrix) -> FoldedLayer:
        """Return the layer followed by factor z + shift."""
        width = len(self.weights)
        biases = np.zeros(width) if self.biases is None else self.biases
        columns = np.broadcast_to(factor, (width,))
        weights = self.weights * columns[:, None]
        return replace(self, weights=weights, biases=biases * factor + shift)

    def scale_inputs(self, factor: Matrix, shift: Matrix) -> FoldedLayer:
        """Return the layer after factor x + shift."""
        outputs, inputs = self.weights.shape
        biases = np.zeros(outputs) if self.biases is None else self.biases
        biases = biases + self.weights @ np.broadcast_to(shift, (inputs,))
        return replace(self, weights=self.weights * factor, biases=biases)


@dataclass(frozen=True, eq=False)
class FoldedModel:
    """A chain of dense layers, and the scaling of its inputs.

    Args:
        layers: from the inputs to the outputs.
        input_scale: the factor for bytes; None if the file has none.
        standardisation: what is done to a table's columns first; None for nothing.
        remarks: what was folded into what.
    """

    layers: tuple[FoldedLayer, ...]
    input_scale: float | None
    standardisation: StandardiseStep | None
    remarks: tuple[str, ...]


def fold_steps(model: ForeignModel, where: str) -> FoldedModel:
    """Fold scalings and normalisations into the dense layers beside them.

    A first factor of 1/255 stays the scale of bytes, and a first standardisation that of the
    columns where a file names them; all others are folded in float64.

    Raises: DataError for steps that make no chain of dense layers.
    """
    folding = _Folding(where, columns=has_columns(model), scale=model.input_scale)
    for step in model.steps:
        folding.take(step)
    return folding.finish()


def has_columns(model: ForeignModel) -> bool:
    """Whether a file names the columns of its inputs, each by another name."""
    first = next((step for step in model.steps if isinstance(step, DenseStep)), None)
    names = model.input_names
    is_matrix = first is not None and first.weights.ndim == 2
    return bool(
        is_matrix and first is not None and len(set(names)) == len(names) == first.weights.shape[1]
    )


class _Folding:
    """A folding under way."""

    def __init__(self, where: str, columns: bool, scale: float | None) -> None:
        self._where, self._has_columns = where, columns
        self._layers: list[FoldedLayer] = []
        self._scale = scale
        self._standard: StandardiseStep | None = None
        self._waiting: AffineStep | None = None
        self._remarks: list[str] = []

    def take(self, step: ModelStep) -> None:
        if isinstance(step, DenseStep):
            self._take_dense(step)
        elif isinstance(step, ActivationStep):
            self._take_activation(step)
        else:
            self._require_one_width(step)
            if isinstance(step, StandardiseStep):
                self._take_standardisation(step)
            else:
                self._take_affine(step)

    def finish(self) -> FoldedModel:
        if self._waiting is not None:
            raise self._refuse(
                self._waiting.layer,
                "a dense layer after it",
                "the end of the model",
                "A scaling after the last activation belongs to no layer",
            )
        if not self._layers:
            raise DataError(self._where, expected="at least one dense layer", got="none")
        self._close()
        return FoldedModel(tuple(self._layers), self._scale, self._standard, tuple(self._remarks))

    def _take_dense(self, step: DenseStep) -> None:
        _check_numbers(self._where, step)
        self._close()
        weights = step.weights.astype(np.float64)
        biases = None if step.biases is None else step.biases.astype(np.float64)
        layer = FoldedLayer(step.layer, weights, biases)
        if self._layers and len(self._layers[-1].weights) != weights.shape[1]:
            raise self._refuse(
                step.layer,
                f"{len(self._layers[-1].weights)} inputs, the outputs of {self._layers[-1].layer}",
                f"{weights.shape[1]}: weights of shape {weights.shape}, outputs x inputs",
            )
        if self._waiting is not None:
            self._require_width(self._waiting, weights.shape[1])
            factor, shift = _floats(self._waiting)
            layer = layer.scale_inputs(factor, shift)
            self._remarks.append(f"{self._waiting.layer} was folded into {step.layer}.")
            self._waiting = None
        if self._standard is not None and not self._layers:
            self._require_width(_as_affine(self._standard), weights.shape[1])
        self._layers.append(layer)

    def _close(self) -> None:
        """Give the latest layer the identity if no activation came after it."""
        if self._layers and self._layers[-1].activation is None:
            self._layers[-1] = replace(self._layers[-1], activation="identity")

    def _take_activation(self, step: ActivationStep) -> None:
        if step.name == "identity":
            return
        if not self._layers or self._waiting is not None:
            before = self._waiting.layer if self._waiting else "the inputs"
            raise self._refuse(step.layer, "a dense layer before it", before)
        if self._layers[-1].activation is not None:
            raise self._refuse(
                step.layer,
                "one activation after each dense layer",
                f"{step.name} after {self._layers[-1].activation}",
            )
        self._layers[-1] = replace(self._layers[-1], activation=step.name)

    def _take_standardisation(self, step: StandardiseStep) -> None:
        centre, spread = (np.asarray(a, np.float64) for a in (step.centre, step.spread))
        if not (np.isfinite(centre).all() and np.isfinite(spread).all() and spread.all()):
            raise self._refuse(step.layer, "finite numbers, and none 0 to divide by", "others")
        first = not self._layers and self._waiting is None and self._standard is None
        plain = self._has_columns and self._scale is None and bool((spread > 0).all())
        if first and plain and np.any((centre != 0) | (spread != 1)):
            self._standard = step
            self._remarks.append(
                f"{step.layer} became the preparation of the columns, (x - centre) / spread."
            )
            return
        self._take_affine(_as_affine(step))

    def _take_affine(self, step: AffineStep) -> None:
        factor, shift = _floats(step)
        if not (np.isfinite(factor).all() and np.isfinite(shift).all()):
            raise self._refuse(step.layer, "finite numbers", "NaN or infinity")
        if np.all(factor == 1) and np.all(shift == 0):
            return
        if self._layers and self._layers[-1].activation is None:
            self._require_width(step, len(self._layers[-1].weights))
            self._layers[-1] = self._layers[-1].scale_outputs(factor, shift)
            if np.any(factor != 1):
                self._remarks.append(f"{step.layer} was folded into {self._layers[-1].layer}.")
            return
        if self._is_byte_scale(factor, shift):
            self._scale = 1 / 255
            self._remarks.append(
                f"{step.layer} became the scale of bytes, 1/255: inputs given as bytes are "
                "multiplied by it, other numbers are taken as scaled already."
            )
            return
        if self._waiting is not None:
            first, earlier = _floats(self._waiting)
            step = AffineStep(
                f"{self._waiting.layer} and {step.layer}", first * factor, earlier * factor + shift
            )
        self._waiting = step

    def _is_byte_scale(self, factor: Matrix, shift: Matrix) -> bool:
        """Whether this is the first step, and multiplies grey values by 1/255."""
        begun = self._layers or self._waiting or self._standard or self._scale is not None
        bytes_scaled = np.all(np.abs(factor * 255 - 1) < 1e-6) and np.all(shift == 0)
        return not begun and bool(bytes_scaled)

    def _require_one_width(self, step: AffineStep | StandardiseStep) -> None:
        """Refuse a scaling whose parts, or which and the one before it, differ in their widths."""
        parts = [step.centre, step.spread] if isinstance(step, StandardiseStep) else _parts(step)
        if self._waiting is not None:
            parts = [*_parts(self._waiting), *parts]
        sizes = dict.fromkeys(part.size for part in parts if part.size != 1)
        if len(sizes) > 1:
            got = " and ".join(map(str, sizes))
            raise self._refuse(step.layer, "as many numbers for each part of a scaling", got)

    def _require_width(self, step: AffineStep, width: int) -> None:
        sizes = {np.size(step.factor), np.size(step.shift)} - {1, width}
        if sizes:
            raise self._refuse(step.layer, f"{width} numbers, one a neuron", f"{sizes.pop()}")

    def _refuse(self, layer: str, expected: str, got: str, why: str = "") -> DataError:
        return DataError(f"{self._where}, {layer}", expected=expected, got=got, why=why)


def _as_affine(step: StandardiseStep) -> AffineStep:
    centre, spread = step.centre.astype(np.float64), step.spread.astype(np.float64)
    return AffineStep(step.layer, 1 / spread, -centre / spread)


def _parts(step: AffineStep) -> list[NDArray[Any]]:
    return [step.factor, step.shift]


def _floats(step: AffineStep) -> tuple[Matrix, Matrix]:
    return step.factor.astype(np.float64), step.shift.astype(np.float64)


def _check_numbers(where: str, step: DenseStep) -> None:
    """Refuse weights and biases of other shapes, or that are not finite."""
    at = f"{where}, {step.layer}"
    if step.weights.ndim != 2 or 0 in step.weights.shape:
        raise DataError(
            at,
            expected="weights of shape (outputs, inputs)",
            got=f"shape {step.weights.shape}",
            why="It is not a dense layer",
        )
    if step.biases is not None and step.biases.shape != step.weights.shape[:1]:
        raise DataError(
            at,
            expected=f"{len(step.weights)} biases, one for each output",
            got=f"shape {step.biases.shape}",
        )
    for name, array in (("weights", step.weights), ("biases", step.biases)):
        if array is not None and not np.isfinite(array).all():
            place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
            raise DataError(
                at, expected=f"finite {name}", got=f"{array[place]} at {place}",
                why="The training diverged, or the file is damaged",
            )  # fmt: skip
