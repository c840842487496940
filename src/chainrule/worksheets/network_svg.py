"""A drawing of a small network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chainrule.documents import element
from chainrule.ledger.steps import WorkedExample

__all__ = ["network_svg"]

_WIDEST = 6
_DEEPEST = 6
_ACROSS, _DOWN, _RADIUS, _MARGIN, _CAPTION = 104, 46, 16, 40, 34

_STYLE = (
    "line{stroke:#888}circle{fill:#fff;stroke:#111;stroke-width:1.3}"
    "text{font:14px serif;text-anchor:middle;fill:#111}.caption{font-size:12px;fill:#555}"
)

_Point = tuple[float, float]


def network_svg(example: WorkedExample) -> str:
    """The network as SVG without any numbers but indices; empty if it is too large for that.

    Args:
        example: the exercise.
    """
    layers = example.architecture.layers
    if max(layers) > _WIDEST or len(layers) > _DEEPEST:
        return ""
    height = max(layers) * _DOWN + _CAPTION
    width = (len(layers) - 1) * _ACROSS + 2 * _MARGIN
    label = "-".join(map(str, layers)) + " network"
    body = "".join(_marks(example, max(layers) * _DOWN))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{label}"><style>{_STYLE}</style>{body}</svg>'
    )


def _marks(example: WorkedExample, height: float) -> Iterator[str]:
    columns = [_column(at, n, height) for at, n in enumerate(example.architecture.layers)]
    for left, right in pairwise(columns):
        for x1, y1 in left:
            for x2, y2 in right:
                yield f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"/>'
    for layer, column in enumerate(columns):
        for index, (x, y) in enumerate(column, example.conventions.indices):
            yield f'<circle cx="{x:g}" cy="{y:g}" r="{_RADIUS}"/>'
            yield f'<text x="{x:g}" y="{y + 5:g}">{index}</text>'
        yield from _caption(example, layer, column[0][0], height)


def _column(at: int, count: int, height: float) -> list[_Point]:
    top = (height - count * _DOWN) / 2
    return [(_MARGIN + at * _ACROSS, top + _DOWN * (index + 0.5)) for index in range(count)]


def _caption(example: WorkedExample, layer: int, x: float, y: float) -> Iterator[str]:
    lines = ["inputs"]
    if layer:
        lines = [f"layer {layer}", example.architecture.activations[layer - 1].replace("_", " ")]
    for at, line in enumerate(lines):
        yield element("text", line, class_="caption", x=f"{x:g}", y=f"{y + 14 + 14 * at:g}")
