"""What the estimators promise beyond scikit-learn's own checks."""

import inspect
import pickle
from typing import get_type_hints

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
import sklearn
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import chainrule as cr
from chainrule.estimators import DenseClassifier, DenseParameters, DenseRegressor, from_mlp
from chainrule.estimators.estimator_parameters import DEFAULTS

SMALL = {"hidden": (8,), "epochs": 4, "engine": "reference", "random_state": 3}
LEARNED = {**SMALL, "epochs": 40, "learning_rate": 0.03}


@pytest.fixture(scope="module")
def iris():
    X, y = load_iris(return_X_y=True)
    return StandardScaler().fit_transform(X), np.array(["setosa", "versicolor", "virginica"])[y]


@pytest.fixture(scope="module")
def diabetes():
    X, y = load_diabetes(return_X_y=True)
    return X[:120] * 20, (y[:120] - 150) / 80


def digest(model):
    return model.network_.digest


def test_parameters_are_those_that_type_checkers_know():
    assert list(get_type_hints(DenseParameters)) == list(DEFAULTS)
    assert set(DenseRegressor().get_params()) == set(DEFAULTS)
    assert set(DenseClassifier().get_params()) == {*DEFAULTS, "class_weight"}


def test_every_parameter_stands_in_the_docstring():
    for kind in (DenseClassifier, DenseRegressor):
        text = inspect.getdoc(kind)
        for name in kind().get_params():
            assert f"\n    {name}: " in text


def test_an_unknown_parameter_is_refused():
    with pytest.raises(TypeError, match="has no parameter 'hiden'"):
        DenseClassifier(hiden=(3,))


def test_a_fit_gives_the_bits_of_train(iris):
    X, y = iris
    model = DenseClassifier(**SMALL).fit(X, y)
    names = ("setosa", "versicolor", "virginica")
    data = cr.Dataset(X, np.searchsorted(names, y), class_names=names)
    network = cr.Network.create([4, 8, 3], "relu", seed=3, dtype="float64")
    run = cr.train(network, data, cr.Recipe(epochs=4, seed=3, engine="reference"))
    assert digest(model) == run.network.digest
    assert model.loss_curve_ == [record.total_cost for record in run.history]


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam", "lbfgs"])
def test_a_warm_start_gives_the_bits_of_one_long_fit(iris, optimiser):
    parameters = {**SMALL, "optimiser": optimiser, "iterations": 3}
    long = DenseClassifier(**{**parameters, "epochs": 6}).fit(*iris)
    warm = DenseClassifier(**{**parameters, "epochs": 2}, warm_start=True)
    for _ in range(3):
        warm.fit(*iris)
    assert digest(warm) == digest(long)
    assert warm.n_iter_ == 6
    assert warm.loss_curve_ == long.loss_curve_


def test_calls_of_partial_fit_give_the_bits_of_one_fit(iris, diabetes):
    X, y = iris
    one = DenseClassifier(**SMALL).fit(X, y)
    parts = DenseClassifier(**SMALL)
    for _ in range(4):
        parts.partial_fit(X, y, classes=np.unique(y))
    assert digest(parts) == digest(one)
    regressor = DenseRegressor(**SMALL)
    for _ in range(4):
        regressor.partial_fit(*diabetes)
    assert digest(regressor) == digest(DenseRegressor(**SMALL).fit(*diabetes))
    assert regressor.predict(diabetes[0]).shape == (120,)


def test_partial_fit_knows_its_classes(iris):
    X, y = iris
    with pytest.raises(ValueError, match="classes must be given"):
        DenseClassifier(**SMALL).partial_fit(X, y)
    model = DenseClassifier(**SMALL).partial_fit(X[:60], y[:60], classes=np.unique(y))
    assert model.partial_fit(X[90:], y[90:]).classes_.tolist() == np.unique(y).tolist()
    with pytest.raises(ValueError, match="the classes of the first call"):
        model.partial_fit(X, y, classes=["setosa", "other"])
    with pytest.raises(ValueError, match="which the first fit did not have"):
        model.partial_fit(X, np.where(y == "setosa", "other", y))
    assert not hasattr(DenseClassifier(optimiser="lbfgs"), "partial_fit")


