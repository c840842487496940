"""The examples run, and type checkers see through the public names that they use."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import chainrule as cr

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL = {
    "check_paper": {},
    "explain_step": {},
    "figure_in_own_axes": {"epochs": 1},
    "own_table": {"rows": 60, "epochs": 3},
    "predict_picture": {"epochs": 1},
    "prove_gradients": {},
    "search_settings": {"data": "flowers.csv", "epochs": 1},
    "train_digits": {"epochs": 1},
}
"""What each example's `main` is given, so that it takes seconds."""


def test_all_examples_are_tried() -> None:
    assert sorted(SMALL) == sorted(path.stem for path in EXAMPLES.glob("*.py"))


@pytest.mark.usefixtures("flowers")
@pytest.mark.parametrize("name", SMALL)
def test_an_example_runs(name: str, tmp_path: Path, compiled: dict[str, str]) -> None:
    program = f"import runpy; runpy.run_path(r'{EXAMPLES / name}.py')['main'](**{SMALL[name]})"
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=tmp_path,
        env=compiled,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout


@pytest.mark.parametrize("name", SMALL)
def test_an_example_imports_the_root_door_only(name: str) -> None:
    text = (EXAMPLES / f"{name}.py").read_text()
    assert "import chainrule as cr" in text
    assert not re.search(r"from chainrule|import chainrule\.", text)


def run_checker(*command: str, folder: Path) -> tuple[int, str]:
    """Run a type checker of this environment; its exit code and all that it printed."""
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout + run.stderr


MYPY = ("mypy", "--strict", "--config-file=", "--no-incremental")
PYRIGHT = ("basedpyright", "--level", "error")
SETTINGS = """
[tool.basedpyright]
typeCheckingMode = "strict"
pythonPlatform = "Linux"
reportMissingTypeStubs = false
"""


@pytest.mark.parametrize("checker", [MYPY, PYRIGHT], ids=["mypy", "pyright"])
def test_the_examples_are_well_typed(checker: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    code, printed = run_checker(*checker, *map(str, sorted(EXAMPLES.glob("*.py"))), folder=tmp_path)
    assert code == 0, printed


RESULTS = {
    "cr.load_dataset('mnist').train": "Dataset",
    "cr.Experiment.create('mnist').train()": "TrainingResult",
    "cr.open_run('run')": "SavedRun",
    "cr.open_run('run').evaluate().accuracy": "float",
    "cr.explain('two-layers')": "Document",
    "cr.paper('four-detector').check().document()": "Document",
    "cr.Network.create([2, 2]).architecture.layers": "tuple[int, ...]",
}
"""Expressions with the type that a reader of the code is shown for each."""


def revealed(printed: str) -> Iterator[str]:
    """The types that a checker was asked for, in order."""
    found = re.findall(r'(?:Revealed type is|Type of ".*" is) "(.*)"', printed)
    yield from (re.sub(r"\b(?:\w+\.)+", "", kind) for kind in found)


@pytest.mark.parametrize("checker", [MYPY, PYRIGHT], ids=["mypy", "pyright"])
def test_type_checkers_see_the_public_names(checker: tuple[str, ...], tmp_path: Path) -> None:
    names = [f"cr.{name}" for name in sorted(cr.__all__)]
    asked = [*names, *RESULTS]
    lines = ["import chainrule as cr", *(f"reveal_type({expression})" for expression in asked)]
    (tmp_path / "asked.py").write_text("\n".join(lines) + "\n")
    (tmp_path / "pyproject.toml").write_text(SETTINGS)
    level = ["--level", "information"] if checker is PYRIGHT else []
    command = [word for word in checker if word not in ("--level", "error")]
    printed = run_checker(*command, *level, "asked.py", folder=tmp_path)[1]
    types = dict(zip(asked, revealed(printed), strict=True))
    blind = {name: kind for name, kind in types.items() if kind in ("Any", "Unknown", "object")}
    assert blind == {}, printed
    assert {name: types[name].replace("builtins.", "") for name in RESULTS} == RESULTS
