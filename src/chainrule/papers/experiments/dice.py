"""four-detector's die: seven dots in, one of six faces out, with noise on the dots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data import Dataset
from chainrule.documents import Block, Paragraph, Table
from chainrule.figures.canvas import FigureHeading, Place, figure_function, open_axes
from chainrule.figures.style import BLUE, INK, ORANGE
from chainrule.network import Network, predicted_classes
from chainrule.papers.experiments.dice_pictures import draw_dice
from chainrule.papers.experiments.experiment_options import ExperimentOptions
from chainrule.papers.experiments.paper_experiment import (
    ExperimentSet,
    Measurements,
    PaperExperiment,
    ReportSection,
    SectionFigure,
)
from chainrule.papers.experiments.result_text import mean_text
from chainrule.recipe import Recipe
from chainrule.training import train

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["DICE", "FACES", "measure_dice", "nearest_face"]

FACES = np.array(
    [
        [0, 0, 0, 1, 0, 0, 0],
        [1, 0, 0, 0, 0, 0, 1],
        [1, 0, 0, 1, 0, 0, 1],
        [1, 0, 1, 0, 1, 0, 1],
        [1, 0, 1, 1, 1, 0, 1],
        [1, 1, 1, 0, 1, 1, 1],
    ],
    np.float32,
)
"""The faces 1 to 6 as dots [a … g]: a, b, c down the left, d in the middle, e, f, g down the right.

