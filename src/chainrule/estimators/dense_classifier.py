"""A classifier: one class of several, or several labels at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Unpack

import numpy as np
import scipy.sparse
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from chainrule.equations.activations import ACTIVATIONS
from chainrule.errors import InputError
from chainrule.estimators.dense_base import DenseEstimator, takes_batches
from chainrule.estimators.estimator_parameters import DenseParameters, with_parameters
from chainrule.estimators.fit_callbacks import available, with_callbacks

__all__ = ["DenseClassifier"]

Array = NDArray[Any]
_SINGLE, _MULTILABEL = "single", "multilabel"


def _gives_fractions(estimator: DenseClassifier) -> bool:
    """Whether every output lies between 0 and 1, by the parameters alone."""
    named = estimator._value("output_activation")
    return named is None or (named in ACTIVATIONS and _is_fraction(named))


def _is_fraction(activation: str) -> bool:
    found = ACTIVATIONS[activation]
    return found.low >= 0 and found.high <= 1


@with_parameters
class DenseClassifier(ClassifierMixin, DenseEstimator):  # type: ignore[misc]
    """A dense network that classifies, for scikit-learn.

    It trains what `chainrule.train` trains by a `Recipe` of the same values, to the bit. Targets
    may be classes, (n,), or labels that occur together, (n, labels) of 0 and 1, which the cost
    binary_cross_entropy learns by one sigmoid each. Inputs are taken as they are: scale numbers
    first (StandardScaler).

    Parameters:
        class_weight: what the examples of each class count: a dict, "balanced", or None.
        PARAMETERS

    Attributes:
        network_: the trained `chainrule.Network`: save it, export it, explain it.
        recipe_: the `chainrule.Recipe` by which it was trained, with its seed.
        classes_: the classes in the order of the network's outputs.
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
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> model = DenseClassifier(learning_rate=0.01, random_state=0, engine="reference")
        >>> model.fit(X, y).score(X, y) > 0.9
        True
    """

    _kind = "DenseClassifier"
    classes_: Array
    _targets_kind: str

    def __init__(self, *, class_weight: Any = None, **parameters: Unpack[DenseParameters]) -> None:
        self.class_weight = class_weight
        self._store(parameters)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    @available(takes_batches)
    @with_callbacks
    def partial_fit(
        self, X: Any, y: Any, sample_weight: Any = None, classes: Sequence[Any] | None = None
    ) -> DenseClassifier:
        """Pass over the examples once, with the weights and the update's state as they are.

        As many calls on the same examples give the bits of one fit of as many epochs. lbfgs, which
        needs all examples at once, has no partial_fit.

        Args:
            X: as in `fit`.
            y: as in `fit`.
            sample_weight: as in `fit`.
            classes: every class that will come; the first call needs them.

        Returns: the estimator.
        Raises: as `fit`.
        """
        if classes is not None and hasattr(self, "network_"):
            self._require_classes(np.unique(classes))
        return self._pass_once(X, y, sample_weight, classes)

    def _require_classes(self, classes: Array) -> None:
        if not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"partial_fit: expected the classes of the first call, "
                f"{self.classes_.tolist()}, got {classes.tolist()}."
            )

    def _learn_targets(self, y: Any, classes: Any) -> None:
        kind = type_of_target(y, input_name="y")
        if kind == "multilabel-indicator":
            self._targets_kind = _MULTILABEL
            self.classes_ = np.arange(np.shape(y)[1])
        elif classes is None:
            raise ValueError(
                "partial_fit: classes must be given in the first call, as later parts may have "
                "classes that this one has not."
            )
        else:
            self._targets_kind = _SINGLE
            self.classes_ = np.unique(classes)

    def _encode_targets(self, y: Any, *, first: bool) -> Array:
        check_classification_targets(y)
        multilabel = type_of_target(y, input_name="y") == "multilabel-indicator"
        labels = y.toarray() if scipy.sparse.issparse(y) else np.asarray(y)
        if not multilabel:
            labels = column_or_1d(labels, warn=True)
        if first:
            self._targets_kind = _MULTILABEL if multilabel else _SINGLE
            self.classes_ = np.arange(labels.shape[1]) if multilabel else np.unique(labels)
        if multilabel != (self._targets_kind == _MULTILABEL):
            raise InputError(
                self._kind,
                expected=f"{self._targets_kind} targets, as in the first fit",
                got=_MULTILABEL if multilabel else _SINGLE,
                argument="y",
            )
        if multilabel:
            return np.asarray(labels, np.float64)
        return self._class_numbers(labels)

    def _class_numbers(self, labels: Array) -> Array:
        if len(self.classes_) < 2:
            raise ValueError(
                f"{self._kind}: expected targets of at least 2 classes, got 1 class: "
                f"{self.classes_[0]!r}."
            )
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise ValueError(
                f"{self._kind}: expected the classes {self.classes_.tolist()}, got "
                f"{unknown[0]!r}, which the first fit did not have."
            )
        return np.searchsorted(self.classes_, labels).astype(np.int64)

    def _decode_targets(self, targets: Array) -> Array:
        return self.classes_[targets] if targets.ndim == 1 else targets.astype(np.int64)

    def _targets_state(self) -> dict[str, Any]:
        return {"classes_": self.classes_, "_targets_kind": self._targets_kind}

    def _class_names(self) -> tuple[str, ...]:
        if self._targets_kind == _MULTILABEL:
            return ()
        return tuple(map(str, self.classes_.tolist()))

    def _auto_cost(self, targets: Array) -> str:
        return "categorical_cross_entropy" if targets.ndim == 1 else "binary_cross_entropy"

    def _weights_of(self, y: Any, sample_weight: Array | None) -> Array | None:
        if self.class_weight is None:
            return sample_weight
        labels = column_or_1d(y) if self._targets_kind == _SINGLE else y
        weights = compute_sample_weight(self.class_weight, labels)
        return np.asarray(weights if sample_weight is None else weights * sample_weight)

    def predict(self, X: Any) -> Array:
        """Return the class of each row, (n,); with several labels 0 or 1 for each, (n, labels).

        Args:
            X: inputs, (n, features).

        Raises: NotFittedError, ValueError.
        """
        outputs = self._outputs(X)
        if self._targets_kind == _MULTILABEL:
            return (outputs > 0.5).astype(np.int64)
        return np.asarray(self.classes_[outputs.argmax(axis=1)])

    @available(_gives_fractions)
    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, (n, classes), or of each label, (n, labels).

        Outputs that are fractions, but do not sum to 1 (sigmoid), are divided by their sum.

        Args:
            X: inputs, (n, features).

        Raises: NotFittedError, ValueError.
        """
        outputs = self._outputs(X)
        if self._targets_kind == _MULTILABEL or self.network_.gives_probabilities:
            return outputs
        sums = outputs.sum(axis=1, keepdims=True)
        even = np.full_like(outputs, 1 / outputs.shape[1])
        return np.asarray(np.divide(outputs, sums, out=even, where=sums > 0))

    @available(_gives_fractions)
    def predict_log_proba(self, X: Any) -> Array:
        """Return the natural logarithm of `predict_proba`; -inf for 0.

        Args:
            X: inputs, (n, features).

        Raises: NotFittedError, ValueError.
        """
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))
