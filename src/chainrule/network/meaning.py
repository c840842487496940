"""What a network's file says of inputs and outputs must fit the widths of its layers."""

from __future__ import annotations

import math
from typing import Protocol

from chainrule.errors import DataError
from chainrule.network.architecture import Architecture
from chainrule.schema import Preprocessing

__all__ = ["require_fitting_meaning"]


class _Described(Protocol):
    """A network, or the content of its file."""

    @property
    def architecture(self) -> Architecture: ...
    @property
    def input_scale(self) -> float: ...
    @property
    def input_shape(self) -> tuple[int, ...]: ...
    @property
    def class_names(self) -> tuple[str, ...]: ...
    @property
    def preprocessing(self) -> Preprocessing | None: ...


def require_fitting_meaning(network: _Described) -> None:
    """Refuse what does not fit the layers: shape, scale and names, and the steps of preprocessing.

    Args:
        network: with values of the right types, which may come from a file of anyone.

    Raises: DataError.
    """
    layers = network.architecture.layers
    shape = network.input_shape
    if any(side < 1 for side in shape) or (shape and math.prod(shape) != layers[0]):
        raise DataError("input_shape", expected=f"{layers[0]} numbers in all", got=str(list(shape)))
    if not math.isfinite(network.input_scale):
        raise DataError("input_scale", expected="a finite number", got=str(network.input_scale))
    _require_classes(len(network.class_names), layers[-1], "class_names")
    if network.preprocessing is not None:
        _require_steps(network.preprocessing, layers)


def _require_classes(count: int, outputs: int, path: str) -> None:
    """A single output stands for two classes, though the data may have had one only."""
    if count not in ((0, 1, 2) if outputs == 1 else (0, outputs)):
        raise DataError(path, expected=f"names for {outputs} outputs, or none", got=f"{count}")


def _require_steps(steps: Preprocessing, layers: tuple[int, ...]) -> None:
    schema = steps.schema
    if schema.is_table and len(steps.features) != layers[0]:
        raise DataError(
            "preprocessing.features",
            expected=f"{layers[0]}, one for each input",
            got=str(len(steps.features)),
        )
    image = None if schema.is_table else schema.image
    if image is not None and image.height * image.width * image.channels != layers[0]:
        raise DataError(
            "preprocessing.schema.image",
            expected=f"{layers[0]} pixels in all",
            got=f"{image.height} x {image.width} x {image.channels}",
        )
    if len(steps.target_centre) not in (0, layers[-1]):
        raise DataError(
            "preprocessing.target_centre",
            expected=f"{layers[-1]} numbers, one for each output, or none",
            got=str(len(steps.target_centre)),
        )
    _require_classes(len(schema.target.classes), layers[-1], "preprocessing.schema.target.classes")
