"""Engines: they compute training steps, and know nothing of files, progress bars or reports."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.engine.augmented_epochs import (
        augmentation_from_recipe as augmentation_from_recipe,
    )
    from chainrule.engine.contract import Engine as Engine
    from chainrule.engine.contract import Until as Until
    from chainrule.engine.dataset_view import DatasetView as DatasetView
    from chainrule.engine.dataset_view import normalised_weights as normalised_weights
    from chainrule.engine.divergence import first_non_finite as first_non_finite
    from chainrule.engine.divergence import is_finite as is_finite
    from chainrule.engine.divergence import validation_divergence as validation_divergence
    from chainrule.engine.dropout_masks import dropout_rates as dropout_rates
    from chainrule.engine.engines import make_engine as make_engine
    from chainrule.engine.equation_settings import step_settings as step_settings
    from chainrule.engine.example_storage import kernel_examples as kernel_examples
    from chainrule.engine.history import EpochRecord as EpochRecord
    from chainrule.engine.history import History as History
    from chainrule.engine.history import HistoryBlock as HistoryBlock
    from chainrule.engine.inference_parameters import training_layout as training_layout
    from chainrule.engine.position import Best as Best
    from chainrule.engine.position import EpochSums as EpochSums
    from chainrule.engine.position import Position as Position
    from chainrule.engine.reference import ReferenceEngine as ReferenceEngine
    from chainrule.engine.score import Score as Score
    from chainrule.engine.training_context import TrainingContext as TrainingContext
    from chainrule.engine.training_schedule import TrainingSchedule as TrainingSchedule
    from chainrule.engine.training_schedule import initial_state as initial_state

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "augmented_epochs": "augmentation_from_recipe",
        "contract": "Engine Until",
        "score": "Score",
        "divergence": "first_non_finite is_finite validation_divergence",
        "dropout_masks": "dropout_rates",
        "engines": "make_engine",
        "example_storage": "kernel_examples",
        "inference_parameters": "training_layout",
        "history": "EpochRecord History HistoryBlock",
        "position": "Best EpochSums Position",
        "reference": "ReferenceEngine",
        "dataset_view": "DatasetView normalised_weights",
        "training_context": "TrainingContext",
        "training_schedule": "TrainingSchedule initial_state",
        "equation_settings": "step_settings",
    },
)
