"""Displayed formulas computed in an environment, where every letter has a value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from formula_tree import FormulaError, Node, UnknownLetterError
from named_arrays import NamedArray, Numbers, combine, contract, lift, number

__all__ = ["Environment", "Evaluator", "Meaning", "mean_over_draws"]

Function = Callable[..., NamedArray]
Layers = Mapping[int, NamedArray]
Meaning = NamedArray | Function | Layers

DEPTH = 9
"""Letters that are explained by one another."""
LAST = 3000
"""The last term of a sum without end: 0.9^3000 is below 1e-130."""
FAR = 14.0
"""Where an integral without end stops: e^-98 is left."""
NODES, WEIGHTS = np.polynomial.legendre.leggauss(160)


@dataclass(frozen=True)
class Environment:
    """A random instance of an equation, with everything that its formulas name.

    Args:
        names: letters with their values; a function, or the tensors of all layers by number.
        new: what the updated letters become.
        indices: index letters with the label of the axes that they run along.
        origins: by label, the index of the first element, if it is not 0.
        functions: what a letter means where it is called.
        is_strict: whether a formula whose letters all have a meaning must fit.
        has_columns: whether a vector beside a matrix is a column, not a row.
    """

    names: Mapping[str, Meaning]
    new: Mapping[str, NamedArray] = field(default_factory=dict)
    indices: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, int] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    is_strict: bool = False
    has_columns: bool = False

    def sizes(self) -> dict[str, int]:
        """The size of the axes of each label."""
        found: dict[str, int] = {}
        for value in (*self.names.values(), *self.new.values()):
            several = value.values() if isinstance(value, Mapping) else (value,)
            for one in several:
                if isinstance(one, NamedArray):
                    found.update(zip(one.axes, one.array.shape[len(one.dims) :], strict=True))
        return found


_COMPARE: Mapping[str, Callable[..., Any]] = {
    **{"=": np.equal, "≠": np.not_equal, "<": np.less, ">": np.greater},
    **{"≤": np.less_equal, "≥": np.greater_equal},
}
_BINARY: Mapping[str, Callable[..., Any]] = {
    **{"/": np.divide, "frac": np.divide, "⊙": np.multiply, "·": np.multiply, "mod": np.mod},
    **{"⊕": np.bitwise_xor, "≫": np.right_shift},
}
_KNOWN: Mapping[str, Function] = {
    **{name: lift(getattr(np, name)) for name in ("exp", "cos", "sin", "tanh", "sign")},
    "ln": lift(np.log),
    "sqrt": lift(np.sqrt),
}


class Evaluator:
    """Computes the nodes of one display in one environment.

    Args:
        environment: what the letters mean.

    Attributes:
        defined: letters that the display itself explains, with how often each was read.
        branches: for every case distinction and every max and min, which ways were taken.
    """

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.names: dict[str, Meaning] = dict(environment.names)
        self.sizes = environment.sizes()
        self.definitions: dict[str, Node] = {}
        self.defined: dict[str, int] = {}
        self.assigned: set[str] = set()
        self.depth = 0
        self.branches: dict[int, set[int]] = {}

    def compute(self, node: Node) -> NamedArray:
        """The value of an expression."""
        method = getattr(self, "_" + node.kind, None)
        if method is None:
            raise FormulaError(f"{node.kind} is not an expression")
        with np.errstate(all="ignore"):
            value: NamedArray = method(node)
        return value

    # Letters

    def is_known(self, name: str) -> bool:
        return name in self.environment.names or name in self.environment.functions

    def define(self, name: str, node: Node) -> None:
        """Let a letter mean what the display says; `node` is the relation that says it."""
        self.definitions[name] = node
        self.defined[name] = 0

    def assign(self, name: str, value: NamedArray) -> None:
        """Let a letter have a value from here on, because the display computes it in steps."""
        self.names[name] = value
        self.assigned.add(name)
        self.defined[name] = 0

    def _name(self, node: Node) -> NamedArray:
        return self._meaning(node.text)

    def _meaning(self, name: str) -> NamedArray:
        if name in self.names:
            value = self.names[name]
            if not isinstance(value, NamedArray):
                raise FormulaError(f"{name} is not a number here")
            if name in self.assigned:
                self.defined[name] += 1
            return value
        if name in self.definitions:
            return self._defined(name)
        if name in self.environment.indices:
            axis = self.environment.indices[name]
            first = self.environment.origins.get(axis, 0)
            return NamedArray(first + np.arange(self.sizes[axis]), (name,))
        constants = {"e": math.e, "π": math.pi, "∞": math.inf}
        if name in constants:
            return number(constants[name])
        raise UnknownLetterError(f"{name} has no meaning here")

    def _defined(self, name: str) -> NamedArray:
        """What the display says that a letter is."""
        self.defined[name] += 1
        self.depth += 1
        try:
            if self.depth > DEPTH:
                raise FormulaError(f"{name} is explained by itself")
            return self.compute(self.definitions[name].parts[1])
        finally:
            self.depth -= 1

    def _number(self, node: Node) -> NamedArray:
        if node.text == "½":
            return number(0.5)
        return number(float(node.text) if "." in node.text else int(node.text))

    def _index(self, node: Node) -> NamedArray:
        base = node.parts[0]
        if base.kind == "name":
            name = f"{base.text}_{node.text}"
            if name in self.names or name in self.definitions:
                return self._meaning(name)
        return self._take(self.compute(base), node.parts[1:])

    def _take(self, value: NamedArray, subs: tuple[Node, ...]) -> NamedArray:
        for sub in subs:
            if not value.axes:
                raise FormulaError("more indices than axes")
            axis = value.axes[0]
            expected = self.environment.indices.get(sub.text) if sub.kind == "name" else None
            if expected not in (None, axis) and sub.text not in self.names:
                raise FormulaError(f"{sub.text} runs along {expected}, not along {axis}")
            place = self.compute(sub)
            first = self.environment.origins.get(axis, 0)
            value = value.take(NamedArray(place.array - first, place.dims, place.axes))
        return value

    def _layer(self, node: Node) -> NamedArray:
        name = node.parts[0].text
        if name in self.environment.functions:
            return self.environment.functions[name](self.compute(node.parts[1]))
        layers = self.names.get(name)
        if not isinstance(layers, Mapping):
            raise UnknownLetterError(f"{name} has no layers")
        number_of = int(self.compute(node.parts[1]).array)
        if number_of not in layers:
            raise FormulaError(f"{name} has no layer {number_of}")
        return layers[number_of]

    def _derivative(self, node: Node) -> NamedArray:
        above, below = node.parts
        if above.kind in ("group", "add"):
            inner = above.parts[0] if above.kind == "group" else above
            parts = tuple(Node("derivative", one.span, (one, below)) for one in inner.parts)
            return self._add(Node("add", node.span, parts, signs=inner.signs))
        subs = [sub for one in (above, below) if one.kind == "index" for sub in one.parts[1:]]
        names = [one.parts[0] if one.kind == "index" else one for one in (above, below)]
        whole = f"∂{names[0].text}_{above.text}/∂{names[1].text}"
        if above.kind == "index" and whole in self.names:
            return self._take(self._meaning(whole), below.parts[1:])
        value = self._meaning(f"∂{names[0].text}/∂{names[1].text}")
        return self._take(value, tuple(subs))

    # Arithmetic

    def _group(self, node: Node) -> NamedArray:
        return self.compute(node.parts[0])

    def _add(self, node: Node) -> NamedArray:
        total: NamedArray | None = None
        for sign, part in zip(node.signs, node.parts, strict=True):
            value = self.compute(part)
            if total is None:
                total = value if sign == "+" else combine(np.negative, value)
            else:
                total = combine(np.add if sign == "+" else np.subtract, total, value)
        assert total is not None
        return total

    def _product(self, node: Node) -> NamedArray:
        value = self.compute(node.parts[0])
        for part in node.parts[1:]:
            other = self.compute(part)
            kinds = {"row": (1, 2), "column": (2, 1)}
            refused = kinds["row" if self.environment.has_columns else "column"]
            if (len(value.axes), len(other.axes)) == refused:
                raise FormulaError("a row where columns are meant, or a column for a row")
            value = contract(value, other)
        return value

    def _binary(self, node: Node) -> NamedArray:
        left, right = map(self.compute, node.parts)
        if node.text in "⊕≫":
            left, right = _unsigned(left), _unsigned(right)
        return combine(_BINARY[node.text], left, right)

    def _power(self, node: Node) -> NamedArray:
        inner = node.parts[0]
        if inner.kind == "call" and isinstance(self.names.get(inner.parts[0].text), NamedArray):
            raise FormulaError(f"is {inner.parts[0].text} a function or a factor here?")
        base, exponent = map(self.compute, node.parts)
        if len(base.axes) == 2 and exponent.array.ndim == 0 and exponent.array == -1:
            return base.invert()
        return combine(_raise, base, exponent)

    def _transpose(self, node: Node) -> NamedArray:
        return self.compute(node.parts[0]).transpose()

    def _root(self, node: Node) -> NamedArray:
        return _KNOWN["sqrt"](self.compute(node.parts[0]))

    def _absolute(self, node: Node) -> NamedArray:
        return combine(np.abs, self.compute(node.parts[0]))

    def _floor(self, node: Node) -> NamedArray:
        return combine(_floor, self.compute(node.parts[0]))

    def _norm(self, node: Node) -> NamedArray:
        value = self.compute(node.parts[0])
        if len(value.axes) != 1:
            raise FormulaError("the norm of what is not a vector")
        return NamedArray(np.sqrt(np.square(value.array).sum(axis=-1)), value.dims)

    def _mean(self, node: Node) -> NamedArray:
        value = self.compute(node.parts[0])
        if len(value.axes) == 1:
            return NamedArray(value.array.mean(axis=-1), value.dims)
        return mean_over_draws(value)

    def _tuple(self, node: Node) -> NamedArray:
        values = [self.compute(part) for part in node.parts]
        axes = values[0].axes
        if any(value.axes != axes for value in values) or len(axes) > 1:
            raise FormulaError("a list of things of different kinds")
        dims = tuple(dict.fromkeys(name for value in values for name in value.dims))
        arrays = [value.spread(dims, 1) for value in values]
        shape = np.broadcast_shapes(*(array.shape[:-1] for array in arrays))
        arrays = [np.broadcast_to(array, (*shape, array.shape[-1])) for array in arrays]
        return NamedArray(np.concatenate(arrays, axis=-1), dims, axes or ("list",))

    _range = _tuple

    def _matrix(self, node: Node) -> NamedArray:
        rows = [self.compute(row).array for row in node.parts]
        return NamedArray(np.array(rows), (), ("plane", "plane"))

    # Sums and integrals

    def _with(self, name: str, value: NamedArray, body: Node) -> NamedArray:
        before = self.names.get(name)
        self.names[name] = value
        try:
            return self.compute(body)
        finally:
            if before is None:
                del self.names[name]
            else:
                self.names[name] = before

    def _sum(self, node: Node) -> NamedArray:
        body, bounds = node.parts[0], dict(zip(node.signs, node.parts[1:], strict=True))
        index = node.text
        if index in ("", "batch"):
            value = self.compute(body)
            if index == "batch" and value.axes[:1] != ("row",):
                raise FormulaError("the sum over a batch needs rows")
            running = [name for name in value.dims if name in self.environment.indices]
            if not value.axes and len(running) == 1:
                return value.sum_over(running[0])
            return value.sum_first_axis()
        if "=" in bounds or "≥" in bounds:
            return self._bounded_sum(index, body, bounds)
        if "≠" in bounds:
            kept = combine(np.not_equal, self._meaning(index), self.compute(bounds["≠"]))
            value = self.compute(body)
            if index not in value.dims:
                raise FormulaError(f"nothing runs along {index}")
            return combine(lambda v, k: np.where(k, v, 0), value, kept).sum_over(index)
        if index in self.environment.indices or index in ("parts", "k", "d"):
            return self.compute(body).sum_over(index)
        elements = self._meaning(index)
        flat = NamedArray(elements.array.reshape(-1), (index,))
        return self._with(index, flat, body).sum_over(index)

    def _bounded_sum(self, index: str, body: Node, bounds: Mapping[str, Node]) -> NamedArray:
        infinite = "≥" in bounds
        first = int(self.compute(bounds["≥" if infinite else "="]).array)
        last = LAST if infinite else int(self.compute(bounds["to"]).array)
        value = self._with(index, NamedArray(np.arange(first, last + 1), (index,)), body)
        return value.sum_over(index)

    def _integral(self, node: Node) -> NamedArray:
        body, low, high = node.parts[0], *map(self.compute, node.parts[1:])
        low, high = (combine(lambda x: np.clip(x, -FAR, FAR), end) for end in (low, high))
        half = combine(lambda a, b: (b - a) / 2, low, high)
        middle = combine(lambda a, b: (b + a) / 2, low, high)
        places = NamedArray(NODES, ("∫",))
        t = combine(lambda m, h, x: m + h * x, middle, half, places)
        value = self._with(node.text, t, body)
        weights = NamedArray(WEIGHTS, ("∫",))
        return contract(half, contract(value, weights).sum_over("∫"))

    # Cases

    def _compare(self, node: Node) -> NamedArray:
        values = [self.compute(part) for part in node.parts]
        pairs = zip(node.signs, values, values[1:], strict=False)
        held = [combine(_COMPARE[sign], a, b) for sign, a, b in pairs]
        return combine(lambda *all_of: np.logical_and.reduce(np.broadcast_arrays(*all_of)), *held)

    def _all(self, node: Node) -> NamedArray:
        held = [self.compute(part) for part in node.parts]
        return combine(lambda *all_of: np.logical_and.reduce(np.broadcast_arrays(*all_of)), *held)

    def _truth(self, node: Node) -> NamedArray:
        return combine(lambda held: held.astype(float), self.compute(node.parts[0]))

    def _case(self, node: Node) -> NamedArray:
        value, condition, otherwise = map(self.compute, node.parts)
        self._note(node, condition.array)
        return combine(np.where, condition, value, otherwise)

    def _note(self, node: Node, ways: Any) -> None:
        """Remember which ways through a case distinction were taken."""
        taken = self.branches.setdefault(node.span.start, set())
        taken.update(int(way) for way in np.unique(ways))

    # Functions

    def _call(self, node: Node) -> NamedArray:
        head, arguments = node.parts[0], node.parts[1:]
        name = head.text
        if head.kind == "index":
            name = head.parts[0].text
            if f"{name}_{head.text}" in self.environment.functions:
                name = f"{name}_{head.text}"
        values = [self.compute(one) for one in arguments]
        if name in ("max", "min"):
            return self._extreme(node, name, values)
        if name in self.definitions and self.definitions[name].parts[0].kind == "call":
            return self._defined_call(name, values)
        function = self.environment.functions.get(name) or self.names.get(name) or _KNOWN.get(name)
        if isinstance(self.names.get(name), NamedArray) and name == head.text and len(values) == 1:
            return contract(self._meaning(name), values[0])  # h(d - 1), a product
        if not callable(function):
            raise FormulaError(f"{name} is not a function here")
        value = function(*values)
        if head.kind == "index" and name == head.parts[0].text:
            return self._take(value, head.parts[1:])
        return value

    def _extreme(self, node: Node, name: str, values: list[NamedArray]) -> NamedArray:
        if len(values) == 1:
            reduce_all = np.max if name == "max" else np.min
            return number(reduce_all(values[0].array))
        stacked = combine(lambda *all_of: np.stack(np.broadcast_arrays(*all_of), -1), *values)
        pick = np.argmax if name == "max" else np.argmin
        self._note(node, pick(stacked.array, axis=-1))
        return combine(
            lambda *all_of: (np.maximum if name == "max" else np.minimum).reduce(
                np.broadcast_arrays(*all_of)
            ),
            *values,
        )

    def _defined_call(self, name: str, values: list[NamedArray]) -> NamedArray:
        definition = self.definitions[name]
        letters = [one.text for one in definition.parts[0].parts[1:]]
        if len(letters) != len(values):
            raise FormulaError(f"{name} takes {len(letters)} arguments")
        before = dict(self.names)
        self.names.update(zip(letters, values, strict=True))
        try:
            return self._defined(name)
        finally:
            self.names = before


def _raise(base: Numbers, exponent: Numbers) -> Numbers:
    """A power; of whole numbers a whole number."""
    whole = base.dtype.kind == exponent.dtype.kind == "i" and exponent.min() >= 0
    return np.power(base if whole else np.asarray(base, float), exponent)


def _floor(values: Numbers) -> Numbers:
    return np.asarray(np.floor(np.asarray(values, float)), np.int64)


def _unsigned(value: NamedArray) -> NamedArray:
    if value.array.dtype == object:
        return value
    return NamedArray(np.asarray(value.array, np.uint32), value.dims, value.axes)


def mean_over_draws(value: NamedArray) -> NamedArray:
    """The mean along the dimension of the draws, all of which are equally likely."""
    if "*draw" not in value.dims:
        raise FormulaError("a mean of what is not drawn")
    at = value.dims.index("*draw")
    return NamedArray(value.array.mean(axis=at), value.dims[:at] + value.dims[at + 1 :], value.axes)
