"""A training step, number by number: what is given, what has a name, where it stands."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.steps.addressing import located as located
    from chainrule.ledger.steps.addressing import shape_of as shape_of
    from chainrule.ledger.steps.derivation import Derivation as Derivation
    from chainrule.ledger.steps.example import MOST_STEPS as MOST_STEPS
    from chainrule.ledger.steps.example import Claim as Claim
    from chainrule.ledger.steps.example import WorkedExample as WorkedExample
    from chainrule.ledger.steps.parameter_places import all_places as all_places
    from chainrule.ledger.steps.parameter_places import indices as indices
    from chainrule.ledger.steps.quantity import KINDS as KINDS
    from chainrule.ledger.steps.quantity import Quantity as Quantity
    from chainrule.ledger.steps.quantity_names import name_of as name_of
    from chainrule.ledger.steps.step import Step as Step
    from chainrule.ledger.steps.step import computed as computed
    from chainrule.ledger.steps.step import followed as followed
    from chainrule.ledger.steps.tensors import number as number
    from chainrule.ledger.steps.tensors import tensor as tensor
    from chainrule.ledger.steps.unsupported import plain_recipe as plain_recipe
    from chainrule.ledger.steps.unsupported import refusal_of as refusal_of
    from chainrule.ledger.steps.unsupported import require_classes as require_classes
    from chainrule.ledger.steps.unsupported import untold_of as untold_of

__all__ = [
    "KINDS",
    "MOST_STEPS",
    "Claim",
    "Derivation",
    "Quantity",
    "Step",
    "WorkedExample",
    "all_places",
    "computed",
    "followed",
    "indices",
    "located",
    "name_of",
    "number",
    "plain_recipe",
    "refusal_of",
    "require_classes",
    "shape_of",
    "tensor",
    "untold_of",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "addressing": ["located", "shape_of"],
        "derivation": ["Derivation"],
        "example": ["MOST_STEPS", "Claim", "WorkedExample"],
        "parameter_places": ["all_places", "indices"],
        "quantity": ["KINDS", "Quantity"],
        "quantity_names": ["name_of"],
        "step": ["Step", "computed", "followed"],
        "tensors": ["number", "tensor"],
        "unsupported": ["plain_recipe", "refusal_of", "require_classes", "untold_of"],
    },
)
