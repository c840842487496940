"""Measures of the conditions that concern a layer: weights, activations, gradients."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from chainrule.diagnosis.condition import Observation, figure_text
from chainrule.diagnosis.evidence import Evidence, LayerSnapshot, Snapshot
from chainrule.equations.initialisers import RECOMMENDED

__all__ = [
    "bottleneck",
    "dead_neurons",
    "exploding_gradients",
    "large_weights",
    "lost_scale",
    "saturated_neurons",
    "symmetric_weights",
    "vanishing_gradients",
]

_SMALL = 1 / 3
"""Weights below this multiple of √(2/fan_in) are small: they shrink a signal layer by layer."""
_LARGE = 1.5
"""Weights above this multiple of √(2/fan_in) are large; those of the initialiser he are 1."""
_EXPLOSIVE = 100
"""Layers explode only if they stretch the signal by more than this factor together; a large
gradient without it comes from large targets."""
_FEWEST_DIMENSIONS = 3
"""Fewer dimensions fit into any layer that is worth training."""
_ALIKE = 0.5
"""The fraction of neurons, or the cosine, from which a layer has a condition of its own."""
_FEW_NEURONS = 4
"""Among fewer neurons, two may have a large cosine by chance."""


def _initialiser(evidence: Evidence) -> dict[str, Any]:
    """Return the settings of the initialiser that suits the first layer's activation."""
    name = evidence.architecture.activations[0]
    return {"initialiser": RECOMMENDED.get(name, "glorot")}


def _zero_biases(evidence: Evidence) -> dict[str, Any]:
    given = evidence.architecture.bias_initialiser
    return {} if given == "zeros" else {"bias_initialiser": "zeros"}


def symmetric_weights(evidence: Evidence) -> Observation | None:
    """Measure the greatest mean cosine between the neurons of a hidden layer at the start."""
    layers = [
        layer
        for layer, width in zip(
            evidence.start.hidden, evidence.architecture.layers[1:], strict=False
        )
        if layer.mean_cosine is not None and (width >= _FEW_NEURONS or layer.mean_cosine == 1.0)
    ]
    if not layers:
        return None
    worst = max(layers, key=lambda layer: layer.mean_cosine or 0.0)
    assert worst.mean_cosine is not None, "the others were left out"
    what = (
        f"the initial weights of two neurons of layer {worst.layer} have a cosine of "
        f"{figure_text(worst.mean_cosine)} on average"
    )
    return Observation(worst.mean_cosine, what, _initialiser(evidence))


def large_weights(evidence: Evidence) -> Observation | None:
    """Measure a layer's initial weights in units of the size that keeps a signal's scale.

    Normalised layers are left out: the size of their weights does not matter.
    """
    sized = [layer for layer in evidence.start.layers if not layer.normalised]
    worst = max(sized, key=lambda layer: layer.weight_ratio)
    ratio = figure_text(worst.weight_ratio)
    what = f"the weights of layer {worst.layer} begin {ratio} times too large"
    return Observation(worst.weight_ratio, what, _initialiser(evidence) | _zero_biases(evidence))


def exploding_gradients(evidence: Evidence) -> Observation | None:
    """Measure the largest gradient of a layer before the first step, in units of usual weights."""
    start = evidence.start.layers
    worst = max(start, key=lambda layer: layer.gradient_ratio)
    grown = _growth(evidence)
    if start[0].normalised:  # the weights' own growth is divided out, so the gradients' counts
        grown = worst.gradient_ratio / (start[-1].gradient_ratio or 1)
    if grown < _EXPLOSIVE:
        return None  # large targets make the gradient large, not the layers
    ratio = figure_text(worst.gradient_ratio)
    what = f"the gradient of layer {worst.layer} is {ratio} times as large as usual weights"
    large = any(layer.weight_ratio > _LARGE and not layer.normalised for layer in start)
    changes = _initialiser(evidence) if large else {"clip_norm": 1.0}
    return Observation(worst.gradient_ratio, what, changes)


def vanishing_gradients(evidence: Evidence) -> Observation | None:
    """Measure the first layer's gradient before the first step, divided by the largest one."""
    layers = evidence.start.layers
    greatest = max(layers, key=lambda layer: layer.gradient_ratio)
    if not greatest.gradient_ratio:
        return None
    fraction = layers[0].gradient_ratio / greatest.gradient_ratio
    times = f"{figure_text(fraction)} times as large"
    what = f"the gradient of layer 1 is {times} as that of layer {greatest.layer}"
    small = any(layer.weight_ratio < _SMALL and not layer.normalised for layer in layers)
    changes = _initialiser(evidence) if small else _relu(evidence)
    return Observation(fraction, what, changes)


