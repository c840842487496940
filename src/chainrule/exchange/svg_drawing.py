"""A drawing of a network with its weights, as one SVG file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from chainrule.documents import element
from chainrule.exchange.exporter import Exporter, ExportFiles
from chainrule.figures import save_figure
from chainrule.figures.network_diagram import draw_network_diagram, network_diagram_data
from chainrule.network import Network

__all__ = ["EXPORTER"]

_NEURONS = 12
"""Of each layer, those with the greatest weights, as `chainrule figure network` draws them."""


def _write(network: Network, proof: str) -> ExportFiles:
    """The figure `network` as text, with a title and a description for those who cannot see it.

    Figures are written to files, since their format follows from the suffix; hence the folder. The
    title and the description come first in the picture, as SVG wants them.
    """
    data = network_diagram_data(network, _NEURONS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.svg"
        save_figure(draw_network_diagram(data), path)
        text = path.read_text(encoding="utf-8")
    start = text.index(">", text.index("<svg")) + 1
    about = f"\n {element('title', data.summary)}\n {element('desc', proof)}"
    return {".svg": (text[:start] + about + text[start:]).encode()}


EXPORTER = Exporter(
    form="svg",
    suffix=".svg",
    about="a drawing of the network with its weights",
    write=_write,
)
