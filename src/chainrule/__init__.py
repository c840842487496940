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

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# Where each public name lives; a name is loaded when it is first used, so that the import is quick.
_HOMES = {
    "Architecture": "network.architecture",
    "ChainruleError": "errors",
    "DataError": "errors",
    "Dataset": "data.dataset",
    "DatasetPair": "data.dataset",
    "DivergenceError": "errors",
    "EpochRecord": "engine.position",
    "FileError": "errors",
    "InputError": "errors",
    "IntegrityError": "errors",
    "Moment": "training.observers",
    "Network": "network.network",
    "Position": "engine.position",
    "RateCurve": "training.rates",
    "Recipe": "recipe",
    "ReferenceEngine": "engine.reference",
    "Report": "evaluation.report",
    "Run": "training.train",
    "Score": "engine.contract",
    "TrainingInterrupted": "errors",
    "Until": "engine.contract",
    "Verification": "training.verification",
    "Votes": "evaluation.votes",
    "evaluate": "evaluation.report",
    "find_rate": "training.rates",
    "load_dataset": "data.sources",
    "prepare": "data.handwriting",
    "read_picture": "data.handwriting",
    "resume": "training.train",
    "split": "data.splitting",
    "train": "training.train",
    "train_many": "training.many",
    "verify": "training.verification",
    "vote": "evaluation.votes",
}

__all__ = sorted([*_HOMES, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'chainrule' has no attribute {name!r}")
    return getattr(importlib.import_module(f"chainrule.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
