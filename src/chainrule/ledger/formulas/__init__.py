"""The formulas behind the numbers of a step, as trees."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.formulas.activation_formulas import activation_forms as activation_forms
    from chainrule.ledger.formulas.activation_formulas import slope_forms as slope_forms
    from chainrule.ledger.formulas.branches import decided as decided
    from chainrule.ledger.formulas.builders import HALF as HALF
    from chainrule.ledger.formulas.builders import ONE as ONE
    from chainrule.ledger.formulas.builders import TWO as TWO
    from chainrule.ledger.formulas.builders import Form as Form
    from chainrule.ledger.formulas.builders import added as added
    from chainrule.ledger.formulas.builders import chosen as chosen
    from chainrule.ledger.formulas.builders import less as less
    from chainrule.ledger.formulas.builders import squared as squared
    from chainrule.ledger.formulas.builders import times as times
    from chainrule.ledger.formulas.expression import FLOATS as FLOATS
    from chainrule.ledger.formulas.expression import FUNCTIONS as FUNCTIONS
    from chainrule.ledger.formulas.expression import Arithmetic as Arithmetic
    from chainrule.ledger.formulas.expression import Call as Call
    from chainrule.ledger.formulas.expression import Case as Case
    from chainrule.ledger.formulas.expression import Expression as Expression
    from chainrule.ledger.formulas.expression import Leaf as Leaf
    from chainrule.ledger.formulas.expression import Negative as Negative
    from chainrule.ledger.formulas.expression import Number as Number
    from chainrule.ledger.formulas.expression import Power as Power
    from chainrule.ledger.formulas.expression import Product as Product
    from chainrule.ledger.formulas.expression import Quotient as Quotient
    from chainrule.ledger.formulas.expression import Sum as Sum
    from chainrule.ledger.formulas.expression import Symbol as Symbol
    from chainrule.ledger.formulas.expression import Term as Term
    from chainrule.ledger.formulas.expression import evaluate as evaluate
    from chainrule.ledger.formulas.expression import leaves as leaves
    from chainrule.ledger.formulas.expression import parts as parts
    from chainrule.ledger.formulas.formulas import forms_of as forms_of
    from chainrule.ledger.formulas.formulas import is_fused as is_fused
    from chainrule.ledger.formulas.fractions import Fractions as Fractions
    from chainrule.ledger.formulas.pair_formulas import PAIR_ERRORS as PAIR_ERRORS
    from chainrule.ledger.formulas.sympy_tree import in_digits as in_digits
    from chainrule.ledger.formulas.sympy_tree import tree_of as tree_of
    from chainrule.ledger.formulas.text_formula import Gap as Gap
    from chainrule.ledger.formulas.text_formula import conditions as conditions
    from chainrule.ledger.formulas.text_formula import number_text as number_text
    from chainrule.ledger.formulas.text_formula import plain as plain
    from chainrule.ledger.formulas.text_formula import shortened as shortened
    from chainrule.ledger.formulas.tree_changes import everywhere as everywhere
    from chainrule.ledger.formulas.tree_changes import in_one_place as in_one_place
    from chainrule.ledger.formulas.tree_changes import is_leaf as is_leaf
    from chainrule.ledger.formulas.tree_changes import without_part as without_part

__all__ = [
    "FLOATS",
    "FUNCTIONS",
    "HALF",
    "ONE",
    "PAIR_ERRORS",
    "TWO",
    "Arithmetic",
    "Call",
    "Case",
    "Expression",
    "Form",
    "Fractions",
    "Gap",
    "Leaf",
    "Negative",
    "Number",
    "Power",
    "Product",
    "Quotient",
    "Sum",
    "Symbol",
    "Term",
    "activation_forms",
    "added",
    "chosen",
    "conditions",
    "decided",
    "evaluate",
    "everywhere",
    "forms_of",
    "in_digits",
    "in_one_place",
    "is_fused",
    "is_leaf",
    "leaves",
    "less",
    "number_text",
    "parts",
    "plain",
    "shortened",
    "slope_forms",
    "squared",
    "times",
    "tree_of",
    "without_part",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "activation_formulas": ["activation_forms", "slope_forms"],
        "branches": ["decided"],
        "builders": ["HALF", "ONE", "TWO", "Form", "added", "chosen", "less", "squared", "times"],
        "expression": [
            "FLOATS",
            "FUNCTIONS",
            "Arithmetic",
            "Call",
            "Case",
            "Expression",
            "Leaf",
            "Negative",
            "Number",
            "Power",
            "Product",
            "Quotient",
            "Sum",
            "Symbol",
            "Term",
            "evaluate",
            "leaves",
            "parts",
        ],
        "formulas": ["forms_of", "is_fused"],
        "fractions": ["Fractions"],
        "pair_formulas": ["PAIR_ERRORS"],
        "sympy_tree": ["in_digits", "tree_of"],
        "text_formula": ["Gap", "conditions", "number_text", "plain", "shortened"],
        "tree_changes": ["everywhere", "in_one_place", "is_leaf", "without_part"],
    },
)
