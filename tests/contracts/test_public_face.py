"""The public door: every name is there, nothing heavy comes with it, and the example runs."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

import chainrule as cr


def test_every_name_is_there_and_is_loaded_once() -> None:
    for name in cr.__all__:
        assert getattr(cr, name) is getattr(cr, name), name
    assert len(cr.__all__) > 25


def test_each_name_stands_once() -> None:
    assert dir(cr) == sorted(set(cr.__all__))
    assert len(dir(cr)) == len(cr.__all__)


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


WHAT_IT_GIVES = """
import json
print(json.dumps({
    "class_names": run.network.class_names,
    "input_shape": run.network.input_shape,
    "activations": run.network.architecture.activations,
    "engine": run.recipe.engine,
    "examples": report.examples,
    "accuracy": report.accuracy,
}))
"""


def test_the_example_runs_as_it_stands(compiled: dict[str, str]) -> None:
    assert cr.__doc__ is not None
    assert EXAMPLE in cr.__doc__
    command = [sys.executable, "-c", textwrap.dedent(EXAMPLE) + WHAT_IT_GIVES]
    run = subprocess.run(command, env=compiled, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    found = json.loads(run.stdout)
    assert found.pop("accuracy") > 0.9
    assert found == {
        "class_names": list("0123456789"),
        "input_shape": [28, 28],
        "activations": ["sigmoid"] * 3,
        "engine": "compiled",
        "examples": 10_000,
    }
