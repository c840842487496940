"""The gradients of a network by SymPy, layer by layer, from the formulas of its functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.equations.activations import LEAK
from chainrule.ledger.formulas.activation_formulas import activation_forms, softmax_forms
from chainrule.ledger.formulas.cost_formulas import Outputs, cost_tree
from chainrule.ledger.formulas.expression import Leaf, Symbol, Term
from chainrule.ledger.formulas.sympy_tree import to_sympy
from chainrule.ledger.steps import Quantity, Step

__all__ = ["Derivation"]

Node = Any
"""An expression of SymPy's, which brings no types along."""

Named = Callable[[Quantity], Node]

_NEAR = 1.0
"""A value for the terms of a definition, whose branches SymPy keeps all."""


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
        name = self.step.activation(layer).name
        terms = [Term(Quantity("z", layer, (j,)), _NEAR) for j in range(len(zs))]
        forms = softmax_forms(terms, at) if name == "softmax" else activation_forms(name, terms[at])
        return to_sympy(forms[0].expression, lambda one: _leaf(one, {"z": zs}))

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
        values = step.trace.y[at].tolist()
        outputs = Outputs(
            a=[Term(Quantity("a", last, (i,)), y) for i, y in enumerate(values)],
            y=[Term(Quantity("y", None, (i,)), y) for i, y in enumerate(values)],
            z=(),
            h=Symbol("h", "h", recipe.huber_threshold),
        )
        # A target of 0 or 1 is a number for SymPy too, since the formula leaves its terms out.
        symbols = [self._named("y", None, i) for i in range(len(values))]
        is_entropy = "entropy" in recipe.cost
        targets = [
            sympy.Integer(int(y)) if y in (0, 1) and is_entropy else symbol
            for y, symbol in zip(values, symbols, strict=True)
        ]
        nodes = {"a": self._outputs(last), "y": targets}
        return to_sympy(cost_tree(recipe.cost, outputs), lambda one: _leaf(one, nodes))


def _leaf(leaf: Leaf, nodes: Mapping[str, Sequence[Node]]) -> Node:
    """SymPy's node of a leaf of a definition; settings become symbols.

    Args:
        leaf: of the tree.
        nodes: for each kind of quantity the nodes of its numbers.
    """
    import sympy

    if isinstance(leaf, Term):
        return nodes[leaf.quantity.kind][leaf.quantity.index[0]]
    if isinstance(leaf, Symbol) and leaf.name != "n":
        return sympy.Symbol(leaf.name, positive=True)
    if leaf.value == LEAK:
        return sympy.Symbol("leak", positive=True)
    return sympy.Rational(str(leaf.value))
