"""A part of a network's drawing, and the drawing from the bottom to the top."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate

from chainrule.errors import InputError
from chainrule.ledger.entries import LedgerEntries
from chainrule.ledger.rendering.network_drawing import (
    DRAWN_RADIUS,
    DrawnNeuron,
    DrawnTitle,
    NetworkDrawing,
)

__all__ = ["restrict_drawing", "turn_upright"]

_LEFT, _RIGHT = 112.0, 100.0
"""Room beside the neurons of an upright drawing, for what the layers are and for biases."""
_WIDER, _LOWER = 1.6, 0.58
"""Factors of the distances between neurons and between layers, when a drawing is turned."""
_END = 46.0


def restrict_drawing(drawing: NetworkDrawing, ledger: LedgerEntries, part: str) -> NetworkDrawing:
    """Returns one layer or one neuron of a drawing, with all that enters it.

    Args:
        drawing: `lay_out_network`.
        ledger: of the same worked example.
        part: the address of a layer such as `z[1]`, or of one of its neurons such as `z[1][0]`.

    Raises: InputError for another address; UnknownNameError.
    """
    quantity, widths = ledger.locate(part), ledger.example.architecture.layers
    if not quantity.layer:
        raise InputError(
            ledger.example.where,
            expected="the address of a layer or of a neuron, such as z[1] or z[1][0]",
            got=part,
            argument="names",
            value=part,
        )
    layer, first = quantity.layer, [0, *accumulate(widths)]
    chosen = quantity.index[:1] or range(widths[layer])
    kept = [*range(first[layer - 1], first[layer]), *(first[layer] + j for j in chosen)]
    places = {old: new for new, old in enumerate(kept)}
    titles = drawing.titles[layer - 1 : layer + 1]
    left = titles[0].x - drawing.titles[0].x
    return replace(
        drawing,
        neurons=tuple(replace(drawing.neurons[k], x=drawing.neurons[k].x - left) for k in kept),
        weights=tuple(
            replace(one, start=places[one.start], end=places[one.end], x=one.x - left)
            for one in drawing.weights
            if one.start in places and one.end in places
        ),
        titles=tuple(title._replace(x=title.x - left) for title in titles),
        width=drawing.width - (drawing.titles[-1].x - titles[-1].x) - left,
        caption=f"{part}. {drawing.caption}",
    )


def turn_upright(drawing: NetworkDrawing) -> NetworkDrawing:
    """Returns a drawing whose inputs are at the bottom and whose outputs are at the top.

    It is about half as wide, for narrow pages.

    Args:
        drawing: `lay_out_network`, or a part of it.
    """
    top, left = min(one.y for one in drawing.neurons), drawing.titles[0].x
    last = max(one.y for one in drawing.neurons)
    height = _LOWER * (drawing.titles[-1].x - left) + 2 * (_END + DRAWN_RADIUS / 2)

    def across(y: float) -> float:
        return _LEFT + _WIDER * (y - top)

    def down(x: float) -> float:
        return height - _END - DRAWN_RADIUS / 2 - _LOWER * (x - left)

    return replace(
        drawing,
        neurons=tuple(
            replace(_with_bias_beside(one), x=across(one.y), y=down(one.x))
            for one in drawing.neurons
        ),
        weights=tuple(replace(one, x=across(one.y), y=down(one.x)) for one in drawing.weights),
        titles=tuple(
            DrawnTitle(DRAWN_RADIUS, one.text.replace(": ", ":\n"), down(one.x))
            for one in drawing.titles
        ),
        width=across(last) + DRAWN_RADIUS + _RIGHT,
        height=height,
        caption=drawing.caption.replace("above the neurons", "beside the neurons"),
    )


def _with_bias_beside(neuron: DrawnNeuron) -> DrawnNeuron:
    """Above a neuron of an upright drawing its lines go on."""
    return replace(neuron, above="", beside="\n".join(filter(None, (neuron.above, neuron.beside))))