def test_labels_that_occur_together():
    X, Y = make_multilabel_classification(120, n_classes=4, random_state=0)
    model = DenseClassifier(**LEARNED).fit(X, Y)
    assert model.out_activation_ == "sigmoid"
    assert model.recipe_.cost == "binary_cross_entropy"
    probabilities = model.predict_proba(X)
    assert np.array_equal(model.predict(X), (probabilities > 0.5).astype(int))
    assert (model.predict(X) == Y).mean() > 0.75
    assert model.classes_.tolist() == [0, 1, 2, 3]
    sparse = DenseClassifier(**LEARNED).fit(X, scipy.sparse.csr_matrix(Y))
    assert digest(sparse) == digest(model)
    first = DenseClassifier(**SMALL).partial_fit(X, Y)
    assert first.predict(X).shape == Y.shape
    with pytest.raises(ValueError, match="multilabel targets, as in the first fit"):
        first.partial_fit(X, Y[:, 0])


def test_several_numbers(diabetes):
    X, y = diabetes
    both = np.column_stack([y, -y])
    model = DenseRegressor(**SMALL).fit(X, both)
    assert model.predict(X).shape == (120, 2)
    model.partial_fit(X, both)
    with pytest.raises(ValueError, match="targets of 2 columns"):
        model.partial_fit(X, y)


def test_a_sparse_matrix_gives_the_bits_of_a_dense_one(iris):
    X, y = iris
    rows = scipy.sparse.csr_array(X)
    model = DenseClassifier(**SMALL).fit(rows, y)
    assert digest(model) == digest(DenseClassifier(**SMALL).fit(X, y))
    assert np.array_equal(model.predict_proba(rows), model.predict_proba(X))
    assert np.array_equal(model.activations(rows)[0], model.activations(X)[0])


@pytest.mark.parametrize(
    ("stored", "computed"), [("float64", "float64"), ("float32", "float32"), ("uint8", "float32")]
)
def test_the_number_type_follows_the_inputs(iris, stored, computed):
    X, y = iris
    model = DenseClassifier(**SMALL).fit((X * 10 + 60).astype(stored), y)
    assert model.network_.architecture.dtype == computed
    assert model.predict_proba((X * 10 + 60).astype(stored)).dtype == computed
    assert (
        DenseClassifier(**SMALL, dtype="float64")
        .fit(X.astype(np.float32), y)
        .network_.architecture.dtype
        == "float64"
    )


def test_data_frames_name_their_columns(iris):
    X, y = iris
    columns = list("abcd")
    frame = pd.DataFrame(X, columns=columns)
    model = DenseClassifier(**SMALL).fit(frame, pd.Series(y))
    assert model.feature_names_in_.tolist() == columns
    assert digest(model) == digest(DenseClassifier(**SMALL).fit(X, y))
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["b", "a", "c", "d"]])
    polars = DenseClassifier(**SMALL).fit(pl.DataFrame(X, schema=columns), y)
    assert polars.feature_names_in_.tolist() == columns
    assert digest(polars) == digest(model)


def test_what_is_loaded_goes_on_as_what_was_saved(iris, tmp_path):
    model = DenseClassifier(**SMALL, warm_start=True).fit(*iris)
    joblib.dump(model, tmp_path / "model.joblib")
    loaded = (pickle.loads(pickle.dumps(model)), joblib.load(tmp_path / "model.joblib"))
    model.fit(*iris)
    for one in loaded:
        assert digest(one.fit(*iris)) == digest(model)


def test_skops_holds_an_estimator(iris):
    from skops import io

    model = DenseClassifier(**SMALL).fit(*iris)
    content = io.dumps(model)
    types = io.get_untrusted_types(data=content)
    assert all(name.startswith("chainrule.") for name in types)
    again = io.loads(content, trusted=types)
    assert np.array_equal(again.predict_proba(iris[0]), model.predict_proba(iris[0]))


def test_searches_and_pipelines(iris):
    X, y = iris
    pipeline = make_pipeline(StandardScaler(), DenseClassifier(**LEARNED))
    assert cross_val_score(pipeline, X, y, cv=3).mean() > 0.6
    search = GridSearchCV(pipeline, {"denseclassifier__learning_rate": [0.00001, 0.03]}, cv=3)
    assert search.fit(X, y).best_params_ == {"denseclassifier__learning_rate": 0.03}


