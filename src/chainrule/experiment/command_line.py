"""The command line that trains an experiment, in full."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chainrule.data import dataset_names
from chainrule.experiment.data_source import DataSource
from chainrule.experiment.experiment import Experiment
from chainrule.network import Architecture
from chainrule.settings import Setting, training_settings

__all__ = ["training_command"]

_ALWAYS = ("layers", "cost", "optimiser", "learning_rate", "batch_size", "epochs", "seed")


def training_command(experiment: Experiment, folder: str | Path | None = None) -> str:
    """Return the command line that trains an experiment to the same bits.

    It names the main settings, and all others that differ from their defaults.

    Args:
        experiment: any.
        folder: where the command saves the run; None saves none.

    Example:
        >>> training_command(Experiment.create("mnist", seed=1, layers=[784, 10]))
        'chainrule train mnist --layers 784,10 --activation relu --cost categorical_cross_entropy \
--optimiser adam --learning-rate 0.001 --batch-size 64 --epochs 10 --seed 1'
    """
    words = ["chainrule", "train", _source(experiment.data), *_flags(experiment)]
    if experiment.validation is not None:
        words += ["--validation", _source(experiment.validation)]
    return shlex.join([*words, *([] if folder is None else ["--run", str(folder)])])


def _source(data: DataSource) -> str:
    """Return the name of data, or their path: within the current folder from there."""
    if data.source in dataset_names():
        return data.source
    path, here = Path(data.source), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _flags(experiment: Experiment) -> Iterator[str]:
    values = {
        **experiment.data.options,
        **experiment.architecture.to_dict(),
        **_activations(experiment.architecture),
        **experiment.recipe.to_dict(),
    }
    for name, setting in training_settings().items():
        value = values.get(name, setting.default)
        if name in _ALWAYS or value != setting.default:
            yield from _flag(setting, value)


def _activations(architecture: Architecture) -> dict[str, Any]:
    """Return the settings of the activations: see `Architecture.of`."""
    names = list(architecture.activations)
    if not architecture.output_given or len(names) == 1:
        output = names[-1] if architecture.output_given else None
        return {"activation": names[:1], "output_activation": output}
    return {"activation": names}


def _flag(setting: Setting, value: Any) -> Iterator[str]:
    flag = setting.name.replace("_", "-")
    if isinstance(value, bool):
        yield f"--{flag}" if value else f"--no-{flag}"
        return
    parts = value if isinstance(value, (list, tuple)) else [value]
    yield f"--{flag}"
    yield "none" if value is None else ",".join(map(str, parts))
