"""The engine that a recipe asks for, and the one that takes its place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.engine import engines
from chainrule.engine.compiled import CompiledEngine
from chainrule.engine.engines import make_engine
from chainrule.engine.reference import ReferenceEngine
from chainrule.engine.training_context import TrainingContext
from chainrule.errors import MissingLibraryError, ShapeError

DATA = cr.Dataset(np.eye(4), [0, 1, 0, 1])
NETWORK = cr.Network.create([4, 3, 2], seed=0)
RECIPE = cr.Recipe(cost="squared_error", seed=0, epochs=2)

HALTED = "ModuleNotFoundError: import of chainrule.engine.compiled halted; None in sys.modules"


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiled engine cannot be loaded, and nobody has been told so."""
    monkeypatch.setitem(sys.modules, "chainrule.engine.compiled", None)
    monkeypatch.setattr(engines, "_logged", set())


def test_the_recipe_names_the_engine() -> None:
    assert cr.Recipe().engine == "compiled"
    for name, kind in (("reference", ReferenceEngine), ("compiled", CompiledEngine)):
        made = make_engine(
            TrainingContext(NETWORK.architecture, RECIPE.replaced(engine=name), DATA)
        )
        assert type(made) is kind
        assert made.recipe.engine == name


def test_the_threads_are_handed_on() -> None:
    for exactly in (False, True):
        made = make_engine(
            TrainingContext(NETWORK.architecture, RECIPE, DATA, threads=3), exact=exactly
        )
        assert isinstance(made, CompiledEngine)
        assert made.context.threads == 3


def test_the_reference_engine_takes_its_place_and_says_so_once(without, caplog) -> None:
    for _ in range(2):
        made = make_engine(TrainingContext(NETWORK.architecture, RECIPE, DATA))
        assert type(made) is ReferenceEngine
        assert made.recipe == RECIPE.replaced(engine="reference")
    told = [(record.name, record.levelname, record.getMessage()) for record in caplog.records]
    text = f"Numba fails, so the reference engine computes: {HALTED}"
    assert told == [("chainrule", "WARNING", text)]


def test_whatever_numba_raises_leads_to_the_reference_engine(monkeypatch, caplog) -> None:
    """Its compiler may fail in the midst, with several lines."""

    def broken(self: CompiledEngine) -> None:
        raise OSError("no\nsuch library")

    monkeypatch.setattr(engines, "_logged", set())
    monkeypatch.setattr(CompiledEngine, "prepare", broken)
    assert type(make_engine(TrainingContext(NETWORK.architecture, RECIPE, DATA))) is ReferenceEngine
    assert caplog.messages == ["Numba fails, so the reference engine computes: OSError: no"]


def test_the_run_says_which_engine_it_was(without, tmp_path) -> None:
    run = cr.train(NETWORK, DATA, RECIPE, folder=tmp_path / "run")
    assert run.recipe == RECIPE.replaced(engine="reference")
    assert run.certificate["engine"] == run.certificate["recipe"]["engine"] == "reference"
    facts = json.loads((tmp_path / "run" / "run.json").read_bytes())
    assert facts["recipe"]["engine"] == "reference"
    law = cr.train(NETWORK, DATA, RECIPE.replaced(engine="reference"))
    assert run.network.digest == law.network.digest
    # It goes on, and is verified, by the engine with which it began.
    assert cr.verify(tmp_path / "run", DATA).holds
    assert cr.resume(tmp_path / "run", DATA).network.digest == run.network.digest


REFUSED = (
    f"train: expected Numba, with which this run began, got {HALTED}. The last digits of "
    f"the reference engine differ. Install it with: pip install numba."
)


def test_no_other_engine_goes_on_with_a_run(without) -> None:
    with pytest.raises(MissingLibraryError) as caught:
        make_engine(TrainingContext(NETWORK.architecture, RECIPE, DATA), exact=True)
    assert str(caught.value) == REFUSED
    assert (caught.value.argument, caught.value.value) == ("engine", "compiled")


def test_a_run_that_began_compiled_is_not_resumed_without(tmp_path, request) -> None:
    cr.train(NETWORK, DATA, RECIPE, folder=tmp_path, observers=[lambda moment: True])
    request.getfixturevalue("without")
    for go_on in (cr.resume, cr.verify):
        with pytest.raises(MissingLibraryError) as caught:
            go_on(tmp_path, DATA)
        assert str(caught.value) == REFUSED


def test_errors_of_the_data_are_no_fault_of_numbas() -> None:
    recipe = RECIPE.replaced(class_weights=(1.0, 2.0, 3.0))
    with pytest.raises(ShapeError) as caught:
        make_engine(TrainingContext(NETWORK.architecture, recipe, DATA))
    assert str(caught.value) == "train: expected 2 class_weights, one for each class, got 3."


def chainrule(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process, with what the folder has in the place of packages."""
    return subprocess.run(
        [sys.executable, "-m", "chainrule", *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), *sys.path])},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("raise ImportError(\"No module named 'numba'\")", "ImportError: No module named 'numba'"),
        ("raise SystemError('initialization failed')", "SystemError: initialization failed"),
    ],
)
def test_a_process_without_numba(tmp_path, statement, reason) -> None:
    rows = [f"{k % 5},{k % 3},{'ab'[k % 2]}" for k in range(40)]
    (tmp_path / "points.csv").write_text("\n".join(["x,y,kind", *rows]) + "\n")
    flags = ("points.csv", "--layers", "2,3,2", "--epochs", "2", "--seed", "0", "--run")
    began = cr.train(
        cr.Network.create([2, 3, 2], seed=0),
        cr.load_dataset(str(tmp_path / "points.csv")).train,
        cr.Recipe(epochs=2, seed=0),
        folder=tmp_path / "compiled",
    )
    assert began.recipe.engine == "compiled"

    (tmp_path / "numba.py").write_text(statement + "\n")
    done = chainrule(tmp_path, "train", *flags, "without")
    assert done.returncode == 0
    assert "all epochs done" in done.stdout
    first, *others = done.stderr.splitlines()
    assert first == f"Numba fails, so the reference engine computes: {reason}"
    assert first not in others
    kept = json.loads((tmp_path / "without" / "run.json").read_bytes())
    assert kept["recipe"]["engine"] == "reference"

    done = chainrule(tmp_path, "train", "points.csv", "--resume", "compiled")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"train: expected Numba, with which this run began, got {reason}. The last digits "
        f"of the reference engine differ. Install it with: pip install numba.\n"
    )