def test_class_weights_count_as_sample_weights(iris):
    X, y = iris
    keep = np.r_[0:50, 50:60, 100:150]
    X, y = X[keep], y[keep]
    balanced = DenseClassifier(**SMALL, class_weight="balanced").fit(X, y)
    weights = np.where(y == "versicolor", 110 / 30, 110 / 150)
    assert digest(balanced) == digest(DenseClassifier(**SMALL).fit(X, y, sample_weight=weights))
    both = DenseClassifier(**SMALL, class_weight={"setosa": 2.0})
    other = both.fit(X, y, sample_weight=np.ones(len(y)))
    assert digest(other) == digest(
        DenseClassifier(**SMALL).fit(X, y, sample_weight=np.where(y == "setosa", 2.0, 1.0))
    )


@pytest.mark.parametrize("monitor", ["balanced_accuracy", "validation_cost"])
def test_the_best_weights_by_a_monitor_are_kept(iris, monitor):
    X, y = iris
    train, check = np.r_[0:150:2], np.r_[1:150:2]
    model = DenseClassifier(
        **{**SMALL, "epochs": 60, "learning_rate": 0.3}, monitor=monitor, patience=3
    ).fit(X[train], y[train], X_val=X[check], y_val=y[check])
    assert model.n_iter_ < 60
    if monitor == "validation_cost":
        return
    assert len(model.validation_scores_) == model.n_iter_
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.score(X[check], y[check]) == pytest.approx(model.best_validation_score_)


def test_a_scorer_needs_examples_that_are_held_out(diabetes):
    with pytest.raises(ValueError, match="or a validation_fraction, to go with a scorer"):
        DenseRegressor(**SMALL, monitor="r2").fit(*diabetes)
    model = DenseRegressor(**SMALL, monitor="r2", validation_fraction=0.25).fit(*diabetes)
    assert len(model.validation_scores_) == 4
    with pytest.raises(ValueError, match="X_val and y_val together"):
        DenseRegressor(**SMALL).fit(*diabetes, X_val=diabetes[0])


def test_validation_data_are_routed_through_a_pipeline(iris):
    X, y = iris
    with sklearn.config_context(enable_metadata_routing=True):
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        model = DenseClassifier(**SMALL, monitor="balanced_accuracy")
        model.set_fit_request(X_val=True, y_val=True, sample_weight=True)
        pipeline = make_pipeline(scaler, model, transform_input=["X_val"])
        pipeline.fit(X * 7, y, X_val=X[::3] * 7, y_val=y[::3], sample_weight=np.ones(len(y)))
    assert len(pipeline[-1].validation_scores_) == 4


def test_training_begins_with_given_weights(iris):
    X, y = iris
    mlp = MLPClassifier((8,), max_iter=3, random_state=0)
    with pytest.warns(UserWarning, match="Maximum iterations"):
        mlp.fit(X, y)
    model = DenseClassifier(**{**SMALL, "epochs": 0})
    model.fit(X, y, coef_init=mlp.coefs_, intercept_init=mlp.intercepts_)
    assert np.allclose(model.predict_proba(X), mlp.predict_proba(X), atol=1e-12)
    for ours, theirs in zip(model.coefs_, mlp.coefs_, strict=True):
        assert np.array_equal(ours, theirs)
    zeros = DenseClassifier(**{**SMALL, "epochs": 0}).fit(X, y, coef_init=mlp.coefs_)
    assert not any(intercept.any() for intercept in zeros.intercepts_)


@pytest.mark.parametrize(
    ("parameters", "given", "error"),
    [
        ({}, {"intercept_init": []}, "coef_init to go with intercept_init"),
        ({}, {"coef_init": [np.ones((4, 8))]}, "an array for each of 2 layers"),
        ({}, {"coef_init": [np.ones((8, 4)), np.ones((8, 3))]}, r"shape \(4, 8\) for layer 1"),
        (
            {"biases": False},
            {"coef_init": [np.ones((4, 8)), np.ones((8, 3))], "intercept_init": [[0], [0]]},
            "layers without biases",
        ),
    ],
)
def test_weights_that_do_not_fit_are_refused(iris, parameters, given, error):
    with pytest.raises(ValueError, match=error):
        DenseClassifier(**SMALL, **parameters).fit(*iris, **given)


def test_a_warm_start_has_weights_of_its_own(iris):
    model = DenseClassifier(**SMALL, warm_start=True).fit(*iris)
    with pytest.raises(ValueError, match="warm_start goes on"):
        model.fit(*iris, coef_init=model.coefs_)


