"""The certificate of a run: digests of its data and tensors, by which others can check it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from chainrule.engine import Position
from chainrule.network import Network
from chainrule.training.run_folder import RunFacts

__all__ = ["FORMAT", "certify", "installed_version", "versions"]

FORMAT = "chainrule certificate 1"


def installed_version(package: str) -> str:
    """The version of an installed package; "none" where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def versions() -> dict[str, str]:
    """The software and machine that a run's bits may depend on."""
    return {
        "chainrule": version("chainrule"),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "numba": installed_version("numba"),
        "llvmlite": installed_version("llvmlite"),
        "machine": platform.machine(),
        "system": platform.system(),
    }


def certify(facts: RunFacts, position: Position, network: Network, ended: str) -> dict[str, Any]:
    """The certificate of a run.

    Args:
        facts: what was asked for.
        position: where the run stands.
        network: what it gave.
        ended: why it is over.

    Returns: plain values: format, versions, data, recipe, ended, best_epoch, network_sha256, and
        for each epoch its weights_sha256 and tensor_sha256; preprocessing_sha256 too if the network
        has any.
    """
    epochs: list[Mapping[str, Any]] = [
        {
            "epoch": record.epoch,
            "weights_sha256": record.weights_sha256,
            "tensor_sha256": record.tensor_sha256,
        }
        for record in position.history
    ]
    return {
        "format": FORMAT,
        "versions": versions(),
        "engine": facts.recipe.engine,
        "data": dict(facts.data),
        "recipe": facts.recipe.to_dict(),
        "architecture": facts.architecture.to_dict(),
        "ended": ended,
        "best_epoch": position.best.epoch if position.best else None,
        "network_sha256": network.digest,
        **_preprocessing_digest(network),
        "epochs": epochs,
    }


def _preprocessing_digest(network: Network) -> dict[str, str]:
    """The digest of what the network knows of its data; nothing for a network without."""
    steps = network.preprocessing
    return {} if steps is None else {"preprocessing_sha256": steps.digest}
