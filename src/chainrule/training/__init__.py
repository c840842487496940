"""Training: the loop, run folders, resuming, branches, verification, the learning rate finder.

`train` begins a run, `resume` goes on with a saved one, `branch` goes on from one of its epochs by
another recipe, `verify` computes one again; the loop itself stands in loop.py.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.training.checkpoint import read_checkpoint as read_checkpoint
    from chainrule.training.concurrent import train_many as train_many
    from chainrule.training.epoch_end import PatienceCounter as PatienceCounter
    from chainrule.training.epoch_end import final_parameters as final_parameters
    from chainrule.training.epoch_end import stop_reason as stop_reason
    from chainrule.training.loop import branch as branch
    from chainrule.training.loop import resume as resume
    from chainrule.training.loop import train as train
    from chainrule.training.loop import train_chunk as train_chunk
    from chainrule.training.lr_finder import RateCurve as RateCurve
    from chainrule.training.lr_finder import find_learning_rate as find_learning_rate
    from chainrule.training.observers import Observer as Observer
    from chainrule.training.observers import TrainingProgress as TrainingProgress
    from chainrule.training.recorded_differences import TensorDifference as TensorDifference
    from chainrule.training.recorded_differences import ValueDifference as ValueDifference
    from chainrule.training.recorded_differences import tensor_differences as tensor_differences
    from chainrule.training.recorded_differences import value_differences as value_differences
    from chainrule.training.recorded_differences import value_text as value_text
    from chainrule.training.run_facts import RunFacts as RunFacts
    from chainrule.training.run_folder import RunFolder as RunFolder
    from chainrule.training.run_recorder import Run as Run
    from chainrule.training.run_start import load_start as load_start
    from chainrule.training.setup import TrainingSetup as TrainingSetup
    from chainrule.training.setup import first_position as first_position
    from chainrule.training.setup import fit_preprocessing as fit_preprocessing
    from chainrule.training.setup import prepare_training as prepare_training
    from chainrule.training.setup import restore_training as restore_training
    from chainrule.training.setup import split_validation as split_validation
    from chainrule.training.signature import require_signing_key as require_signing_key
    from chainrule.training.signature import sign_certificate as sign_certificate
    from chainrule.training.stop_signals import stop_requests as stop_requests
    from chainrule.training.verification import Verification as Verification
    from chainrule.training.verification import verify as verify

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "checkpoint": "read_checkpoint",
        "concurrent": "train_many",
        "epoch_end": "PatienceCounter final_parameters stop_reason",
        "loop": "branch resume train train_chunk",
        "lr_finder": "RateCurve find_learning_rate",
        "observers": "Observer TrainingProgress",
        "recorded_differences": (
            "TensorDifference ValueDifference tensor_differences value_differences value_text"
        ),
        "run_facts": "RunFacts",
        "run_folder": "RunFolder",
        "run_recorder": "Run",
        "run_start": "load_start",
        "setup": "TrainingSetup first_position fit_preprocessing prepare_training "
        "restore_training split_validation",
        "signature": "require_signing_key sign_certificate",
        "stop_signals": "stop_requests",
        "verification": "Verification verify",
    },
)
