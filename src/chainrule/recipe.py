"""The recipe: everything that decides a training run besides the network and the data."""

from __future__ import annotations

import dataclasses
import json
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeAlias

from chainrule.errors import DataError, FileError, InputError, describe, unknown_name
from chainrule.limits import Limit, check_record, limited
from chainrule.schema import ENCODINGS, IMPUTATIONS, SCALINGS, TARGET_SCALINGS
from chainrule.storage import open_regular

__all__ = ["BALANCED", "BEFORE_SCALING", "MONITORS", "ClassWeights", "Recipe"]

BALANCED: Literal["balanced"] = "balanced"
"""The word for class weights by which every class counts alike: n / (classes · examples of the
class), from the training part alone."""

ClassWeights: TypeAlias = "tuple[float, ...] | Literal['balanced']"
"""What the examples of each class count: a weight for each class, or `BALANCED`."""

MONITORS = (
    "cost",
    "total_cost",
    "accuracy",
    "validation_cost",
    "validation_accuracy",
)
ENGINES = ("reference", "compiled")
BEFORE_SCALING = {
    "scaling": "none",
    "target_scaling": "none",
    "encoding": "one_hot",
    "imputation": "median",
}
"""What a whole recipe means that says nothing of scaling: it is from before there was any."""

NORMALISATIONS = ("none", "batch")
_DROPOUT = Limit(
    float, "fraction of a hidden layer's neurons dropped in a step", 0, 1, high_open=True
)

_objective = partial(Limit, group="objective")
_update = partial(Limit, group="update")
_schedule = partial(Limit, group="schedule")
_regularisation = partial(Limit, group="regularisation")
_augmentation = partial(Limit, group="augmentation")
_run = partial(Limit, group="run")
_stopping = partial(Limit, group="stopping")
_preprocessing = partial(Limit, group="preprocessing")


def _costs() -> tuple[str, ...]:
    from chainrule.equations.costs import COSTS

    return tuple(COSTS)


def _optimisers() -> tuple[str, ...]:
    from chainrule.equations.updates import UPDATES

    return (*UPDATES, "lbfgs")


def _schedules() -> tuple[str, ...]:
    from chainrule.equations.schedules import SCHEDULES

    return tuple(SCHEDULES)


def _averages() -> tuple[str, ...]:
    from chainrule.equations.averaging import AVERAGES

    return AVERAGES


def _normalisations() -> tuple[str, ...]:
    return NORMALISATIONS


def _scalings() -> tuple[str, ...]:
    return SCALINGS


def _target_scalings() -> tuple[str, ...]:
    return TARGET_SCALINGS


def _encodings() -> tuple[str, ...]:
    return ENCODINGS


def _imputations() -> tuple[str, ...]:
    return IMPUTATIONS


def _engines() -> tuple[str, ...]:
    return ENGINES