def test_activations_lead_to_the_outputs(iris):
    model = DenseClassifier(**SMALL).fit(*iris)
    hidden, outputs = model.activations(iris[0])
    assert hidden.shape == (150, 8)
    assert np.allclose(outputs, model.predict_proba(iris[0]), rtol=1e-12)
    assert model.n_layers_ == 3
    assert model.n_outputs_ == 3
    assert model.best_loss_ == min(model.loss_curve_)
    assert model.loss_ == model.history_[-1].total_cost
    assert DenseClassifier(**SMALL, biases=False).fit(*iris).intercepts_[0].tolist() == [0] * 8


def test_a_row_is_explained(iris, diabetes):
    X, y = iris
    model = DenseClassifier(**{**SMALL, "epochs": 30}).fit(X, y)
    document = model.explain_row(X[0])
    values = document.values()
    assert values["chosen"] == model.predict(X[:1])[0]
    assert np.allclose(values["a"], model.predict_proba(X[:1])[0])
    assert values["target"] is None
    text = cr.render(document, "text")
    assert "right" not in text
    assert "example 0" not in text
    numbers = DenseRegressor(**SMALL).fit(*diabetes)
    values = numbers.explain_row(diabetes[0][3]).values()
    assert values["a"] == pytest.approx(numbers.predict(diabetes[0][3:4])[0])


def test_outputs_that_are_no_probabilities(iris):
    X, y = iris
    sigmoid = DenseClassifier(**SMALL, cost="squared_error").fit(X, y)
    assert sigmoid.out_activation_ == "sigmoid"
    assert np.allclose(sigmoid.predict_proba(X).sum(axis=1), 1)
    outputs = sigmoid.network_.predict(X)
    assert np.array_equal(sigmoid.predict_proba(X).argmax(axis=1), outputs.argmax(axis=1))
    linear = DenseClassifier(**SMALL, cost="squared_error", output_activation="identity")
    assert not hasattr(linear, "predict_proba")
    assert set(linear.fit(X, y).predict(X)) <= set(y)
    assert np.array_equal(sigmoid.predict_log_proba(X), np.log(sigmoid.predict_proba(X)))


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"hidden": "wide"}, "hidden to be widths"),
        ({"hidden": (8, 0)}, "at least 1"),
        ({"activation": ("relu", "tanh")}, "one for each hidden layer"),
        ({"learning_rate": -1}, "learning_rate to be a number above 0"),
        ({"optimiser": "adamm"}, "adam"),
    ],
)
def test_parameters_out_of_their_limits_are_refused(iris, parameters, error):
    with pytest.raises(ValueError, match=error):
        DenseClassifier(**{**SMALL, **parameters}).fit(*iris)


def test_one_width_and_activations_for_each_layer(iris):
    assert DenseClassifier(**{**SMALL, "hidden": 5}).fit(*iris).coefs_[0].shape == (4, 5)
    two = DenseClassifier(**{**SMALL, "hidden": [5, 4]}, activation=["tanh", "relu"]).fit(*iris)
    assert two.network_.architecture.activations == ("tanh", "relu", "softmax")


def test_a_generator_gives_the_seed(iris):
    parameters = {**SMALL, "random_state": np.random.RandomState(7)}
    seeds = [DenseClassifier(**parameters).fit(*iris).recipe_.seed for _ in range(2)]
    assert seeds[0] != seeds[1]
    parameters["random_state"] = np.random.RandomState(7)
    assert DenseClassifier(**parameters).fit(*iris).recipe_.seed == seeds[0]


def test_one_class_is_refused(iris):
    with pytest.raises(ValueError, match="at least 2 classes, got 1 class"):
        DenseClassifier(**SMALL).fit(iris[0], np.zeros(150, int))


