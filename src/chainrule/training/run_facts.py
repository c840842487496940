"""The facts of a run: what it was asked to do, as run.json holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from chainrule.data import Dataset
from chainrule.engine import Position
from chainrule.errors import DataError
from chainrule.network import Architecture
from chainrule.plain_records import read_record
from chainrule.recipe import BEFORE_SCALING, Recipe
from chainrule.training.computing_conditions import (
    changed_conditions,
    computing_conditions,
    versions,
)
from chainrule.training.recorded_start import RunStart

__all__ = ["BranchOrigin", "RunEnvironment", "RunFacts", "complete_recipe", "data_facts"]


@dataclass(frozen=True)
class BranchOrigin:
    """The position of another run at which a branch began.

    Args:
        run: the folder of the parent, as it was given.
        epoch: the parent's epoch after which the branch begins, from 0 (before the first one).
        step: steps that the parent had done by then.
        weights_sha256: SHA-256 of the parent's parameters there, in hex.
        tensor_sha256: the same for each tensor, by its name.
    """

    run: str
    epoch: int
    step: int
    weights_sha256: str
    tensor_sha256: Mapping[str, str]


@dataclass(frozen=True)
class RunEnvironment:
    """On what a run was computed from one of its positions on.

    Args:
        epoch: epochs that had ended there.
        batch: batches of the next one.
        versions: of the software, and the machine: `versions`.
        conditions: processor, BLAS and compiler: `computing_conditions`.
    """

    epoch: int
    batch: int
    versions: Mapping[str, str]
    conditions: Mapping[str, Any]

    @classmethod
    def here(cls, engine: str, position: Position) -> RunEnvironment:
        """This process, from a position on."""
        return cls(position.epoch, position.batch, versions(), computing_conditions(engine))

    def changes(self, now: RunEnvironment) -> tuple[str, ...]:
        """In words what differs from another one."""
        return (
            *changed_conditions(self.versions, now.versions),
            *changed_conditions(self.conditions, now.conditions),
        )


@dataclass(frozen=True)
class RunFacts:
    """What a run was asked to do.

    Args:
        recipe: with its seed.
        architecture: with the output activation that suits the cost.
        data: name, source, digest and size of the training set, and of the validation set.
        notes: other values of the caller, such as how the data were loaded.
        parent: where a branch began; None for a run from the start.
        keep_epochs: whether the checkpoint of each epoch's end stays in the folder.
        start: where the weights before the first step came from; None for a branch, which has its
            parent's, and for a run of a version that did not record it.
        environments: on what it was computed, in order; one, unless it was continued elsewhere.
    """

    recipe: Recipe
    architecture: Architecture
    data: Mapping[str, Any]
    notes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    parent: BranchOrigin | None = None
    keep_epochs: bool = False
    start: RunStart | None = None
    environments: tuple[RunEnvironment, ...] = ()

    @property
    def first_epoch(self) -> int:
        """Epochs that had ended where the run began: 0, or those of a branch's parent."""
        return 0 if self.parent is None else self.parent.epoch

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, from which `from_dict` makes the facts again.

        All but the first four keys are there only where they say something.
        """
        values: dict[str, Any] = {
            "recipe": self.recipe.to_dict(),
            "architecture": self.architecture.to_dict(),
            "data": dict(self.data),
            "notes": dict(self.notes),
        }
        if self.parent is not None:
            values["parent"] = asdict(self.parent)
        if self.keep_epochs:
            values["keep_epochs"] = True
        if self.start is not None:
            values["start"] = asdict(self.start)
        if self.environments:
            values["environments"] = [asdict(one) for one in self.environments]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RunFacts:
        """Return the facts that `to_dict` described.

        Raises: DataError, InputError, ShapeError, UnknownNameError; TypeError for a recipe or an
            architecture without what it needs.
        """
        written = read_record(_WrittenFacts, values)
        recipe = Recipe.from_dict(complete_recipe(written.recipe))
        if recipe.seed is None:
            raise DataError("recipe.seed", expected="a whole number", got="none")
        read_record(_DataFacts, written.data, "data")
        if written.parent is not None:
            _require_counts("parent", written.parent, ("epoch", "step"))
        return cls(
            recipe=recipe,
            architecture=Architecture.from_dict(written.architecture),
            data=dict(written.data),
            notes=dict(written.notes),
            parent=written.parent,
            keep_epochs=written.keep_epochs,
            start=written.start,
            environments=written.environments,
        )


@dataclass(frozen=True)
class _WrittenFacts:
    """The entries of run.json, of which each may have another place in a later version."""

    recipe: Mapping[str, Any]
    architecture: Mapping[str, Any]
    data: Mapping[str, Any]
    notes: Mapping[str, Any]
    parent: BranchOrigin | None = None
    keep_epochs: bool = False
    start: RunStart | None = None
    environments: tuple[RunEnvironment, ...] = ()
    format: str = ""


@dataclass(frozen=True)
class _DataFacts:
    """The entries of `data_facts`."""

    name: str = ""
    source: str = ""
    examples: int = 0
    digest: str = ""
    schema: str | None = None
    validation_examples: int = 0
    validation_digest: str | None = None

    def __post_init__(self) -> None:
        _require_counts("data", self, ("examples", "validation_examples"))


def _require_counts(path: str, record: Any, names: tuple[str, ...]) -> None:
    for name in names:
        count = getattr(record, name)
        if count < 0:
            raise DataError(f"{path}.{name}", expected="a whole number from 0", got=str(count))


def complete_recipe(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a run's recipe; one from before data were scaled says so."""
    return {**BEFORE_SCALING, **values}


def data_facts(training: Dataset, validation: Dataset | None) -> dict[str, Any]:
    """What run.json says of the data: enough to recognise them."""
    facts: dict[str, Any] = {
        "name": training.name,
        "source": training.source,
        "examples": len(training),
        "digest": training.digest,
    }
    if training.schema is not None:
        facts["schema"] = training.schema.digest
    if validation is not None:
        facts |= {"validation_examples": len(validation), "validation_digest": validation.digest}
    return facts
