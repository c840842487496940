"""What all tests share."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from filelock import FileLock
from tests.browser import chromium, open_page

import chainrule as cr
from chainrule import cli
from chainrule import network as network_room
from chainrule.ledger import steps as ledger_steps

if TYPE_CHECKING:
    from chainrule.ledger.steps import WorkedExample

__all__ = ["chromium", "open_page"]

# The kernels run as Python, so that their coverage is measured; tests that need them compiled run
# them in processes of their own.
os.environ["NUMBA_DISABLE_JIT"] = "1"

# JAX starts threads, and a process that is forked after that may hang. A proof asks it if it is
# installed, so here it is not; the test that needs it sets this variable in a process of its own.
ASK_JAX = "CHAINRULE_TESTS_ASK_JAX"
if ASK_JAX not in os.environ:
    _find_spec = importlib.util.find_spec

    def _find_all_but_jax(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "jax" else _find_spec(name, package)

    importlib.util.find_spec = _find_all_but_jax

POSTGRES = Path(__file__).parents[1] / "campaigns" / "postgres.py"
NOT_INSTALLED = 3

BATCHES = {"advance_loops": "1", "advance_tiles": "64"}
"""Each kind of kernel with a batch size for which it is chosen."""


def used(
    folder: Path, environment: dict[str, str], kernels: Iterable[str] = BATCHES
) -> dict[str, Any]:
    """What a short training by each kind of kernel tells and gives on the command line.

    Returns: by the kernel's name what stands on stderr, the weights' digest, the test's figures.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(0)
    x = chance.integers(0, 256, (700, 300)) * (chance.random((700, 300)) < 0.2)
    np.savez(folder / "dots.npz", x=x.astype(np.uint8), y=np.arange(700) % 10)
    command = [sys.executable, "-m", "chainrule", "train", str(folder / "dots.npz"), "--json"]
    command += ["--layers", "300,32,10", "--epochs", "2", "--seed", "5", "--batch-size"]
    found = {}
    for kernel in kernels:
        size = BATCHES[kernel]
        done = subprocess.run(
            [*command, size], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told["recipe"]["engine"] == "compiled"
        found[kernel] = {
            "told": done.stderr,
            "network": told["network_sha256"],
            "test": told["test"],
        }
    return found


@pytest.fixture(scope="session")
def compiling(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of processes that compile kernels of their own.

    One cache serves all workers.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_DISABLE_JIT"}
    return kept | {"CHAINRULE_CACHE": str(folder / "compiled"), "CHAINRULE_OFFLINE": "1"}


@pytest.fixture(scope="session")
def first_use(compiling: dict[str, str]) -> dict[str, Any]:
    """What `used` gives in the processes that compile the kernels: the first ones of all tests."""
    folder = Path(compiling["CHAINRULE_CACHE"])
    folder.mkdir(exist_ok=True)
    kept = folder / "first.json"
    with FileLock(folder / "first.lock"):
        if not kept.exists():
            kept.write_text(json.dumps(used(folder, compiling)))
    found: dict[str, Any] = json.loads(kept.read_text())
    return found


@pytest.fixture(scope="session")
def compiled(compiling: dict[str, str], first_use: dict[str, Any]) -> dict[str, str]:
    """The environment of processes that find the kernels of usual trainings compiled."""
    assert set(first_use) == set(BATCHES)
    return compiling


DOUBLE = """
import numpy as np
import chainrule as cr
for size in (1, 64):
    data = cr.Dataset(np.eye(9), np.arange(9) % 3)
    cr.train(cr.Network.create([9, 3], dtype="float64"), data, cr.Recipe(epochs=1, batch_size=size))
"""


@pytest.fixture(scope="session")
def compiled_double(compiled: dict[str, str]) -> dict[str, str]:
    """The same for trainings in float64 too."""
    folder = Path(compiled["CHAINRULE_CACHE"])
    done = folder / "double"
    with FileLock(folder / "double.lock"):
        if not done.exists():
            subprocess.run([sys.executable, "-c", DOUBLE], env=compiled, check=True)
            done.touch()
    return compiled


@pytest.fixture
def later_use(tmp_path: Path) -> Any:
    """A call that gives what `used` gives in an environment, the data lying in a new folder."""
    return partial(used, tmp_path)


CHAIN = """
title = "One neuron a layer"
[network]
layers = [1, 1, 1]
activations = ["sigmoid", "sigmoid"]
weights = [[[0.5]], [[1.0]]]
biases = [[1.0], [0.0]]
[training]
cost = "squared_error"
learning_rate = 1.0
steps = 2
[[examples]]
inputs = [1.0]
targets = [0.0]
[[claims]]
quantity = "a[1][0]"
printed = "0.818"
"""


@pytest.fixture
def chain() -> str:
    """A worked file of three layers with one neuron each, two steps and one claim."""
    return CHAIN


@pytest.fixture(scope="session")
def make() -> Callable[..., WorkedExample]:
    """A small random network as a worked example; all is finite for every cost."""

    def made(
        activation: str = "sigmoid",
        last: str | None = None,
        *,
        layers: tuple[int, ...] = (2, 2, 2),
        examples: int = 2,
        seed: int = 0,
        biases: bool = True,
        steps: int = 2,
        weighted: bool = False,
        dtype: str = "float64",
        **recipe: Any,
    ) -> WorkedExample:
        rng = np.random.default_rng(seed)
        last = last or activation
        names = [activation] * (len(layers) - 2) + [last]
        network = cr.Network.create(
            layers, names, output_activation=last, biases=biases, dtype="float64"
        )
        layout = network_room.Layout(network.architecture)
        flat = rng.uniform(-0.5, 0.5, layout.size)
        if biases:  # outputs between 0 and 1, for which every cost is finite
            layout.weights(flat)[-1][...] = rng.uniform(-0.1, 0.1, layout.weights(flat)[-1].shape)
            layout.biases(flat)[-1][...] = -0.5 if last == "softplus" else 0.5
        targets = rng.uniform(0.1, 0.9, (examples, layers[-1]))
        if last == "step":
            targets[...] = 1
        data = cr.Dataset(
            rng.normal(size=(examples, layers[0])),
            targets,
            sample_weights=rng.uniform(0.5, 1.5, examples) if weighted else None,
        )
        given = {"optimiser": "sgd", "learning_rate": 0.05, "batch_size": examples, **recipe}
        made_by = cr.Recipe(shuffle=False, seed=0, **given)
        return ledger_steps.WorkedExample.from_network(
            network.with_parameters(flat), data, made_by, steps=steps, dtype=dtype
        )

    return made


FLOWERS = ("--layers", "2,4,2", "--epochs", "30", "--learning-rate", "0.05", "--seed", "1")


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for the tests of the command line, so that MNIST is decoded once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def own_folder(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder to work in, no network, plain output of a known width."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHAINRULE_CACHE", str(cache))
    monkeypatch.setenv("CHAINRULE_OFFLINE", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("CHAINRULE_DEBUG", raising=False)


def _write_flowers(path: Path) -> None:
    rows = [f"{1 + 0.01 * i:.2f},{2 - 0.01 * i:.2f},rose" for i in range(20)]
    rows += [f"{5 + 0.01 * i:.2f},{7 - 0.01 * i:.2f},tulip" for i in range(20)]
    path.write_text("\n".join(["length,width,kind", *rows]) + "\n")


def _write_bars(path: Path) -> None:
    x = np.zeros((40, 12, 12), np.uint8)
    x[:20, 2:10, 5:7] = np.arange(200, 220)[:, None, None]
    x[20:, 5:7, 2:10] = np.arange(200, 220)[:, None, None]
    np.savez(path, x=x, y=np.repeat([0, 1], 20))


@pytest.fixture
def flowers(tmp_path: Path) -> str:
    """A CSV file in the current folder: two kinds that lie far apart, twenty of each."""
    _write_flowers(tmp_path / "flowers.csv")
    return "flowers.csv"


@pytest.fixture
def bars(tmp_path: Path) -> str:
    """An NPZ file of pictures, 12 x 12: class 0 is a bar that stands, class 1 one that lies."""
    _write_bars(tmp_path / "bars.npz")
    return "bars.npz"


@pytest.fixture
def line(tmp_path: Path) -> str:
    """A CSV file whose target is a number: y = 2 x."""
    rows = [f"{x / 10},{2 * x / 10}" for x in range(30)]
    (tmp_path / "line.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    return "line.csv"


@pytest.fixture
def chainrule(capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """Run a command line in this process."""

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = cli.main(list(arguments))
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


@pytest.fixture(scope="session")
def _trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    _write_flowers(folder / "flowers.csv")
    _write_bars(folder / "bars.npz")
    flowers, bars = str(folder / "flowers.csv"), str(folder / "bars.npz")
    assert cli.main(["train", flowers, *FLOWERS, "--run", str(folder / "run")]) == 0
    learned = ("--layers", "144,2", "--epochs", "20", "--seed", "1", "--run", str(folder / "seen"))
    assert cli.main(["train", bars, *learned, "--batch-size", "8", "--learning-rate", "0.01"]) == 0
    return folder


@pytest.fixture
def trained(_trained: Path, tmp_path: Path) -> Path:
    """The current folder with two runs to spoil: `run` on flowers, `seen` on bars."""
    for name in ("run", "seen"):
        shutil.copytree(_trained / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that is there for these tests alone."""
    pytest.importorskip("psycopg")
    command = [sys.executable, str(POSTGRES)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        if not address and process.wait() == NOT_INSTALLED:
            pytest.skip("PostgreSQL's programs are not installed")
        assert address
        yield address
        process.communicate()
    assert process.returncode == 0
