"""Networks in JSON: those that chainrule exported, and those of Nielsen's network2.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    DenseStep,
    ForeignModel,
    ModelStep,
    ReadChoices,
)
from chainrule.exchange.importers.strict_json import parse_json
from chainrule.storage import read_bytes

__all__ = ["read"]

_NIELSEN = {"sizes", "weights", "biases"}


def read(path: Path, _: ReadChoices) -> ForeignModel:
    """Read a network in JSON.

    Source of the second form: Nielsen (2015), Neural Networks and Deep Learning, chapter 3,
    network2.py: W is (outputs, inputs), b is (outputs, 1), and every layer has the sigmoid.

    Raises: FileError, DataError.
    """
    where = str(path)
    values = parse_json(read_bytes(path), where)
    if isinstance(values, dict) and "format" in values:
        return _own_model(values, where)
    if isinstance(values, dict) and set(values) >= _NIELSEN:
        return _nielsen_model(values, where)
    keys = ", ".join(sorted(map(str, values))[:8]) if isinstance(values, dict) else "no table"
    raise DataError(
        where,
        expected="the JSON of chainrule export, or sizes, weights and biases of Nielsen's "
        "network2.py",
        got=keys[:200] or "an empty table",
    )


def _own_model(values: dict[str, Any], where: str) -> ForeignModel:
    from chainrule.exchange.json_model import network_from_values

    try:
        network = network_from_values(values)
    except (ChainruleError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        reason = f"none of {error}" if isinstance(error, KeyError) else str(error)
        raise DataError(
            where, expected="a model that chainrule export wrote as JSON", got=reason[:200]
        ) from None
    steps: list[ModelStep] = []
    layers = zip(network.weights, network.biases, network.architecture.activations, strict=True)
    for count, (weights, biases, name) in enumerate(layers, 1):
        steps.append(DenseStep(f"layer {count}", weights, biases))
        steps.append(ActivationStep(f"the activation of layer {count}", name))
    own = network.preprocessing
    return ForeignModel(
        form="JSON, exported by chainrule",
        steps=tuple(steps),
        class_names=network.class_names,
        input_shape=network.input_shape,
        input_scale=network.input_scale,
        preprocessing="" if own is None else json.dumps(own.to_dict()),
        outputs_known=True,
    )


def _nielsen_model(values: dict[str, Any], where: str) -> ForeignModel:
    sizes, weights, biases = values["sizes"], values["weights"], values["biases"]
    lists = all(isinstance(value, list) for value in (sizes, weights, biases))
    if not lists or not len(sizes) - 1 == len(weights) == len(biases) >= 1:
        raise DataError(
            where,
            expected="weights and biases for each size but the first",
            got=f"{_count(sizes)} sizes, {_count(weights)} weights, {_count(biases)} biases",
        )
    steps: list[ModelStep] = []
    for count, (rows, column) in enumerate(zip(weights, biases, strict=True), 1):
        at = f"{where}, layer {count}"
        matrix, bias = _numbers(rows, at), _numbers(column, at)
        expected = (sizes[count], sizes[count - 1])
        if matrix.shape != expected or bias.shape not in ((expected[0], 1), (expected[0],)):
            raise DataError(
                at,
                expected=f"weights of shape {expected} and as many biases, as sizes says",
                got=f"{matrix.shape} and {bias.shape}",
            )
        steps.append(DenseStep(f"layer {count}", matrix, bias.reshape(-1)))
        steps.append(ActivationStep(f"the activation of layer {count}", "sigmoid"))
    return ForeignModel(
        form="a network of Nielsen's network2.py",
        steps=tuple(steps),
        input_shape=(28, 28) if sizes[0] == 784 else (),
        remarks=("Every layer has the sigmoid, as in network2.py.",),
    )


def _count(value: Any) -> str:
    return str(len(value)) if isinstance(value, list) else "no"


def _numbers(rows: Any, at: str) -> Any:
    try:
        found = np.array(rows, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise DataError(at, expected="rows of numbers", got=str(error)[:120]) from None
    return found
