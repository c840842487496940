"""The parts of a data set that a user can ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from chainrule.cli.command import Flag
from chainrule.cli.flags import Setting, flag_of
from chainrule.data import Dataset, DatasetPair
from chainrule.limits import Limit

__all__ = ["SPLITS", "split_flag", "whole"]


def whole(pair: DatasetPair) -> Dataset:
    """Both parts of a data set as one, those to learn from first."""
    parts = (pair.train, pair.test)
    return replace(
        pair.train,
        inputs=np.concatenate([part.inputs for part in parts]),
        targets=np.concatenate([part.targets for part in parts]),
        name=pair.train.name.partition(" (without ")[0],
    )


def split_flag(group: str, default: str) -> Flag:
    """The flag that chooses a part; without it the parameter is None.

    Args:
        group: its heading in the help.
        default: what help says of the default.
    """
    limit = Limit(str, "which part of the data", choices=lambda: tuple(SPLITS), group=group)
    return flag_of(Setting(name="split", limit=limit, default_text=default))


SPLITS: Mapping[str, Callable[[DatasetPair], Dataset]] = {
    "test": lambda pair: pair.test,
    "train": lambda pair: pair.train,
    "all": whole,
}
"""How to take each part."""
