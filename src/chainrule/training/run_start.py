"""The start of a run: weights that a seed draws again, or weights that were given, from a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.equations.initialisers import RECOMMENDED
from chainrule.errors import InputError
from chainrule.network import Architecture, Layout, Network, draw_parameters
from chainrule.training.recorded_differences import tensor_differences, value_text
from chainrule.training.recorded_start import DRAWN, GIVEN, RunStart
from chainrule.training.run_folder import RunFolder

__all__ = ["UNACCOUNTED", "describe_start", "load_start", "start_faults"]

UNACCOUNTED = "the start is not accounted for"
_REMEDY = "name the file that it came from: --start FILE"


def describe_start(
    network: Network, seeds: Iterable[int | None], file: str | Path | None = None
) -> RunStart:
    """Return where the weights of a network came from, as far as that can be computed again.

    Args:
        network: the start, before its output activation was made to suit the cost.
        seeds: that may have drawn it.
        file: that it was loaded from; None if that is not known.

    Raises: InputError if the file holds other weights; FileError, DataError, IntegrityError.
    """
    if file is not None:
        _require_loaded(network, file)
        return RunStart(GIVEN, network.digest, file=str(file))
    for seed in dict.fromkeys(one for one in seeds if one is not None):
        if _draws(network.architecture, seed, network):
            last = network.architecture.activations[-1]
            return RunStart(DRAWN, network.digest, seed, last)
    return RunStart(GIVEN, network.digest)


def _require_loaded(network: Network, file: str | Path) -> None:
    if load_start(file).digest != network.digest:
        raise InputError(
            "train",
            expected=f"the weights that {file} holds",
            got=f"others, SHA-256 {network.digest[:12]}…",
            remedy=f"Load the network from it: load_network({str(file)!r})",
            argument="start",
            value=str(file),
        )


def load_start(file: str | Path) -> Network:
    """Return the network of a file, or the result of a run's folder.

    Raises: RunFolderError, FileError, DataError, IntegrityError.
    """
    return RunFolder(file).network() if Path(file).is_dir() else Network.load(file)


def _draws(architecture: Architecture, seed: int, network: Network) -> bool:
    """Whether a seed draws just the weights of a network."""
    drawn = draw_parameters(architecture, seed)
    return np.array_equal(drawn, network.parameters)


def start_faults(
    recorded: RunStart | None,
    network: Network,
    seeds: Iterable[int | None],
    file: str | Path | None = None,
) -> Iterator[str]:
    """Yield in words why the start of a run is not what it is said to be, or not known.

    Args:
        recorded: what the run says of its start; None for one of a version that said nothing.
        network: with which the run began.
        seeds: that may have drawn the start of a run that says nothing.
        file: where the given weights are now; None for where they were.

    Raises: InputError for a file of weights that were drawn.
    """
    if recorded is None and file is None:
        if not any(_was_drawn(network, seed) for seed in seeds if seed is not None):
            yield f"{UNACCOUNTED}: the run does not record it, and its seed draws others; {_REMEDY}"
        return
    if recorded is not None and recorded.weights_sha256 != network.digest:
        said, found = value_text(recorded.weights_sha256), value_text(network.digest)
        yield f"run.json: start.weights_sha256 is {said}, the first checkpoint's {found}"
    if recorded is not None and recorded.origin == DRAWN:
        yield from _drawn_faults(recorded, network, file)
        return
    yield from _given_faults(file or (recorded.file if recorded else ""), network)


def _was_drawn(network: Network, seed: int) -> bool:
    """Whether a seed drew the network, whatever its output activation was then."""
    architecture, known = network.architecture, dict[str, Architecture]()
    for name in (architecture.activations[-1], "sigmoid", *RECOMMENDED):
        changed = replace(architecture, activations=(*architecture.activations[:-1], name))
        known.setdefault(changed.initialiser_of(changed.depth), changed)
    return any(_draws(one, seed, network) for one in known.values())


def _drawn_faults(recorded: RunStart, network: Network, file: str | Path | None) -> Iterator[str]:
    if file is not None:
        raise InputError(
            "verify",
            expected="no file of the start",
            got=str(file),
            why=f"The run says that its weights were drawn from the seed {recorded.seed}",
            remedy="Leave it out",
            argument="start",
            value=str(file),
        )
    activations = (*network.architecture.activations[:-1], recorded.output_activation)
    architecture = replace(network.architecture, activations=activations)
    drawn = draw_parameters(architecture, recorded.seed or 0)
    yield from _weights_faults(f"the seed {recorded.seed} draws", network, drawn)


def _given_faults(file: str | Path, network: Network) -> Iterator[str]:
    if not str(file):
        yield f"{UNACCOUNTED}: weights were given, and not from where; {_REMEDY}"
    elif not Path(file).exists():
        yield f"{UNACCOUNTED}: the weights of {file} were given, which is not there; {_REMEDY}"
    else:
        loaded = load_start(file)
        if loaded.parameters.shape != network.parameters.shape:
            yield f"the start: {file} holds a network of other layers"
            return
        yield from _weights_faults(f"{file} holds", network, loaded.parameters)


def _weights_faults(source: str, network: Network, wanted: NDArray[Any]) -> Iterator[str]:
    layout = Layout(network.architecture)
    for one in tensor_differences(layout, network.parameters, wanted):
        yield f"the start: other weights than {source}: {one.describe()}"
