"""Multi-layer perceptrons of scikit-learn that skops wrote, alone or after a scaler."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    AffineStep,
    DenseStep,
    ForeignModel,
    ModelStep,
    ReadChoices,
    StandardiseStep,
)

__all__ = ["read"]

_OPTIMISERS = (
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
)
"""Plain records of numbers, of which each MLP holds one after it was fitted."""
_ACTIVATIONS = {
    "identity": "identity",
    "logistic": "sigmoid",
    "tanh": "tanh",
    "relu": "relu",
    "softmax": "softmax",
}


def read(path: Path, _: ReadChoices) -> ForeignModel:
    """Read a file of skops, if skops trusts all types in it, beside the optimisers of an MLP.

    Raises: FileError, DataError.
    """
    import skops.io

    where = str(path)
    others = skops.io.get_untrusted_types(file=path)
    strange = [name for name in others if name not in _OPTIMISERS]
    if strange:
        raise DataError(
            where,
            expected="types of scikit-learn and NumPy alone",
            got=", ".join(strange[:4])[:200],
            why="Other types can run a program when they are opened",
            remedy="Dump the MLP or its Pipeline alone; for a search, its best_estimator_",
        )
    return _translate(skops.io.load(path, trusted=others), where)


def _translate(model: Any, where: str) -> ForeignModel:
    steps: list[ModelStep] = []
    last: list[ModelStep] = []
    kind = type(model).__name__
    if kind == "TransformedTargetRegressor":
        last = [_target_scale(model, where)]
        model, kind = model.regressor_, type(model.regressor_).__name__
    names = getattr(model, "feature_names_in_", ())
    if kind == "Pipeline":
        *scalers, (_, model) = model.steps
        for name, scaler in scalers:
            steps += _scaler_steps(name, scaler, where)
        kind = type(model).__name__
    if kind not in ("MLPClassifier", "MLPRegressor"):
        raise DataError(
            where, expected="an MLPClassifier or MLPRegressor, alone or in a Pipeline", got=kind
        )
    if not hasattr(model, "coefs_"):
        raise DataError(where, expected="a fitted model", got=f"an {kind} that was not fitted")
    steps += [*_layers(model, where), *last]
    classes = getattr(model, "classes_", ())
    remarks: tuple[str, ...] = ()
    if kind == "MLPClassifier" and model.out_activation_ == "logistic" and model.n_outputs_ > 1:
        remarks = ("Each output is a label of its own (multilabel); predict names the likeliest.",)
    names = getattr(model, "feature_names_in_", names)
    return ForeignModel(
        form=f"an {kind} of scikit-learn",
        steps=tuple(steps),
        class_names=tuple(str(name) for name in np.asarray(classes).tolist()),
        input_names=tuple(str(name) for name in names),
        outputs_known=True,
        remarks=remarks,
    )


def _layers(model: Any, where: str) -> Iterator[ModelStep]:
    last = len(model.coefs_)
    for count, (weights, biases) in enumerate(zip(model.coefs_, model.intercepts_, strict=True), 1):
        name = model.out_activation_ if count == last else model.activation
        if name not in _ACTIVATIONS:  # such as exp, of the Poisson loss
            raise DataError(
                f"{where}, layer {count}",
                expected="an activation that chainrule has",
                got=str(name)[:60],
            )
        yield DenseStep(f"layer {count}", np.asarray(weights).T, np.asarray(biases))
        yield ActivationStep(f"the activation of layer {count}", _ACTIVATIONS[name])


def _scaler_steps(name: str, scaler: Any, where: str) -> Iterator[ModelStep]:
    """Yield the step of a scaler: (x - centre) / spread."""
    kind = type(scaler).__name__
    layer, at = f"{name!r} ({kind})", f"{where}, step {name!r} ({kind})"
    if scaler is None or scaler == "passthrough":
        return
    if getattr(scaler, "clip", False):
        raise DataError(at, expected="a scaler without clip", got="one that clips")
    if kind == "MinMaxScaler":
        factor = np.asarray(scaler.scale_, np.float64)
        yield StandardiseStep(layer, -np.asarray(scaler.min_) / factor, 1 / factor)
        return
    centres = {"StandardScaler": "mean_", "RobustScaler": "center_", "MaxAbsScaler": ""}
    if kind not in centres:
        raise DataError(
            at,
            expected=f"one of {', '.join(['MinMaxScaler', *centres])}",
            got=kind,
            why="It is not a scaling that a network can hold",
        )
    centre = getattr(scaler, centres[kind], None) if centres[kind] else None
    spread = scaler.scale_
    width = int(scaler.n_features_in_)
    yield StandardiseStep(
        layer,
        np.zeros(width) if centre is None else np.asarray(centre, np.float64),
        np.ones(width) if spread is None else np.asarray(spread, np.float64),
    )


def _target_scale(model: Any, where: str) -> AffineStep:
    """Return the step that gives outputs the target's own unit."""
    scaler = model.transformer_
    kind = type(scaler).__name__
    if kind != "StandardScaler":
        raise DataError(
            f"{where}, the transformer of the target", expected="a StandardScaler", got=kind
        )
    width = int(scaler.n_features_in_)
    centre = np.zeros(width) if scaler.mean_ is None else np.asarray(scaler.mean_)
    spread = np.ones(width) if scaler.scale_ is None else np.asarray(scaler.scale_)
    return AffineStep("the scaling of the target (StandardScaler)", spread, centre)
