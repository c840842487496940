"""What makes a run checkable by others."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest
from numba.core.registry import cpu_target

import chainrule
from chainrule.data.dataset import Dataset
from chainrule.network.network import Network
from chainrule.network.parameters import Layout, tensor_digests
from chainrule.recipe import Recipe
from chainrule.training.certificate import FORMAT
from chainrule.training.computing_conditions import (
    changed_conditions,
    computing_conditions,
    installed_version,
    versions,
)
from chainrule.training.loop import train


def test_the_versions() -> None:
    assert versions() == {
        "chainrule": chainrule.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": version("scipy"),
        "numba": version("numba"),
        "llvmlite": version("llvmlite"),
        "machine": platform.machine(),
        "system": platform.system(),
        "libc": " ".join(platform.libc_ver()),
    }


def test_a_package_that_is_not_there() -> None:
    assert installed_version("a-package-that-nobody-made") == "none"


def test_the_certificate_of_a_run(network: Network, three: Dataset, recipe: Recipe) -> None:
    how = recipe.replaced(monitor="cost", epochs=2)
    run = train(network, three, how)
    costs = [record.cost for record in run.history]
    assert run.certificate == {
        "format": "chainrule certificate 1",
        "versions": versions(),
        "engine": "compiled",
        "data": {"name": "data", "source": "", "examples": 41, "digest": three.digest},
        "recipe": how.to_dict(),
        "architecture": run.network.architecture.to_dict(),
        "notes": {},
        "start": {
            "origin": "drawn",
            "weights_sha256": network.digest,
            "seed": 1,
            "output_activation": "tanh",
            "file": "",
        },
        "environments": [
            {
                "epoch": 0,
                "batch": 0,
                "versions": versions(),
                "conditions": computing_conditions("compiled"),
            }
        ],
        "start_sha256": tensor_digests(Layout(network.architecture), network.parameters),
        "ended": "all epochs done",
        "best_epoch": 1 + costs.index(min(costs)),
        "network_sha256": run.network.digest,
        "epochs": [
            {
                "epoch": record.epoch,
                "weights_sha256": record.weights_sha256,
                "tensor_sha256": record.tensor_sha256,
            }
            for record in run.history
        ],
    }
    assert run.certificate["format"] == FORMAT
    assert json.loads(json.dumps(run.certificate)) == run.certificate


def test_the_certificate_tells_of_the_validation_set(
    network: Network, three: Dataset, recipe: Recipe
) -> None:
    validation = three.subset(slice(0, 7))
    run = train(network, three, recipe.replaced(epochs=1), validation=validation)
    assert run.certificate["data"]["validation_examples"] == 7
    assert run.certificate["data"]["validation_digest"] == validation.digest
    assert run.certificate["best_epoch"] is None


def test_the_conditions_of_the_reference_engine_say_nothing_of_a_compiler() -> None:
    assert computing_conditions("reference").keys() == {"blas", "numpy_simd"}


def test_processor_and_instructions_where_code_is_compiled(compiling: dict[str, str]) -> None:
    code = (
        "import json\nfrom chainrule.training.computing_conditions import computing_conditions\n"
        "print(json.dumps(computing_conditions('compiled')))"
    )

    def conditions(**more: str) -> dict[str, Any]:
        environment = {**compiling, **more}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, check=True
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    here = conditions()
    assert here["jit"] is True
    assert here["processor"]
    assert here["instructions"]
    assert here["blas"] == computing_conditions("reference")["blas"]
    assert changed_conditions(here, conditions(NUMBA_OPT="1")) == (
        "optimisation was without NUMBA_OPT=1, is with",
    )
    off = changed_conditions(here, conditions(NUMBA_DISABLE_JIT="1"))
    assert off[0] == "jit was true, is false"


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_instructions_of_other_processors_are_all_recorded(
    machine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On x86, those that do not compute with floats are left out."""
    monkeypatch.setattr("numba.config.DISABLE_JIT", 0)
    monkeypatch.setattr("platform.machine", lambda: machine)
    computing_conditions.cache_clear()
    found = computing_conditions("compiled")["instructions"]
    computing_conditions.cache_clear()
    assert found == sorted(found)
    features = cpu_target.target_context.codegen().magic_tuple()[2].split(",")
    enabled = {name[1:] for name in features if name[0] == "+"}
    assert set(found) <= enabled
    assert (set(found) == enabled) is (machine == "aarch64")


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        ({"simd": ["AVX2", "FMA3"]}, {"simd": ["AVX2"]}, "simd was with FMA3, is without"),
        (
            {"simd": ["a", "b"]},
            {"simd": ["c", "a"]},
            "simd was with b, is without; was without c, is with",
        ),
        ({"simd": ["a", "b"]}, {"simd": ["b", "a"]}, "simd has another order"),
        ({"jit": True}, {}, "jit was true, is not known"),
        (
            {"blas": "openblas 1 Haswell"},
            {"blas": "mkl 2"},
            "blas was openblas 1 Haswell, is mkl 2",
        ),
    ],
)
def test_changed_conditions_in_words(then: Any, now: Any, words: str) -> None:
    assert changed_conditions(then, now) == (words,)


def test_a_blas_library_that_no_one_can_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accelerate has no function for its kernel: what NumPy was built with is recorded."""
    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    monkeypatch.setattr("threadpoolctl.threadpool_info", list)
    computing_conditions.cache_clear()
    assert computing_conditions("reference")["blas"] == f"{built['name']} {built['version']}"
    computing_conditions.cache_clear()
