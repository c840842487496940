"""From scikit-learn's own networks to these: what each parameter becomes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sklearn.neural_network import MLPClassifier, MLPRegressor

from chainrule.errors import InputError
from chainrule.estimators.dense_base import DenseEstimator
from chainrule.estimators.dense_classifier import DenseClassifier
from chainrule.estimators.dense_regressor import DenseRegressor

__all__ = ["from_mlp"]

ACTIVATION_NAMES = {"logistic": "sigmoid"}
_AUTO_BATCH = 200
"""What batch_size "auto" is where there are as many examples."""


def from_mlp(mlp: Any) -> DenseEstimator:
    """Return an estimator that trains as one of scikit-learn's networks does.

    The weights are drawn otherwise, so results agree in kind, not in bits; to begin with the same
    weights, pass `coef_init=mlp.coefs_, intercept_init=mlp.intercepts_` to `fit`.
    docs/estimators.md has the table of parameters, and says where the two differ.

    Args:
        mlp: an `MLPClassifier` or `MLPRegressor`; whether it is fitted does not matter.

    Raises: InputError for another estimator, or learning_rate "invscaling", which has no
        counterpart.

    Example:
        >>> from sklearn.neural_network import MLPClassifier
        >>> from_mlp(MLPClassifier(hidden_layer_sizes=(64, 32), max_iter=50)).get_params()["hidden"]
        (64, 32)
    """
    if not isinstance(mlp, (MLPClassifier, MLPRegressor)):
        raise InputError(
            "from_mlp",
            expected="an MLPClassifier or MLPRegressor of scikit-learn",
            got=type(mlp).__name__,
            argument="mlp",
        )
    given = mlp.get_params()
    shared = {**_network(given), **_update(given), **_schedule(given), **_stopping(mlp, given)}
    if isinstance(mlp, MLPClassifier):
        return DenseClassifier(**shared)
    return DenseRegressor(**shared)


def _network(given: Mapping[str, Any]) -> dict[str, Any]:
    activation = given["activation"]
    hidden = given["hidden_layer_sizes"]
    return {
        "hidden": (hidden,) if isinstance(hidden, int) else tuple(hidden),
        "activation": ACTIVATION_NAMES.get(activation, activation),
        "initialiser": "glorot",
        "random_state": given["random_state"],
        "warm_start": given["warm_start"],
    }


def _update(given: Mapping[str, Any]) -> dict[str, Any]:
    batch = _AUTO_BATCH if given["batch_size"] == "auto" else given["batch_size"]
    values: dict[str, Any] = {"batch_size": batch, "l2": given["alpha"] / batch}
    if given["solver"] == "lbfgs":
        return {"optimiser": "lbfgs", "l2": values["l2"]}
    if given["solver"] == "adam":
        names = {"beta1": "beta_1", "beta2": "beta_2", "epsilon": "epsilon"}
        return {
            "optimiser": "adam",
            **values,
            **{ours: given[theirs] for ours, theirs in names.items()},
        }
    if not given["momentum"]:
        return {"optimiser": "sgd", **values}
    optimiser = "nesterov" if given["nesterovs_momentum"] else "momentum"
    return {"optimiser": optimiser, **values, "momentum": given["momentum"]}


def _schedule(given: Mapping[str, Any]) -> dict[str, Any]:
    values = {"learning_rate": given["learning_rate_init"], "shuffle": given["shuffle"]}
    if given["solver"] != "sgd" or given["learning_rate"] == "constant":
        return values
    if given["learning_rate"] == "adaptive":
        patience = given["n_iter_no_change"]
        return {
            **values,
            "schedule": "plateau",
            "schedule_factor": 0.2,
            "schedule_patience": patience,
        }
    raise InputError(
        "from_mlp",
        expected="a learning rate that is constant or adaptive",
        got=str(given["learning_rate"]),
        remedy="Choose another schedule, such as cosine",
        argument="learning_rate",
        value=given["learning_rate"],
    )


def _stopping(mlp: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    if given["solver"] == "lbfgs":
        return {"epochs": 1, "iterations": given["max_iter"]}
    if not given["early_stopping"]:
        fraction, monitor = 0.0, "total_cost"
    else:
        fraction = given["validation_fraction"]
        monitor = "validation_accuracy" if isinstance(mlp, MLPClassifier) else "r2"
    return {
        "epochs": given["max_iter"],
        "validation_fraction": fraction,
        "monitor": monitor,
        "patience": given["n_iter_no_change"],
        "min_delta": given["tol"],
    }
