"""The formulas of the numbers of a step, as trees."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.formulas.activation_formulas import activation_forms as activation_forms
    from chainrule.ledger.formulas.activation_formulas import derivative_forms as derivative_forms
    from chainrule.ledger.formulas.activation_formulas import softmax_forms as softmax_forms
    from chainrule.ledger.formulas.builders import HALF as HALF
    from chainrule.ledger.formulas.builders import ONE as ONE
    from chainrule.ledger.formulas.builders import TWO as TWO
    from chainrule.ledger.formulas.builders import QuantityForm as QuantityForm
    from chainrule.ledger.formulas.builders import add as add
    from chainrule.ledger.formulas.builders import choose_form as choose_form
    from chainrule.ledger.formulas.builders import multiply as multiply
    from chainrule.ledger.formulas.builders import square as square
    from chainrule.ledger.formulas.builders import subtract as subtract
    from chainrule.ledger.formulas.cost_formulas import PAIR_FORMULAS as PAIR_FORMULAS
    from chainrule.ledger.formulas.cost_formulas import Outputs as Outputs
    from chainrule.ledger.formulas.cost_formulas import cost_forms as cost_forms
    from chainrule.ledger.formulas.derivation import Derivation as Derivation
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
    from chainrule.ledger.formulas.fractions import Fractions as Fractions
    from chainrule.ledger.formulas.quantity_formulas import is_fused as is_fused
    from chainrule.ledger.formulas.quantity_formulas import quantity_forms as quantity_forms
    from chainrule.ledger.formulas.sympy_tree import evaluate_precisely as evaluate_precisely
    from chainrule.ledger.formulas.sympy_tree import from_sympy as from_sympy
    from chainrule.ledger.formulas.text_formula import conditions as conditions
    from chainrule.ledger.formulas.text_formula import formula_math as formula_math
    from chainrule.ledger.formulas.text_formula import number_text as number_text
    from chainrule.ledger.formulas.tree_changes import choose_branches as choose_branches
    from chainrule.ledger.formulas.tree_changes import is_leaf as is_leaf
    from chainrule.ledger.formulas.tree_changes import remove_one_part as remove_one_part
    from chainrule.ledger.formulas.tree_changes import replace_one_part as replace_one_part
    from chainrule.ledger.formulas.tree_changes import replace_parts as replace_parts

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "cost_formulas": "PAIR_FORMULAS Outputs cost_forms",
        "activation_formulas": "activation_forms derivative_forms softmax_forms",
        "builders": "HALF ONE TWO QuantityForm add choose_form multiply square subtract",
        "derivation": "Derivation",
        "expression": (
            "FLOATS FUNCTIONS Arithmetic Call Case Expression Leaf Negative Number Power Product "
            "Quotient Sum Symbol Term evaluate leaves parts"
        ),
        "quantity_formulas": "is_fused quantity_forms",
        "fractions": "Fractions",
        "sympy_tree": "evaluate_precisely from_sympy",
        "text_formula": "conditions formula_math number_text",
        "tree_changes": "choose_branches is_leaf remove_one_part replace_one_part replace_parts",
    },
)
