"""Experiments: data source, architecture and recipe as one value, trained, saved and opened again.

experiment = Experiment.create("mnist", preset="fast", epochs=3)
experiment.train(folder="runs/digits")
open_run("runs/digits").evaluate()
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.experiment.command_line import training_command as training_command
    from chainrule.experiment.cross_validation import CrossValidation as CrossValidation
    from chainrule.experiment.cross_validation import FoldResult as FoldResult
    from chainrule.experiment.cross_validation import score_text as score_text
    from chainrule.experiment.data_source import PARTS as PARTS
    from chainrule.experiment.data_source import DataSource as DataSource
    from chainrule.experiment.data_source import data_access as data_access
    from chainrule.experiment.data_source import is_run as is_run
    from chainrule.experiment.data_source import take_part as take_part
    from chainrule.experiment.data_summary import DataListing as DataListing
    from chainrule.experiment.data_summary import DataSummary as DataSummary
    from chainrule.experiment.data_summary import PartSummary as PartSummary
    from chainrule.experiment.data_summary import list_data as list_data
    from chainrule.experiment.data_summary import summarise_data as summarise_data
    from chainrule.experiment.data_summary import verify_data as verify_data
    from chainrule.experiment.diagnosing import diagnose as diagnose
    from chainrule.experiment.diagnosing import mend_settings as mend_settings
    from chainrule.experiment.diagnosing import open_target as open_target
    from chainrule.experiment.experiment import Experiment as Experiment
    from chainrule.experiment.file_predictions import predict_files as predict_files
    from chainrule.experiment.fold_comparison import compare_folds as compare_folds
    from chainrule.experiment.prediction_records import ABSTAIN as ABSTAIN
    from chainrule.experiment.prediction_records import WITHHELD as WITHHELD
    from chainrule.experiment.prediction_records import FailedPrediction as FailedPrediction
    from chainrule.experiment.prediction_records import Prediction as Prediction
    from chainrule.experiment.row_matching import match_rows as match_rows
    from chainrule.experiment.run_branch import RunBranch as RunBranch
    from chainrule.experiment.saved_run import SavedRun as SavedRun
    from chainrule.experiment.saved_run import open_run as open_run
    from chainrule.experiment.training_result import TrainingResult as TrainingResult

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "cross_validation": "CrossValidation FoldResult score_text",
        "command_line": "training_command",
        "data_source": "PARTS DataSource data_access is_run take_part",
        "data_summary": "DataListing DataSummary PartSummary list_data summarise_data verify_data",
        "diagnosing": "diagnose mend_settings open_target",
        "experiment": "Experiment",
        "file_predictions": "predict_files",
        "fold_comparison": "compare_folds",
        "prediction_records": "ABSTAIN WITHHELD FailedPrediction Prediction",
        "row_matching": "match_rows",
        "run_branch": "RunBranch",
        "saved_run": "SavedRun open_run",
        "training_result": "TrainingResult",
    },
)
