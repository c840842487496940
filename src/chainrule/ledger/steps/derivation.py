"""The gradients of a network derived by SymPy, layer by layer, with the functions themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.ledger.steps.quantity import Quantity
from chainrule.ledger.steps.step import Step

__all__ = ["Derivation"]

Node = Any
"""An expression of SymPy's, which brings no types along."""

Named = Callable[[Quantity], Node]


def _parted(d: Node, above: Node, below: Node, *, at_zero: bool = False) -> Node:
    """One expression to the right of 0 and another to its left."""
    import sympy

    return sympy.Piecewise((above, d >= 0 if at_zero else d > 0), (below, True))


def _activation(name: str, zs: Sequence[Node], at: int) -> Node:
    """φ of one neuron, by its definition."""
    import sympy as s

    z, (leak, scale, steep) = zs[at], s.symbols("leak selu_scale selu_alpha", positive=True)
    trees: dict[str, Callable[[], Node]] = {
        "step": lambda: _parted(z, s.Integer(1), s.Integer(0), at_zero=True),
        "identity": lambda: z,
        "sigmoid": lambda: 1 / (1 + s.exp(-z)),
        "tanh": lambda: s.tanh(z),
        "relu": lambda: _parted(z, z, s.Integer(0)),
        "leaky_relu": lambda: _parted(z, z, leak * z),
        "elu": lambda: _parted(z, z, s.exp(z) - 1),
        "selu": lambda: _parted(z, scale * z, scale * steep * (s.exp(z) - 1)),
        "gelu": lambda: z * (1 + s.erf(z / s.sqrt(2))) / 2,
        "silu": lambda: z / (1 + s.exp(-z)),
        "softplus": lambda: s.log(1 + s.exp(z)),
        "softmax": lambda: s.exp(z) / s.Add(*map(s.exp, zs)),
    }
    return trees[name]()


def _cost(name: str, outputs: Sequence[Node], targets: Sequence[Node]) -> Node:
    """The cost of one example, by its definition; a target that is 0 leaves no logarithm."""
    import sympy as s

    h, pairs = s.Symbol("h", positive=True), list(zip(outputs, targets, strict=True))
    squares = s.Add(*((a - y) ** 2 for a, y in pairs))
    trees: dict[str, Callable[[], Node]] = {
        "squared_error": lambda: squares,
        "mean_squared_error": lambda: squares / len(pairs),
        "half_squared_error": lambda: squares / 2,
        "binary_cross_entropy": lambda: (
            -s.Add(*(_times_log(y, a) + _times_log(1 - y, 1 - a) for a, y in pairs))
        ),
        "categorical_cross_entropy": lambda: -s.Add(*(_times_log(y, a) for a, y in pairs)),
        "absolute_error": lambda: s.Add(*(s.Abs(a - y) for a, y in pairs)),
        "huber": lambda: s.Add(*(_huber(a - y, h) for a, y in pairs)),
    }
    return trees[name]()


def _times_log(y: Node, of: Node) -> Node:
    import sympy

    return sympy.Integer(0) if y == 0 else y * sympy.log(of)


def _huber(d: Node, h: Node) -> Node:
    import sympy

    return sympy.Piecewise((d**2 / 2, sympy.Abs(d) <= h), (h * (sympy.Abs(d) - h / 2), True))


