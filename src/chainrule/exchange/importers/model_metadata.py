"""What chainrule writes into its own exports beside the weights, and reads back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    AffineStep,
    DenseStep,
    ForeignModel,
    ModelStep,
    StandardiseStep,
)
from chainrule.exchange.importers.strict_json import parse_json
from chainrule.exchange.model_values import FORMAT

__all__ = ["apply_metadata"]

Scaling: TypeAlias = tuple[Any, Any]
"""A factor and a shift, each one number or one for each place."""
_SCALINGS = (AffineStep, StandardiseStep)
_UNNAMED = ("", "identity")


def apply_metadata(model: ForeignModel, text: str, where: str) -> ForeignModel:
    """Return a model with the activations, preprocessing and names that an export of ours holds.

    Args:
        model: the weights, read from the file.
        text: JSON of `chainrule.exchange.model_values.model_facts`; "" for a file of others.
        where: the file, for error texts.

    Raises: DataError for facts that do not fit the weights.
    """
    if not text:
        return model
    facts = parse_json(text, where)
    try:
        return _apply(model, facts)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            where, expected="the facts of an export of chainrule", got=str(error)
        ) from None


def _apply(model: ForeignModel, facts: dict[str, Any]) -> ForeignModel:
    if facts["format"] != FORMAT:
        raise ValueError(f"the format {facts['format']!r}, not {FORMAT!r}")
    own = facts["preprocessing"]
    scale = float(facts["input_scale"])
    target = (1.0, 0.0) if own is None else _target_scale(own)
    layers = _without_scalings(model.steps, (scale, 0.0), target)
    names = [str(name) for name in facts["activations"]]
    dense = [step for step in layers if isinstance(step, DenseStep)]
    others = [s for s in layers if not isinstance(s, (DenseStep, ActivationStep))]
    if len(names) != len(dense) or others:
        raise ValueError(f"{len(names)} activations for {len(dense)} layers and {len(others)} more")
    held = [s.name for s in layers if isinstance(s, ActivationStep) and s.name not in _UNNAMED]
    if held and [name for name in names if name != "identity"] != held:
        raise ValueError(f"the activations {', '.join(names)} for {', '.join(held)} in the layers")
    steps: list[ModelStep] = []
    for step, name in zip(dense, names, strict=True):
        steps += [step, ActivationStep(f"the activation of {step.layer}", name)]
    return replace(
        model,
        form=f"{model.form}, exported by chainrule",
        outputs_known=True,
        steps=tuple(steps),
        class_names=tuple(map(str, facts["classes"])),
        input_shape=tuple(map(int, facts["input_shape"])),
        input_scale=scale,
        preprocessing="" if own is None else json.dumps(own),
    )


def _target_scale(own: dict[str, Any]) -> Scaling:
    """Return the factor and the shift that give outputs the target's unit."""
    if not own["target_centre"]:
        return 1.0, 0.0
    return np.array(own["target_spread"], float), np.array(own["target_centre"], float)


def _without_scalings(
    steps: Sequence[ModelStep], before: Scaling, after: Scaling
) -> list[ModelStep]:
    """Return the steps without those that scale bytes first and targets last.

    Args:
        steps: of the file.
        before: factor and shift that the facts have for inputs.
        after: factor and shift that they have for outputs.

    Raises: ValueError if the steps scale otherwise than the facts say.
    """
    layers = list(steps)
    first: list[ModelStep] = []
    last: list[ModelStep] = []
    while layers and isinstance(layers[0], _SCALINGS):
        first.append(layers.pop(0))
    while layers and isinstance(layers[-1], _SCALINGS):
        last.insert(0, layers.pop())
    for scalings, due in ((first, before), (last, after)):
        factor, shift = _join_scalings(scalings)
        fits = np.allclose(factor, due[0], 1e-6, 0) and np.allclose(shift, due[1], 1e-6, 0)
        if scalings and not fits:
            raise ValueError(f"another scaling in {scalings[0].layer}")
    return layers


def _join_scalings(steps: Sequence[ModelStep]) -> Scaling:
    """Return one factor and one shift for several steps."""
    factor: Any = np.float64(1)
    shift: Any = np.float64(0)
    for step in steps:
        if isinstance(step, StandardiseStep):
            factor, shift = factor / step.spread, (shift - step.centre) / step.spread
        elif isinstance(step, AffineStep):
            factor, shift = factor * step.factor, shift * step.factor + step.shift
    return factor, shift