@pytest.mark.parametrize(
    ("mlp", "parameters"),
    [
        (
            MLPClassifier((9, 5), activation="logistic", alpha=0.02, batch_size=50),
            {"hidden": (9, 5), "activation": "sigmoid", "l2": 0.0004, "optimiser": "adam"},
        ),
        (
            MLPRegressor(
                hidden_layer_sizes=7, solver="sgd", learning_rate="adaptive", early_stopping=True
            ),
            {"hidden": (7,), "optimiser": "nesterov", "schedule": "plateau", "monitor": "r2"},
        ),
        (
            MLPClassifier(solver="sgd", momentum=0.5, nesterovs_momentum=False),
            {"optimiser": "momentum", "momentum": 0.5, "monitor": "total_cost", "patience": 10},
        ),
        (
            MLPClassifier(solver="sgd", momentum=0, early_stopping=True),
            {"optimiser": "sgd", "monitor": "validation_accuracy", "validation_fraction": 0.1},
        ),
        (
            MLPRegressor(solver="lbfgs", max_iter=70),
            {"optimiser": "lbfgs", "iterations": 70, "epochs": 1, "l2": 0.0001 / 200},
        ),
    ],
)
def test_parameters_of_other_networks_are_taken_over(mlp, parameters):
    found = from_mlp(mlp).get_params()
    assert {name: found[name] for name in parameters} == parameters


def test_what_has_no_counterpart_is_refused():
    with pytest.raises(ValueError, match="constant or adaptive"):
        from_mlp(MLPClassifier(solver="sgd", learning_rate="invscaling"))
    with pytest.raises(ValueError, match="MLPClassifier or MLPRegressor"):
        from_mlp(StandardScaler())


def test_a_network_taken_over_learns_as_well(iris):
    X, y = iris
    mlp = MLPClassifier((16,), max_iter=400, learning_rate_init=0.02, random_state=0).fit(X, y)
    ours = from_mlp(mlp).set_params(engine="reference").fit(X, y)
    assert ours.score(X, y) >= mlp.score(X, y) - 0.03


class _Recorder:
    """A callback that counts what it is told and may ask to stop."""

    def __init__(self, stop_at=None):
        self.events = []
        self.scores = []
        self.stop_at = stop_at

    def setup(self, estimator, context):
        self.events.append("setup")

    def teardown(self, estimator, context):
        self.events.append("teardown")

    def on_fit_task_begin(self, estimator, context, *, X=None):
        self.events.append(f"begin {context.task_name}")

    def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
        self.events.append(f"end {context.task_name}")
        self.scores.append(fitted_estimator.score(X, y))
        return context.task_name == self.stop_at


@pytest.mark.skipif(
    not hasattr(DenseClassifier, "set_callbacks"), reason="scikit-learn has no callbacks yet"
)
def test_callbacks_see_epochs_and_batches(iris):
    plain = DenseClassifier(**SMALL).fit(*iris)
    seen = _Recorder()
    model = DenseClassifier(**SMALL).set_callbacks(seen).fit(*iris)
    assert digest(model) == digest(plain)
    assert seen.events.count("end epoch") == 4
    assert seen.events.count("end batch") == 4 * 3
    assert seen.events[:3] == ["setup", "begin fit", "begin epoch"]
    assert seen.events[-2:] == ["end fit", "teardown"]
    assert seen.scores[-1] == model.score(*iris)
    for task, batches in (("epoch", 3), ("batch", 1)):
        stopped = DenseClassifier(**SMALL).set_callbacks(_Recorder(task)).fit(*iris)
        assert stopped._position.step == batches


def test_ctrl_c_leaves_a_fitted_estimator(iris):
    import signal

    class Stop(_Recorder):
        def on_fit_task_end(self, estimator, context):
            if context.task_name == "epoch":
                signal.raise_signal(signal.SIGINT)

    model = DenseClassifier(**SMALL)
    if not hasattr(model, "set_callbacks"):
        pytest.skip("scikit-learn has no callbacks yet")
    with pytest.raises(KeyboardInterrupt):
        model.set_callbacks(Stop()).fit(*iris)
    assert model.n_iter_ == 1
    assert model.predict(iris[0]).shape == (150,)


@pytest.mark.parametrize("change", [{"hidden": (5,)}, {"optimiser": "sgd"}])
def test_what_goes_on_is_the_network_of_the_last_fit(iris, change):
    model = DenseClassifier(**SMALL, warm_start=True).fit(*iris)
    with pytest.raises(ValueError, match="the optimiser of the last fit"):
        model.set_params(**change).fit(*iris)
    assert model.n_iter_ == 4
    again = DenseClassifier(**SMALL).partial_fit(*iris, classes=np.unique(iris[1]))
    again.partial_fit(iris[0].astype(np.float32), iris[1])
    assert again.network_.architecture.dtype == "float64"
