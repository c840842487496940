"""The facts of a sheet besides its numbers: functions, cost, training, instructions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from chainrule.documents import parse_formula
from chainrule.documents.mathematics import Letter, Mathematics, Numeral, equation
from chainrule.equations.activations import ACTIVATIONS
from chainrule.equations.costs import COSTS
from chainrule.ledger import DisplayOptions, activation_letter, group_members, section_equations
from chainrule.ledger.files import list_used_settings
from chainrule.ledger.formulas import (
    Leaf,
    Number,
    Term,
    activation_forms,
    conditions,
    formula_math,
    number_text,
)
from chainrule.ledger.rendering import (
    BATCH_LEGENDS,
    WEIGHT_LEGEND,
    EntryFormulas,
    Given,
    examples_of,
    given_arrays,
    index_legend,
)
from chainrule.ledger.steps import KINDS, Quantity, WorkedExample
from chainrule.limits import limits_of
from chainrule.recipe import Recipe
from chainrule.worksheets.sheet import Worksheet

__all__ = [
    "END_TEXT",
    "GIVEN_DIGITS",
    "MORE_DIGITS",
    "Fact",
    "answers_text",
    "sheet_facts",
    "sheet_givens",
    "sheet_legend",
    "short_name",
    "task_text",
]

GIVEN_DIGITS = 15
"""Of given numbers; no double has a decimal of its own beyond them."""
MORE_DIGITS = 4
"""So many digits more than asked for are printed behind an answer."""
END_TEXT = (
    "The address under each line names its number in the claims file that goes with this sheet; "
    "chainrule check marks it."
)
_SHORT = {
    "y": "smoothed target",
    "slope": "slope at z",
    "da": "gradient by the activation",
    "dW": "gradient by the weight",
    "db": "gradient by the bias",
    "W_new": "new weight",
    "b_new": "new bias",
}
"""Where the meaning of a kind is too long to stand under a line; asked targets are smoothed."""


@dataclass(frozen=True)
class Fact:
    """Something that is given.

    Args:
        label: a word or two.
        words: behind the label; may be empty.
        formulas: behind the words.
    """

    label: str
    words: str
    formulas: tuple[Mathematics, ...] = ()


def task_text(sheet: Worksheet) -> str:
    """What the student is to do, in sentences."""
    digits = sheet.options.digits
    return (
        f"Work out the numbers that are left blank, in the order in which they stand. Give each to "
        f"{digits} significant digits. Whether you go on from the rounded numbers or from those "
        "with more digits is up to you."
    )


def answers_text(sheet: Worksheet) -> str:
    """What a teacher has to know, in sentences."""
    count = len(sheet.blanks)
    return (
        f"One mark for each of the {count} numbers. A student who goes on from rounded numbers may "
        "come to another last digit; chainrule check allows for that in the claims file, and for "
        "errors that are only carried forward."
    )


def short_name(quantity: Quantity) -> str:
    """What a number is, without its place, which its letter and its address show."""
    return _SHORT.get(quantity.kind, KINDS[quantity.kind].meaning)


def sheet_legend(sheet: Worksheet) -> str:
    """How to read the letters, in sentences."""
    notation = sheet.options.notation
    example = sheet.ledger.example
    sentences = [index_legend(example, notation), BATCH_LEGENDS[notation], WEIGHT_LEGEND]
    if not example.has_many:
        sentences.remove(BATCH_LEGENDS[notation])
    return " ".join(sentences)


def sheet_givens(sheet: Worksheet) -> Iterator[Given]:
    """The arrays that an exercise starts from: inputs, targets, weights, biases, memories."""
    ledger, seen = sheet.ledger, set[int | None]()
    options = DisplayOptions(notation=sheet.options.notation, full=True)
    for step in range(1, ledger.example.steps + 1):
        yield from given_arrays(ledger, step, options, seen)
        seen.update(examples_of(ledger, step))


def sheet_facts(sheet: Worksheet, formulas: EntryFormulas) -> Iterator[Fact]:
    """What is given besides inputs, targets, weights and biases.

    Args:
        sheet: the worksheet.
        formulas: writes the entries of its ledger.
    """
    example = sheet.ledger.example
    yield Fact("Network", _network_text(example))
    yield from _activations(example, formulas)
    if example.recipe is not None:
        yield from _cost(example, formulas)
        yield from _update(sheet, formulas)


def _network_text(example: WorkedExample) -> str:
    first, *hidden, last = example.architecture.layers
    parts = [_many(first, "input"), *(_many(one, "hidden neuron") for one in hidden)]
    text = ", ".join([*parts, _many(last, "output")])
    return text if example.architecture.biases else f"{text}; no biases"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _activations(example: WorkedExample, formulas: EntryFormulas) -> Iterator[Fact]:
    """A fact for each function, with its layers."""
    layers: dict[str, list[int]] = {}
    for layer, name in enumerate(example.architecture.activations, 1):
        layers.setdefault(name, []).append(layer)
    for name, several in layers.items():
        words = name.replace("_", " ")
        if len(layers) > 1:
            listed = " and ".join(map(str, several))
            words += f" in layer{'s' * (len(several) > 1)} {listed}"
        sign = activation_letter(example, formulas.options.notation, several[0])
        yield Fact("Activation", words, (_activation_equation(name, sign),))


def _activation_equation(name: str, letter: str) -> Mathematics:
    """An activation function of z; where it has branches, as its equation has them."""
    if name == "softmax":
        return parse_formula(f"a_i = {ACTIVATIONS[name].formula}")
    tree = activation_forms(name, Term(Quantity("z", 1, (0,)), 1.0))[0].expression
    if any(conditions(tree)):
        right = parse_formula(ACTIVATIONS[name].formula)
    else:
        right = formula_math(tree, _leaf_of_z)
    return equation(parse_formula(f"{letter}(z)"), right)


def _leaf_of_z(leaf: Leaf) -> Mathematics:
    """A number of an activation function's formula; all others are its z."""
    if isinstance(leaf, Number):
        return Numeral(number_text(leaf.value, GIVEN_DIGITS))
    return Letter("z")


