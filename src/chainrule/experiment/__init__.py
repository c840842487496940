"""Experiments: data source, architecture and recipe as one value, trained, saved and opened again.

experiment = Experiment.create("mnist", preset="fast", epochs=3)
experiment.train(folder="runs/digits")
open_run("runs/digits").evaluate()
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.experiment.data_source import PARTS as PARTS
    from chainrule.experiment.data_source import DataSource as DataSource
    from chainrule.experiment.data_source import data_access as data_access
    from chainrule.experiment.data_source import join_parts as join_parts
    from chainrule.experiment.data_source import take_part as take_part
    from chainrule.experiment.defaults import NETWORK_NAMES as NETWORK_NAMES
    from chainrule.experiment.defaults import build_architecture as build_architecture
    from chainrule.experiment.defaults import build_recipe as build_recipe
    from chainrule.experiment.defaults import fill_defaults as fill_defaults
    from chainrule.experiment.description import describe_architecture as describe_architecture
    from chainrule.experiment.description import describe_data as describe_data
    from chainrule.experiment.description import describe_recipe as describe_recipe
    from chainrule.experiment.description import describe_report as describe_report
    from chainrule.experiment.description import describe_shape as describe_shape
    from chainrule.experiment.diagnosing import diagnose as diagnose
    from chainrule.experiment.diagnosing import mend_settings as mend_settings
    from chainrule.experiment.diagnosing import open_target as open_target
    from chainrule.experiment.experiment import Experiment as Experiment
    from chainrule.experiment.file_predictions import Prediction as Prediction
    from chainrule.experiment.file_predictions import learned_images as learned_images
    from chainrule.experiment.saved_run import SavedRun as SavedRun
    from chainrule.experiment.saved_run import is_run as is_run
    from chainrule.experiment.saved_run import open_run as open_run
    from chainrule.experiment.settings import NEURONS as NEURONS
    from chainrule.experiment.settings import Setting as Setting
    from chainrule.experiment.settings import data_settings as data_settings
    from chainrule.experiment.settings import merge_settings as merge_settings
    from chainrule.experiment.settings import select_settings as select_settings
    from chainrule.experiment.settings import training_settings as training_settings
    from chainrule.experiment.training_result import TrainingResult as TrainingResult

__all__ = [
    "NETWORK_NAMES",
    "NEURONS",
    "PARTS",
    "DataSource",
    "Experiment",
    "Prediction",
    "SavedRun",
    "Setting",
    "TrainingResult",
    "build_architecture",
    "build_recipe",
    "data_access",
    "data_settings",
    "describe_architecture",
    "describe_data",
    "describe_recipe",
    "describe_report",
    "describe_shape",
    "diagnose",
    "fill_defaults",
    "is_run",
    "join_parts",
    "learned_images",
    "mend_settings",
    "merge_settings",
    "open_run",
    "open_target",
    "select_settings",
    "take_part",
    "training_settings",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "data_source": ["PARTS", "DataSource", "data_access", "join_parts", "take_part"],
        "defaults": ["NETWORK_NAMES", "build_architecture", "build_recipe", "fill_defaults"],
        "description": [
            "describe_architecture",
            "describe_data",
            "describe_recipe",
            "describe_report",
            "describe_shape",
        ],
        "diagnosing": ["diagnose", "mend_settings", "open_target"],
        "experiment": ["Experiment"],
        "file_predictions": ["Prediction", "learned_images"],
        "saved_run": ["SavedRun", "is_run", "open_run"],
        "settings": [
            "NEURONS",
            "Setting",
            "data_settings",
            "merge_settings",
            "select_settings",
            "training_settings",
        ],
        "training_result": ["TrainingResult"],
    },
)
