"""Training: the only loop, what it keeps, and how it is resumed and verified."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.training.checkpoint import read_checkpoint as read_checkpoint
    from chainrule.training.concurrent import train_many as train_many
    from chainrule.training.epoch_end import advanced as advanced
    from chainrule.training.epoch_end import ending as ending
    from chainrule.training.loop import Run as Run
    from chainrule.training.loop import plan_of as plan_of
    from chainrule.training.loop import resume as resume
    from chainrule.training.loop import train as train
    from chainrule.training.lr_finder import RateCurve as RateCurve
    from chainrule.training.lr_finder import find_rate as find_rate
    from chainrule.training.observers import Moment as Moment
    from chainrule.training.observers import Observer as Observer
    from chainrule.training.run_folder import RunFacts as RunFacts
    from chainrule.training.run_folder import RunFolder as RunFolder
    from chainrule.training.setup import Plan as Plan
    from chainrule.training.setup import first_position as first_position
    from chainrule.training.setup import plan_training as plan_training
    from chainrule.training.verification import Verification as Verification
    from chainrule.training.verification import verify as verify

__all__ = [
    "Moment",
    "Observer",
    "Plan",
    "RateCurve",
    "Run",
    "RunFacts",
    "RunFolder",
    "Verification",
    "advanced",
    "ending",
    "find_rate",
    "first_position",
    "plan_of",
    "plan_training",
    "read_checkpoint",
    "resume",
    "train",
    "train_many",
    "verify",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "checkpoint": ["read_checkpoint"],
        "concurrent": ["train_many"],
        "epoch_end": ["advanced", "ending"],
        "loop": ["Run", "plan_of", "resume", "train"],
        "lr_finder": ["RateCurve", "find_rate"],
        "observers": ["Moment", "Observer"],
        "run_folder": ["RunFacts", "RunFolder"],
        "setup": ["Plan", "first_position", "plan_training"],
        "verification": ["Verification", "verify"],
    },
)
