"""What chainrule writes into its own exports beside the weights, and reads back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from chainrule.errors import DataError
from chainrule.exchange.importers.foreign_model import (
    ActivationStep,
    DenseStep,
    ForeignModel,
    ModelStep,
)
from chainrule.exchange.importers.strict_json import parse_json
from chainrule.exchange.model_values import FORMAT

__all__ = ["apply_metadata"]


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
    names = [str(name) for name in facts["activations"]]
    dense = [step for step in model.steps if isinstance(step, DenseStep)]
    others = [s for s in model.steps if not isinstance(s, (DenseStep, ActivationStep))]
    if len(names) != len(dense) or others:
        raise ValueError(f"{len(names)} activations for {len(dense)} layers and {len(others)} more")
    held = [s.name for s in model.steps if isinstance(s, ActivationStep) and s.name]
    if held and [name for name in names if name != "identity"] != held:
        raise ValueError(f"the activations {', '.join(names)} for {', '.join(held)} in the layers")
    steps: list[ModelStep] = []
    for step, name in zip(dense, names, strict=True):
        steps += [step, ActivationStep(f"the activation of {step.layer}", name)]
    own = facts["preprocessing"]
    return replace(
        model,
        form=f"{model.form}, exported by chainrule",
        outputs_known=True,
        steps=tuple(steps),
        class_names=tuple(map(str, facts["classes"])),
        input_shape=tuple(map(int, facts["input_shape"])),
        input_scale=float(facts["input_scale"]),
        preprocessing="" if own is None else json.dumps(own),
    )
