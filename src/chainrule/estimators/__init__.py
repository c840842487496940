"""Estimators for scikit-learn: networks that fit into its pipelines, searches and scores.

`DenseClassifier` and `DenseRegressor` train what `chainrule.train` trains, on arrays, data frames
and sparse matrices; `from_mlp` takes over the parameters of scikit-learn's own networks.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.estimators.dense_classifier import DenseClassifier as DenseClassifier
    from chainrule.estimators.dense_regressor import DenseRegressor as DenseRegressor
    from chainrule.estimators.estimator_parameters import DenseParameters as DenseParameters
    from chainrule.estimators.mlp_migration import from_mlp as from_mlp

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "dense_classifier": "DenseClassifier",
        "dense_regressor": "DenseRegressor",
        "mlp_migration": "from_mlp",
        "estimator_parameters": "DenseParameters",
    },
)