def _cost(example: WorkedExample, formulas: EntryFormulas) -> Iterator[Fact]:
    recipe = example.recipe
    assert recipe is not None
    words = recipe.cost.replace("_", " ") + (" of one example" if example.has_many else "")
    if recipe.label_smoothing:
        equations = dict(section_equations(example, "cost", formulas.options.notation))
        yield Fact("Targets", "smoothed before they are used", (parse_formula(equations["C9"]),))
    yield Fact("Cost", words, (parse_formula(f"c = {COSTS[recipe.cost].formula}"),))
    if example.has_many:
        weighted = example.view.weights is not None
        of = "each c times the share s of its example" if weighted else "c over the examples"
        yield Fact("", "of the batch: C is the mean of " + of)
    terms = ["λ₁ Σ |W|"] * bool(recipe.l1) + ["½ λ₂ Σ W²"] * bool(recipe.l2)
    if terms:
        formula = parse_formula("P = " + " + ".join(terms))
        yield Fact("Penalty", "over all weights, none of them a bias", (formula,))


def _update(sheet: Worksheet, formulas: EntryFormulas) -> Iterator[Fact]:
    recipe = sheet.ledger.example.recipe
    assert recipe is not None
    yield from _rates(sheet, formulas)
    limits = limits_of(Recipe)
    used = tuple(
        _equation(formulas, one.letter or one.name.replace("_", " "), one.value)
        for one in list_used_settings(recipe)
        if limits[one.name].group != "schedule"  # the rates of the steps are listed
    )
    if sheet.ledger.example.fixes_biases:
        yield Fact("Biases", "held fixed in the step")
    name = "gradient descent" if recipe.optimiser == "sgd" else recipe.optimiser
    yield Fact("Update", name, used)
    if _is_special(sheet):
        yield Fact(
            "", "of the first weight, as an example", tuple(_example_update(sheet, formulas))
        )


def _rates(sheet: Worksheet, formulas: EntryFormulas) -> Iterator[Fact]:
    """The learning rate, of each step where a schedule changes it."""
    steps = range(1, sheet.ledger.example.steps + 1)
    rates = [float(sheet.ledger.value(f"step[{step}].learning_rate")) for step in steps]
    by_step = [(f"in step {step}", rate) for step, rate in zip(steps, rates, strict=True)]
    for at, (words, rate) in enumerate(by_step if len(set(rates)) > 1 else [("", rates[0])]):
        yield Fact("" if at else "Learning rate", words, (_equation(formulas, "η", rate),))


def _equation(formulas: EntryFormulas, letter: str, value: float) -> Mathematics:
    return equation(parse_formula(letter), formulas.number(value))


def _is_special(sheet: Worksheet) -> bool:
    """Whether a step is more than the weight less the rate times the gradient."""
    recipe = sheet.ledger.example.recipe
    assert recipe is not None
    return recipe.optimiser != "sgd" or bool(recipe.l1 or recipe.l2 or recipe.clip_norm)


def _example_update(sheet: Worksheet, formulas: EntryFormulas) -> Iterator[Mathematics]:
    """The formulas of all that belongs to the first weight in the step."""
    ledger = sheet.ledger
    for group in ledger.groups(1):
        places = islice(group_members(ledger.example, group), len(group.arrays))
        for quantity in places if group.section == "update" else ():
            if quantity.layer == 1 and len(quantity.index) == 2:
                entry = ledger.entry(quantity)
                yield equation(formulas.symbol(quantity), formulas.in_symbols(entry))