@dataclass(frozen=True, eq=False)
class Derivation:
    """The derivatives of one step's objective.

    Args:
        step: the step.
        named: the symbol for a number of the step.
    """

    step: Step
    named: Named

    def gradient(self, quantity: Quantity) -> list[Node]:
        """The derivative by one weight or bias, as terms: of each example, and of penalties.

        Args:
            quantity: located, of the kind "dW", "db" or "g".
        """
        rows = self.step.rows if quantity.example is None else (quantity.example,)
        terms = [self._of_example(quantity, row) for row in rows]
        if quantity.kind == "g":
            terms.append(self._penalty(quantity))
        return [term for term in terms if term != 0]

    def activation(self, layer: int, zs: Sequence[Node], at: int) -> Node:
        """φ of one neuron of a layer, from the layer's weighted sums."""
        return _activation(self.step.activation(layer).name, zs, at)

    def _by(self, quantity: Quantity) -> Quantity:
        letter = "W" if len(quantity.index) == 2 else "b"
        return Quantity(letter, quantity.layer, quantity.index, quantity.step)

    def _penalty(self, quantity: Quantity) -> Node:
        import sympy as s

        by, recipe = self._by(quantity), self.step.recipe
        if by.kind == "b":
            return s.Integer(0)
        w, (one, two) = self.named(by), s.symbols("l1 l2", positive=True)
        whole = (one * s.Abs(w) if recipe.l1 else 0) + (two * w**2 / 2 if recipe.l2 else 0)
        return s.diff(whole, w)

    def _of_example(self, quantity: Quantity, row: int) -> Node:
        """What one example adds: the cost's derivative, followed back layer by layer."""
        path = _Path(self, self._by(quantity), row if self.step.example.has_many else None)
        return self._share(path.row) * path.derivative()

    def _share(self, row: int | None) -> Node:
        import sympy

        if self.step.example.view.weights is None:
            return sympy.Rational(1, len(self.step.rows))
        return self.named(Quantity("share", step=self.step.number, example=row))


@dataclass(frozen=True, eq=False)
class _Path:
    """One example's way from a parameter to the cost."""

    derivation: Derivation
    by: Quantity
    row: int | None

    def derivative(self) -> Node:
        """dc/dθ in terms of weighted sums, weights, inputs and targets."""
        theta, last = self._named("", None), len(self.derivation.step.layers)
        found = self._cost(last).diff(theta)
        for layer in range(last, (self.by.layer or 1) - 1, -1):
            inner = {
                self._sum(layer, j).diff(theta): self._definition(layer, j).diff(theta)
                for j in range(self._width(layer))
                if not self._sum(layer, j).is_Symbol
            }
            found = found.xreplace(inner)
        return found.xreplace(self._symbols(last))

    def _symbols(self, last: int) -> dict[Node, Node]:
        """For every weighted sum that is a function of the parameter its symbol."""
        first = self.by.layer or 1
        places = [(m, j) for m in range(first, last + 1) for j in range(self._width(m))]
        return {self._sum(m, j): self._named("z", m, j) for m, j in places}

    def _width(self, layer: int) -> int:
        return self.derivation.step.example.architecture.layers[layer]

    def _named(self, kind: str, layer: int | None, *index: int) -> Node:
        """The symbol of a number; without a kind that of the parameter."""
        if not kind:
            return self.derivation.named(self.by)
        row = None if kind in "Wb" else self.row
        number = self.derivation.step.number
        return self.derivation.named(Quantity(kind, layer, tuple(index), number, row))

    def _sum(self, layer: int, j: int) -> Node:
        """A weighted sum: from the parameter's layer on, one that depends on it."""
        import sympy

        symbol, first = self._named("z", layer, j), self.by.layer or 1
        if layer < first or (layer == first and j != self.by.index[0]):
            return symbol
        return sympy.Function(f"{symbol.name}()", real=True)(self._named("", None))

    def _outputs(self, layer: int) -> list[Node]:
        """What a layer gives to the next one."""
        count = self._width(layer)
        if layer == 0:
            return [self._named("a", 0, k) for k in range(count)]
        sums = [self._sum(layer, j) for j in range(count)]
        return [self.derivation.activation(layer, sums, j) for j in range(count)]

    def _definition(self, layer: int, j: int) -> Node:
        """A weighted sum written out [F1]."""
        import sympy

        outputs = enumerate(self._outputs(layer - 1))
        terms = [self._named("W", layer, j, k) * a for k, a in outputs]
        if self.derivation.step.example.architecture.biases:
            terms.append(self._named("b", layer, j))
        return sympy.Add(*terms)

    def _cost(self, last: int) -> Node:
        import sympy

        recipe, step = self.derivation.step.recipe, self.derivation.step
        at = 0 if self.row is None else step.rows.index(self.row)
        targets = [
            sympy.Integer(int(y)) if y in (0, 1) and "entropy" in recipe.cost else symbol
            for y, symbol in (
                (step.trace.y[at, i], self._named("y", None, i)) for i in range(self._width(last))
            )
        ]
        return _cost(recipe.cost, self._outputs(last), targets)
