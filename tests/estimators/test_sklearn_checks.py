"""Every check that scikit-learn has for estimators, with none expected to fail."""

from sklearn.utils.estimator_checks import parametrize_with_checks

from chainrule.estimators import DenseClassifier, DenseRegressor

CONFIGURATIONS = (
    {},
    {"dtype": "float64", "hidden": (16, 8), "activation": "tanh", "learning_rate": 0.01},
    {"optimiser": "lbfgs", "hidden": (16,), "epochs": 2},
    {"optimiser": "momentum", "learning_rate": 0.01, "clip_norm": 1.0, "hidden": (16,)},
    {"optimiser": "rmsprop", "learning_rate": 0.01, "hidden": (16,), "activation": "gelu"},
    {"hidden": (), "learning_rate": 0.3, "schedule": "cosine", "dtype": "float64"},
)


@parametrize_with_checks(
    [
        kind(**configuration, engine="reference")
        for kind in (DenseClassifier, DenseRegressor)
        for configuration in CONFIGURATIONS
    ]
)
def test_scikit_learn_check(estimator, check):
    check(estimator)
