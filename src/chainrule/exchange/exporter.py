"""What every exporter does: write a network in a form, and run what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.exchange.sample_rows import ROWS
from chainrule.network import Network

__all__ = ["ExportFiles", "Exporter", "RunExport"]

ExportFiles = Mapping[str, bytes]
"""Files by what is added to the path without its suffix: ".py", or ".weights.json"."""

RunExport = Callable[..., "NDArray[np.float64]"]
"""Computes the outputs of an exported network, (rows, outputs), from its files alone; it takes the
main file's path, the network, the rows, and the form's options."""


@dataclass(frozen=True, kw_only=True)
class Exporter:
    """A form in which a network can leave.

    Args:
        form: its name on the command line.
        suffix: how the name of its main file ends.
        about: what it is, in a line.
        write: makes the files of a network; the text says what the form was proved by.
        run: runs the files as their user would; None for a form that only shows.
        runtime: names what ran them, with its version; for the proof's text.
        missing: says why they cannot be run here; empty if they can.
        count_rows: how many examples prove a network.
        dtype: the number type in which the form computes; empty for the network's own or a longer.
        tolerance: the greatest difference allowed, relative to the greatest output.
        lossy: options with which the weights are rounded; what they lose is said, not refused.
        options: what else can be chosen, with the values that are allowed; none for any text.
    """

    form: str
    suffix: str
    about: str
    write: Callable[..., ExportFiles]
    run: RunExport | None = None
    runtime: Callable[..., str] = lambda **_: "nothing"
    missing: Callable[[], str] = str
    count_rows: Callable[[Network], int] = lambda _: ROWS
    dtype: str = ""
    tolerance: float = 1e-6
    lossy: Mapping[str, Any] | None = None
    options: Mapping[str, tuple[Any, ...]] | None = None
