"""Measures of the conditions that show layer by layer: weights, activations, gradients."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.diagnosis.condition import Sight
from chainrule.diagnosis.evidence import Evidence, LayerFacts, Snapshot
from chainrule.diagnosis.figure_format import figure_text
from chainrule.equations.initialisers import RECOMMENDED

__all__ = [
    "dead_neurons",
    "exploding_gradients",
    "large_weights",
    "lost_scale",
    "saturated_neurons",
    "symmetric_weights",
    "vanishing_gradients",
]

_SMALL = 1 / 3
"""Weights below so many times √(2/fan_in) are small."""
_LARGE = 1.5
"""Weights above so many times that are large."""
_EXPLOSIVE = 100
"""Hidden layers that stretch the signal by less do not explode."""
_FEW_NEURONS = 4
"""Of so few, two may well be alike by chance."""


def _initialiser(evidence: Evidence) -> dict[str, Any]:
    """The settings that draw weights as suits the first layer's function."""
    name = evidence.architecture.activations[0]
    return {"initialiser": RECOMMENDED.get(name, "glorot")}


def _no_bias(evidence: Evidence) -> dict[str, Any]:
    given = evidence.architecture.bias_initialiser
    return {} if given == "zeros" else {"bias_initialiser": "zeros"}


def symmetric_weights(evidence: Evidence) -> Sight | None:
    """The greatest mean cosine between the neurons of a hidden layer before the first step."""
    layers = [
        layer
        for layer, width in zip(
            evidence.start.hidden, evidence.architecture.layers[1:], strict=False
        )
        if layer.alike is not None and (width >= _FEW_NEURONS or layer.alike == 1.0)
    ]
    if not layers:
        return None
    worst = max(layers, key=lambda layer: layer.alike or 0.0)
    assert worst.alike is not None, "the others were left out"
    what = (
        f"the initial weights of two neurons of layer {worst.layer} have a cosine of "
        f"{figure_text(worst.alike)} on average"
    )
    return Sight(worst.alike, what, _initialiser(evidence))


def large_weights(evidence: Evidence) -> Sight | None:
    """The size of a layer's initial weights by the size that keeps a signal's scale.

    Of normalised layers, the weights' size does not matter.
    """
    sized = [layer for layer in evidence.start.layers if not layer.normalised]
    worst = max(sized, key=lambda layer: layer.weight_ratio)
    ratio = figure_text(worst.weight_ratio)
    what = f"the weights of layer {worst.layer} begin {ratio} times too large"
    return Sight(worst.weight_ratio, what, _initialiser(evidence) | _no_bias(evidence))


def exploding_gradients(evidence: Evidence) -> Sight | None:
    """The greatest gradient of a layer before the first step, by the size of usual weights."""
    start = evidence.start.layers
    worst = max(start, key=lambda layer: layer.pull)
    grown = worst.pull / (start[-1].pull or 1) if start[0].normalised else _growth(evidence)
    if grown < _EXPLOSIVE:
        return None  # the targets are large, not the layers' doing
    pull = figure_text(worst.pull)
    what = f"the gradient of layer {worst.layer} is {pull} times as large as usual weights"
    off = any(layer.weight_ratio > _LARGE and not layer.normalised for layer in start)
    changes = _initialiser(evidence) if off else {"clip_norm": 1.0}
    return Sight(worst.pull, what, changes)


def vanishing_gradients(evidence: Evidence) -> Sight | None:
    """The first layer's gradient before the first step, as a share of the greatest one."""
    layers = evidence.start.layers
    greatest = max(layers, key=lambda layer: layer.pull)
    if not greatest.pull:
        return None
    share = layers[0].pull / greatest.pull
    times = f"{figure_text(share)} times as large"
    what = f"the gradient of layer 1 is {times} as that of layer {greatest.layer}"
    small = any(layer.weight_ratio < _SMALL and not layer.normalised for layer in layers)
    changes = _initialiser(evidence) if small else _relu(evidence)
    return Sight(share, what, changes)


def _relu(evidence: Evidence) -> dict[str, Any]:
    last = evidence.architecture.activations[-1]
    return {"activation": "relu", "output_activation": last, "initialiser": "he"}


def _growth(evidence: Evidence) -> float:
    """By what factor the weights of all hidden layers stretch the signal."""
    return math.prod(layer.gain for layer in evidence.start.hidden)


def lost_scale(evidence: Evidence) -> Sight | None:
    """By what factor the hidden layers' weights change the signal: its distance from 1."""
    hidden, factor = evidence.start.hidden, _growth(evidence)
    if (
        not hidden
        or hidden[0].normalised
        or any(layer.activation == "step" for layer in hidden)
        or not factor
    ):
        return None
    verb = "shrinks" if factor < 1 else "grows"
    distance = max(factor, 1 / factor)
    what = f"the signal {verb} {figure_text(distance)} times over {len(hidden)} hidden layers"
    return Sight(distance, what, _initialiser(evidence))


def dead_neurons(evidence: Evidence) -> Sight | None:
    """The greatest share of a hidden layer's ReLU neurons that answer 0 to every example."""
    facts = {s: _worst(s.hidden, "dead") for s in (evidence.start, evidence.end)}
    return _of_neurons(evidence, facts, "dead", "neurons of layer {} are 0 for every example")


def saturated_neurons(evidence: Evidence) -> Sight | None:
    """The greatest share of a hidden layer's activations where the function is flat."""
    facts = {s: _worst(s.hidden, "saturated") for s in (evidence.start, evidence.end)}
    text = "activations of layer {} lie where the function is flat"
    return _of_neurons(evidence, facts, "saturated", text)


def _worst(layers: Sequence[LayerFacts], figure: str) -> LayerFacts | None:
    able = [layer for layer in layers if getattr(layer, figure) is not None]
    return max(able, key=lambda layer: float(getattr(layer, figure)), default=None)


def _of_neurons(
    evidence: Evidence, facts: Mapping[Snapshot, LayerFacts | None], figure: str, text: str
) -> Sight | None:
    """The state before the first step where that is bad already; else that at the end."""
    start, end = facts[evidence.start], facts[evidence.end]
    if start is None or end is None:
        return None
    early = evidence.diverged or getattr(start, figure) > 0.5
    layer, when = (start, "before the first step") if early else (end, "at the end")
    share = 100 * float(getattr(layer, figure))
    what = f"{figure_text(share)} % of the {text.format(layer.layer)} {when}"
    return Sight(share, what, _at_start(evidence, layer) if early else _lower_rate(evidence))


def _at_start(evidence: Evidence, layer: LayerFacts) -> dict[str, Any]:
    """The settings of the biases, and of the weights where those are too large or alone."""
    biases = _no_bias(evidence)
    weights = _initialiser(evidence) if layer.weight_ratio > _LARGE or not biases else {}
    return weights | biases


def _lower_rate(evidence: Evidence) -> dict[str, Any]:
    return {"learning_rate": float(figure_text(evidence.recipe.learning_rate / 10))}
