"""The pictures of the experiments, each from what is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from chainrule.figures.parabola import draw_parabola, parabola_data
from chainrule.figures.printed_grid import printed_points
from chainrule.figures.rate_curves import GridPoint, draw_rate_curves, rate_curves_data
from chainrule.figures.relu_pieces import draw_relu_pieces, relu_pieces_data
from chainrule.figures.saving import save_figure
from experiments.drawing_detector import draw_dice, draw_roc
from experiments.drawing_ladder import draw_program, draw_steps
from experiments.drawing_recursions import draw_recursions
from experiments.size import Size

__all__ = ["draw"]


def draw(part: str, found: dict[str, Any], folder: Path, size: Size) -> list[Path]:
    """Draw the pictures of a part into a folder; where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {folder / f"{name}.png": one for name, one in _figures(part, found, size).items()}
    for path, figure in drawn.items():
        save_figure(figure, path)
        _make_small(path)
    return list(drawn)


def _make_small(path: Path) -> None:
    """Write a picture anew with 256 colours, which is all that it has but for its soft edges."""
    from PIL import Image

    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(256)
    few.save(path, optimize=True)


def _figures(part: str, found: dict[str, Any], size: Size) -> dict[str, Any]:
    """The figures of a part by name."""
    if part == "investigation":
        ours = [GridPoint(batch, rate, accuracy[0]) for batch, rate, accuracy in found["grid"]]
        curves = rate_curves_data(ours, printed_points("investigation"))
        return {
            "investigation": draw_rate_curves(curves),
            "investigation-recursions": draw_recursions(found["recursions"]),
        }
    if part == "four-detector":
        return {"four-detector-dice": draw_dice(found["dice"]), part: draw_roc(found["fours"])}
    if part == "approximator":
        pieces = relu_pieces_data(epochs=size.most(3000, 20))
        return {
            "approximator": draw_relu_pieces(pieces),
            "approximator-descent": draw_parabola(parabola_data()),
        }
    return {part: draw_program(found) if part == "four-equations" else draw_steps(found)}
