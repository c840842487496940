"""An experiment as one value: data, architecture and recipe, with every default written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from chainrule.data import Dataset, DatasetPair, prepare_dataset
from chainrule.errors import InputError
from chainrule.evaluation import evaluate
from chainrule.experiment.cross_validation import CrossValidation, FoldResult, cross_validate
from chainrule.experiment.data_source import DataSource, join_parts
from chainrule.experiment.description import (
    describe_architecture,
    describe_data,
    describe_recipe,
)
from chainrule.experiment.training_result import TrainingResult, WarningObserver
from chainrule.network import Architecture, Network, draw_parameters
from chainrule.recipe import Recipe
from chainrule.settings import (
    build_architecture,
    build_recipe,
    fill_defaults,
    merge_settings,
    select_settings,
)
from chainrule.training import (
    Observer,
    RateCurve,
    Run,
    RunFolder,
    find_learning_rate,
    fit_preprocessing,
    load_start,
    require_signing_key,
    resume,
    sign_certificate,
    split_validation,
    train,
)

__all__ = ["Experiment", "LoadedData", "require_signable"]


@dataclass(frozen=True, eq=False)
class LoadedData:
    """The data of an experiment in memory.

    Args:
        pair: the training set, before any part is held out, and the test set.
        validation: a validation set of its own; None without.
    """

    pair: DatasetPair
    validation: Dataset | None


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Data, architecture and recipe: all that decides a training, to the bit.

    Two experiments are equal if they describe the same training. The data themselves are loaded
    by `create`; an experiment without them (`from_dict`) loads them whenever it needs them, and
    `load` gives one that has them.

    Args:
        data: where the training and the test set are.
        architecture: the network as its weights are drawn. Training may turn an output activation
            that was not set into softmax, as `Architecture.for_cost` says.
        recipe: how to train, with its seed.
        validation: a separate validation set; None if there is none.
        start: the network file, or the run, whose weights the training begins with; None for
            weights that are drawn from the seed.
        seed_drawn: whether the seed was drawn rather than set.
        loaded: the data in memory; None before they are loaded.

    Example:
        >>> experiment = Experiment.create("mnist", preset="fast", epochs=1, seed=0)
        >>> experiment.architecture.layers, experiment.recipe.epochs
        ((784, 128, 10), 1)
    """

    data: DataSource
    architecture: Architecture
    recipe: Recipe
    validation: DataSource | None = None
    start: str | None = None
    seed_drawn: bool = field(default=False, compare=False)
    loaded: LoadedData | None = field(default=None, compare=False, repr=False)

    @classmethod
    def create(
        cls,
        data: str | DataSource,
        *,
        validation: str | None = None,
        start: str | None = None,
        preset: str | None = None,
        config: str | None = None,
        assignments: Iterable[str] = (),
        **settings: Any,
    ) -> Experiment:
        """Return an experiment on data, with defaults for all that is not set.

        Settings count more than assignments, assignments more than the file, and the file more
        than the preset.

        Args:
            data: a name that `load_dataset` knows, or a path.
            validation: the same for a validation set of its own.
            start: a network file, or a run, to begin with its weights and by its architecture.
            preset: the name of a preset, such as "fast".
            config: a TOML or JSON file of settings.
            assignments: texts such as "batch_size=32".
            settings: values by the names of the flags of `chainrule train`, with _ for -, such as
                layers, epochs or target; neurons_1 is the width of the first hidden layer.

        Raises: InputError, UnknownNameError, and what `load_dataset` raises.
        """
        values = merge_settings(settings, preset=preset, config=config, assignments=assignments)
        return cls.from_settings(data, values, validation=validation, start=start)

    @classmethod
    def from_settings(
        cls,
        data: str | DataSource,
        settings: Mapping[str, Any],
        *,
        validation: str | None = None,
        start: str | None = None,
    ) -> Experiment:
        """Return an experiment by settings that were checked; otherwise as `create`."""
        options = select_settings("data", settings)
        described = {name: value for name, value in settings.items() if name not in options}
        build_recipe(described)  # what is wrong with it shows before data are loaded
        begun = None if start is None else _given_architecture(start, settings)
        if isinstance(data, DataSource):
            options = {**data.options, **options}
            data = data.source
        source = DataSource(source=str(data), options=options)
        pair = source.load()
        filled = fill_defaults(described, pair.train)
        recipe, architecture = build_recipe(filled), begun or build_architecture(filled)
        checks = None if validation is None else DataSource(source=validation, options=options)
        return cls(
            data=source,
            architecture=architecture,
            recipe=recipe.with_seed(),
            validation=checks,
            start=start,
            seed_drawn=recipe.seed is None,
            loaded=LoadedData(pair, None if checks is None else join_parts(checks.load())),
        )

    def load(self) -> Experiment:
        """Return the same experiment with its data in memory.

        Raises: what `load_dataset` raises.
        """
        if self.loaded is not None:
            return self
        checks = None if self.validation is None else join_parts(self.validation.load())
        return replace(self, loaded=LoadedData(self.data.load(), checks))

    @property
    def datasets(self) -> LoadedData:
        """The data, loaded now if they are not in memory."""
        loaded = self.load().loaded
        assert loaded is not None, "load() gives them"
        return loaded

    @property
    def validates(self) -> bool:
        """Whether there is a validation set, of its own or held out of the training set."""
        return self.validation is not None or self.recipe.validation_fraction > 0

    def describe(self) -> dict[str, str]:
        """Return a line each on data, network, recipe and seed."""
        network = describe_architecture(self.architecture.for_cost(self.recipe.cost))
        return {
            "data": describe_data(self.datasets.pair),
            "network": network,
            "recipe": describe_recipe(self.recipe),
            "seed": f"{self.recipe.seed}" + " (drawn)" * self.seed_drawn,
        }

    def network(self) -> Network:
        """Return the network with which a training begins: of `start`, or drawn from the seed.

        Raises: what reading the file of the start raises.
        """
        if self.start is not None:
            return Network(self.architecture, load_start(self.start).parameters)
        assert self.recipe.seed is not None, "an experiment has a seed"
        return Network(self.architecture, draw_parameters(self.architecture, self.recipe.seed))

    def training_data(self) -> Dataset:
        """Return what is learned from: the training set without the part that is held out.

        The columns of a table are encoded and scaled as in the training.
        """
        training = split_validation(self.datasets.pair.train, self.recipe)[0]
        return prepare_dataset(training, fit_preprocessing(training, self.recipe))

    def test_data(self) -> Dataset:
        """Return the test set."""
        return self.datasets.pair.test

    def train(
        self,
        *,
        folder: str | Path | None = None,
        observers: Iterable[Observer] = (),
        threads: int | None = None,
        on_warning: Callable[[str], object] | None = None,
        keep_epochs: bool = False,
        sign: str | Path | None = None,
    ) -> TrainingResult:
        """Train the network and test the result.

        Args:
            folder: where to keep the run, a folder that is new or empty; None keeps nothing.
            observers: called with the progress at most every 50 ms and at each epoch's end.
            threads: how many compute at once; None takes CHAINRULE_THREADS, or all processors.
            on_warning: called with a sentence as soon as a condition shows that keeps the training
                from learning; the sentences are in the result as well.
            keep_epochs: whether the folder keeps a checkpoint of every epoch's end.
            sign: the key file with which the certificate is signed at the end, by ssh-keygen; None
                signs nothing. It needs a folder.

        Raises: what `chainrule.train` raises; MissingLibraryError without ssh-keygen.
        """
        require_signable(folder, sign)
        ready = self.load()
        network, data = ready.network(), ready.datasets
        warnings = WarningObserver(lambda: network, ready.training_data, self.recipe, on_warning)
        run = train(
            network,
            data.pair.train,
            self.recipe,
            validation=data.validation,
            folder=folder,
            observers=[*observers, warnings],
            keep_epochs=keep_epochs,
            notes=self.notes(),
            threads=threads,
            start=self.start,
        )
        return ready.judge(run, warnings.warnings, sign)

    def cross_validate(
        self,
        folds: int = 5,
        *,
        observers: Iterable[Observer] = (),
        threads: int | None = None,
        on_fold: Callable[[FoldResult], object] | None = None,
    ) -> CrossValidation:
        """Train once for each fold of the training set, and judge by the fold that is held out.

        Classes keep their fractions in every fold (stratified). The folds follow from the recipe's
        seed, fold k is trained with that seed + k - 1, and columns are encoded and scaled by each
        fold's own training part. As with scikit-learn's `cross_validate`, the test set is not
        touched, no network is kept, and none is trained on all examples: call `train` for that.

        Args:
            folds: how many, at least 2.
            observers: as in `train`, for each training.
            threads: as in `train`.
            on_fold: called with each fold's result when it is there.

        Raises: InputError, DataError, and what `train` raises.

        Example:
            >>> experiment = Experiment.create("wine.csv", seed=0)  # doctest: +SKIP
            >>> experiment.cross_validate(5).statistics["accuracy"].mean  # doctest: +SKIP
            0.9787
        """
        if self.start is not None:
            raise InputError(
                "train",
                expected="weights that are drawn for each fold",
                got=f"those of {self.start}",
                why="They may have seen the examples that a fold holds out",
                remedy="Leave start out",
                argument="start",
                value=self.start,
            )
        loaded = self.datasets
        return cross_validate(
            loaded.pair.train,
            self.architecture,
            self.recipe,
            folds,
            validation=loaded.validation,
            observers=observers,
            threads=threads,
            on_fold=on_fold,
        )

    def notes(self) -> dict[str, Any]:
        """Return where the data are, as a run's folder notes it."""
        return {
            "data": self.data.notes(),
            "validation": None if self.validation is None else self.validation.notes(),
        }

    def resume(
        self,
        folder: str | Path,
        *,
        observers: Iterable[Observer] = (),
        threads: int | None = None,
        on_warning: Callable[[str], object] | None = None,
        sign: str | Path | None = None,
    ) -> TrainingResult:
        """Continue a run of this experiment that was stopped, and test the result.

        Args:
            folder: the folder of the run; `open_run(folder).experiment()` is its experiment.
            observers: as in `train`.
            threads: as in `train`.
            on_warning: as in `train`.
            sign: as in `train`.

        Raises: what `chainrule.resume` raises; MissingLibraryError without ssh-keygen.
        """
        require_signable(folder, sign)
        ready = self.load()
        data = ready.datasets
        warnings = WarningObserver(
            RunFolder(folder).initial_network, ready.training_data, self.recipe, on_warning
        )
        run = resume(
            folder,
            data.pair.train,
            validation=data.validation,
            observers=[*observers, warnings],
            threads=threads,
        )
        return ready.judge(run, warnings.warnings, sign)

    def judge(
        self, run: Run, warnings: Sequence[str] = (), sign: str | Path | None = None
    ) -> TrainingResult:
        """Return a run of this experiment together with its report on the test set.

        Args:
            run: what was trained.
            warnings: of the training.
            sign: the key with which the certificate of the run is signed; None signs nothing.
        """
        if sign is not None and run.folder is not None:
            sign_certificate(run.folder, sign)
        report = evaluate(
            run.network,
            self.test_data(),
            cost=run.recipe.cost,
            huber_threshold=run.recipe.huber_threshold,
        )
        return TrainingResult(run, report, tuple(warnings), self.seed_drawn)

    def find_learning_rate(
        self,
        *,
        lowest: float = 1e-6,
        highest: float = 10.0,
        steps: int = 200,
        threads: int | None = None,
    ) -> RateCurve:
        """Return the curve of costs while the learning rate rises.

        Arguments are those of `chainrule.find_learning_rate`.

        Raises: InputError, ShapeError.
        """
        train = self.datasets.pair.train
        return find_learning_rate(
            self.network(),
            train,
            self.recipe,
            lowest=lowest,
            highest=highest,
            steps=steps,
            threads=threads,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, from which `from_dict` makes the experiment again."""
        return {
            **self.notes(),
            "architecture": self.architecture.to_dict(),
            "recipe": self.recipe.to_dict(),
            **({} if self.start is None else {"start": self.start}),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Experiment:
        """Return the experiment that `to_dict` described, without its data in memory.

        Raises: InputError, ShapeError, UnknownNameError.
        """
        validation = values["validation"]
        return cls(
            data=DataSource(**values["data"]),
            validation=None if validation is None else DataSource(**validation),
            architecture=Architecture.from_dict(values["architecture"]),
            recipe=Recipe.from_dict(values["recipe"]),
            start=values.get("start"),
        )


def require_signable(folder: str | Path | None, key: str | Path | None) -> None:
    """Refuse a key that cannot sign, or that has nothing to sign, before anything is trained.

    Raises: InputError, FileError, MissingLibraryError.
    """
    if key is None:
        return
    if folder is None:
        raise InputError(
            "train",
            expected="a folder to go with sign",
            got="none",
            why="The certificate in the folder of the run is what is signed",
            argument="sign",
            value=str(key),
        )
    require_signing_key(key)


def _given_architecture(start: str, settings: Mapping[str, Any]) -> Architecture:
    """The architecture of a start, which no setting may change."""
    given = [name for name in select_settings("network", settings) if settings[name] is not None]
    if given:
        raise InputError(
            "train",
            expected="no settings of the network to go with start",
            got=given[0],
            why=f"The network is that of {start}",
            remedy=f"Leave {given[0]} out",
            argument=given[0],
            value=settings[given[0]],
        )
    return load_start(start).architecture
