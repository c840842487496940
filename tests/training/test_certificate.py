"""What makes a run checkable by others."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

import numpy as np

import chainrule
from chainrule.data.dataset import Dataset
from chainrule.network.network import Network
from chainrule.network.parameters import Layout, tensor_digests
from chainrule.recipe import Recipe
from chainrule.training.certificate import FORMAT, installed_version, versions
from chainrule.training.loop import train


def test_the_versions() -> None:
    assert versions() == {
        "chainrule": chainrule.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": version("numba"),
        "llvmlite": version("llvmlite"),
        "machine": platform.machine(),
        "system": platform.system(),
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
