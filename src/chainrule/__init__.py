"""chainrule: dense neural networks that can be seen through.

Every number that a network computes is traceable to one equation and reproducible to the bit.

    import chainrule as cr

    digits = cr.load_dataset("mnist")
    network = cr.Network.create([784, 32, 16, 10], activation="sigmoid", seed=0)
    recipe = cr.Recipe(cost="squared_error", optimiser="sgd", learning_rate=4.0, batch_size=40,
                       epochs=1, seed=0)
    run = cr.train(network, digits.train, recipe)
    report = cr.evaluate(run.network, digits.test)
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule._version import __version__ as __version__
    from chainrule.attribution import compare_runs as compare_runs
    from chainrule.attribution import inspect_decision as inspect_decision
    from chainrule.attribution import inspect_importance as inspect_importance
    from chainrule.attribution import inspect_influence as inspect_influence
    from chainrule.attribution import inspect_mislabels as inspect_mislabels
    from chainrule.attribution import inspect_neuron as inspect_neuron
    from chainrule.attribution import inspect_value as inspect_value
    from chainrule.attribution import inspect_weight as inspect_weight
    from chainrule.data import Dataset as Dataset
    from chainrule.data import DatasetPair as DatasetPair
    from chainrule.data import load_dataset as load_dataset
    from chainrule.data import split as split
    from chainrule.data.handwriting import prepare as prepare
    from chainrule.data.handwriting import prepare_digits as prepare_digits
    from chainrule.data.handwriting import read_picture as read_picture
    from chainrule.descent import descend_function as descend_function
    from chainrule.documents import Document as Document
    from chainrule.documents import render as render
    from chainrule.documents import write_document as write_document
    from chainrule.engine import EpochRecord as EpochRecord
    from chainrule.engine import Position as Position
    from chainrule.engine import ReferenceEngine as ReferenceEngine
    from chainrule.engine import Score as Score
    from chainrule.engine import TrainingContext as TrainingContext
    from chainrule.engine import Until as Until
    from chainrule.errors import ChainruleError as ChainruleError
    from chainrule.errors import DataError as DataError
    from chainrule.errors import DivergenceError as DivergenceError
    from chainrule.errors import FileError as FileError
    from chainrule.errors import InputError as InputError
    from chainrule.errors import IntegrityError as IntegrityError
    from chainrule.errors import TrainingInterrupted as TrainingInterrupted
    from chainrule.estimators import DenseClassifier as DenseClassifier
    from chainrule.estimators import DenseRegressor as DenseRegressor
    from chainrule.estimators import from_mlp as from_mlp
    from chainrule.evaluation import Report as Report
    from chainrule.evaluation import Votes as Votes
    from chainrule.evaluation import evaluate as evaluate
    from chainrule.evaluation import vote as vote
    from chainrule.exchange import ExportReport as ExportReport
    from chainrule.exchange import ImportReport as ImportReport
    from chainrule.exchange import export_network as export_network
    from chainrule.exchange import export_worked_example as export_worked_example
    from chainrule.exchange import import_network as import_network
    from chainrule.exchange import import_report as import_report
    from chainrule.experiment import Experiment as Experiment
    from chainrule.experiment import FailedPrediction as FailedPrediction
    from chainrule.experiment import Prediction as Prediction
    from chainrule.experiment import SavedRun as SavedRun
    from chainrule.experiment import TrainingResult as TrainingResult
    from chainrule.experiment import compare_folds as compare_folds
    from chainrule.experiment import data_access as data_access
    from chainrule.experiment import diagnose as diagnose
    from chainrule.experiment import list_data as list_data
    from chainrule.experiment import mend_settings as mend_settings
    from chainrule.experiment import open_run as open_run
    from chainrule.experiment import summarise_data as summarise_data
    from chainrule.experiment import verify_data as verify_data
    from chainrule.figures import FigureOptions as FigureOptions
    from chainrule.figures import comparison_report as comparison_report
    from chainrule.figures import draw_figure as draw_figure
    from chainrule.figures import save_figure as save_figure
    from chainrule.figures import save_report_figures as save_report_figures
    from chainrule.figures import study_report as study_report
    from chainrule.lab import lab_view as lab_view
    from chainrule.lab import open_lab as open_lab
    from chainrule.ledger import explain as explain
    from chainrule.marking import check_claims as check_claims
    from chainrule.marking import check_class as check_class
    from chainrule.network import Architecture as Architecture
    from chainrule.network import Network as Network
    from chainrule.papers import Paper as Paper
    from chainrule.papers import list_papers as list_papers
    from chainrule.papers import paper as paper
    from chainrule.proofs import ProofOptions as ProofOptions
    from chainrule.proofs import prove_gradients as prove_gradients
    from chainrule.recipe import Recipe as Recipe
    from chainrule.serving import ServerSettings as ServerSettings
    from chainrule.serving import ServiceLimits as ServiceLimits
    from chainrule.serving import describe_service as describe_service
    from chainrule.serving import make_application as make_application
    from chainrule.serving import serve as serve
    from chainrule.study import StudyPlace as StudyPlace
    from chainrule.study import compare_configurations as compare_configurations
    from chainrule.study import compute_study as compute_study
    from chainrule.study import list_studies as list_studies
    from chainrule.study import open_study as open_study
    from chainrule.study import repair_study as repair_study
    from chainrule.study import tune as tune
    from chainrule.training import RateCurve as RateCurve
    from chainrule.training import Run as Run
    from chainrule.training import TrainingProgress as TrainingProgress
    from chainrule.training import Verification as Verification
    from chainrule.training import find_learning_rate as find_learning_rate
    from chainrule.training import resume as resume
    from chainrule.training import train as train
    from chainrule.training import train_many as train_many
    from chainrule.training import verify as verify
    from chainrule.worksheets import make_worksheets as make_worksheets

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "_version": "__version__",
        "attribution": (
            "compare_runs inspect_decision inspect_importance inspect_influence "
            "inspect_mislabels inspect_neuron inspect_value inspect_weight"
        ),
        "data": "Dataset DatasetPair load_dataset split",
        "data.handwriting": "prepare prepare_digits read_picture",
        "descent": "descend_function",
        "documents": "Document render write_document",
        "engine": "EpochRecord Position ReferenceEngine Score TrainingContext Until",
        "errors": (
            "ChainruleError DataError DivergenceError FileError InputError IntegrityError "
            "TrainingInterrupted"
        ),
        "estimators": "DenseClassifier DenseRegressor from_mlp",
        "evaluation": "Report Votes evaluate vote",
        "exchange": (
            "ExportReport ImportReport export_network export_worked_example import_network "
            "import_report"
        ),
        "experiment": (
            "Experiment FailedPrediction Prediction SavedRun TrainingResult compare_folds "
            "data_access diagnose list_data mend_settings open_run summarise_data verify_data"
        ),
        "figures": (
            "FigureOptions comparison_report draw_figure save_figure save_report_figures "
            "study_report"
        ),
        "lab": "lab_view open_lab",
        "ledger": "explain",
        "marking": "check_claims check_class",
        "network": "Architecture Network",
        "papers": "Paper list_papers paper",
        "proofs": "ProofOptions prove_gradients",
        "recipe": "Recipe",
        "serving": "ServerSettings ServiceLimits describe_service make_application serve",
        "study": (
            "StudyPlace compare_configurations compute_study list_studies open_study repair_study "
            "tune"
        ),
        "training": (
            "RateCurve Run TrainingProgress Verification find_learning_rate resume train "
            "train_many verify"
        ),
        "worksheets": "make_worksheets",
    },
)
