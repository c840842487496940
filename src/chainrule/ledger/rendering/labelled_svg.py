"""A labelled network as SVG, for pages."""

from __future__ import annotations

from collections.abc import Iterator

from chainrule.documents import joined_markup
from chainrule.ledger.rendering.network_drawing import (
    DRAWN_RADIUS,
    DrawnNeuron,
    DrawnWeight,
    NetworkDrawing,
)

__all__ = ["labelled_network_svg"]

_POSITIVE, _NEGATIVE, _INK, _QUIET = "#0072b2", "#d55e00", "#1f2328", "#656d76"
_THINNEST, _THICKEST = 0.8, 4.0
_LINE = 15
"""Pixels from line to line within a circle."""


def labelled_network_svg(drawing: NetworkDrawing) -> bytes:
    """Returns a drawing as SVG.

    Args:
        drawing: `lay_out_network`.
    """
    size = f'width="{drawing.width:.0f}" height="{drawing.height:.0f}"'
    box = f'viewBox="0 0 {drawing.width:.0f} {drawing.height:.0f}"'
    style = 'font-family="DejaVu Sans, Verdana, sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {style}>'
    return "\n".join((head, *_elements(drawing), "</svg>")).encode()


def _elements(drawing: NetworkDrawing) -> Iterator[str]:
    yield '<rect width="100%" height="100%" fill="white"/>'
    greatest = max(abs(one.value) for one in drawing.weights) or 1.0
    for weight in drawing.weights:
        yield _line(drawing, weight, greatest)
    for weight in drawing.weights:
        yield _text(weight.label, weight.x, weight.y, fill=_INK, halo=True)
    for neuron in drawing.neurons:
        yield from _neuron(neuron)
    for title in drawing.titles:
        yield _text(title.text, title.x, title.y, fill=_INK, weight="bold")


def _line(drawing: NetworkDrawing, weight: DrawnWeight, greatest: float) -> str:
    start, end = drawing.neurons[weight.start], drawing.neurons[weight.end]
    width = _THINNEST + (_THICKEST - _THINNEST) * abs(weight.value) / greatest
    colour = _POSITIVE if weight.value >= 0 else _NEGATIVE
    ends = f'x1="{start.x:.1f}" y1="{start.y:.1f}" x2="{end.x:.1f}" y2="{end.y:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width:.1f}" stroke-opacity="0.7"/>'


def _neuron(neuron: DrawnNeuron) -> Iterator[str]:
    at = f'cx="{neuron.x:.1f}" cy="{neuron.y:.1f}" r="{DRAWN_RADIUS:.0f}"'
    yield f'<circle {at} fill="white" stroke="{_QUIET}" stroke-width="1.5"/>'
    first = neuron.y - _LINE * (len(neuron.inside) - 1) / 2
    for number, line in enumerate(neuron.inside):
        yield _text(line, neuron.x, first + _LINE * number, fill=_INK)
    if neuron.above:
        yield _text(neuron.above, neuron.x, neuron.y - DRAWN_RADIUS - 9, fill=_QUIET, halo=True)
    if neuron.beside:
        yield _text(
            neuron.beside, neuron.x + DRAWN_RADIUS + 8, neuron.y, fill=_QUIET, anchor="start"
        )


def _text(
    text: str,
    x: float,
    y: float,
    *,
    fill: str,
    halo: bool = False,
    anchor: str = "middle",
    weight: str = "normal",
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" dominant-baseline="central"'
    look = f'fill="{fill}" font-weight="{weight}"'
    if halo:
        look += ' stroke="white" stroke-width="7" paint-order="stroke"'
    return f"<text {place} {look}>{joined_markup([text])}</text>"
