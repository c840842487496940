"""Networks of other programs arrive, and answer as they did there."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.exchange.networks import drawn, image_network, table_network, yes_or_no

import chainrule as cr
from chainrule import Network, export_network, import_network, import_report
from chainrule.equations.activations import ACTIVATIONS
from chainrule.exchange.forms import find_exporter
from chainrule.exchange.importers import (
    ImportOptions,
    assemble_network,
    measure_difference,
    read_model,
)
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    DenseStep,
    ForeignModel,
    ReadChoices,
)
from chainrule.exchange.importers.onnx_answers import compute_answers
from chainrule.exchange.importers.weight_names import find_steps

FOREIGN = Path(__file__).parents[1] / "fixtures" / "foreign"
STATE = {"activations": ("relu", "tanh", "identity")}
FILES: dict[str, dict[str, Any]] = {
    "sequential.safetensors": STATE,
    "sequential.pt": STATE,
    "sequential-old.pt": STATE,
    "checkpoint.pth": STATE,
    "bfloat16.safetensors": STATE,
    "bfloat16.pt": STATE,
    "named.safetensors": {"activations": ("relu", "identity")},
    "table.keras": {},
    "table.h5": {},
    "images.keras": {},
    "images.h5": {},
    "keras-2.h5": {},
    "nn-digits.npz": {},
    "torch-gates.onnx": {},
    "torch-gates-13.onnx": {},
    "torch-images.onnx": {},
    "sklearn-classes.onnx": {},
    "sklearn-two.onnx": {},
    "sklearn-numbers.onnx": {},
}
TABLES = {
    "numbers": table_network(),
    "classes": table_network("classes"),
    "ordinal": table_network(encoding="ordinal"),
}
OTHERS = {"image": image_network(), "one output": yes_or_no()}


def load(path: Path, **given: Any) -> Network:
    """The network of a file, read in this process and compared with the file's own steps."""
    options = ImportOptions(**given)
    model = read_model(path, options.for_reader())
    made = assemble_network(model, options, path.name)
    measure_difference(model, made.network, path.name, made.byte_factor)
    return made.network


def require_close(network: Network, inputs: Any, outputs: Any) -> None:
    found = network.predict(inputs)
    assert found.shape == outputs.shape
    assert np.abs(found - outputs).max() <= 1e-6 * max(1.0, np.abs(outputs).max())


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_program_answers_as_there(name: str) -> None:
    network = load(FOREIGN / name, **FILES[name])
    with np.load(FOREIGN / f"{name}.answers.npz") as answers:
        require_close(network, answers["inputs"], answers["outputs"])


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".onnx")])
def test_a_graph_run_by_its_library_answers_as_there(name: str) -> None:
    """Also before opset 14, where the library takes batch normalisation for one under training."""
    with np.load(FOREIGN / f"{name}.answers.npz") as answers:
        found = compute_answers(FOREIGN / name, [], answers["inputs"].astype(float))
        due = answers["outputs"].reshape(len(found), -1)
    assert np.allclose(found[:, -due.shape[1] :], due, atol=1e-6)
    assert import_report(FOREIGN / name).remarks[-1].startswith("The graph itself, run by onnx")


def test_every_fixture_is_read_or_refused_by_a_test() -> None:
    names = {path.name for path in FOREIGN.iterdir() if not path.name.endswith(".answers.npz")}
    refused = {"whole-module.pt", "torchscript.pt", "convolution.pt", "layer-norm.pt"}
    refused |= {"convolution.keras", "branches.keras", "convolution.onnx"}
    assert names - {"make.py"} == {*FILES, *refused}


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_keras_itself_agrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    keras = pytest.importorskip("keras")
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((3,)),
            *(layers.BatchNormalization(), layers.Dense(4, use_bias=False), layers.ReLU()),
            *(layers.BatchNormalization(scale=False), layers.GaussianNoise(0.1)),
            *(layers.Dense(4, activation="swish"), layers.Dense(5, activation="gelu")),
            *(layers.Dense(3), layers.ELU(), layers.Dense(2), layers.Softmax()),
        ]
    )
    rng = np.random.default_rng(0)
    learned = (layers.Dense, layers.BatchNormalization)
    for layer in (one for one in model.layers if isinstance(one, learned)):
        layer.set_weights([rng.uniform(0.1, 0.5, w.shape) for w in layer.get_weights()])
    rows = rng.normal(size=(20, 3)).astype(np.float32)
    model.save(tmp_path / "model.keras")
    require_close(load(tmp_path / "model.keras"), rows, np.asarray(model(rows)))


