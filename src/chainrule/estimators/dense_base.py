"""What the two estimators share: parameters, fitting, and what a fitted network shows."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from chainrule.attribution import row_document
from chainrule.data import Dataset
from chainrule.documents import Document
from chainrule.engine import Position
from chainrule.errors import InputError, describe
from chainrule.estimators.estimator_parameters import DEFAULTS, DenseParameters
from chainrule.estimators.fit_callbacks import (
    CallbackSupport,
    FitTasks,
    with_callbacks,
)
from chainrule.estimators.fitted_network import FittedNetwork
from chainrule.estimators.fitting import Fitting, ScoreMonitor
from chainrule.estimators.given_weights import check_given_weights, given_weights
from chainrule.network import Architecture, Network, draw_parameters
from chainrule.recipe import MONITORS, Recipe
from chainrule.training import first_position, prepare_training, split_validation

__all__ = ["DenseEstimator", "takes_batches"]

Array = NDArray[Any]
Self = TypeVar("Self", bound="DenseEstimator")

_STORED = (np.float64, np.float32, np.uint8)
_BLOCK = 4096
"""Rows of a sparse matrix that are made dense at once."""


def takes_batches(estimator: DenseEstimator) -> bool:
    """Whether the optimiser learns from parts of the examples."""
    return bool(estimator._value("optimiser") != "lbfgs")


@dataclass(frozen=True, eq=False)
class _FitData:
    """What one call learns from: as data sets, and as they were given, for callbacks."""

    dataset: Dataset
    validation: Dataset | None
    X: Any
    y: Any
    part: bool = False


class DenseEstimator(FittedNetwork, CallbackSupport, BaseEstimator):  # type: ignore[misc]
    """A dense network as an estimator; use `DenseClassifier` or `DenseRegressor`."""

    _kind: ClassVar[str]
    """The estimator's name in errors."""

    recipe_: Recipe
    n_features_in_: int

    def _store(self, parameters: DenseParameters) -> None:
        """Keep the parameters as they were given, as scikit-learn asks."""
        for name in parameters:
            if name not in DEFAULTS:
                raise TypeError(f"{type(self).__name__} has no parameter {name!r}")
        for name, default in DEFAULTS.items():
            setattr(self, name, parameters.get(name, default))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # What the two kinds answer differently.

    def _auto_cost(self, targets: Array) -> str:
        """Return the cost that suits the targets."""
        raise AssertionError("of the two kinds")  # pragma: no cover

    def _encode_targets(self, y: Any, *, first: bool) -> Array:
        """Return targets as a data set has them; the first ones decide what they mean."""
        raise AssertionError("of the two kinds")  # pragma: no cover

    def _targets_state(self) -> dict[str, Any]:
        """Return the fitted attributes that say what targets mean."""
        raise AssertionError("of the two kinds")  # pragma: no cover

    def _weights_of(self, y: Any, sample_weight: Array | None) -> Array | None:
        """Return what each example counts."""
        return sample_weight

    # Fitting.

    @with_callbacks
    def fit(
        self: Self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        coef_init: Sequence[Any] | None = None,
        intercept_init: Sequence[Any] | None = None,
    ) -> Self:
        """Train the network.

        With `warm_start` and an estimator that is fitted, training goes on where it ended, by
        `epochs` more passes: to the bits of one fit of all passes where the schedule of the rate
        does not depend on their number.

        Args:
            X: inputs, (n, features): an array, a data frame or a sparse matrix. Bytes and float32
                stay what they are; the rest becomes float64.
            y: targets, (n,) or (n, outputs).
            sample_weight: what each example counts, (n,), at least 0.
            X_val: inputs for validation, instead of `validation_fraction`.
            y_val: their targets.
            coef_init: weights to begin with, (fan_in, fan_out) for each layer, as in `coefs_`.
            intercept_init: biases to begin with, (fan_out,) for each layer.

        Returns: the estimator.
        Raises: ValueError for what does not fit; DivergenceError.
        """
        goes_on = bool(self._value("warm_start")) and hasattr(self, "network_")
        dataset = self._dataset(X, y, sample_weight, first=not goes_on)
        validation = self._validation(X_val, y_val)
        given = None
        if coef_init is not None or intercept_init is not None:
            check_given_weights(self._kind, goes_on, coef_init, intercept_init)
            given = (coef_init, intercept_init)
        data = _FitData(dataset, validation, X, y)
        return self._train(data, goes_on=goes_on, epochs=int(self._value("epochs")), given=given)

    def _pass_once(self: Self, X: Any, y: Any, sample_weight: Any, classes: Any = None) -> Self:
        """Pass over the examples once, with the weights and the update's state as they are."""
        first = not hasattr(self, "network_")
        if first:
            self._learn_targets(y, classes)
        dataset = self._dataset(X, y, sample_weight, first=first, part=True)
        return self._train(_FitData(dataset, None, X, y, part=True), goes_on=not first, epochs=1)

    def _learn_targets(self, y: Any, classes: Any) -> None:
        """Learn what targets mean before the first part of them."""

    def _train(
        self: Self,
        data: _FitData,
        *,
        goes_on: bool,
        epochs: int,
        given: tuple[Any, Any] | None = None,
    ) -> Self:
        done = self._position.epoch if goes_on else 0
        seed = self.recipe_.seed if goes_on else self._seed()
        assert seed is not None, "the recipe of a training has its seed"
        recipe = self._recipe(data.dataset, done + epochs, seed, part=data.part)
        training, held_out = self._split(data, recipe)
        network = self.network_ if goes_on else self._network(data.dataset, seed, given)
        setup = prepare_training(
            network, training, recipe, held_out, threads=self._value("threads")
        )
        position = first_position(setup)
        if goes_on:
            self._require_same(data.dataset, recipe, position)
            position = self._position
        monitor = None if data.part else self._score_monitor(held_out)
        fitting = Fitting(setup, position, monitor)
        shown = {"X": data.X, "y": data.y, "metadata": {}}
        tasks = FitTasks(self, epochs, lambda: self._state(fitting), shown)
        try:
            with tasks.fit():
                fitting.run(tasks)
        finally:
            self.__dict__.update(self._state(fitting))
        return self

    def _require_same(self, dataset: Dataset, recipe: Recipe, first: Position) -> None:
        """Refuse to go on with weights and an update's state that the parameters do not describe.

        The number type stays that of the first fit.
        """
        now = self.network_.architecture
        wanted = self._architecture(dataset).for_cost(recipe.cost)
        same_state = first.state.shape == self._position.state.shape
        if replace(wanted, dtype=now.dtype) != now or not same_state:
            raise InputError(
                self._kind,
                expected="the network and the optimiser of the last fit, to go on with them",
                got="other parameters",
                remedy="Fit without warm_start, or a clone of the estimator",
                argument="warm_start",
            )

    def _state(self, fitting: Fitting) -> dict[str, Any]:
        """Return the attributes that a fitted estimator has."""
        state = {
            "network_": fitting.network,
            "recipe_": fitting.setup.recipe,
            "n_features_in_": self.n_features_in_,
            "_position": fitting.position,
            **self._targets_state(),
        }
        if hasattr(self, "feature_names_in_"):
            state["feature_names_in_"] = self.feature_names_in_
        if fitting.monitor is not None:
            state["validation_scores_"] = list(fitting.monitor.scores)
            state["best_validation_score_"] = fitting.monitor.best_score
        return state

    def _value(self, name: str) -> Any:
        return getattr(self, name)

    def _seed(self) -> int:
        given = self._value("random_state")
        if isinstance(given, (int, np.integer)) and not isinstance(given, bool):
            return int(given)
        return int(check_random_state(given).randint(2**31 - 1))

    def _dataset(
        self, X: Any, y: Any, sample_weight: Any, *, first: bool, part: bool = False
    ) -> Dataset:
        X, y = validate_data(
            self,
            X,
            y,
            reset=first,
            accept_sparse="csr",
            dtype=_STORED,
            multi_output=True,
            y_numeric=False,
        )
        if sample_weight is not None:
            sample_weight = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True
            )
        targets = self._encode_targets(y, first=first and not part)
        weights = self._weights_of(y, sample_weight)
        return self._as_dataset(X, targets, weights)

    def _as_dataset(self, X: Any, targets: Array, weights: Array | None) -> Dataset:
        inputs = X.toarray() if scipy.sparse.issparse(X) else X
        names = self._class_names()
        if targets.ndim == 2 and targets.dtype != np.float64:
            targets = targets.astype(np.float64)
        return Dataset(inputs, targets, class_names=names, sample_weights=weights)

    def _class_names(self) -> tuple[str, ...]:
        """Return a name for each class; none for numbers."""
        return ()

    def _validation(self, X_val: Any, y_val: Any) -> Dataset | None:
        if X_val is None and y_val is None:
            return None
        if X_val is None or y_val is None:
            raise InputError(
                self._kind,
                expected="X_val and y_val together",
                got=f"{'y_val' if X_val is None else 'X_val'} alone",
                argument="X_val",
            )
        return self._dataset(X_val, y_val, None, first=False)

    def _split(self, data: _FitData, recipe: Recipe) -> tuple[Dataset, Dataset | None]:
        """Return what is learned from and what is held out."""
        if data.part:
            return data.dataset, None
        fraction = self._value("validation_fraction")
        holding_out = recipe.replaced(validation_fraction=fraction)
        return split_validation(data.dataset, holding_out, data.validation)

    def _score_monitor(self, held_out: Dataset | None) -> ScoreMonitor | None:
        monitor = self._value("monitor")
        if monitor is None or monitor in MONITORS:
            return None
        if held_out is None:
            raise InputError(
                self._kind,
                expected="X_val and y_val, or a validation_fraction, to go with a scorer",
                got=f"monitor {monitor!r} alone",
                argument="monitor",
                value=monitor,
            )
        scorer = check_scoring(self, scoring=monitor)
        X, y = held_out.inputs, self._decode_targets(held_out.targets)
        judge = copy.copy(self)

        def score(network: Network) -> float:
            judge.__dict__.update(network_=network, **self._targets_state())
            return float(scorer(judge, X, y))

        return ScoreMonitor(score, self._value("patience"), float(self._value("min_delta")))

    def _decode_targets(self, targets: Array) -> Array:
        """Return targets of a data set as `fit` takes them."""
        raise AssertionError("of the two kinds")  # pragma: no cover

    def _recipe(self, dataset: Dataset, epochs: int, seed: int, *, part: bool) -> Recipe:
        names = set(Recipe.__dataclass_fields__) & set(DEFAULTS)
        values = {name: self._value(name) for name in names}
        if values["cost"] == "auto":
            values["cost"] = self._auto_cost(dataset.targets)
        values |= {"epochs": epochs, "seed": seed, "validation_fraction": 0.0}
        scorer = values["monitor"] is not None and values["monitor"] not in MONITORS
        if part or scorer:
            values |= {"monitor": None, "patience": None}
        return Recipe.from_dict(values, where=self._kind)

    def _network(self, dataset: Dataset, seed: int, given: tuple[Any, Any] | None) -> Network:
        architecture = self._architecture(dataset)
        parameters = draw_parameters(architecture, seed)
        network = Network(architecture, parameters)
        return network if given is None else given_weights(self._kind, network, *given)

    def _architecture(self, dataset: Dataset) -> Architecture:
        hidden = self._hidden()
        dtype = self._value("dtype")
        if dtype == "auto":
            dtype = "float64" if dataset.inputs.dtype == np.float64 else "float32"
        fields = {
            name: self._value(name)
            for name in Architecture.__dataclass_fields__
            if name in DEFAULTS and name != "dtype"
        }
        layers = [dataset.features, *hidden, dataset.outputs]
        return Architecture.of(
            layers,
            self._hidden_activations(len(hidden)),
            self._last(dataset),
            dtype=dtype,
            **fields,
        )

    def _hidden_activations(self, layers: int) -> str | list[str]:
        """Return one name for all layers, or a name for each, the last included."""
        activation = self._value("activation")
        if isinstance(activation, str):
            return activation
        if len(activation) != layers:
            raise InputError(
                self._kind,
                expected=f"{layers} activations, one for each hidden layer",
                got=str(len(activation)),
                argument="activation",
                value=activation,
            )
        return [*activation, "identity"]

    def _last(self, dataset: Dataset) -> str | None:
        """Return the output activation; None for softmax as training chooses it."""
        named = self._value("output_activation")
        if named is not None:
            return str(named)
        cost = self._value("cost")
        cost = self._auto_cost(dataset.targets) if cost == "auto" else cost
        if cost == "categorical_cross_entropy":
            # Weights are then drawn as `chainrule.train` and the command line draw them.
            return None if isinstance(self._value("activation"), str) else "softmax"
        is_label = dataset.classifies or cost == "binary_cross_entropy"
        return "sigmoid" if is_label else "identity"

    def _hidden(self) -> tuple[int, ...]:
        hidden = self._value("hidden")
        widths = (hidden,) if isinstance(hidden, (int, np.integer)) else hidden
        if isinstance(widths, str) or not isinstance(widths, (Sequence, np.ndarray)):
            raise InputError(
                self._kind,
                expected="hidden to be widths, such as (128, 64)",
                got=describe(hidden),
                argument="hidden",
                value=hidden,
            )
        return tuple(widths)

    # What a fitted network shows.

    def _outputs(self, X: Any) -> Array:
        """Return the network's outputs, (n, outputs)."""
        X = self._checked_inputs(X)
        if not scipy.sparse.issparse(X):
            return self.network_.predict(X)
        blocks = range(0, X.shape[0], _BLOCK)
        return np.concatenate(
            [self.network_.predict(X[at : at + _BLOCK].toarray()) for at in blocks]
        )

    def activations(self, X: Any) -> list[Array]:
        """Return the activations of every layer, the outputs included.

        Args:
            X: inputs, as in `predict`.

        Returns: (n, width) for each layer after the inputs.
        """
        X = self._checked_inputs(X)
        return self.network_.activations(X.toarray() if scipy.sparse.issparse(X) else X)

    def explain_row(self, x: Any, *, output: int = 0, top: int = 10) -> Document:
        """Return every number of the answer to one row, as a document.

        Args:
            x: one row, (features,).
            output: whose number is explained, where outputs are numbers.
            top: how many parts are listed one by one.

        Returns: a document; notebooks show it, and `render` writes it as text, HTML and more.
        """
        row = self._checked_inputs(np.asarray(x).reshape(1, -1))
        return row_document(self.network_, row, output=output, top=top)

    def _checked_inputs(self, X: Any) -> Any:
        check_is_fitted(self)
        return validate_data(self, X, reset=False, accept_sparse="csr", dtype=_STORED)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "network_")