The paper's 3 is [1, 0, 0, 1, 0, 0, 1].
"""

_NOISES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)
"""Standard deviations of what is added to each dot."""

_TRAINING_NOISE = 0.3
"""The noise in the training set of the networks that have to cope with noise."""
_SEEDS = 5


def measure_dice(options: ExperimentOptions) -> Measurements:
    """Measures the accuracy on noisy dice of networks that learned clean and noisy ones.

    Args:
        options: how much to compute.

    Returns: "dice" with "clean" and "noisy", for each noise the accuracy of each seed; "best", for
        each noise that of the nearest face; "six", how many of the clean faces each network knows;
        "weights", those of both layers of the first network that learned noisy dice.
    """
    count = options.at_most(20_000, 300)
    tests = [_thrown(count, s, np.random.default_rng(100 + k)) for k, s in enumerate(_NOISES)]
    best = [float((nearest_face(d.inputs) == d.targets).mean()) for d in tests]
    found: dict[str, Any] = {"noises": _NOISES, "trained": _TRAINING_NOISE, "six": {}, "best": best}
    for name, noise in (("clean", 0.0), ("noisy", _TRAINING_NOISE)):
        networks = [_trained(noise, seed, options) for seed in range(options.at_most(_SEEDS))]
        found[name] = [[_accuracy(network, data) for network in networks] for data in tests]
        clean = Dataset(FACES, np.arange(6))
        found["six"][name] = [int(6 * _accuracy(network, clean)) for network in networks]
        found["weights"] = [W.tolist() for W in networks[0].weights]
    return {"dice": found}


def _thrown(count: int, noise: float, generator: np.random.Generator) -> Dataset:
    """Thrown dice, with noise on each dot."""
    faces = generator.integers(6, size=count)
    dots = FACES[faces] + generator.normal(0, noise, (count, 7)).astype(np.float32)
    return Dataset(dots, faces, class_names=("1", "2", "3", "4", "5", "6"), name="dice")


def nearest_face(dots: NDArray[np.float32]) -> NDArray[np.int64]:
    """Returns the face whose dots are nearest: under such noise no detector is right more often.

    Args:
        dots: (n, 7).

    Returns: faces, counted from 0, (n,).
    """
    distances = np.square(dots[:, None, :] - FACES).sum(axis=2)
    return np.asarray(distances.argmin(axis=1), np.int64)


def _trained(noise: float, seed: int, options: ExperimentOptions) -> Network:
    """7-7-6, all sigmoid, as the paper draws its networks: a neuron looks for a dot."""
    dice = _thrown(options.at_most(6000, 1000), noise, np.random.default_rng(seed))
    recipe = Recipe(
        cost="half_squared_error",
        optimiser="sgd",
        learning_rate=1.0,
        batch_size=10,
        epochs=options.at_most(20, 10),
        engine=options.engine,
        seed=seed,
    )
    return train(Network.create([7, 7, 6], "sigmoid", seed=seed), dice, recipe).network


def _accuracy(network: Network, data: Dataset) -> float:
    return float((predicted_classes(network.predict(data.inputs)) == data.targets).mean())


def _report(measured: Measurements) -> list[Block]:
    dice = measured["dice"]
    rows = [
        (
            f"{noise:g}",
            *(mean_text(dice[name][k], 1) for name in ("clean", "noisy")),
            f"{100 * dice['best'][k]:.1f} %",
        )
        for k, noise in enumerate(dice["noises"])
    ]
    known = dice["six"]["clean"] + dice["six"]["noisy"]
    faces = "all six" if min(known) == 6 else f"{min(known)} to {max(known)} of six"
    learned_noisy = f"learned with noise of {dice['trained']:g}"
    return [
        Paragraph(
            "Which face of a die, 1 to 6, do seven dots [a … g] show? The paper trains nothing "
            "here. By its own means (one-hot targets, sigmoids and the squared error) a network "
            f"7-7-6 learns the faces: {faces} are right in each of {len(known)} trainings. With "
            f"normal noise on each dot, {len(dice['clean'][0])} seeds:"
        ),
        Table("", ("noise", "learned clean", learned_noisy, "nearest face"), tuple(rows)),
        Paragraph(
            "The last column is the best that any detector can reach. The paper is right that the "
            "network finds the patterns by itself, and that it recognises more of them if it has "
            "seen disturbed ones."
        ),
    ]


def _report_weights(measured: Measurements) -> list[Block]:
    hidden, output = (np.array(W) for W in measured["dice"]["weights"])
    through = output @ hidden
    agree = np.sign(through) == np.sign(2 * FACES - 1)
    return [
        Paragraph(
            "The paper imagines a hidden neuron for each dot. The trained ones are not divided so: "
            "each weighs several dots. But through both layers the weights of each answer fit its "
            f"face: in {int(agree.sum())} of {agree.size} cases a dot that the face has speaks for "
            "it, and one that it lacks speaks against it (the first network that learned with "
            "noise)."
        )
    ]


def _draw_weights(measured: Measurements) -> Figure:
    return draw_dice(FACES, *measured["dice"]["weights"])


@figure_function
def _draw(measured: Measurements) -> Place:
    """Draw accuracy against noise: learned clean, learned noisy, and the best possible."""
    dice = measured["dice"]
    note = (
        "7 dots [a … g], each with normal noise; a network 7-7-6. Mean, lowest and highest of the "
        "seeds.\nNo detector can do better than the nearest face."
    )
    axes = open_axes(None, (7.2, 4.6), FigureHeading("Dice under noise", note))
    noises = dice["noises"]
    best = 100 * np.array(dice["best"])
    axes.plot(noises, best, color=INK, linestyle="--", label="nearest face")
    lines = (
        ("noisy", f"learned with noise of {dice['trained']:g}", BLUE),
        ("clean", "learned without noise", ORANGE),
    )
    for name, label, colour in lines:
        values = 100 * np.array(dice[name])
        axes.plot(noises, values.mean(axis=1), color=colour, marker="o", ms=4, label=label)
        ends = values.min(axis=1), values.max(axis=1)
        axes.fill_between(noises, *ends, color=colour, alpha=0.25, linewidth=0)
    axes.set_xlabel("standard deviation of the noise on each dot")
    axes.set_ylabel("faces recognised, %")
    axes.legend()
    return axes


DICE = ExperimentSet(
    experiments=(PaperExperiment("dice", "the faces of a die under noise", measure_dice),),
    sections=(
        ReportSection(
            "The die",
            ("dice",),
            _report,
            SectionFigure("four-detector-dice", "Dice under noise", _draw),
        ),
        ReportSection(
            "The weights of the die's detector",
            ("dice",),
            _report_weights,
            SectionFigure(
                "four-detector-dots",
                "The dots a to g of a die, and the weights of its detector on them",
                _draw_weights,
            ),
        ),
    ),
)
"""The experiment on four-detector's die."""