def test_scikit_learn_itself_agrees(tmp_path: Path) -> None:
    import skops.io
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, RobustScaler, StandardScaler

    rng = np.random.default_rng(0)
    rows = rng.normal(5, 3, (60, 4))
    kinds = np.array(["cat", "dog", "eel"])[rng.integers(0, 3, 60)]
    numbers = rows @ rng.normal(size=(4, 2))
    small = {"hidden_layer_sizes": (5,), "max_iter": 5, "random_state": 0}
    scaled = make_pipeline(RobustScaler(), MLPRegressor(**small, solver="sgd"))
    models = {
        "plain": (MLPClassifier(**small), kinds),
        "two": (make_pipeline(StandardScaler(), MLPClassifier(**small)), kinds == "cat"),
        "several": (make_pipeline(MinMaxScaler(), MLPRegressor(**small)), numbers),
        "twice": (
            make_pipeline(MaxAbsScaler(), StandardScaler(), MLPRegressor(**small)),
            numbers[:, 0],
        ),
        "target": (TransformedTargetRegressor(scaled, transformer=StandardScaler()), numbers[:, 0]),
    }
    for name, (model, targets) in models.items():
        with pytest.warns(ConvergenceWarning):
            model.fit(rows, targets)
        skops.io.dump(model, tmp_path / f"{name}.skops")
        network = load(tmp_path / f"{name}.skops")
        probabilities = getattr(model, "predict_proba", None)
        due = model.predict(rows) if probabilities is None else probabilities(rows)
        due = due[:, 1:] if name == "two" else due.reshape(60, -1)
        require_close(network, rows, due)
        if probabilities is not None:
            assert network.class_names == tuple(map(str, model.classes_))


def test_columns_that_a_file_names_are_matched_by_name(tmp_path: Path) -> None:
    import pandas
    import skops.io
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(rng.normal(50, 9, (40, 3)), columns=["age", "height", "weight"])
    kinds = np.array(["no", "yes"])[(frame["age"] > 50).astype(int)]
    model = make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=9, random_state=0))
    with pytest.warns(ConvergenceWarning):
        model.fit(frame, kinds)
    skops.io.dump(model, tmp_path / "mlp.skops")
    report = import_report(tmp_path / "mlp.skops", tmp_path / "net", target=("ill",))
    assert "'standardscaler' (StandardScaler) became the preparation" in report.remarks[0]
    require_close(report.network, frame.to_numpy(), model.predict_proba(frame)[:, 1:])
    frame["ill"] = kinds
    turned = frame[["ill", "weight", "age", "height"]]
    turned.to_csv(tmp_path / "rows.csv", index=False)
    run = cr.open_run(report.written)
    accuracy = run.evaluate(str(tmp_path / "rows.csv"), part="all").accuracy
    assert accuracy == model.score(frame.drop(columns="ill"), kinds)


def nielsen(path: Path) -> tuple[Any, Any]:
    """Write a network as network2.py saves it; return rows and its answers."""
    rng = np.random.default_rng(2)
    sizes = [4, 5, 3]
    weights = [rng.normal(size=(y, x)) for x, y in pairwise(sizes)]
    biases = [rng.normal(size=(y, 1)) for y in sizes[1:]]
    values = {"sizes": sizes, "cost": "CrossEntropyCost"}
    lists = {"weights": [w.tolist() for w in weights], "biases": [b.tolist() for b in biases]}
    path.write_text(json.dumps(values | lists))
    rows = rng.normal(size=(7, 4))
    a = rows.T
    for w, b in zip(weights, biases, strict=True):
        a = 1 / (1 + np.exp(-(w @ a + b)))
    return rows, a.T


def test_nielsens_network_agrees(tmp_path: Path) -> None:
    rows, due = nielsen(tmp_path / "net")
    network = load(tmp_path / "net")
    require_close(network, rows, due)
    assert network.architecture.dtype == "float64"


