"""A saved run as a service needs it: open, warm, and known by a name."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.errors import InputError
from chainrule.evaluation import class_columns
from chainrule.experiment import SavedRun, open_run
from chainrule.network import Network
from chainrule.schema import Schema
from chainrule.serving.json_input import read_pixels

__all__ = ["ServedModel", "open_models"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_QUICK_WORK = 3_000_000
"""Multiplications that take less than half a millisecond on one core."""


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A model with its name in addresses.

    Args:
        name: letters, digits, dots, hyphens and underscores.
        run: the saved run or network file.
    """

    name: str
    run: SavedRun

    @cached_property
    def network(self) -> Network:
        """The network."""
        return self.run.network

    @property
    def schema(self) -> Schema | None:
        """The columns, if the network learned from a table; otherwise None."""
        schema = self.network.schema
        return schema if schema is not None and schema.is_table else None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one input: (rows, columns) of an image, or (columns,)."""
        return self.network.input_shape if self.schema is None else (len(self.schema.columns),)

    @cached_property
    def width(self) -> int:
        """How many numbers one input has."""
        return math.prod(self.shape)

    @cached_property
    def takes_images(self) -> bool:
        """Whether inputs are images, whose pixels may be bytes."""
        return self.run.takes_images

    @cached_property
    def options(self) -> Mapping[str, Any]:
        """How the run's own data was read."""
        return dict(self.run.noted_options)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The class of each column of outputs; empty for numbers."""
        names = self.network.class_names
        # One output stands for two classes, though the data may have had one only.
        return (*names, f"not {names[0]}") if len(names) == 1 else names

    @cached_property
    def output_names(self) -> tuple[str, ...]:
        """A name for each output: its class, its target's column, or "output 1" and so on."""
        count = self.network.architecture.layers[-1]
        schema = self.network.schema
        targets = () if schema is None else schema.target.names
        known = len(targets) == count and all(targets)
        return self.classes or (
            targets if known else tuple(f"output {k}" for k in range(1, count + 1))
        )

    @property
    def gives_probabilities(self) -> bool:
        """Whether the outputs are probabilities of classes."""
        return bool(self.classes) and self.network.gives_probabilities

    @property
    def quick_rows(self) -> int:
        """How many rows can be computed in less time than a thread takes to begin."""
        layers = self.network.architecture.layers
        return _QUICK_WORK // sum(ins * outs for ins, outs in pairwise(layers))

    def compute_bytes(self, rows: Sequence[bytes]) -> list[list[float]]:
        """Return the outputs of images, each given by the bytes of its pixels, row by row."""
        return self.compute(np.frombuffer(b"".join(rows), np.uint8).reshape(-1, self.width))

    def compute_numbers(self, rows: Sequence[NDArray[np.float64]]) -> list[list[float]]:
        """Return the outputs of rows of numbers, as `Network.predict` takes them."""
        return self.compute(np.array(rows))

    def compute(self, inputs: NDArray[Any]) -> list[list[float]]:
        """Return the outputs of rows, one for each class where there are classes."""
        outputs: NDArray[np.float64] = self.network.predict(inputs).astype(np.float64)
        found: list[list[float]] = (class_columns(outputs) if self.classes else outputs).tolist()
        return found

    def warm_up(self) -> None:
        """Compile and load what the first request would else wait for."""
        self.compute(np.zeros((1, self.width)))
        if self.takes_images:
            self.compute_bytes([bytes(self.width)])
            read_pixels(b"[0]", 1)

    def describe(self) -> dict[str, Any]:
        """Return what clients may know of the model."""
        network = self.network
        return {
            "name": self.name,
            "task": "classes" if self.classes else "numbers",
            "input": "table" if self.schema else "images" if self.takes_images else "numbers",
            "shape": list(self.shape),
            "columns": list(self.schema.names) if self.schema else [],
            "outputs": list(self.output_names),
            "probabilities": self.gives_probabilities,
            "layers": list(network.architecture.layers),
            "digest": network.digest,
        }


def open_models(models: Any) -> dict[str, ServedModel]:
    """Open models and name them.

    Args:
        models: a path, a `SavedRun`, a list of these, or a mapping of names to them. A path
            without a name is called like its folder or file.

    Raises: InputError for two models of one name, and for names that do not fit into addresses;
        what `open_run` raises.
    """
    if isinstance(models, Mapping):
        named = list(models.items())
    else:
        listed = [models] if isinstance(models, (str, Path, SavedRun)) else list(models)
        named = [(_base_name(one), one) for one in listed]
    if not named:
        raise InputError("serve", expected="at least one model", got="none", argument="models")
    found: dict[str, ServedModel] = {}
    for name, one in named:
        if not _NAME.fullmatch(name) or name in found:
            raise InputError(
                "serve",
                expected="a name of its own for each model, of letters, digits, '.', '-' and '_'",
                got=repr(name),
                remedy=f"Name it: NAME={one if isinstance(one, (str, Path)) else 'PATH'}",
                argument="models",
                value=name,
            )
        run = one if isinstance(one, SavedRun) else open_run(str(one))
        found[name] = ServedModel(name, run)
        _ = found[name].network  # a run without one is refused now
    return found


def _base_name(model: Any) -> str:
    path = Path(model.path if isinstance(model, SavedRun) else model).absolute()
    return path.stem if path.suffix == ".safetensors" else path.name
