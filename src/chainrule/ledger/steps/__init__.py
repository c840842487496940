"""A training step, number by number: what is given, what has a name, where it stands."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.ledger.steps.addressing import locate as locate
    from chainrule.ledger.steps.addressing import quantity_shape as quantity_shape
    from chainrule.ledger.steps.conventions import Conventions as Conventions
    from chainrule.ledger.steps.conventions import RefusedClaim as RefusedClaim
    from chainrule.ledger.steps.example_step import Step as Step
    from chainrule.ledger.steps.example_step import compute_step as compute_step
    from chainrule.ledger.steps.parameter_places import locate_parameters as locate_parameters
    from chainrule.ledger.steps.quantity import KINDS as KINDS
    from chainrule.ledger.steps.quantity import Quantity as Quantity
    from chainrule.ledger.steps.quantity_arrays import quantity_array as quantity_array
    from chainrule.ledger.steps.quantity_arrays import quantity_value as quantity_value
    from chainrule.ledger.steps.quantity_names import describe_quantity as describe_quantity
    from chainrule.ledger.steps.unsupported import require_class_targets as require_class_targets
    from chainrule.ledger.steps.unsupported import supported_recipe as supported_recipe
    from chainrule.ledger.steps.unsupported import unsupported_error as unsupported_error
    from chainrule.ledger.steps.unsupported import unsupported_settings as unsupported_settings
    from chainrule.ledger.steps.worked_example import MAX_STEPS as MAX_STEPS
    from chainrule.ledger.steps.worked_example import Claim as Claim
    from chainrule.ledger.steps.worked_example import WorkedExample as WorkedExample

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "addressing": "locate quantity_shape",
        "conventions": "Conventions RefusedClaim",
        "worked_example": "MAX_STEPS Claim WorkedExample",
        "parameter_places": "locate_parameters",
        "quantity": "KINDS Quantity",
        "quantity_names": "describe_quantity",
        "example_step": "Step compute_step",
        "quantity_arrays": "quantity_array quantity_value",
        "unsupported": (
            "require_class_targets supported_recipe unsupported_error unsupported_settings"
        ),
    },
)
