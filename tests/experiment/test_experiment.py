"""An experiment: every default written out, what counts more than what, and plain values."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import InputError, UnknownNameError
from chainrule.experiment import DataSource, Experiment, data_access, open_run


def test_every_default_is_written_out(flowers, line) -> None:
    plain = cr.Experiment.create(flowers)
    assert plain.architecture == cr.Architecture.of([2, 128, 2])
    table = {"optimiser": "adamw", "weight_decay": 1.0, "batch_size": 32}
    assert plain.recipe.replaced(seed=None) == cr.Recipe(epochs=plain.recipe.epochs, **table)
    assert plain.seed_drawn
    assert plain.recipe.seed is not None
    assert not plain.validates
    numbers = cr.Experiment.create(line, task="numbers", seed=1)
    assert numbers.recipe.cost == "half_squared_error"
    assert numbers.architecture.activations == ("relu", "identity")
    assert not numbers.seed_drawn


def test_what_is_set_is_not_replaced_by_a_default(line) -> None:
    huber = cr.Experiment.create(line, task="numbers", cost="huber", output_activation="tanh")
    assert (huber.recipe.cost, huber.architecture.activations[-1]) == ("huber", "tanh")
    each = cr.Experiment.create(
        line, task="numbers", layers=[1, 3, 1], activation=["relu", "sigmoid"]
    )
    assert each.architecture.activations == ("relu", "sigmoid")


def test_what_counts_more(flowers) -> None:
    Path("recipe.toml").write_text("epochs = 2\nbatch_size = 3\nlearning_rate = 0.5\n")
    made = cr.Experiment.create(
        flowers,
        preset="fast",
        config="recipe.toml",
        assignments=["batch_size=4", "learning_rate=0.25"],
        learning_rate=0.125,
        layers=[2, 3, 2],
    )
    found = made.recipe
    fast = cr.Experiment.create(flowers, preset="fast", layers=[2, 3, 2]).recipe
    assert (found.learning_rate, found.batch_size, found.epochs) == (0.125, 4, 2)
    assert found.optimiser == fast.optimiser


def test_the_width_of_a_hidden_layer(flowers) -> None:
    made = cr.Experiment.create(flowers, layers=[2, 8, 8, 2], neurons_2=5)
    assert made.architecture.layers == (2, 8, 5, 2)
    with pytest.raises(InputError, match="expected layers with a hidden layer 3, got"):
        cr.Experiment.create(flowers, neurons_3=5)


def test_settings_that_do_not_exist_and_values_that_do_not_fit(flowers) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'batch_size'"):
        cr.Experiment.create(flowers, bach_size=3)
    with pytest.raises(InputError, match="expected epochs to be a whole number"):
        cr.Experiment.create("there/is/no/such/file.csv", epochs=-1)
    with pytest.raises(InputError, match="expected a monitor to go with patience"):
        cr.Experiment.create("there/is/no/such/file.csv", patience=3)


def test_plain_values_give_the_experiment_back(flowers) -> None:
    made = cr.Experiment.create(flowers, target="kind", validation=flowers, seed=3, layers=[2, 2])
    values = json.loads(json.dumps(made.to_dict()))
    again = cr.Experiment.from_dict(values)
    assert again.to_dict() == made.to_dict()
    assert again.loaded is None
    assert len(again.load().datasets.pair.train) == 32
    assert made.data.absolute() == again.data
    assert made.validates


def test_the_same_experiment_is_equal(flowers) -> None:
    one, other = (cr.Experiment.create(flowers, seed=3) for _ in range(2))
    assert one == other
    assert one != cr.Experiment.create(flowers, seed=4)


def test_training_is_that_of_train(flowers) -> None:
    made = cr.Experiment.create(flowers, layers=[2, 3, 2], epochs=3, seed=1, engine="reference")
    result = made.train(folder="run")
    network = cr.Network.create([2, 3, 2], seed=1)
    run = cr.train(network, cr.load_dataset(flowers).train, made.recipe)
    assert result.network.digest == run.network.digest
    assert result.test.accuracy == cr.evaluate(run.network, made.test_data()).accuracy
    assert cr.open_run("run").first_network().digest == made.network().digest
    assert cr.open_run("run").first_network().digest == network.digest
    assert result.to_dict()["folder"] == "run"
    notes = json.loads(Path("run/run.json").read_text())["notes"]
    assert notes == {"data": made.data.notes(), "validation": None}


def test_what_is_learned_from(flowers) -> None:
    made = cr.Experiment.create(flowers, validation_fraction=0.25, seed=1)
    held_out = cr.split(made.datasets.pair.train, 0.25, 1, purpose="validation")
    learned = made.training_data()
    assert learned.preprocessing is not None
    assert np.array_equal(learned.inputs, learned.preprocessing.encode(held_out[0].inputs))
    assert len(learned) == 24


def test_warnings_are_told_and_collected(flowers) -> None:
    told: list[str] = []
    made = cr.Experiment.create(flowers, initialiser="zeros", epochs=1, seed=1)
    result = made.train(on_warning=told.append)
    assert result.warnings == tuple(told)
    assert told[0].startswith("After epoch 1: symmetric initial weights: ")
    assert result.to_dict()["warnings"] == told


def test_a_run_is_opened_with_its_experiment(flowers) -> None:
    made = cr.Experiment.create(flowers, layers=[2, 3, 2], epochs=2, seed=1, validation=flowers)
    made.train(folder="run")
    found = cr.open_run("run").experiment()
    assert found.recipe == made.recipe
    assert found.architecture == made.architecture.for_cost(made.recipe.cost)
    assert (found.data, found.validation) == (
        made.data.absolute(),
        DataSource(source=str(Path(flowers).absolute()), options={}),
    )
    assert cr.open_run("run").resume().network.digest == cr.open_run("run").network.digest


def test_a_network_file_has_no_experiment(flowers) -> None:
    cr.Experiment.create(flowers, epochs=1, layers=[2, 2], seed=1).train(folder="run")
    network = cr.open_run("run/network.safetensors")
    assert (network.recipe, network.facts) == (None, None)
    assert len(network.data(data=flowers)) == 8
    with pytest.raises(InputError, match="expected the folder of a run, got a network file"):
        network.experiment(flowers)
    with pytest.raises(InputError, match="Say where they are by the argument data"):
        network.evaluate()


def test_access_to_data_is_decided_from_outside(monkeypatch) -> None:
    seen = []
    monkeypatch.setattr(
        "chainrule.experiment.data_source.load_dataset",
        lambda source, **more: seen.append(more),
    )
    source = DataSource(source="kmnist", options={})
    with data_access(offline=True), data_access(observe=print):
        source.load()
    source.load()
    assert seen == [
        {"schema": None, "offline": True, "observe": print},
        {"schema": None, "offline": None, "observe": None},
    ]


def test_a_start_is_the_network_of_a_file_or_run(flowers) -> None:
    first = Experiment.create(flowers, epochs=1, seed=1).train(folder="first")
    again = Experiment.create(flowers, start="first", epochs=1, seed=2)
    assert again.network().digest == first.network.digest
    assert Experiment.from_dict(again.to_dict()).start == again.start == "first"
    assert again.train(folder="second").run.certificate["start"] == {
        "origin": "given",
        "weights_sha256": first.network.digest,
        "seed": None,
        "output_activation": "",
        "file": "first",
    }
    assert open_run("second").verify().holds
    with pytest.raises(InputError, match="no settings of the network to go with start, got layers"):
        Experiment.create(flowers, start="first", layers=[2, 3, 2])
    with pytest.raises(InputError, match="expected weights that are drawn for each fold"):
        again.cross_validate(2)


def test_a_signature_needs_a_folder(flowers) -> None:
    with pytest.raises(InputError, match="expected a folder to go with sign, got none"):
        Experiment.create(flowers, epochs=1, seed=1).train(sign="key")
