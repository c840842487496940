"""A regressor: one number or several."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import _check_y

from chainrule.errors import InputError
from chainrule.estimators.dense_base import DenseEstimator, takes_batches
from chainrule.estimators.estimator_parameters import DenseParameters, with_parameters
from chainrule.estimators.fit_callbacks import available, with_callbacks

__all__ = ["DenseRegressor"]

Array = NDArray[Any]


@with_parameters
class DenseRegressor(RegressorMixin, DenseEstimator):  # type: ignore[misc]
    """A dense network that predicts numbers, for scikit-learn.

    It trains what `chainrule.train` trains by a `Recipe` of the same values, to the bit. Targets
    may be (n,) or (n, outputs). Inputs and targets are taken as they are: scale them first
    (StandardScaler, TransformedTargetRegressor).

    Parameters:
        PARAMETERS

    Attributes:
        network_: the trained `chainrule.Network`: save it, export it, explain it.
        recipe_: the `chainrule.Recipe` by which it was trained, with its seed.
        history_: a record for each epoch.
        n_iter_: epochs done.
        loss_curve_: the objective of each epoch; loss_ the last one, best_loss_ the least.
        validation_scores_: the scorer's judgement after each epoch, where `monitor` is a scorer.
        best_validation_score_: the greatest of them, whose weights the network has.
        coefs_: the weights of each layer, (fan_in, fan_out).
        intercepts_: the biases of each layer, (fan_out,).
        n_features_in_: inputs.
        feature_names_in_: their names, where X had them.

    Example:
        >>> import numpy as np
        >>> X = np.linspace(-1, 1, 40).reshape(-1, 1)
        >>> model = DenseRegressor(hidden=(16,), optimiser="lbfgs", engine="reference")
        >>> round(model.fit(X, X[:, 0] ** 2).score(X, X[:, 0] ** 2), 2)
        1.0
    """

    _kind = "DenseRegressor"
    _single: bool

    def __init__(self, **parameters: Unpack[DenseParameters]) -> None:
        self._store(parameters)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    @available(takes_batches)
    @with_callbacks
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> DenseRegressor:
        """Pass over the examples once, with the weights and the update's state as they are.

        As many calls on the same examples give the bits of one fit of as many epochs. lbfgs, which
        needs all examples at once, has no partial_fit.

        Args:
            X: as in `fit`.
            y: as in `fit`.
            sample_weight: as in `fit`.

        Returns: the estimator.
        Raises: as `fit`.
        """
        return self._pass_once(X, y, sample_weight)

    def _encode_targets(self, y: Any, *, first: bool) -> Array:
        numbers = np.asarray(_check_y(y, multi_output=True, y_numeric=True), np.float64)
        if first or not hasattr(self, "network_"):
            self._single = numbers.ndim == 1
        rows = numbers.reshape(len(numbers), -1)
        if hasattr(self, "network_") and not first and rows.shape[1] != self.n_outputs_:
            raise InputError(
                self._kind,
                expected=f"targets of {self.n_outputs_} columns, as in the first fit",
                got=str(rows.shape[1]),
                argument="y",
            )
        return rows

    def _decode_targets(self, targets: Array) -> Array:
        return targets[:, 0] if self._single else targets

    def _targets_state(self) -> dict[str, Any]:
        return {"_single": self._single}

    def _auto_cost(self, targets: Array) -> str:
        return "half_squared_error"

    def predict(self, X: Any) -> Array:
        """Return the numbers for each row, (n,), or (n, outputs) where `fit` had columns.

        Args:
            X: inputs, (n, features).

        Raises: NotFittedError, ValueError.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self._single else outputs
