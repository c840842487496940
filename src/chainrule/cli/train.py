"""`chainrule train`: train a network on data, save the run, test the result."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote
from statistics import median
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import (
    experiment_flags,
    experiment_settings,
    flags_of,
    json_flag,
    limit_flag,
    offline_flag,
    threads_flag,
)
from chainrule.cli.fold_view import conclude_folds, cross_validate_in_view
from chainrule.cli.progress import EpochTable, Once, duration_text, training_observers
from chainrule.data import FOLDS
from chainrule.documents import Table
from chainrule.errors import InputError, TrainingInterrupted
from chainrule.evaluation import percent_text
from chainrule.experiment import Experiment, RunBranch, TrainingResult, open_run
from chainrule.limits import Limit
from chainrule.presets import preset, preset_description, preset_names, preset_results
from chainrule.schema import describe_schema
from chainrule.settings import training_settings

__all__ = ["command"]

_ABOUT = """Train a network on data, and test it.

DATA is mnist, which comes with chainrule, another name that `chainrule data list` shows, or a path:
of a table (CSV and other text, Excel, Parquet, Arrow, ARFF, SQLite), of arrays (NPY, NPZ, IDX), of
a folder with IDX files, or of a folder with a folder of images for each class.

Without further flags a network with one hidden layer of 128 neurons is trained. Every flag below
with a default in square brackets can also be set by --set, or in the file of --config, under its
name with _ for -. A flag overrides --set, --set overrides the file, and the file overrides
--preset. The value none leaves an optional setting unset. The file is TOML (or JSON):

\b
    layers = [784, 32, 10]
    activation = "sigmoid"
    optimiser = "sgd"        # gradient descent
    learning_rate = 4.0

If targets are numbers (--task numbers), the cost is half_squared_error and the activation of the
last layer is identity, unless they are set.

--cross-validate N trains once for each of N folds of the training set, judges each network by the
fold that it did not see, and shows the means with 95 % intervals (Nadeau & Bengio 2003). The test
set is not touched. Only with --run a network is then trained on the whole training set, and saved.
--against also tries other settings on the same folds, and shows the paired differences.

--start FILE begins with the weights of a network instead of drawn ones, and has its layers. The run
records the file and its digest, and chainrule verify asks for it.

--sign KEY signs the certificate of the run by ssh-keygen, and chainrule verify --signer then tells
who made it; with --resume, a run that has ended is only signed.

Ctrl-C stops a training. A run that was saved with --run can be continued with --resume, and ends
with the same bits as one that was never stopped.

