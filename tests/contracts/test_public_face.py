"""The public door: every name is there, nothing heavy comes with it, and the example runs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import chainrule as cr


def test_every_name_is_there_and_is_loaded_once() -> None:
    for name in cr.__all__:
        assert getattr(cr, name) is getattr(cr, name), name
    assert len(cr.__all__) > 25


def test_the_names_are_sorted_and_each_stands_once() -> None:
    assert cr.__all__ == sorted(set(cr.__all__))
    assert dir(cr) == cr.__all__


def test_each_name_is_the_thing_of_that_name() -> None:
    for name in cr.__all__:
        if name != "__version__":
            assert getattr(cr, name).__name__ == name
            assert getattr(cr, name).__module__.startswith("chainrule.")
            assert getattr(cr, name).__doc__


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(AttributeError) as caught:
        cr.network_of  # noqa: B018
    assert str(caught.value) == "module 'chainrule' has no attribute 'network_of'"


def loaded_by(program: str) -> set[str]:
    """The packages that a program has loaded in an interpreter of its own."""
    command = [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


OURS = {
    "PIL",
    "click",
    "filelock",
    "matplotlib",
    "numpy",
    "platformdirs",
    "pyarrow",
    "rich",
    "safetensors",
    "threadpoolctl",
}


def test_the_import_loads_nothing_that_was_installed() -> None:
    assert loaded_by("import chainrule") & OURS == set()


def test_training_loads_neither_pictures_nor_tables() -> None:
    loaded = loaded_by("import chainrule; chainrule.train; chainrule.Dataset; chainrule.Recipe")
    assert loaded & OURS <= {"numpy", "filelock", "threadpoolctl"}
    assert "numpy" in loaded


def test_a_star_import_gives_the_names() -> None:
    program = "from chainrule import *; assert Network and train and __version__"
    assert "chainrule" in loaded_by(program)


EXAMPLE = """
    import chainrule as cr

    digits = cr.load_dataset("mnist")
    network = cr.Network.create([784, 32, 16, 10], activation="sigmoid", seed=0)
    recipe = cr.Recipe(cost="squared_error", optimiser="sgd", learning_rate=4.0, batch_size=40,
                       epochs=1, seed=0)
    run = cr.train(network, digits.train, recipe)
    report = cr.evaluate(run.network, digits.test)
"""


def test_the_example_runs_as_it_stands() -> None:
    assert cr.__doc__ is not None
    assert EXAMPLE in cr.__doc__
    digits = cr.load_dataset("mnist")
    network = cr.Network.create([784, 32, 16, 10], activation="sigmoid", seed=0)
    recipe = cr.Recipe(
        cost="squared_error",
        optimiser="sgd",
        learning_rate=4.0,
        batch_size=40,
        epochs=1,
        seed=0,
    )
    run = cr.train(network, digits.train, recipe)
    report = cr.evaluate(run.network, digits.test)
    assert run.network.class_names == tuple("0123456789")
    assert run.network.input_shape == (28, 28)
    assert run.network.architecture.activations == ("sigmoid",) * 3
    assert report.examples == 10_000
    assert report.accuracy > 0.9
