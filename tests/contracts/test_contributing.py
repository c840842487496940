"""CONTRIBUTING.md names every place that knows an activation or a cost by its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from chainrule.attribution import margin
from chainrule.diagnosis import network_measures
from chainrule.engine import divergence
from chainrule.equations.activations import ACTIVATIONS, Activation
from chainrule.equations.costs import COSTS
from chainrule.equations.initialisers import INITIALISERS
from chainrule.equations.schedules import SCHEDULES
from chainrule.equations.updates import UPDATES
from chainrule.proofs import kinks
from chainrule.worksheets import number_faults, number_pools

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "src" / "chainrule"
PAGE = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^## (.+?)\n(.+?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))

FORMULAS = "names functions of formulas, whatever activations there are"
PAPERS = "names what a paper uses"
PIECES = "is about pieces of ReLU or of the sigmoid"
IDENTITY = "takes a layer without an activation as one with the identity"
OTHERS = {
    "descent/constant_size.py": FORMULAS,
    "descent/formula_parser.py": FORMULAS,
    "documents/mathematics/latex_math.py": FORMULAS,
    "documents/mathematics/mathml.py": FORMULAS,
    "documents/mathematics/text_math.py": FORMULAS,
    "exchange/importers/assembly.py": IDENTITY,
    "exchange/importers/folding.py": IDENTITY,
    "exchange/importers/model_metadata.py": IDENTITY,
    "exchange/importers/step_proof.py": IDENTITY,
    "figures/layer_transform.py": "names what is drawn if nothing is asked for",
    "figures/relu_pieces.py": "is about ReLU",
    "foreign_names.py": "names what other libraries call them",
    "kernels/activations.py": "exports a function of that name",
    "lab/pieces_step.py": PIECES,
    "lab/plane_settings.py": "names what is there if nothing is asked for",
    "lab/state.py": PIECES,
    "papers/experiments/four_or_not.py": PAPERS,
    "papers/experiments/program_changes.py": PAPERS,
    "papers/experiments/training_steps.py": PAPERS,
    "proofs/tape.py": FORMULAS,
    "training/run_start.py": "names one whose weights are drawn by glorot",
}
"""Modules that name activations or costs, and need no change for a new one."""
# Of softmax, much is its own, since each output depends on several sums; "step" has other meanings.
SPECIAL = {"softmax", "step"}


def named(node: ast.AST) -> Iterator[object]:
    """What a statement compares with, looks up, or holds in tuples and as keys."""
    for inner in ast.walk(node):
        found: list[ast.expr | None] = []
        if isinstance(inner, (ast.Tuple, ast.List, ast.Set)):
            found = [*inner.elts]
        elif isinstance(inner, ast.Dict):
            found = inner.keys
        elif isinstance(inner, ast.Compare):
            found = [inner.left, *inner.comparators]
        yield from (each.value for each in found if isinstance(each, ast.Constant))


def title(node: ast.stmt) -> str:
    """The name that a statement of a module defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return next((each.id for each in targets if isinstance(each, ast.Name)), "")


def places(names: Iterable[str]) -> list[tuple[str, str]]:
    """(module, table or function) of all that know one of these names."""
    return [
        (module, title(node))
        for path in sorted(SOURCES.rglob("*.py"))
        if (module := path.relative_to(SOURCES).as_posix()) not in OTHERS
        for node in ast.parse(path.read_text("utf-8")).body
        if set(names) & set(named(node))
    ]


KNOWING = [
    *(("Add an activation", *place) for place in places(set(ACTIVATIONS) - SPECIAL)),
    *(("Add a cost", *place) for place in places(COSTS)),
]


@pytest.mark.parametrize(("section", "module", "name"), KNOWING)
def test_each_place_that_knows_a_name_is_listed(section: str, module: str, name: str) -> None:
    assert f"`{module}`" in SECTIONS[section], f"{section}: {module}"
    assert f"`{name}`" in SECTIONS[section], f"{section}: {name} of {module}"


def test_the_modules_that_need_no_change_do_name_something() -> None:
    for module in OTHERS:
        found = set(named(ast.parse((SOURCES / module).read_text("utf-8"))))
        assert found & (set(ACTIVATIONS) | set(COSTS)), module


def test_each_file_that_the_page_names_is_there() -> None:
    for path in re.findall(r"`([\w./-]+\.(?:py|md|json|toml))`", PAGE):
        assert (ROOT / path).is_file() or (SOURCES / path).is_file(), path


