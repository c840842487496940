"""The examples run, and type checkers see through the public names that they use."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import chainrule as cr

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SMALL = {
    "check_paper": {},
    "explain_step": {},
    "export_page": {"rows": 60, "epochs": 3},
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


SETTINGS = """
[tool.basedpyright]
typeCheckingMode = "standard"
reportMissingTypeStubs = false
"""
CHECKERS = {
    "mypy": ("mypy", "--strict", "--config-file=", "--no-incremental"),
    "pyright": ("basedpyright", "--pythonpath", sys.executable),
}
RESULTS = {
    "cr.load_dataset('mnist').train": "Dataset",
    "cr.Experiment.create('mnist').train()": "TrainingResult",
    "cr.open_run('run')": "SavedRun",
    "cr.open_run('run').evaluate().cost": "float",
    "cr.explain('two-layers')": "Document",
    "cr.paper('four-detector').check().document()": "Document",
    "cr.Network.create([2, 2]).architecture.layers": "tuple[int, ...]",
}
"""Expressions with the type that a reader of the code is shown for each."""
ASKED = [*(f"cr.{name}" for name in sorted(cr.__all__)), *RESULTS]


@pytest.fixture(scope="module", params=sorted(CHECKERS))
def checked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What a type checker prints of the examples, and of the types of public names."""
    folder = tmp_path_factory.mktemp(request.param)
    lines = ["import chainrule as cr", *(f"reveal_type({expression})" for expression in ASKED)]
    (folder / "asked.py").write_text("\n".join(lines) + "\n")
    (folder / "pyproject.toml").write_text(SETTINGS)
    command = [sys.executable, "-m", *CHECKERS[request.param], "asked.py"]
    command += map(str, sorted(EXAMPLES.glob("*.py")))
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout + run.stderr


def test_the_examples_are_well_typed(checked: str) -> None:
    assert not re.search(r"(: | - )error:", checked)
    assert re.search("Success: no issues found|0 errors", checked)


def test_type_checkers_see_the_public_names(checked: str) -> None:
    revealed = re.findall(r'(?:Revealed type is|Type of ".*" is) "(.*)"', checked)
    plain = [re.sub(r"\b(?:\w+\.)+", "", kind) for kind in revealed]
    types = dict(zip(ASKED, plain, strict=True))
    assert {name: kind for name, kind in types.items() if kind in ("Any", "Unknown")} == {}
    assert {name: types[name] for name in RESULTS} == RESULTS
