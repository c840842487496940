"""Saved runs and networks, opened together with the data that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, overload

from chainrule.data import Dataset, prepare_dataset
from chainrule.errors import InputError
from chainrule.experiment.data_source import (
    MOVED_REMEDY,
    DataSource,
    find_noted,
    join_parts,
    read_noted,
    require_as_learned,
    take_part,
)
from chainrule.network import Network
from chainrule.recipe import Recipe
from chainrule.schema import Schema
from chainrule.training import RunFacts, RunFolder

# A prediction needs nothing that trains or judges: what only other methods need, they import.
if TYPE_CHECKING:
    from chainrule.evaluation import Report, Votes
    from chainrule.experiment.experiment import Experiment
    from chainrule.experiment.prediction_records import FailedPrediction, Prediction
    from chainrule.experiment.run_branch import RunBranch
    from chainrule.experiment.table_predictions import TablePredictions
    from chainrule.experiment.training_result import TrainingResult
    from chainrule.training import Observer, Verification

__all__ = ["SavedRun", "open_run"]


@dataclass(frozen=True, eq=False)
class SavedRun:
    """A saved run, or a network in a separate file.

    A network file has neither a recipe nor data: `facts` and `recipe` are None, and methods that
    need data must be given them.

    Args:
        path: the folder, or the .safetensors file.
        facts: what the run was asked to do; None for a network file.
    """

    path: str
    facts: RunFacts | None

    @cached_property
    def network(self) -> Network:
        """The trained network, read on first use.

        Raises: RunFolderError while the training has not ended; FileError, DataError,
            IntegrityError.
        """
        return Network.load(self.path) if self.facts is None else RunFolder(self.path).network()

    @property
    def takes_images(self) -> bool:
        """Whether the network learned from images rather than from rows of a table."""
        return len(self.network.input_shape) == 2

    @property
    def recipe(self) -> Recipe | None:
        """The recipe with its seed; None for a network file."""
        return None if self.facts is None else self.facts.recipe

    @property
    def schema(self) -> Schema | None:
        """What the network's inputs mean; None before there is one, and for a network without."""
        if self.facts is not None and not RunFolder(self.path).has("network.safetensors"):
            return None
        return self.network.schema

    @property
    def noted_options(self) -> Mapping[str, Any]:
        """How the run's own data were read; empty for a network file.

        Raises: DataError.
        """
        notes = {} if self.facts is None else self.facts.notes.get("data", {})
        return read_noted(self.path, notes).options

    def find_data(
        self, data: str | None = None, options: Mapping[str, Any] | None = None
    ) -> DataSource:
        """Return where the data are.

        Args:
            data: a name or a path instead of the run's own; a network file needs one.
            options: how to read them, where that is not as in training.

        Raises: InputError, FileError, DataError.
        """
        if self.facts is not None:
            notes = self.facts.notes.get("data", {"source": self.facts.data.get("source", "")})
            found = find_noted(self.path, notes, data, "data")
            return replace(found, options={**found.options, **(options or {})})
        if data is None:
            raise InputError(
                self.path,
                expected="data to go with the network",
                got="none",
                why="A network file does not record its data",
                remedy=MOVED_REMEDY.format("data"),
                argument="data",
            )
        return DataSource(source=data, options=dict(options or {}))

    def find_validation(self, validation: str | None = None) -> DataSource | None:
        """Return where the run's validation set is, or None if it had none of its own.

        Args:
            validation: a name or a path instead of the run's own.

        Raises: InputError, FileError, DataError.
        """
        notes = None if self.facts is None else self.facts.notes.get("validation")
        if notes is None and validation is None:
            return None
        return find_noted(self.path, notes or {}, validation, "validation")

    def data(self, part: str = "test", data: str | None = None, **options: Any) -> Dataset:
        """Return a part of the run's data.

        Args:
            part: "test", "train" (before a part is held out to validate) or "all".
            data: a name or a path instead of the run's own.
            options: how to read them, as in `load_dataset`, where that is not as in training. The
                columns of a table, and the target, are those that the network learned.

        Raises: what `find_data` and `load_dataset` raise; InputError for other columns.
        """
        schema = self.schema
        if schema is not None and schema.is_table:
            require_as_learned(schema, options)
        return take_part(self.find_data(data, options).load(schema), part)

    def prepared_data(self, part: str = "test", data: str | None = None, **options: Any) -> Dataset:
        """Return a part of the run's data as the network's inputs: columns encoded and scaled.

        Arguments and errors are those of `data` and `chainrule.data.prepare_dataset`.
        """
        return prepare_dataset(self.data(part, data, **options), self.network.preprocessing)

    def validation_data(self, validation: str | None = None) -> Dataset | None:
        """Return the run's validation set, or None if it had none of its own.

        Raises: what `find_validation` and `load_dataset` raise.
        """
        found = self.find_validation(validation)
        return None if found is None else join_parts(found.load())

    def experiment(self, data: str | None = None, validation: str | None = None) -> Experiment:
        """Return the run's experiment with its data in memory.

        Its output activation counts as set, so `Experiment.network` may draw other weights for the
        last layer than those with which this run began; these are `first_network`.

        Args:
            data: a name or a path, if the run's own data were moved.
            validation: the same for its validation set.

        Raises: InputError for a network file, and what loading raises.
        """
        from chainrule.experiment.experiment import Experiment, LoadedData

        facts = self.require_facts()
        source, checks = self.find_data(data), self.find_validation(validation)
        loaded = LoadedData(source.load(), None if checks is None else join_parts(checks.load()))
        return Experiment(
            data=source,
            validation=checks,
            architecture=facts.architecture,
            recipe=facts.recipe,
            loaded=loaded,
        )

    def require_facts(self) -> RunFacts:
        """Return what the run was asked to do.

        Raises: InputError for a network file.
        """
        if self.facts is None:
            raise InputError(
                self.path,
                expected="the folder of a run",
                got="a network file",
                why="A network file does not record its training",
                argument="path",
                value=self.path,
            )
        return self.facts

    def first_network(self) -> Network:
        """Return the network with which the run began.

        Raises: InputError for a network file, FileError, DataError, IntegrityError.
        """
        self.require_facts()
        return RunFolder(self.path).initial_network()

    def resume(
        self,
        *,
        data: str | None = None,
        validation: str | None = None,
        observers: Iterable[Observer] = (),
        threads: int | None = None,
        on_warning: Callable[[str], object] | None = None,
        sign: str | None = None,
    ) -> TrainingResult:
        """Continue the run where it was stopped, to the bits of a run that never was.

        Args:
            data: a name or a path, if the run's own data were moved.
            validation: the same for its validation set.
            observers: as in `Experiment.train`.
            threads: as in `Experiment.train`.
            on_warning: as in `Experiment.train`.
            sign: as in `Experiment.train`; a run that has ended is only signed.

        Raises: InputError for a network file, and what `chainrule.resume` raises.
        """
        return self.experiment(data, validation).resume(
            self.path, observers=observers, threads=threads, on_warning=on_warning, sign=sign
        )

    def branch(
        self, epoch: int, *, data: str | None = None, validation: str | None = None, **options: Any
    ) -> RunBranch:
        """Return a branch: a training that goes on from the end of an epoch with changed settings.

        Args:
            epoch: after which the branch begins, from 1; 0 for the start of the run.
            data: a name or a path, if the run's own data were moved.
            validation: the same for its validation set.
            options: settings of the recipe, and the other arguments of `RunBranch.create`.

        Raises: what `experiment` and `RunBranch.create` raise.
        """
        from chainrule.experiment.run_branch import RunBranch

        return RunBranch.create(self.path, self.experiment(data, validation), epoch, **options)

    def verify(
        self,
        *,
        data: str | None = None,
        validation: str | None = None,
        parent: str | None = None,
        start: str | None = None,
        signers: str | None = None,
        observers: Iterable[Observer] = (),
    ) -> Verification:
        """Compute the run again and compare all that its folder holds.

        Args:
            data: as in `resume`.
            validation: as in `resume`.
            parent: where the parent of a branch is now, if it was moved.
            start: where the network is now whose weights the run began with, if it was moved.
            signers: a file of names with their keys, as in `chainrule.verify`.
            observers: as in `Experiment.train`.

        Raises: InputError for a network file, and what `chainrule.verify` raises.
        """
        from chainrule.training import verify

        self.require_facts()
        source, checks = self.find_data(data), self.find_validation(validation)
        return verify(
            self.path,
            source.load().train,
            validation=None if checks is None else join_parts(checks.load()),
            parent=parent,
            start=start,
            signers=signers,
            observers=observers,
        )

    def evaluate(
        self, data: str | Dataset | None = None, *, part: str = "test", **options: Any
    ) -> Report:
        """Judge the network by examples, with the cost of the run's recipe.

        Args:
            data: a name or a path instead of the run's own data, or examples themselves.
            part: "test", "train" or "all"; it does not count if examples are given.
            options: how to read the data, as in `load_dataset`, where that is not as in training.

        Raises: what `data` and `chainrule.evaluate` raise.
        """
        from chainrule.evaluation import evaluate

        network, recipe = self.network, self.recipe
        dataset = data if isinstance(data, Dataset) else self.data(part, data, **options)
        if recipe is None:
            return evaluate(network, dataset)
        return evaluate(network, dataset, cost=recipe.cost, huber_threshold=recipe.huber_threshold)

    def vote(
        self,
        data: str | Dataset | None = None,
        *,
        others: Sequence[str | SavedRun] = (),
        snapshots: bool = False,
        views: int = 0,
        part: str = "test",
        **options: Any,
    ) -> Votes:
        """Judge the answers that several networks, or several views of each image, give together.

        Args:
            data: as in `evaluate`.
            others: other runs whose outputs count as well.
            snapshots: whether the networks at the ends of the run's cycles count as well.
            views: how many distorted copies of each image count as well, distorted by the run's
                recipe.
            part: as in `evaluate`.
            options: as in `evaluate`.

        Raises: InputError for a run without snapshots or distortions, and what `evaluate` raises.
        """
        from chainrule.engine import augmentation_from_recipe
        from chainrule.evaluation import vote

        opened = [open_run(one) if isinstance(one, str) else one for one in others]
        networks = [self.network, *(one.network for one in opened)]
        dataset = data if isinstance(data, Dataset) else self.data(part, data, **options)
        if snapshots:
            networks += self.snapshots()
        distortions = None if self.recipe is None else augmentation_from_recipe(self.recipe)
        return vote(networks, dataset, views=views, augmentation=distortions)

    def snapshots(self) -> list[Network]:
        """Return the networks at the ends of the run's cycles, in their order.

        Raises: InputError if the run kept none.
        """
        found = [] if self.facts is None else RunFolder(self.path).snapshots()
        if not found:
            raise InputError(
                self.path,
                expected="a run with snapshots",
                got="one without",
                remedy="Train with schedule='cosine_restarts' and snapshots=True",
                argument="snapshots",
            )
        return found

    @overload
    def predict(
        self, files: Any, *, errors: Literal["raise"] = "raise", abstain: float | None = None
    ) -> tuple[Prediction, ...]: ...

    @overload
    def predict(
        self, files: Any, *, errors: Literal["return"], abstain: float | None = None
    ) -> tuple[Prediction | FailedPrediction, ...]: ...

    def predict(
        self,
        files: Any,
        *,
        errors: Literal["raise", "return"] = "raise",
        abstain: float | None = None,
    ) -> tuple[Prediction | FailedPrediction, ...]:
        """Return what the network answers to pictures, or to the rows of tables.

        A picture of several digits has an answer for each, line by line, each from left to right.

        Args:
            files: paths; for a network that learned from images, of pictures of any size or tables
                of pixels, otherwise of tables of any format. A single path will do, and a data
                frame with an example a row stands for a table.
            errors: "return" puts a `FailedPrediction` in the place of a file that cannot be read,
                so that it does not end the others.
            abstain: the answer is "?" where no output reaches this, 0 to 1.

        Raises: InputError; FileError, DataError unless they are returned.
        """
        from chainrule.experiment.file_predictions import predict_files

        options = self.noted_options
        return tuple(predict_files(self.network, files, options, errors=errors, abstain=abstain))

    def predict_table(
        self, source: Any, output: str = "-", *, abstain: float | None = None, **options: Any
    ) -> TablePredictions:
        """Write the rows of a table of any length with the network's answers behind them.

        A row that cannot be read does not stop the others: its error stands beside it.

        Args:
            source: a table's path, "-" for standard input, or a data frame.
            output: a .csv, .tsv or .txt file; "-" for standard output.
            abstain: the answer is "?" where no output reaches this, 0 to 1.
            options: how to read the table, as in `load_dataset`, if not as in training.

        Raises: FileError, DataError, InputError.
        """
        from chainrule.experiment.table_predictions import predict_table

        options = {**self.noted_options, **options}
        return predict_table(self.network, source, output, abstain=abstain, **options)

    def recipe_for(self, dataset: Dataset) -> Recipe:
        """Return the run's recipe; for a network file one with the cost that suits its outputs."""
        if self.recipe is not None:
            return self.recipe
        from chainrule.evaluation import default_cost

        return Recipe(cost=default_cost(self.network, dataset), seed=0)


def open_run(path: str | Path) -> SavedRun:
    """Open the folder of a run, whether or not it has ended, or a network file.

    A path that ends with .safetensors, or is a file, is a network; any other is a folder.

    Args:
        path: the folder, or the file.

    Raises: RunFolderError, FileError, DataError, IntegrityError.

    Example:
        >>> open_run("runs/digits").evaluate().accuracy  # doctest: +SKIP
        0.9791
    """
    if Path(path).suffix == ".safetensors" or _is_file(path):
        run = SavedRun(str(path), None)
        run.network  # noqa: B018  # read now, so that what is wrong with the file shows here
        return run
    return SavedRun(str(path), RunFolder(path).facts())


def _is_file(path: str | Path) -> bool:
    with suppress(OSError):  # a text too long for a name
        return Path(path).is_file()
    return False