With --from EPOCH, --resume RUN begins a branch: a new run in the folder of --run, which goes on
from the end of that epoch of RUN with changed settings. RUN stays as it is. If it kept no
checkpoint of the epoch, it is computed again up to there; --keep-epochs keeps them all."""

_EXAMPLES = (
    "chainrule train mnist --run runs/digits",
    "chainrule train mnist --layers 784,32,16,10 --activation sigmoid --cost squared_error \\",
    "    --optimiser sgd --learning-rate 4 --batch-size 40 --epochs 1",
    "chainrule train mnist --validation-fraction 0.1 --monitor validation_accuracy --patience 3 \\",
    "    --epochs 50 --schedule plateau --run runs/patient",
    "chainrule train flowers.csv --target kind --config recipe.toml --set batch_size=16",
    "chainrule train mnist --preset fast",
    "chainrule train --resume runs/digits",
    "chainrule train more.csv --start runs/flowers --run runs/more-flowers",
    "chainrule train wine.csv --cross-validate 5 --against learning_rate=0.01",
    "chainrule train --resume runs/digits --from 3 --set learning_rate=0.1 --run runs/faster",
)
_WITH_RESUME = ("data", "validation", "resume", "as_json", "offline", "threads", "sign")
_SETTINGS = training_settings()
_FROM = Limit(int, "epoch of RUN after which a branch begins", 0)


def _train(**given: Any) -> int:
    ctx = click.get_current_context()
    console = Console(as_json=given["as_json"])
    if given["list_presets"]:
        console.table(_presets_table())
        return 0
    resumed = given["resume"]
    _check_flags(ctx, given["data"], resumed)
    again = "Say where they are: chainrule train {} --resume " + quote(str(resumed))
    remedies = {
        "data": again.replace("{}", "DATA", 1),
        "validation": again.replace("{}", "--validation DATA", 1),
    }
    continues = resumed is not None and given["from"] is None
    settings = {} if continues else experiment_settings(ctx, _SETTINGS)
    validated: dict[str, Any] = {}
    with errors_by_flags("train", _SETTINGS, remedies):
        if resumed:
            result = _train_saved(console, settings, given)
        else:
            experiment = Experiment.from_settings(
                given["data"], settings, validation=given["validation"], start=given["start"]
            )
            introduction = Once(lambda: _introduce(console, experiment))
            if given["cross_validate"] is not None:
                validated = cross_validate_in_view(
                    console, experiment, settings, given, introduction
                )
            if validated and given["run"] is None:
                conclude_folds(console, validated)
                return 0
            result = _train_in_view(console, experiment, given, experiment.train, introduction)
    if console.as_json:
        console.json({**result.to_dict(), **validated})
    _conclude(console, result)
    return 0


def _train_saved(
    console: Console, settings: dict[str, Any], given: dict[str, Any]
) -> TrainingResult:
    """Continue a saved run, or train a branch of it."""
    saved = open_run(given["resume"])
    experiment = saved.experiment(given["data"], given["validation"])
    if given["from"] is None:
        return _train_in_view(console, experiment, given, experiment.resume)
    branch = RunBranch.from_settings(saved.path, experiment, given["from"], settings)
    introduction = Once(lambda: _introduce(console, branch))
    return _train_in_view(console, branch.experiment, given, branch.train, introduction)


def _check_flags(ctx: click.Context, data: str | None, resumed: str | None) -> None:
    """Refuse flags that do not go together."""
    if data is None and resumed is None:
        raise InputError(
            "train",
            expected="DATA, or a run to continue",
            got="neither",
            remedy="Name data: chainrule train mnist",
            argument="data",
        )
    if ctx.params["against"] and ctx.params["cross_validate"] is None:
        raise InputError(
            "train",
            expected="--cross-validate to go with --against",
            got="none",
            remedy="Set the number of folds: --cross-validate 5",
            argument="against",
        )
    if ctx.params["keep_epochs"] and ctx.params["run"] is None:
        raise InputError(
            "train",
            expected="--run DIR with --keep-epochs",
            got="none",
            why="Checkpoints are kept in the folder of the run",
            argument="keep_epochs",
        )
    typed = click.core.ParameterSource.COMMANDLINE
    if ctx.params["from"] is not None:
        _check_branch(ctx.params, resumed)
        return
    for parameter in ctx.command.params if resumed else ():
        name, flag = str(parameter.name), parameter.opts[0]
        if name not in _WITH_RESUME and ctx.get_parameter_source(name) == typed:
            raise InputError(
                "train",
                expected="no other settings with --resume",
                got=flag,
                why="A run continues with the recipe with which it began",
                remedy=f"Leave {flag} out, or start a new run",
                argument=name,
            )


def _check_branch(given: dict[str, Any], resumed: str | None) -> None:
    """Refuse --from without the run to branch from, or without a folder for the branch."""
    if given["start"] is not None:
        raise InputError(
            "train",
            expected="no --start with --from",
            got="both",
            why="A branch begins with the weights of its parent",
            argument="start",
        )
    if given["cross_validate"] is not None:
        raise InputError(
            "train",
            expected="no --cross-validate with --from",
            got="both",
            why="A branch goes on from weights that have seen the examples of every fold",
            argument="cross_validate",
        )
    if resumed is None or given["run"] is None:
        flag = "--resume RUN" if resumed is None else "--run DIR"
        raise InputError(
            "train",
            expected=f"{flag} with --from",
            got="none",
            why="A branch goes on from an epoch of one run in the folder of another",
            remedy="For example: chainrule train --resume runs/digits --from 3 --run runs/branch",
            argument="from",
        )


def _introduce(console: Console, planned: Experiment | RunBranch) -> None:
    experiment = planned.experiment if isinstance(planned, RunBranch) else planned
    for label, text in planned.describe().items():
        console.fact(label, text)
    pair = experiment.datasets.pair
    for remark in pair.remarks:
        console.fact("note", remark)
    if pair.train.is_raw_table and pair.train.schema is not None:
        console.line()
        console.table(describe_schema(pair.train.schema, experiment.recipe.encoding))
    console.line()


def _train_in_view(
    console: Console,
    experiment: Experiment,
    given: dict[str, Any],
    train: Callable[..., TrainingResult],
    introduction: Once | None = None,
) -> TrainingResult:
    """Train in view of the user; after an interruption the error says how to continue."""
    folder = given["run"] or given["resume"]
    kept: dict[str, Any] = {}
    kept |= {} if given["run"] is None else {"keep_epochs": given["keep_epochs"]}
    kept |= {} if given["sign"] is None else {"sign": given["sign"]}
    classifies = experiment.datasets.pair.train.classifies
    table = EpochTable(experiment.recipe, classifies, experiment.validates)
    # What cannot be trained is refused before anything is printed.
    introduction = introduction or Once(lambda: _introduce(console, experiment))
    try:
        with training_observers(console, table, saved=folder is not None) as shown:
            result = train(
                folder=folder,
                observers=[introduction, *shown.observers],
                threads=given["threads"],
                on_warning=shown.warn,
                **kept,
            )
    except TrainingInterrupted as error:
        epochs = experiment.recipe.epochs
        epoch = min(len(error.run.history) + 1, epochs)
        raise KeyboardInterrupt(
            f"train: interrupted in epoch {epoch} of {epochs}. {_how_to_continue(folder)}"
        ) from None
    except KeyboardInterrupt:  # the second signal: what was saved last is what there is
        raise KeyboardInterrupt(f"train: interrupted. {_how_to_continue(folder)}") from None
    introduction()
    return result


def _how_to_continue(folder: str | None) -> str:
    if folder is None:
        return "The run was not saved; --run DIR saves one."
    # No full stop, which would be copied with the folder's name.
    return f"Continue with: chainrule train --resume {quote(folder)}"


def _conclude(console: Console, result: TrainingResult) -> None:
    run, best = result.run, result.run.certificate["best_epoch"]
    console.line()
    console.fact("test", result.describe_test())
    console.fact("ended", f"{run.ended}, {duration_text(run.seconds)} of training")
    if best is not None:
        console.fact("best", f"epoch {best} by {run.recipe.monitor}, whose weights were restored")
    if run.folder is None:
        console.fact("saved", "not saved; --run DIR saves a run for predict, verify and --resume")
        return
    console.fact("saved", f"in {run.folder}; see chainrule evaluate {quote(str(run.folder))}")
    if result.warnings:
        console.fact("advice", f"to find the cause: chainrule diagnose {quote(str(run.folder))}")


def _presets_table() -> Table:
    """Return all presets, with the medians of their measured trainings on MNIST."""
    rows = tuple(_preset_row(name) for name in preset_names())
    header = ("preset", "layers", "accuracy", "seconds", "about")
    note = "Medians on the MNIST test images, as in docs/recipes.md; blank if not measured."
    return Table("Presets", header, rows, note, leftward=("about",))


def _preset_row(name: str) -> tuple[str, ...]:
    layers, figures = "-".join(map(str, preset(name)["layers"])), preset_results(name)
    if not figures:
        return name, layers, "", "", preset_description(name)
    accuracy, seconds = percent_text(median(figures["accuracies"])), median(figures["seconds"])
    return (
        name,
        layers,
        accuracy,
        f"{seconds:.{1 if seconds >= 1 else 2}f}",
        preset_description(name),
    )


def _flags() -> list[click.Parameter]:
    files = "files and output"
    return [
        argument("data", required=False),
        Flag(["--run"], metavar="DIR", group=files, help="save the run in this new folder"),
        Flag(["--resume"], metavar="RUN", group=files, help="continue the run in this folder"),
        Flag(
            ["--start"],
            metavar="FILE",
            group=files,
            help="begin with the weights of this network file, or of this run",
        ),
        limit_flag("cross_validate", FOLDS, files, "none"),
        Flag(
            ["--against"],
            metavar="NAME=VALUE",
            multiple=True,
            group=files,
            help="compare with this setting on the same folds; may be given more than once",
        ),
        limit_flag("from", _FROM, files, "none: RUN itself goes on"),
        Flag(
            ["--keep-epochs"],
            is_flag=True,
            group=files,
            help="keep a checkpoint of every epoch's end, which --from then need not compute again",
        ),
        Flag(
            ["--sign"],
            metavar="KEY",
            group=files,
            help="sign the run's certificate with this key of OpenSSH, by ssh-keygen",
        ),
        *experiment_flags(files),
        Flag(["--list-presets"], is_flag=True, group=files, help="list all presets, and exit"),
        json_flag(files),
        threads_flag(files),
        *flags_of(_SETTINGS),
        Flag(["--validation"], metavar="DATA", group="data", help="a separate validation set"),
        offline_flag(),
    ]


command = Command("train", _train, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
