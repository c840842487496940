"""A network of chainrule, made of the steps of a foreign model."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.errors import ChainruleError, DataError, InputError, ShapeError
from chainrule.exchange.importers.folding import FoldedLayer, FoldedModel, fold_steps, has_columns
from chainrule.exchange.importers.foreign_model import (
    ForeignModel,
    ReadChoices,
    StandardiseStep,
)
from chainrule.network import Architecture, Network
from chainrule.schema import Column, Feature, Preprocessing, Schema, Target

__all__ = ["AssembledNetwork", "ImportOptions", "assemble_network"]


@dataclass(frozen=True, kw_only=True)
class ImportOptions(ReadChoices):
    """What a file may not hold, and its user knows.

    Args:
        activations: one name for each layer, or two: of the hidden layers, and of the outputs.
        class_names: the class of each output.
        input_scale: the factor by which grey values stored as bytes are multiplied.
        input_shape: the shape of one input, such as (28, 28).
        target: the names of the target's columns, for a file that names those of the inputs.
        layer_order: see `ReadChoices`.
        orientation: see `ReadChoices`.
    """

    activations: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    input_scale: float | None = None
    input_shape: tuple[int, ...] = ()
    target: tuple[str, ...] = ()

    def for_reader(self) -> ReadChoices:
        """Return what the reader of a file needs of them."""
        return ReadChoices(layer_order=self.layer_order, orientation=self.orientation)


@dataclass(frozen=True, eq=False)
class AssembledNetwork:
    """A network, and what was converted or assumed.

    Args:
        network: the network.
        layers: the layers in the file, in order.
        remarks: in sentences.
        byte_factor: what bytes are multiplied by before the first step of the file.
    """

    network: Network
    layers: tuple[str, ...]
    remarks: tuple[str, ...]
    byte_factor: float = 1.0


def assemble_network(model: ForeignModel, options: ImportOptions, where: str) -> AssembledNetwork:
    """Make a network of a foreign model.

    Args:
        model: what a reader returned.
        options: what the file may not hold.
        where: the file, for error texts.

    Raises: DataError for a chain that is none; InputError for options that are missing or do not
        fit; UnknownNameError for an activation.
    """
    folded = fold_steps(model, where)
    remarks = [*model.remarks, *folded.remarks]
    names = _activations(folded.layers, options.activations, where)
    biases = [layer.biases for layer in folded.layers]
    has_biases = any(array is not None for array in biases)
    if has_biases and any(array is None for array in biases):
        remarks.append("Layers without biases got biases of 0.")
    architecture = Architecture(
        layers=(folded.layers[0].weights.shape[1], *(len(one.weights) for one in folded.layers)),
        activations=names,
        output_given=True,
        biases=has_biases,
        dtype=model.dtype,
    )
    parts = []
    for layer in folded.layers:
        parts.append(layer.weights.reshape(-1))
        if has_biases:
            zeros = np.zeros(len(layer.weights))
            parts.append(zeros if layer.biases is None else layer.biases)
    with np.errstate(over="ignore"):
        flat = np.concatenate(parts).astype(architecture.dtype)
    if not np.isfinite(flat).all():
        raise DataError(where, expected=f"weights that {model.dtype} can hold", got="larger ones")
    classes, said = _class_names(model, options.class_names, architecture, where)
    scale, shape, more = _input_facts(model, folded, options, where)
    network = Network(
        architecture,
        flat,
        input_scale=scale,
        input_shape=shape if _holds(shape, architecture.layers[0]) else (),
        class_names=classes,
        preprocessing=_preprocessing(
            model, folded, architecture, classes=classes, options=options, where=where
        ),
    )
    in_steps = folded.input_scale is not None and model.input_scale is None
    return AssembledNetwork(
        network,
        tuple(one.layer for one in folded.layers),
        (*remarks, *said, *more),
        byte_factor=1.0 if in_steps else scale,
    )


def _activations(
    layers: Sequence[FoldedLayer], given: tuple[str, ...], where: str
) -> tuple[str, ...]:
    """Return an activation for each layer: that of the file, or the one that was given."""
    found = [layer.activation or "" for layer in layers]
    if not given:
        if "" in found:
            missing = ", ".join(one.layer for one in layers if not one.activation)
            raise InputError(
                where,
                expected="the activation of each layer",
                got=f"none for {missing}",
                why="A file of weights alone does not hold them",
                remedy="Give them with --activations, such as --activations relu,softmax: the "
                "hidden layers', then the outputs' (identity for numbers and logits)",
                argument="activations",
            )
        return tuple(found)
    names = _spread_names(given, len(layers), where)
    for layer, has, wanted in zip(layers, found, names, strict=True):
        is_logits = layer is layers[-1] and has == "identity"
        if has and has != wanted and not is_logits:
            raise InputError(
                where,
                expected=f"{has} for {layer.layer}, as the file has it",
                got=wanted,
                remedy="Leave --activations out; it can change only an identity at the outputs, "
                "such as that of logits",
                argument="activations",
                value=given,
            )
    return names


def _spread_names(given: tuple[str, ...], layers: int, where: str) -> tuple[str, ...]:
    if len(given) == layers:
        return given
    if len(given) == 2 and layers > 2:
        return (*[given[0]] * (layers - 1), given[1])
    raise ShapeError(
        where,
        expected=f"{layers} activations, or two: of the hidden layers and of the outputs",
        got=f"{len(given)}: {', '.join(given)}",
        argument="activations",
        value=given,
    )


def _class_names(
    model: ForeignModel, given: tuple[str, ...], architecture: Architecture, where: str
) -> tuple[tuple[str, ...], Sequence[str]]:
    """Return the class of each output, and a remark on where they come from."""
    width, last = architecture.layers[-1], architecture.activations[-1]
    names = given or model.class_names
    fits = len(names) == width or (width == 1 and len(names) == 2)
    if names and (not fits or len(set(names)) < len(names)):
        raise InputError(
            where,
            expected=f"{width} different classes" if width > 1 else "two different classes",
            got=f"{len(names)}: {', '.join(names[:12])}",
            argument="class_names",
            value=names,
        )
    if names:
        return names, ()
    if model.outputs_known:
        return (), ()
    if last == "softmax":
        counted = f"0 to {width - 1}"
        return tuple(map(str, range(width))), (
            f"The file names no classes: those of the outputs are called {counted} "
            "(--classes names them).",
        )
    if last == "identity" and width > 1:
        return (), (
            "The outputs are taken for numbers. If they are logits of classes, give the "
            "activations with softmax at the end, such as --activations relu,softmax.",
        )
    return (), ()


def _input_facts(
    model: ForeignModel, folded: FoldedModel, options: ImportOptions, where: str
) -> tuple[float, tuple[int, ...], Sequence[str]]:
    """Return the scale of bytes and the shape of an input, and a remark."""
    width = folded.layers[0].weights.shape[1]
    given, scale = options.input_scale, folded.input_scale
    if given is not None and scale is not None and abs(given / scale - 1) > 1e-6:
        raise InputError(
            where,
            expected=f"the scale {scale:.8g}, as the file has it",
            got=f"{given:.8g}",
            argument="input_scale",
            value=given,
        )
    if scale is None:
        scale = given
    if scale is not None and not (np.isfinite(scale) and scale > 0):
        raise InputError(
            where, expected="a scale above 0", got=f"{scale}", argument="input_scale", value=scale
        )
    shape = options.input_shape or model.input_shape
    if options.input_shape and not _holds(shape, width):
        raise ShapeError(
            where,
            expected=f"a shape of {width} numbers, the inputs of the first layer",
            got=str(options.input_shape),
            argument="input_shape",
            value=options.input_shape,
        )
    if len(shape) == 3 and shape[-1] == 1:  # one channel
        shape = shape[:2]
    if len(shape) != 2 or folded.standardisation is not None:
        return scale or 1.0, (), ()
    if scale is not None:
        return scale, shape, ()
    remark = (
        f"Each input has the shape {shape[0]} x {shape[1]}, but the file does not hold how grey "
        "values were scaled: give --input-scale 1/255 for a network that learned from 0 to 1, to "
        "read pictures with it. Until then it takes rows of numbers."
    )
    return 1.0, (), (remark,)


def _holds(shape: tuple[int, ...], numbers: int) -> bool:
    """Whether a shape has so many places."""
    return all(size > 0 for size in shape) and math.prod(shape) == numbers


def _preprocessing(
    model: ForeignModel,
    folded: FoldedModel,
    architecture: Architecture,
    *,
    classes: tuple[str, ...],
    options: ImportOptions,
    where: str,
) -> Preprocessing | None:
    if model.preprocessing:
        return _own_preprocessing(model.preprocessing, architecture, where)
    names, outputs = model.input_names, architecture.layers[-1]
    if not has_columns(model):
        return None
    one = bool(classes) or outputs == 1
    targets = options.target or (
        ("target",) if one else tuple(f"target {k}" for k in range(1, outputs + 1))
    )
    if len(targets) != (1 if one else outputs) or set(targets) & set(names):
        raise InputError(
            where,
            expected=f"{1 if one else outputs} names of target columns, other than the inputs'",
            got=", ".join(targets),
            remedy="Name them: --target NAME",
            argument="target",
            value=targets,
        )
    places = tuple(range(len(names), len(names) + len(targets)))
    kind = "classes" if classes else "numbers"
    target = Target(names=targets, kind=kind, classes=classes, places=places)
    columns = tuple(Column(name=name, kind="number", storage="float64") for name in names)
    return Preprocessing(
        schema=Schema(columns=columns, target=target),
        features=tuple(_features(names, folded.standardisation)),
    )


def _features(names: Sequence[str], step: StandardiseStep | None) -> Iterator[Feature]:
    shape = (len(names),)
    centre: Any = np.broadcast_to(0.0 if step is None else step.centre, shape)
    spread: Any = np.broadcast_to(1.0 if step is None else step.spread, shape)
    for place, name in enumerate(names):
        middle, width = float(centre[place]), float(spread[place])
        yield Feature(
            name=name, column=place, kind="number", fill=middle, centre=middle, spread=width
        )


def _own_preprocessing(text: str, architecture: Architecture, where: str) -> Preprocessing:
    """Return the steps that chainrule wrote into its own export."""
    try:
        steps = Preprocessing.from_dict(json.loads(text))
        places = len(steps.schema.columns)
        for feature in steps.features:
            if not (0 <= feature.column < places and feature.spread > 0):
                raise ValueError(f"the feature {feature.name!r} of column {feature.column}")
        if steps.schema.is_table and len(steps.features) != architecture.layers[0]:
            raise ValueError(f"{len(steps.features)} features for {architecture.layers[0]} inputs")
        scaled = len(steps.target_centre), len(steps.target_spread)
        if scaled not in ((0, 0), (architecture.layers[-1],) * 2):
            raise ValueError(f"scales of {scaled} targets")
    except (ChainruleError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            where, expected="the preprocessing of an export of chainrule", got=str(error)
        ) from None
    return steps