def _monitors() -> tuple[str, ...]:
    return MONITORS


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to train: cost, update, schedule, batches, penalties, stopping, seed.

    Recipe, architecture and data digest fix a run to the bit. Every field has a default. All fields but
    class_weights and dropout have a `Limit`, from which the command line's flags are made:
    `limits_of(Recipe)` lists them.

    Raises: InputError, UnknownNameError.

    Example:
        >>> Recipe(cost="squared_error", optimiser="sgd", learning_rate=4.0).batch_size
        64
    """

    # fmt: off
    cost: str = limited("categorical_cross_entropy", _objective(str, "cost of one example", choices=_costs))
    huber_threshold: float = limited(1.0, _objective(float, "error at which huber changes from square to linear", 0, low_open=True))
    l1: float = limited(0.0, _objective(float, "strength of the penalty Σ|W| over all weights", 0))
    l2: float = limited(0.0, _objective(float, "strength of the penalty ½ΣW² over all weights", 0))
    class_weights: ClassWeights | None = None
    label_smoothing: float = limited(0.0, _objective(float, "fraction of a class's target that is spread over all classes", 0, 1, high_open=True))
    optimiser: str = limited("adam", _update(str, "update rule", choices=_optimisers))
    learning_rate: float = limited(0.001, _update(float, "step size of the update", 0, low_open=True))
    momentum: float = limited(0.9, _update(float, "fraction of the velocity that is kept (momentum, nesterov)", 0, 1, high_open=True))
    decay: float = limited(0.9, _update(float, "fraction of the mean square that is kept (rmsprop)", 0, 1, high_open=True))
    beta1: float = limited(0.9, _update(float, "fraction of the mean gradient that is kept (adam, adamw) or used (lion)", 0, 1, high_open=True))
    beta2: float = limited(0.999, _update(float, "fraction of the mean square (adam, adamw) or of the mean gradient (lion) that is kept", 0, 1, high_open=True))
    epsilon: float = limited(1e-8, _update(float, "small number that keeps the divisor above 0 (rmsprop, adam, adamw)", 0, low_open=True))
    weight_decay: float = limited(0.01, _update(float, "decoupled decay of the weights, times the learning rate (adamw, lion)", 0))
    iterations: int = limited(20, _update(int, "steps on the whole training set in an epoch (lbfgs)", 1))
    clip_norm: float | None = limited(None, _update(float, "largest norm of the gradient; a larger one is scaled down to it", 0, low_open=True, optional=True))
    dropout: tuple[float, ...] | None = None
    normalisation: str = limited("none", _regularisation(str, "normalisation of the hidden layers' weighted sums over the batch", choices=_normalisations))
    max_norm: float | None = limited(None, _regularisation(float, "largest norm of a neuron's weights; a larger one is scaled down to it", 0, low_open=True, optional=True))
    averaging: str = limited("none", _regularisation(str, "average of the weights that becomes the result: over all steps (ema) or over the ends of epochs (swa)", choices=_averages))
    averaging_decay: float = limited(0.998, _regularisation(float, "fraction of the average that is kept in a step (ema)", 0, 1, high_open=True))
    averaging_start: float = limited(0.6, _regularisation(float, "fraction of the run after which averaging begins", 0, 1, high_open=True))
    shift: float = limited(0.0, _augmentation(float, "greatest shift of images in each direction, in pixels", 0, 1000, unit="pixels"))
    rotation: float = limited(0.0, _augmentation(float, "greatest rotation of images in each direction, in degrees", 0, 180, unit="degrees"))
    zoom: float = limited(0.0, _augmentation(float, "greatest change of width and height, as a fraction", 0, 1, high_open=True))
    shear: float = limited(0.0, _augmentation(float, "greatest sideways shift for each pixel of height", 0, 10))
    elastic: float = limited(0.0, _augmentation(float, "strength of an elastic distortion before it is smoothed", 0, 10_000, unit="pixels"))
    elastic_smoothness: float = limited(4.0, _augmentation(float, "width of the Gaussian that smooths the elastic distortion", 0.1, 1000, unit="pixels"))
    thickness: float = limited(0.0, _augmentation(float, "greatest change in the thickness of strokes", 0, 100, unit="pixels"))
    noise: float = limited(0.0, _augmentation(float, "standard deviation of noise, as a fraction of full ink", 0, 10))
    cutout: int = limited(0, _augmentation(int, "side of a square that is set to 0", 0, 10_000, unit="pixels"))
    mixup: float = limited(0.0, _augmentation(float, "α of the Beta distribution by which examples are mixed; 0 for none", 0, 1000))
    schedule: str = limited("constant", _schedule(str, "how the learning rate changes", choices=_schedules))
    schedule_factor: float = limited(0.5, _schedule(float, "factor of the learning rate at each drop (step, exponential, plateau)", 0, 1, low_open=True))
    schedule_every: int = limited(10, _schedule(int, "epochs between drops (step)", 1, unit="epochs"))
    schedule_patience: int = limited(3, _schedule(int, "epochs without progress before a drop (plateau)", 1, unit="epochs"))
    final_factor: float = limited(0.0, _schedule(float, "last rate as a fraction of the first (cosine, one_cycle, cosine_restarts), or the first as a fraction of the last (rise)", 0, 1))
    warmup_fraction: float = limited(0.3, _schedule(float, "fraction of the run in which the rate rises (one_cycle)", 0, 1, low_open=True, high_open=True))
    schedule_cooldown: int = limited(0, _schedule(int, "epochs after a drop that do not count towards patience (plateau)", 0, unit="epochs"))
    cycle_epochs: int = limited(10, _schedule(int, "epochs of the first cycle (cosine_restarts)", 1, unit="epochs"))
    cycle_growth: float = limited(1.0, _schedule(float, "factor from the length of one cycle to that of the next (cosine_restarts)", 1))
    snapshots: bool = limited(False, _schedule(bool, "save the network at the end of each cycle with the run (cosine_restarts)"))
    warmup_epochs: float = limited(0.0, _schedule(float, "epochs in which the rate first rises from 0, with any schedule", 0, unit="epochs"))
    batch_size: int = limited(64, _run(int, "examples per step", 1, unit="examples"))
    batch_growth: float = limited(1.0, _run(float, "factor by which batches grow", 1))
    batch_growth_every: int = limited(10, _run(int, "epochs between growths of the batch", 1, unit="epochs"))
    accumulation: int = limited(1, _run(int, "parts of a batch that pass through the network one after the other", 1))
    epochs: int = limited(10, _run(int, "passes over the training set", 0, unit="epochs"))
    shuffle: bool = limited(True, _run(bool, "shuffle the examples before each epoch"))
    engine: str = limited("compiled", _run(str, "implementation: Numba (compiled) or NumPy (reference)", choices=_engines))
    seed: int | None = limited(None, _run(int, "seed of all random numbers; drawn and recorded if it is not set", 0, 2**63 - 1, optional=True))
    validation_fraction: float = limited(0.0, _stopping(float, "fraction of the training set held out for validation", 0, 1, high_open=True))
    monitor: str | None = limited(None, _stopping(str, "metric whose best weights are restored at the end", choices=_monitors, optional=True))
    patience: int | None = limited(None, _stopping(int, "epochs without progress of the monitor before stopping", 1, optional=True, unit="epochs"))
    min_delta: float = limited(0.0, _stopping(float, "least change of the monitor that counts as progress", 0))
    scaling: str = limited("auto", _preprocessing(str, "scaling of the inputs: auto standardises the numbers of tables and leaves images and arrays as they are", choices=_scalings))
    target_scaling: str = limited("auto", _preprocessing(str, "scaling of targets that are numbers: auto standardises those of tables", choices=_target_scalings))
    encoding: str = limited("one_hot", _preprocessing(str, "inputs for a category: one for each of its values, or its place among them", choices=_encodings))
    imputation: str = limited("median", _preprocessing(str, "what a missing number of a table becomes", choices=_imputations))
    # fmt: on

    def __post_init__(self) -> None:
        check_record(self, "Recipe")
        object.__setattr__(self, "class_weights", _checked_class_weights(self.class_weights))
        object.__setattr__(self, "dropout", _checked_dropout(self.dropout))
        if self.schedule == "rise" and self.final_factor == 0:
            raise InputError(
                "Recipe",
                expected="a final_factor above 0 to go with the schedule rise",
                got="0",
                why="The rate rises from that fraction of learning_rate",
                argument="final_factor",
                value=0.0,
            )
        if self.patience is not None and self.monitor is None:
            raise InputError(
                "Recipe",
                expected="a monitor to go with patience",
                got="monitor None",
                remedy="Set it to one of: " + ", ".join(MONITORS),
                argument="monitor",
            )

    def with_seed(self) -> Recipe:
        """This recipe, with a seed drawn from the system if it has none."""
        if self.seed is not None:
            return self
        # 32 bits are enough to be new each time and short enough to type again.
        return self.replaced(seed=secrets.randbits(32))

    def replaced(self, **changes: Any) -> Recipe:
        """This recipe with other values for some fields.

        Raises: InputError, UnknownNameError.
        """
        return Recipe.from_dict({**self.to_dict(), **changes})

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain values; `Recipe.from_dict` gives the recipe back."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], where: str = "Recipe") -> Recipe:
        """A recipe from plain values; fields left out keep their defaults.

        Raises: InputError, UnknownNameError for a field that does not exist.
        """
        names = [f.name for f in dataclasses.fields(cls)]
        for name in values:
            if name not in names:
                raise unknown_name(where, "a recipe's field", name, names, argument=name)
        return cls(**values)

    def to_json(self) -> str:
        """The recipe as one line of JSON."""
        return json.dumps(self.to_dict())

    def to_toml(self) -> str:
        """The recipe as TOML; fields that are None are left out, as TOML has no null."""
        given = {name: value for name, value in self.to_dict().items() if value is not None}
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items())

    @classmethod
    def from_file(cls, path: str | Path) -> Recipe:
        """Read a recipe from a `.toml` or `.json` file.

        Raises: FileError, DataError, InputError, UnknownNameError.
        """
        return cls.from_dict(read_table(path), where=str(path))


def read_table(path: str | Path) -> dict[str, Any]:
    """The table of names and values that a TOML or JSON file holds.

    Raises: FileError if it cannot be read, DataError if it is not a table.
    """
    path = Path(path)
    try:
        with open_regular(path) as file:
            text = file.read().decode()
        table = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise FileError(str(path), expected="a readable file", got=str(error.strerror)) from None
    except (ValueError, RecursionError) as error:
        kind = "JSON" if path.suffix == ".json" else "TOML"
        got = (
            "brackets that are nested too deeply"
            if isinstance(error, RecursionError)
            else str(error)
        )
        raise DataError(str(path), expected=f"a {kind} file", got=got) from None
    if not isinstance(table, dict):
        raise DataError(str(path), expected="a table of names and values", got=describe(table))
    return table


def _checked_dropout(given: Any) -> tuple[float, ...] | None:
    """The rates of dropout as a tuple of floats; None without dropout."""
    if given is None:
        return None
    values = given if isinstance(given, (list, tuple)) else (given,)
    shares = tuple(_DROPOUT.check("Recipe", "dropout", value) for value in values)
    return shares if any(shares) else None


def _checked_class_weights(given: Any) -> ClassWeights | None:
    """The class weights as a tuple of floats, "balanced", or None."""
    if given is None:
        return None
    if isinstance(given, str) and given == BALANCED:
        return BALANCED
    limit = Limit(float, "weight of the examples of each class, or balanced", 0)
    values = given if isinstance(given, (list, tuple)) else (given,)
    weights = tuple(limit.check("Recipe", "class_weights", value) for value in values)
    if not any(weights):
        raise InputError(
            "Recipe",
            expected="class_weights with at least one above 0",
            got=describe(given),
            argument="class_weights",
            value=given,
        )
    return weights
