"""Networks in .npz files: W1, b1, W2, b2 …, and the models of neural-network-digits."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np

from chainrule.data import open_archive, open_member, read_npy_stream
from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    Array,
    DenseStep,
    ForeignModel,
    ModelStep,
    ReadChoices,
)
from chainrule.exchange.importers.weight_names import natural_key, orient_weights

__all__ = ["read"]

_WEIGHTS = re.compile(r"(?:w|weights?|kernel|coefs?)[_.\[]?(\d{1,4})\]?", re.IGNORECASE)
_BIASES = re.compile(r"(?:b|bias|biases|intercepts?)[_.\[]?(\d{1,4})\]?", re.IGNORECASE)
_FOREIGN = {"leaky relu": "leaky_relu", "linear": "identity", "logistic": "sigmoid"}


def read(path: Path, choices: ReadChoices) -> ForeignModel:
    """Read the arrays of an .npz file; none of Python objects is.

    Raises: FileError, DataError, InputError.
    """
    where = str(path)
    arrays = _read_arrays(path, where)
    weights = _numbered(arrays, _WEIGHTS, where)
    biases = _numbered(arrays, _BIASES, where)
    if not weights or (biases and set(biases) != set(weights)):
        raise DataError(
            where,
            expected="arrays W1, b1, W2, b2 …, a bias for each weight or none",
            got=", ".join(arrays)[:200] or "none",
        )
    numbers = sorted(weights)
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise DataError(
            where, expected="layers counted without a gap", got=", ".join(map(str, numbers))
        )
    if "layers" in arrays and "activation" in arrays and numbers[0] == 0:
        return _digits_model(arrays, weights, biases, where)
    ordered = [weights[n] for n in numbers]
    beside = [biases.get(n) for n in numbers]
    turned, remarks = orient_weights(ordered, beside, where, choices.orientation)
    names = _activation_names(arrays, len(numbers), where)
    steps = _steps(turned, beside, names)
    others = [name for name in arrays if name != "activations" and not _is_parameter(name)]
    if others:
        remarks = (*remarks, f"Left out were the arrays {', '.join(others)[:200]}.")
    return ForeignModel(form="arrays of NumPy", steps=steps, remarks=remarks)


def _is_parameter(name: str) -> bool:
    return bool(_WEIGHTS.fullmatch(name) or _BIASES.fullmatch(name))


def _read_arrays(path: Path, where: str) -> dict[str, Array]:
    most = 4 * path.stat().st_size + 64 * 2**20
    arrays: dict[str, Array] = {}
    with open_archive(path) as archive:
        for name in sorted(archive.namelist(), key=natural_key):
            at = f"{where}: {name}"
            with open_member(archive, name, where, most) as stream:
                arrays[name.removesuffix(".npy")] = read_npy_stream(stream, at, limit=most)
                rest = stream.read(1)
            if rest:
                raise DataError(at, expected="one array", got="more")
    return arrays


def _numbered(arrays: dict[str, Array], pattern: re.Pattern[str], where: str) -> dict[int, Array]:
    found: dict[int, Array] = {}
    for name, array in arrays.items():
        match = pattern.fullmatch(name)
        if match is None:
            continue
        if array.dtype.kind != "f" or int(match[1]) in found:
            raise DataError(
                f"{where}: {name}",
                expected="an array of floats for each number",
                got=f"shape {array.shape} ({array.dtype})",
            )
        found[int(match[1])] = array
    return found


def _activation_names(arrays: dict[str, Array], layers: int, where: str) -> list[str]:
    """Return the names that the file holds for each layer; "" where it holds none."""
    given = arrays.get("activations")
    if given is None:
        return [""] * layers
    names = _plain_names(given)
    if names is None or len(names) != layers:
        raise DataError(
            f"{where}: activations",
            expected=f"{layers} names in ASCII letters",
            got=f"shape {given.shape} ({given.dtype})",
        )
    return [_FOREIGN.get(name, name) for name in names]


def _plain_names(given: Array) -> list[str] | None:
    """Return the texts of an array; None if they are none, or no ASCII.

    A damaged file can hold numbers beyond all characters, of which Python makes no text.
    """
    if given.dtype.kind != "U":
        return None
    number = np.dtype(np.uint32).newbyteorder(given.dtype.byteorder)
    codes = np.frombuffer(given.tobytes() or b"\0\0\0\0", number)
    return [str(name) for name in given.reshape(-1)] if codes.max() < 128 else None


def _steps(
    weights: list[Array], biases: list[Array | None], names: list[str]
) -> tuple[ModelStep, ...]:
    steps: list[ModelStep] = []
    for count, (matrix, bias, name) in enumerate(zip(weights, biases, names, strict=True), 1):
        steps.append(DenseStep(f"layer {count}", matrix, bias))
        steps.append(ActivationStep(f"the activation of layer {count}", name))
    return tuple(steps)


def _digits_model(
    arrays: dict[str, Array], weights: dict[int, Array], biases: dict[int, Array], where: str
) -> ForeignModel:
    """Return a model of neural-network-digits: (inputs, outputs), softmax last, pixels / 255."""
    listed = arrays["layers"].reshape(-1)
    sizes = listed.tolist() if listed.dtype.kind in "iu" else []
    hidden = _plain_names(arrays["activation"])
    shapes = [weights[k].shape for k in range(len(weights))]
    if shapes != list(pairwise(sizes)) or len(biases) != len(weights):
        raise DataError(
            where,
            expected="weights (inputs, outputs) of the sizes in layers, with biases",
            got=f"layers {sizes} and weights of shapes {shapes}"[:200],
        )
    if hidden is None or len(hidden) != 1:
        got = arrays["activation"]
        raise DataError(
            f"{where}: activation",
            expected="one name in ASCII letters",
            got=f"shape {got.shape} ({got.dtype})",
        )
    turned = [weights[k].T for k in range(len(weights))]
    names = [_FOREIGN.get(hidden[0], hidden[0])] * (len(turned) - 1) + ["softmax"]
    is_image = sizes[0] == 784
    return ForeignModel(
        form="a model of neural-network-digits",
        steps=_steps(turned, [biases[k] for k in range(len(turned))], names),
        class_names=tuple(map(str, range(10))) if sizes[-1] == 10 else (),
        input_shape=(28, 28) if is_image else (),
        input_scale=1 / 255 if is_image else None,
        remarks=("The outputs have softmax, as in neural-network-digits.",),
    )
