"""Engines: what moves a training forward; they know nothing of files, progress bars or pages."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.engine.augmented_epochs import augmentation_of as augmentation_of
    from chainrule.engine.contract import Engine as Engine
    from chainrule.engine.contract import Score as Score
    from chainrule.engine.contract import Until as Until
    from chainrule.engine.divergence import After as After
    from chainrule.engine.divergence import diverged_on_validation as diverged_on_validation
    from chainrule.engine.divergence import first_fault as first_fault
    from chainrule.engine.divergence import first_non_finite as first_non_finite
    from chainrule.engine.divergence import is_finite as is_finite
    from chainrule.engine.dropout_masks import dropout_shares as dropout_shares
    from chainrule.engine.engines import make_engine as make_engine
    from chainrule.engine.examples import working_examples as working_examples
    from chainrule.engine.inference_parameters import plain_parameters as plain_parameters
    from chainrule.engine.inference_parameters import training_layout as training_layout
    from chainrule.engine.inference_parameters import widened as widened
    from chainrule.engine.position import Best as Best
    from chainrule.engine.position import EpochRecord as EpochRecord
    from chainrule.engine.position import EpochSums as EpochSums
    from chainrule.engine.position import Position as Position
    from chainrule.engine.reference import ReferenceEngine as ReferenceEngine
    from chainrule.engine.training_arrays import WorkingSet as WorkingSet
    from chainrule.engine.training_arrays import normalised_weights as normalised_weights
    from chainrule.engine.training_schedule import Timetable as Timetable
    from chainrule.engine.training_schedule import initial_state as initial_state
    from chainrule.engine.update_settings import step_settings as step_settings

__all__ = [
    "After",
    "Best",
    "Engine",
    "EpochRecord",
    "EpochSums",
    "Position",
    "ReferenceEngine",
    "Score",
    "Timetable",
    "Until",
    "WorkingSet",
    "augmentation_of",
    "diverged_on_validation",
    "dropout_shares",
    "first_fault",
    "first_non_finite",
    "initial_state",
    "is_finite",
    "make_engine",
    "normalised_weights",
    "plain_parameters",
    "step_settings",
    "training_layout",
    "widened",
    "working_examples",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "augmented_epochs": ["augmentation_of"],
        "contract": ["Engine", "Score", "Until"],
        "divergence": [
            "After",
            "diverged_on_validation",
            "first_fault",
            "first_non_finite",
            "is_finite",
        ],
        "dropout_masks": ["dropout_shares"],
        "engines": ["make_engine"],
        "examples": ["working_examples"],
        "inference_parameters": ["plain_parameters", "training_layout", "widened"],
        "position": ["Best", "EpochRecord", "EpochSums", "Position"],
        "reference": ["ReferenceEngine"],
        "training_arrays": ["WorkingSet", "normalised_weights"],
        "training_schedule": ["Timetable", "initial_state"],
        "update_settings": ["step_settings"],
    },
)
