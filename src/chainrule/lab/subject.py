"""What the lab looks at: a network with examples, the run it comes from, or a worked file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from chainrule.attribution import RunReplay
from chainrule.bundled import bundled_files
from chainrule.data import Dataset, prepare_dataset
from chainrule.errors import InputError
from chainrule.evaluation import default_cost
from chainrule.experiment import Experiment, SavedRun, is_run, open_run
from chainrule.lab.ink import Stroke
from chainrule.lab.start_network import START_INK, start_examples, start_network
from chainrule.ledger import describe_example, read_worked
from chainrule.ledger.steps import WorkedExample, supported_recipe
from chainrule.network import Network
from chainrule.recipe import Recipe

__all__ = ["LabSubject", "open_subject"]

_SEED = 1
_RATE = 0.1
"""Learning rate of a step on a network that does not say how it was trained."""


@dataclass(frozen=True, eq=False)
class LabSubject:
    """A network and what belongs to it.

    Args:
        name: for the page's head.
        network: as it was opened.
        recipe: of the step that is shown; None for a worked file without a training.
        examples: that can be chosen; None for a network file by itself.
        replay: of the run, whose steps can be looked into; None without a run.
        worked: the worked file; None for all others.
        columns: the same examples as the columns of their table; None for other data.
        loaded: the same examples as they were loaded, before the network's steps; None without.
        start_ink: what is drawn at first; empty to begin with an example.
        experiment: that can be trained anew in the room Train; None without data.
    """

    name: str
    network: Network
    recipe: Recipe | None
    examples: Dataset | None = None
    replay: RunReplay | None = None
    worked: WorkedExample | None = None
    columns: Dataset | None = None
    loaded: Dataset | None = None
    start_ink: tuple[Stroke, ...] = ()
    experiment: Experiment | None = None

    @property
    def takes_ink(self) -> bool:
        """Whether digits can be drawn for it: its inputs are an image."""
        return self.worked is None and len(self.network.input_shape) == 2

    @property
    def steps(self) -> int:
        """How many steps can be looked into by number."""
        if self.worked is not None:
            return self.worked.steps
        return 0 if self.replay is None else self.replay.steps_done


def open_subject(
    target: str | Path | None = None, data: str | None = None, config: str | None = None
) -> LabSubject:
    """Open what is named.

    Args:
        target: a run's folder, a network file, a worked file or the name of a bundled one, or data
            such as a table or a folder of pictures, which are learned first; None for a small
            network trained on digits.
        data: where the run's data are, if they were moved, or examples for a network file.
        config: a TOML or JSON file of settings, as for `chainrule train`, by which data are
            learned.

    Raises: what opening, loading and training raise; InputError for a config without data.
    """
    if config is not None and not (target and _is_data(str(target))):
        raise InputError(
            "lab",
            expected="data to go with config",
            got="none" if target is None else str(target),
            why="By its settings data are learned; what is trained already has its own",
            argument="config",
            value=config,
        )
    if target is None:
        return LabSubject(
            "784-32-10, trained on MNIST",
            start_network(),
            _plain_recipe("categorical_cross_entropy"),
            start_examples(),
            loaded=start_examples(),
            start_ink=START_INK,
        )
    text = str(target)
    if _is_data(text):
        return _learn_data(text, config)
    return _open_run(open_run(text), data) if is_run(text) else _open_worked(text)


def _is_data(text: str) -> bool:
    """Whether a text names data that can be learned."""
    if is_run(text):
        path = Path(text)
        return path.is_dir() and not (path / "run.json").exists() and _has_pictures(path)
    return Path(text).suffix != ".toml" and text not in bundled_files("worked")


def _has_pictures(folder: Path) -> bool:
    """Whether a folder has a folder for each class, as those of pictures do."""
    return any(one.is_dir() for one in folder.iterdir())


def _plain_recipe(cost: str) -> Recipe:
    return Recipe(cost=cost, optimiser="sgd", learning_rate=_RATE, batch_size=1, seed=0)


def _open_run(run: SavedRun, data: str | None) -> LabSubject:
    examples = columns = None
    if run.facts is not None or data is not None:
        columns = run.data("test", data)
        examples = prepare_dataset(columns, run.network.preprocessing)
    replay = RunReplay.open(run, data) if run.facts is not None else None
    network = run.network
    if examples is None and len(network.input_shape) != 2:
        raise InputError(
            run.path,
            expected="--data with examples",
            got="a network file without them",
            why="Its inputs are not an image that could be drawn",
            argument="data",
        )
    recipe = run.recipe
    if recipe is None:
        cost = _cost_of(network) if examples is None else default_cost(network, examples)
        recipe = _plain_recipe(cost)
    step_recipe = supported_recipe(recipe).replaced(batch_size=1, shuffle=False)
    layers = "-".join(map(str, network.architecture.layers))
    return LabSubject(
        f"{layers}, {run.path}",
        network,
        step_recipe,
        examples,
        replay,
        columns=columns if columns is not None and columns.is_raw_table else None,
        experiment=None if replay is None else run.experiment(data),
        loaded=columns,
    )


def _cost_of(network: Network) -> str:
    last = network.architecture.activations[-1]
    return "categorical_cross_entropy" if last == "softmax" else "half_squared_error"


def _open_worked(text: str) -> LabSubject:
    worked = read_worked(text)
    network = Network(
        worked.architecture,
        worked.parameters,
        input_scale=worked.dataset.scale,
        class_names=worked.dataset.class_names,
    )
    name = worked.title or describe_example(worked)
    examples = worked.dataset
    return LabSubject(name, network, worked.recipe, examples, worked=worked, loaded=examples)


def _learn_data(text: str, config: str | None) -> LabSubject:
    """Train on data as `chainrule train` would, without a folder."""
    experiment = Experiment.create(text, config=config).load()
    if experiment.seed_drawn:  # else a shared address would show other numbers another day
        experiment = replace(experiment, recipe=experiment.recipe.replaced(seed=_SEED))
    network = experiment.train().network
    columns = experiment.test_data()
    examples = prepare_dataset(columns, network.preprocessing)
    return LabSubject(
        f"learned from {text}",
        network,
        _plain_recipe(default_cost(network, examples)),
        examples,
        columns=columns if columns.is_raw_table else None,
        experiment=experiment,
        loaded=columns,
    )
