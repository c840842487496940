"""What a reader returns: the steps of a foreign model in order, as plain arrays."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import DataError

__all__ = [
    "BFLOAT16_REMARK",
    "ActivationStep",
    "AffineStep",
    "DenseStep",
    "ForeignModel",
    "ModelStep",
    "ReadChoices",
    "StandardiseStep",
    "pack_model",
    "require_size",
    "unpack_model",
]

Array = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class ReadChoices:
    """What a reader of plain weights may have to know.

    Args:
        layer_order: the names of the layers from the inputs to the outputs; empty for the order
            that follows from names and shapes.
        orientation: how weights lie, "out-in" or "in-out"; "" for what follows from the shapes.
    """

    layer_order: tuple[str, ...] = ()
    orientation: str = ""


@dataclass(frozen=True, eq=False)
class DenseStep:
    """z = W a + b.

    Args:
        layer: the layer in the file, such as "layer 2 'fc1' (Linear)".
        weights: (outputs, inputs).
        biases: (outputs,); None for a layer without.
    """

    layer: str
    weights: Array
    biases: Array | None = None


@dataclass(frozen=True, eq=False)
class AffineStep:
    """y = factor x + shift, element by element: rescaling, or normalisation at inference.

    Args:
        layer: the layer in the file.
        factor: (width,), or () for one number.
        shift: (width,), or () for one number.
    """

    layer: str
    factor: Array
    shift: Array


@dataclass(frozen=True, eq=False)
class StandardiseStep:
    """y = (x - centre) / spread, element by element.

    Args:
        layer: the layer in the file.
        centre: (width,), or () for one number.
        spread: (width,), or () for one number.
    """

    layer: str
    centre: Array
    spread: Array


@dataclass(frozen=True)
class ActivationStep:
    """a = φ(z).

    Args:
        layer: the layer in the file.
        name: an activation of chainrule; "" if the file does not hold which it is.
    """

    layer: str
    name: str


ModelStep = DenseStep | AffineStep | StandardiseStep | ActivationStep
BFLOAT16_REMARK = "Numbers of type bfloat16 were widened to float32."
_KINDS = {kind.__name__: kind for kind in (DenseStep, AffineStep, StandardiseStep, ActivationStep)}


@dataclass(frozen=True, kw_only=True)
class ForeignModel:
    """A chain of layers that another program wrote.

    Args:
        form: what the file is, such as "a Keras 3 model".
        steps: what is computed, in order.
        dtype: the number type of the weights, float32 or float64; narrower ones are widened.
        class_names: the class of each output; empty if the file names none.
        input_names: the names of the inputs; empty if the file has none.
        input_shape: the shape of one input; empty if the file does not hold it.
        input_scale: the factor by which the program multiplied bytes; None if it is not known.
        preprocessing: the JSON of a `Preprocessing`, if chainrule wrote the file; else "".
        outputs_known: whether the file says what its outputs are.
        can_run: whether the library of its form computes its answers in the guarded child.
        remarks: what was converted, left out or assumed, in sentences.
    """

    form: str
    steps: tuple[ModelStep, ...]
    dtype: str = "float32"
    class_names: tuple[str, ...] = ()
    input_names: tuple[str, ...] = ()
    input_shape: tuple[int, ...] = ()
    input_scale: float | None = None
    preprocessing: str = ""
    outputs_known: bool = False
    can_run: bool = False
    remarks: tuple[str, ...] = ()

    def with_common_type(self) -> ForeignModel:
        """Return the model with arrays of one number type, float32 or float64, and what changed."""
        arrays = [array for step in self.steps for array in _arrays(step).values()]
        weights = [step.weights for step in self.steps if isinstance(step, DenseStep)]
        wide = any(array.dtype == np.float64 for array in weights)
        dtype = "float64" if wide else "float32"
        steps = tuple(_convert(step) for step in self.steps)
        narrow = sorted({array.dtype.name for array in arrays if array.dtype.itemsize < 4})
        said = (f"Numbers of type {', '.join(narrow)} were widened to float32.",) if narrow else ()
        return replace(self, steps=steps, dtype=dtype, remarks=(*self.remarks, *said))


def _arrays(step: ModelStep) -> dict[str, Array]:
    found = {field.name: getattr(step, field.name) for field in fields(step)}
    return {name: value for name, value in found.items() if isinstance(value, np.ndarray)}


def _convert(step: ModelStep) -> ModelStep:
    """Return a step whose arrays are float32 or float64."""
    changed = {
        name: array if array.dtype == np.float64 else array.astype(np.float32)
        for name, array in _arrays(step).items()
    }
    return replace(step, **changed)  # type: ignore[arg-type]


def pack_model(model: ForeignModel) -> Iterator[bytes | memoryview]:
    """Yield a model as safetensors, which hold numbers and texts and nothing that runs.

    Array after array is turned and handed over, so that no second copy of the model is made.
    """
    arrays: list[Array] = []
    header: dict[str, Any] = {}
    steps, start = [], 0
    for place, step in enumerate(model.steps):
        found = {field.name: getattr(step, field.name) for field in fields(step)}
        texts = {name: value for name, value in found.items() if isinstance(value, str)}
        steps.append({"kind": type(step).__name__, **texts})
        for name, array in _arrays(step).items():
            kind = {"float32": "F32", "float64": "F64"}[array.dtype.name]
            offsets = [start, start + array.nbytes]
            header[f"{place}.{name}"] = {
                "dtype": kind,
                "shape": list(array.shape),
                "data_offsets": offsets,
            }
            arrays.append(array)
            start = offsets[1]
    facts = {**asdict(replace(model, steps=())), "steps": steps}
    header["__metadata__"] = {"model": json.dumps(facts)}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little") + text
    for array in arrays:
        yield np.ascontiguousarray(array, array.dtype.newbyteorder("<")).reshape(-1).data


def unpack_model(content: bytes) -> ForeignModel:
    """Return the model that `pack_model` packed.

    Raises: what safetensors and JSON raise for other content.
    """
    from safetensors.numpy import load

    length = int.from_bytes(content[:8], "little")
    facts = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["model"])
    tensors = load(content)
    steps: list[Any] = []
    for place, known in enumerate(facts.pop("steps")):
        kind: Any = _KINDS[known.pop("kind")]
        names = [field.name for field in fields(kind)]
        arrays = {n: tensors[f"{place}.{n}"] for n in names if f"{place}.{n}" in tensors}
        steps.append(kind(**known, **arrays))
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in facts.items()}
    return ForeignModel(**{**values, "steps": tuple(steps)})


def require_size(where: str, name: str, shape: Iterable[int], itemsize: int, most: int) -> None:
    """Refuse an array that claims more bytes than there can be.

    Raises: DataError.
    """
    sizes = tuple(shape)
    if any(size < 0 for size in sizes) or math.prod(sizes) * itemsize > most:
        raise DataError(
            where,
            expected=f"an array {name!r} of at most {most} bytes, as the file is large",
            got=f"a header that claims shape {sizes}",
            why="The file is damaged",
        )