@pytest.mark.parametrize("section", ["Add an activation", "Add a cost"])
def test_each_name_beside_a_file_stands_in_it(section: str) -> None:
    for row in SECTIONS[section].splitlines():
        files = re.findall(r"`([\w./-]+\.py)`", row)
        texts = [
            path.read_text("utf-8")
            for file in files
            for path in (ROOT / file, SOURCES / file)
            if path.is_file()
        ]
        for name in re.findall(r"`([A-Za-z_]+)`", row) if files else []:
            assert any(re.search(rf"\b{name}\b", text) for text in texts), row


def test_the_pages_count_what_there_is() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    tables = (ACTIVATIONS, COSTS, SCHEDULES, INITIALISERS)
    activations, costs, schedules, initialisers = map(len, tables)
    updates = len(UPDATES) + 1  # and L-BFGS, which is an engine of its own
    assert (
        f"**{activations} activations, {costs} costs, {updates} updates, {schedules} schedules, "
        f"{initialisers} initialisers**" in readme
    )
    notation = (ROOT / "docs" / "notation.md").read_text("utf-8")
    assert f"| F2, A1 to A{activations} |" in notation


# What tables say of an activation is what its numbers say.

Z = np.linspace(-5.0, 5.0, 101)
FAR = np.array([[-20.0, 20.0]])


def value(activation: Activation, z: np.ndarray) -> np.ndarray:
    return activation.value(z[None])[0]


def derivative(activation: Activation, z: np.ndarray) -> np.ndarray:
    assert activation.derivative is not None
    return activation.derivative(z[None])[0]


def chosen(condition) -> set[str]:
    return {name for name, activation in ACTIVATIONS.items() if condition(activation)}


def moves(activation: Activation) -> bool:
    """Whether it works by element, with a derivative that is not 0 everywhere."""
    return activation.derivative is not None and bool(derivative(activation, Z).any())


def test_straight_pieces_through_0() -> None:
    def linear(phi: Activation) -> bool:
        return moves(phi) and np.allclose(value(phi, Z), derivative(phi, Z) * Z, atol=1e-12)

    assert set(margin.LINEAR) == chosen(linear)


def test_functions_that_keep_the_order_of_their_sums() -> None:
    assert set(margin.RISING) == chosen(lambda phi: (np.diff(value(phi, Z)) > 0).all())


def test_functions_that_saturate_on_both_sides() -> None:
    def saturates(phi: Activation) -> bool:
        greatest = derivative(phi, Z).max() if moves(phi) else 0.0
        flat = network_measures._FLAT * greatest
        return moves(phi) and bool((derivative(phi, FAR[0]) < flat).all())

    assert set(network_measures._SATURATING) == chosen(saturates)


def test_functions_whose_neurons_can_die() -> None:
    def dies(phi: Activation) -> bool:
        below = Z[Z < 0]
        return moves(phi) and not (value(phi, below).any() or derivative(phi, below).any())

    assert set(network_measures._CAN_DIE) == chosen(dies)


def test_functions_whose_derivative_bends() -> None:
    def bends(phi: Activation) -> bool:
        if phi.kinks or not moves(phi):
            return False
        left, middle, right = derivative(phi, np.array([-1e-6, 0.0, 1e-6]))
        return abs((right - middle) - (middle - left)) > 1e-7

    assert set(kinks._BENDS) == chosen(bends)


def test_functions_that_do_not_saturate_to_the_right() -> None:
    assert set(number_faults._OPEN) == chosen(lambda phi: value(phi, np.array([1e3]))[0] > 10)
    assert set(number_faults._KINKED) == chosen(lambda phi: phi.kinks) | set(kinks._BENDS)


@pytest.mark.parametrize("name", sorted(chosen(lambda phi: phi.low == 0 or phi.high < np.inf)))
def test_targets_of_exercises_lie_where_outputs_can_be(name: str) -> None:
    activation = ACTIVATIONS[name]
    found = number_pools.targets(np.random.default_rng(0), "half_squared_error", name, 40)
    assert found.min() >= activation.low
    assert found.max() <= activation.high


def test_costs_that_are_not_finite_for_all_outputs() -> None:
    bounded = {name for name, cost in COSTS.items() if (cost.low, cost.high) != (-np.inf, np.inf)}
    assert set(divergence._NEEDS) == bounded


def test_costs_with_a_kink() -> None:
    def bends(name: str, at: float) -> bool:
        d = at + np.array([[-1e-6], [0.0], [1e-6]])
        left, middle, right = COSTS[name].gradient(d, np.zeros_like(d))[:, 0]
        return bool(right - left > 1e-3 or abs((right - middle) - (middle - left)) > 1e-7)

    bent = {name for name in COSTS if name not in divergence._NEEDS}
    bent = {name for name in bent if bends(name, 0.0) or bends(name, 1.0)}
    known = {"absolute_error", "huber"}
    assert bent == known, (
        "name it here, in proofs/kinks.py, and see proofs/numerical_derivatives.py"
    )
