"""Summaries of data sets: the named sets, the state of their files, and their content."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from chainrule.data import (
    CATALOGUE,
    Augmentation,
    Dataset,
    DatasetPair,
    FileState,
    dataset_names,
    verify_dataset,
)
from chainrule.documents import Table
from chainrule.errors import unknown_name
from chainrule.experiment.data_source import DataSource
from chainrule.experiment.description import describe_data
from chainrule.schema import describe_schema

__all__ = [
    "DataListing",
    "DataSummary",
    "PartSummary",
    "list_data",
    "summarise_data",
    "verify_data",
]


@dataclass(frozen=True)
class DataListing:
    """A data set that has a name.

    Args:
        name: what `load_dataset` knows it by.
        about: what it holds.
        licence: its licence.
        download: bytes to fetch.
        state: "comes with chainrule", "intact", "missing" or "damaged".
    """

    name: str
    about: str
    licence: str
    download: int
    state: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: an entry of what `chainrule data list --json` prints."""
        return asdict(self)


_MNIST = DataListing(
    name="mnist",
    about="70,000 digits in 10 classes, 28 x 28",
    licence="CC BY-SA 3.0",
    download=0,
    state="comes with chainrule",
)


@dataclass(frozen=True)
class DataFiles:
    """The files of a data set that has a name.

    Args:
        name: the data set's.
        files: each with its state.
    """

    name: str
    files: tuple[FileState, ...]

    @property
    def state(self) -> str:
        """The worst state of a file: "damaged", "missing" or "intact"."""
        states = {file.state for file in self.files}
        return next(word for word in ("damaged", "missing", "intact") if word in states)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule data verify --json` prints."""
        rows = [{"path": f.path, "state": f.state, "sha256": f.found} for f in self.files]
        return {"name": self.name, "state": self.state, "files": rows}


@dataclass(frozen=True)
class PartSummary:
    """What is in the training set or the test set.

    Args:
        name: the part's.
        examples: how many there are.
        dtype: the type of the numbers that are stored.
        scale: what they are multiplied by.
        counts: how many examples each class has; None if targets are numbers.
        zero_fraction: the fraction of the inputs that are 0.
        digest: SHA-256 of the content.
    """

    name: str
    examples: int
    dtype: str
    scale: float
    counts: tuple[int, ...] | None
    zero_fraction: float
    digest: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as in `DataSummary.to_dict`."""
        return {
            "name": self.name,
            "examples": self.examples,
            "type": self.dtype,
            "scale": self.scale,
            "counts": None if self.counts is None else list(self.counts),
            "zero_share": self.zero_fraction,
            "sha256": self.digest,
        }


@dataclass(frozen=True, eq=False)
class DataSummary:
    """What is in a data set.

    Args:
        pair: the data.
        augmentation: distortions to show with them; None without.
    """

    pair: DatasetPair
    augmentation: Augmentation | None = None

    @property
    def train(self) -> PartSummary:
        """What is in the training set."""
        return _summarise_part(self.pair.train)

    @property
    def test(self) -> PartSummary:
        """What is in the test set."""
        return _summarise_part(self.pair.test)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences on what was found and decided while the data were read."""
        return self.pair.remarks

    @property
    def columns(self) -> Table | None:
        """What became of each column; None for data that are not a table."""
        schema = self.pair.train.schema
        return describe_schema(schema) if schema is not None and schema.is_table else None

    def describe(self) -> str:
        """Return how many examples there are, their shape and their targets, in a line."""
        return describe_data(self.pair)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: what `chainrule data show --json` prints."""
        train = self.pair.train
        more = {} if self.augmentation is None else {"augmentation": asdict(self.augmentation)}
        if train.schema is not None and train.schema.is_table:
            more["schema"] = train.schema.to_dict()
        return {
            "source": train.source,
            "shape": list(train.shape),
            "classes": list(train.class_names),
            "train": self.train.to_dict(),
            "test": self.test.to_dict(),
            "remarks": list(self.remarks),
            **more,
        }


def _summarise_part(part: Dataset) -> PartSummary:
    counts = np.bincount(part.targets, minlength=part.outputs) if part.classifies else None
    return PartSummary(
        name=part.name,
        examples=len(part),
        dtype=str(part.inputs.dtype),
        scale=part.scale,
        counts=None if counts is None else tuple(counts.tolist()),
        zero_fraction=1 - np.count_nonzero(part.inputs) / part.inputs.size,
        digest=part.digest,
    )


def list_data() -> tuple[DataListing, ...]:
    """Return the named data sets, MNIST first.

    Example:
        >>> list_data()[0].state
        'comes with chainrule'
    """
    states: dict[str, str] = {}
    for name, named in CATALOGUE.items():
        if named.family not in states:  # sets that share files share their state
            states[named.family] = verify_data(name).state
    listed = (
        DataListing(
            name=name,
            about=named.about,
            licence=named.licence,
            download=sum(served.size for served in named.served),
            state=states[named.family],
        )
        for name, named in CATALOGUE.items()
    )
    return _MNIST, *listed


def verify_data(name: str) -> DataFiles:
    """Return the files of a named data set, checked against their published digests.

    Raises: UnknownNameError, FileError.

    Example:
        >>> verify_data("mnist").state
        'intact'
    """
    if name not in dataset_names():
        raise unknown_name("data verify", "a data set", name, dataset_names(), argument="name")
    return DataFiles(name, verify_dataset(name))


def summarise_data(
    source: str, augmentation: Augmentation | None = None, **options: Any
) -> DataSummary:
    """Return a summary of a data set.

    Args:
        source: a name or a path, as `load_dataset` takes it.
        augmentation: distortions to show with the data.
        options: how to read them, as in `load_dataset`.

    Raises: what `load_dataset` raises.
    """
    return DataSummary(DataSource(source=source, options=options).load(), augmentation)