@pytest.mark.parametrize("turned", [False, True])
def test_plain_arrays_lie_either_way(turned: bool, tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    first, second = rng.normal(size=(5, 4)), rng.normal(size=(3, 5))
    names = ("weights_0", "weights_1", "biases_0", "biases_1")
    arrays = [first.T, second.T] if turned else [first, second]
    np.savez(
        tmp_path / "a.npz",
        activations=np.array(["relu", "linear"]),
        **dict(zip(names, [*arrays, rng.normal(size=5), rng.normal(size=3)], strict=True)),
    )
    report = import_report(tmp_path / "a.npz")
    assert report.network.architecture.activations == ("relu", "identity")
    assert np.array_equal(report.network.weights[0], first)
    assert ("in x out" if turned else "out x in") in report.remarks[0]
    assert not any("Left out" in remark for remark in report.remarks)


def test_arrays_that_are_left_out_are_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", W1=np.ones((3, 2)), b1=np.ones(3), mean=np.ones(2), std=np.ones(2))
    report = import_report(tmp_path / "a.npz", activations=("tanh",))
    assert "Left out were the arrays mean, std." in report.remarks


def test_the_order_of_a_file_is_said_where_another_fits() -> None:
    """Layers of one width chain in any order; counted names leave no doubt."""
    square, choices = np.eye(2), ReadChoices()
    for names, remarks in (
        (("first", "second"), ("Other orders of the layers would fit; this is that of the file:",)),
        (("fc1", "fc2"), ()),
    ):
        arrays = {f"{name}.weight": square for name in names}
        _, said = find_steps(arrays, "a", choices, in_order=True)
        assert [text[: len(due)] for text, due in zip(said, remarks, strict=True)] == [*remarks]
    chain = {"a.weight": np.ones((3, 2)), "b.weight": np.ones((4, 3))}
    assert find_steps(chain, "a", choices, in_order=True)[1] == ()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_step_function_hides_no_other_network(sign: int) -> None:
    """A rounding may turn a row with a jump, but not all of them."""
    weights = np.array([[1.0, -1.0], [0.5, 2.0]])
    steps = (DenseStep("layer 1", weights), ActivationStep("its activation", "step"))
    model = ForeignModel(form="two steps", steps=steps, dtype="float64")
    network = assemble_network(model, ImportOptions(), "a").network
    other = replace(network, parameters=sign * network.parameters)
    if sign == 1:
        assert measure_difference(model, other, "a").relative == 0
        return
    with pytest.raises(cr.DataError, match="expected the answers of the network"):
        measure_difference(model, other, "a")


@pytest.mark.parametrize("form", ["json", "onnx", "torch", "keras"])
@pytest.mark.parametrize("name", [*TABLES, *OTHERS])
def test_our_own_exports_come_back_to_the_bit(form: str, name: str, tmp_path: Path) -> None:
    network = {**TABLES, **OTHERS}[name]
    suffix = {"torch": ".safetensors"}.get(form, f".{form}")
    path = tmp_path / f"model{suffix}"
    path.write_bytes(find_exporter(form).write(network, "")[suffix])
    again = import_network(path)
    assert again.digest == network.digest
    assert again.preprocessing == network.preprocessing
    assert again.class_names == network.class_names
    assert (again.input_scale, again.input_shape) == (network.input_scale, network.input_shape)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_comes_back(activation: str, tmp_path: Path) -> None:
    network = drawn(activation, biases=activation != "tanh")
    forms = {"onnx": ".onnx", "torch": ".safetensors", "keras": ".keras"}
    if activation == "step":
        del forms["keras"]
    for form, suffix in forms.items():
        content = find_exporter(form).write(network, "")[suffix]
        (tmp_path / f"model{suffix}").write_bytes(content)
        again = load(tmp_path / f"model{suffix}")
        assert again.digest == network.digest
        assert again.architecture.activations == network.architecture.activations


def test_a_graph_that_contradicts_its_facts_is_refused(tmp_path: Path) -> None:
    import onnx

    export_network(TABLES["numbers"], "onnx", tmp_path / "model")
    model = onnx.load(tmp_path / "model.onnx")
    (facts,) = [pair for pair in model.metadata_props if pair.key == "chainrule"]
    values = json.loads(facts.value)
    values["preprocessing"]["features"][0]["centre"] += 5
    facts.value = json.dumps(values)
    onnx.save(model, tmp_path / "model.onnx")
    with pytest.raises(cr.DataError, match=r"run by onnx: .*The graph computes something else"):
        import_network(tmp_path / "model.onnx")


def test_what_was_converted_is_said(tmp_path: Path) -> None:
    report = import_report(FOREIGN / "table.keras", tmp_path / "net")
    assert isinstance(report, cr.ImportReport)
    assert report.form == "a Keras 3 model"
    assert report.written == str(tmp_path / "net.safetensors")
    text = " ".join(report.remarks)
    assert "'dropout' (Dropout) is used in training alone" in text
    assert "'normalization' (Normalization) was folded into layer 2 'dense' (Dense)" in text
    assert "(BatchNormalization) was folded into layer 4 'dense_1' (Dense)" in text
    assert "called 0 to 2 (--classes names them)" in text
    assert f"{report.difference:.3g} of the largest output" in report.sentence()
    assert report.difference < 1e-6
    document = report.document()
    assert document.values is not None
    assert document.values() == report.to_dict()
    assert Network.load(report.written).digest == report.network.digest
    half = import_report(FOREIGN / "bfloat16.pt", **STATE).remarks
    assert "Numbers of type bfloat16 were widened to float32." in half
    assert any("eps 1e-05, the default of PyTorch" in remark for remark in half)


def test_options_say_what_a_file_does_not_hold(tmp_path: Path) -> None:
    logits = import_network(
        FOREIGN / "images.h5",
        activations=("leaky_relu", "softmax"),
        class_names=("cat", "dog"),
        input_scale=1 / 255,
    )
    assert logits.architecture.activations[-1] == "softmax"
    assert logits.class_names == ("cat", "dog")
    assert (logits.input_scale, logits.input_shape) == (1 / 255, (4, 4))
    told = load(FOREIGN / "torch-images.onnx", input_scale=1 / 255)
    assert (told.input_scale, told.input_shape) == (1 / 255, (4, 4))
    untold = import_report(FOREIGN / "torch-images.onnx")
    assert untold.network.input_shape == (16,)
    assert "give --input-scale 1/255" in " ".join(untold.remarks)
    shaped = load(
        FOREIGN / "sequential.pt",
        activations=("relu", "softmax"),
        input_shape=(2, 2),
        input_scale=1.0,
        layer_order=("0", "4", "7"),
    )
    assert shaped.input_shape == (2, 2)
    assert shaped.architecture.activations == ("relu", "relu", "softmax")


def test_the_commands_work_on_what_arrived(own_folder: None, chainrule: Any) -> None:
    """Evaluate, predict, inspect, prove, figure and export take an imported network."""
    for name in ("sklearn-classes.onnx", "nn-digits.npz"):
        shutil.copy(FOREIGN / name, name)
    rng = np.random.default_rng(0)
    rows = rng.normal(5, 3, (30, 4))
    lines = [
        ",".join([*map(str, row), kind])
        for row, kind in zip(rows, ["cat", "dog", "eel"] * 10, strict=True)
    ]
    head = "a,b,c,d,kind"
    Path("rows.csv").write_text("\n".join([head, *lines]) + "\n")
    images = rng.integers(0, 256, (90, 4, 4)).astype(np.uint8)
    np.savez("images.npz", x=images, y=np.arange(90) % 10)
    taken = chainrule("import", "sklearn-classes.onnx", "table.safetensors", "--json")
    assert (taken.code, json.loads(taken.out)["classes"]) == (0, ["cat", "dog", "eel"])
    options = ("--input-scale", "1/255", "--input-shape", "4,4")
    assert chainrule("import", "nn-digits.npz", "image.safetensors", *options).code == 0
    for line in (
        "evaluate table.safetensors rows.csv --split all",
        "evaluate image.safetensors images.npz --split all",
        "predict table.safetensors rows.csv",
        "inspect table.safetensors decision 1 --data rows.csv",
        "inspect image.safetensors decision 1 --data images.npz",
        "inspect table.safetensors importance --data rows.csv",
        "prove table.safetensors --data rows.csv --no-peers --sample 4",
        "figure network table.safetensors --save network.svg",
        "figure weights image.safetensors --save weights.png",
        "export table.safetensors --to python table.py",
        "export image.safetensors --to onnx image.onnx",
    ):
        done = chainrule(*line.split())
        assert (done.code, done.err) == (0, ""), line
