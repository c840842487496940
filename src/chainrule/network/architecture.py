"""The architecture of a network: layers, activations, initialisers and number type."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.initialisers import INITIALISERS, RECOMMENDED
from chainrule.errors import InputError, ShapeError, describe, unknown_name
from chainrule.limits import Limit, check_record, limited

__all__ = ["Architecture"]

_TYPES = ("float32", "float64")
_WIDEST = 10_000_000
_FARTHEST = 1e30
"""Weights farther from 0 would overflow float32 before anything is computed with them."""


def _types() -> tuple[str, ...]:
    return _TYPES


def _initialisers() -> tuple[str, ...]:
    return tuple(INITIALISERS)


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Layers, activations, initialisers and number type of a network.

    Args:
        layers: widths from the inputs to the outputs, at least two, each at least 1.
        activations: one name per layer after the inputs.
        output_given: whether the last activation was set explicitly; if it was not, the cost
            categorical cross-entropy changes it to softmax (see `for_cost`).
        biases: whether layers have biases.
        initialiser: how weights are drawn; None for the one that suits each layer's activation.
        bias_initialiser: how biases are drawn.
        initialiser_low: lower bound of `uniform`.
        initialiser_high: upper bound of `uniform`.
        initialiser_deviation: standard deviation of `normal`.
        dtype: number type of parameters and computation.

    Raises: InputError, ShapeError, UnknownNameError.
    """

    # fmt: off
    layers: tuple[int, ...]
    activations: tuple[str, ...]
    output_given: bool = limited(False, Limit(bool, "whether the output activation was set explicitly"))
    biases: bool = limited(True, Limit(bool, "whether layers have biases"))
    initialiser: str | None = limited(None, Limit(str, "how the initial weights are drawn", choices=_initialisers, optional=True))
    bias_initialiser: str = limited("zeros", Limit(str, "how the initial biases are drawn", choices=_initialisers))
    initialiser_low: float = limited(-1.0, Limit(float, "lower bound of the uniform distribution", -_FARTHEST, _FARTHEST))
    initialiser_high: float = limited(1.0, Limit(float, "upper bound of the uniform distribution", -_FARTHEST, _FARTHEST))
    initialiser_deviation: float = limited(1.0, Limit(float, "standard deviation of the normal distribution", 0, _FARTHEST))
    dtype: str = limited("float32", Limit(str, "number type of the computation", choices=_types))
    # fmt: on

    def __post_init__(self) -> None:
        check_record(self, "Architecture")
        object.__setattr__(self, "layers", _checked_layers(self.layers))
        object.__setattr__(self, "activations", self._checked_activations())
        if self.initialiser_low > self.initialiser_high:
            raise InputError(
                "Architecture",
                expected=f"initialiser_high of at least initialiser_low {self.initialiser_low:g}",
                got=describe(self.initialiser_high),
                argument="initialiser_high",
                value=self.initialiser_high,
            )

    def _checked_activations(self) -> tuple[str, ...]:
        given = _names(self.activations)
        names = given * self.depth if isinstance(self.activations, str) else given
        for name in names:
            if not isinstance(name, str) or name not in ACTIVATIONS:
                raise unknown_name(
                    "Architecture", "an activation", name, ACTIVATIONS, argument="activation"
                )
        if len(names) != self.depth:
            raise ShapeError(
                "Architecture",
                expected=f"{self.depth} activations, one per layer after the inputs",
                got=f"{len(names)}: {', '.join(names)}" if names else "none",
                why=f"The layers are {', '.join(map(str, self.layers))}",
                argument="activation",
                value=given,
            )
        return names

    @classmethod
    def of(
        cls,
        layers: Sequence[int],
        activation: str | Sequence[str] = "relu",
        output_activation: str | None = None,
        **more: Any,
    ) -> Architecture:
        """An architecture as users describe it.

        Args:
            layers: widths from the inputs to the outputs.
            activation: one name for all layers, the output included; or one name per layer. A
                sequence names the output by itself, like `output_activation` does.
            output_activation: another name for the last layer.
            more: the other fields.

        Raises: InputError, ShapeError, UnknownNameError.

        Example:
            >>> Architecture.of([784, 32, 10], "sigmoid").activations
            ('sigmoid', 'sigmoid')
        """
        widths = _checked_layers(layers)
        names = list(_names(activation))
        single = len(names) == 1
        if single:
            names *= len(widths) - 1
        if output_activation is not None:
            names[-1:] = [output_activation]
        given = output_activation is not None or not single
        return cls(layers=widths, activations=tuple(names), output_given=given, **more)

    @property
    def depth(self) -> int:
        """How many layers have weights."""
        return len(self.layers) - 1

    def for_cost(self, cost: str) -> Architecture:
        """The architecture with the output activation that suits a cost.

        It is softmax for categorical cross-entropy, unless another was named; for other costs it
        stays.
        """
        if self.output_given:
            return self
        last = "softmax" if cost == "categorical_cross_entropy" else self.activations[-1]
        return replace(self, activations=(*self.activations[:-1], last), output_given=True)

    def initialiser_of(self, layer: int) -> str:
        """The name of the initialiser that draws the weights of this layer, counted from 1."""
        return self.initialiser or RECOMMENDED.get(self.activations[layer - 1], "glorot")

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain values for JSON; `from_dict` gives the architecture back."""
        plain = dataclasses.asdict(self)
        return {k: list(v) if isinstance(v, tuple) else v for k, v in plain.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Architecture:
        """An architecture from plain values.

        Raises: InputError, ShapeError, UnknownNameError.
        """
        names = [f.name for f in dataclasses.fields(cls)]
        for name in values:
            if name not in names:
                raise unknown_name("Architecture", "a field", name, names, argument=name)
        return cls(**values)


def _names(given: Any) -> tuple[Any, ...]:
    """Names of activations, given as one or as several."""
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)


def _checked_layers(given: Any) -> tuple[int, ...]:
    """The widths as a tuple of whole numbers."""
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence) or len(given) < 2:
        raise InputError(
            "Architecture",
            expected="at least two layer widths, inputs and outputs",
            got=describe(given),
            remedy="Write them in order: [784, 32, 10]",
            argument="layers",
            value=given,
        )
    limit = Limit(int, "neurons of each layer, inputs first", 1, _WIDEST)
    return tuple(limit.check("Architecture", "layers", width) for width in given)