def _relu(evidence: Evidence) -> dict[str, Any]:
    last = evidence.architecture.activations[-1]
    return {"activation": "relu", "output_activation": last, "initialiser": "he"}


def _growth(evidence: Evidence) -> float:
    """Return the factor by which the weights of all hidden layers stretch the signal."""
    return math.prod(layer.signal_gain for layer in evidence.start.hidden)


def lost_scale(evidence: Evidence) -> Observation | None:
    """Measure the factor by which the hidden layers' weights stretch or shrink the signal."""
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
    return Observation(distance, what, _initialiser(evidence))


def bottleneck(evidence: Evidence) -> Observation | None:
    """Measure the least dimensions that a hidden layer's activations span, by those needed.

    Classes that are separated linearly by the last layer need as many dimensions as classes, less
    one. Layers that are wide enough, but whose neurons are alike, dead or flat, have another cause.
    """
    widths = evidence.architecture.layers
    needed = widths[-1] - 1
    last = evidence.start if evidence.diverged else evidence.end
    layers = [
        layer
        for begun, layer in zip(evidence.start.hidden, last.hidden, strict=True)
        if widths[layer.layer] < needed or not _has_other_cause(begun, layer)
    ]
    if not evidence.training.classifies or needed < _FEWEST_DIMENSIONS or not layers:
        return None
    worst = min(layers, key=lambda layer: layer.rank)
    what = (
        f"the activations of layer {worst.layer}, {widths[worst.layer]} neurons, span "
        f"{worst.rank} dimensions, where {needed + 1} classes need {needed}"
    )
    hidden = [max(width, 2 * (needed + 1)) for width in widths[1:-1]]
    wider = [widths[0], *hidden, widths[-1]]
    changes = {"layers": wider} if wider != list(widths) else {}
    return Observation(worst.rank / needed, what, changes)


def _has_other_cause(begun: LayerSnapshot, layer: LayerSnapshot) -> bool:
    """Whether a layer spans few dimensions because its neurons are alike, dead or flat."""
    alike = begun.mean_cosine is not None and begun.mean_cosine > _ALIKE
    silent = max(layer.dead_fraction or 0.0, layer.saturated_fraction or 0.0) > _ALIKE
    return alike or silent


def dead_neurons(evidence: Evidence) -> Observation | None:
    """Measure the largest percentage of a hidden layer's ReLU neurons that are always 0."""
    return _measure_neurons(
        evidence, lambda layer: layer.dead_fraction, "neurons of layer {} are 0 for every example"
    )


def saturated_neurons(evidence: Evidence) -> Observation | None:
    """Measure the largest percentage of a hidden layer's activations where it is flat."""
    return _measure_neurons(
        evidence,
        lambda layer: layer.saturated_fraction,
        "activations of layer {} lie where the function is flat",
    )


def _measure_neurons(
    evidence: Evidence, figure: Callable[[LayerSnapshot], float | None], text: str
) -> Observation | None:
    """Measure before the first step if the figure is bad already there; else at the end."""

    def worst(snapshot: Snapshot) -> tuple[float, LayerSnapshot] | None:
        found = [
            (value, layer) for layer in snapshot.hidden if (value := figure(layer)) is not None
        ]
        return max(found, key=lambda pair: pair[0], default=None)

    start, end = worst(evidence.start), worst(evidence.end)
    if start is None or end is None:
        return None
    # Weights that a divergence has thrown away say nothing about their cause.
    early = bool(evidence.diverged) or start[0] > 0.5
    (fraction, layer), when = (start, "before the first step") if early else (end, "at the end")
    percentage = 100 * fraction
    what = f"{figure_text(percentage)} % of the {text.format(layer.layer)} {when}"
    changes = _initial_settings(evidence, layer) if early else _lower_rate(evidence)
    return Observation(percentage, what, changes)


def _initial_settings(evidence: Evidence, layer: LayerSnapshot) -> dict[str, Any]:
    """Return the settings of the biases, and of the weights if these are too large or to blame."""
    biases = _zero_biases(evidence)
    weights = _initialiser(evidence) if layer.weight_ratio > _LARGE or not biases else {}
    return weights | biases


def _lower_rate(evidence: Evidence) -> dict[str, Any]:
    return {"learning_rate": float(figure_text(evidence.recipe.learning_rate / 10))}
