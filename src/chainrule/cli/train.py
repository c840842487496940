"""`chainrule train`: learn from data, keep the run, test the result."""

from __future__ import annotations

from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.epoch_table import EpochTable, duration_text
from chainrule.cli.flag_errors import told_by_flags
from chainrule.cli.flags import Setting, flag_of
from chainrule.cli.job import Job, Sources, new_job, resumed_job
from chainrule.cli.option_values import given_values, setting_flags
from chainrule.cli.presets import presets_table
from chainrule.cli.progress import Once, training_observers
from chainrule.cli.settings import training_settings
from chainrule.cli.training_warnings import watching
from chainrule.cli.wording import data_text, network_text, recipe_text, result_text
from chainrule.errors import InputError, TrainingInterrupted
from chainrule.evaluation import Report, evaluate
from chainrule.limits import Limit
from chainrule.training import Run

__all__ = ["command"]

_ABOUT = """Train a network on data, and test it.

DATA is mnist, which comes with chainrule, another name that `chainrule data list` shows, or the
path of a CSV, NPZ or Parquet file, of a folder with IDX files, or of a folder with a folder of
images for each class.

Without further flags a network with one hidden layer of 128 neurons learns. Every flag below with
a range can also be set by --set or stand in the file of --config, under its name with _ for -;
a flag counts more than --set, --set more than the file, and the file more than --preset. Square
brackets hold the default.
Optional values accept none. The file is TOML (or JSON):

\b
    layers = [784, 32, 10]
    activation = "sigmoid"
    optimiser = "sgd"        # gradient descent
    learning_rate = 4.0

Where targets are numbers (--task numbers), the cost is half_squared_error and the last layer's
function identity, unless they are set.

Ctrl-C saves a run that is kept by --run, and --resume goes on with it, to the bits of a run that
was never stopped."""

_EXAMPLES = (
    "chainrule train mnist --run runs/digits",
    "chainrule train mnist --layers 784,32,16,10 --activation sigmoid --cost squared_error \\",
    "    --optimiser sgd --learning-rate 4 --batch-size 40 --epochs 1",
    "chainrule train mnist --validation-fraction 0.1 --monitor validation_accuracy --patience 3 \\",
    "    --epochs 50 --schedule plateau --run runs/patient",
    "chainrule train flowers.csv --target kind --config recipe.toml --set batch_size=16",
    "chainrule train mnist --preset fast",
    "chainrule train --resume runs/digits",
)
_WITH_RESUME = ("data", "validation", "resume", "as_json", "offline", "threads")
_THREADS = Setting(
    name="threads",
    limit=Limit(int, "how many compute at once", 1, group="files and output", optional=True),
    default_text="CHAINRULE_THREADS, or as many as there are processors",
)


def _train(**given: Any) -> int:
    ctx = click.get_current_context()
    console = Console(as_json=given["as_json"])
    if given["list_presets"]:
        console.table(presets_table())
        return 0
    names = ("data", "validation", "run", "offline", "threads")
    sources = Sources(*(given[name] for name in names))
    resumed, warned = given["resume"], list[str]()
    _check_flags(ctx, sources.data, resumed)
    values = {} if resumed else given_values(ctx, _SETTINGS)
    with told_by_flags("train", _SETTINGS):
        job = resumed_job(resumed, sources) if resumed else new_job(sources, values, _SETTINGS)
        run = _followed(console, job, resumed or given["run"], warned)
        report = evaluate(
            run.network,
            job.pair.test,
            cost=run.recipe.cost,
            huber_threshold=run.recipe.huber_threshold,
        )
    if console.as_json:
        console.json(_as_json(run, job, report) | {"warnings": warned})
    _conclude(console, run, report, warned)
    return 0


def _check_flags(ctx: click.Context, data: str | None, resumed: str | None) -> None:
    """Refuse flags that do not go together."""
    if data is None and resumed is None:
        raise InputError(
            "train",
            expected="DATA, or a run to go on with",
            got="neither",
            remedy="Name data: chainrule train mnist",
            argument="data",
        )
    typed = click.core.ParameterSource.COMMANDLINE
    for parameter in ctx.command.params if resumed else ():
        name, flag = str(parameter.name), parameter.opts[0]
        if name not in _WITH_RESUME and ctx.get_parameter_source(name) == typed:
            raise InputError(
                "train",
                expected="no other settings with --resume",
                got=flag,
                why="A run goes on by the recipe with which it began",
                remedy=f"Leave {flag} out, or start a new run",
                argument=name,
            )


def _introduce(console: Console, job: Job) -> None:
    console.fact("data", data_text(job.pair))
    console.fact("network", network_text(job.architecture))
    console.fact("recipe", recipe_text(job.recipe))
    console.fact("seed", f"{job.recipe.seed}" + " (drawn)" * job.drawn)
    console.line()


def _followed(console: Console, job: Job, folder: str | None, warned: list[str]) -> Run:
    """Train in view of the user; an interruption tells how to go on."""
    table = EpochTable(job.recipe, job.pair.train.classifies, job.validated)
    # What cannot be trained is refused before anything is printed.
    introduction = Once(lambda: _introduce(console, job))
    try:
        more: dict[str, Any] = {"kept": folder is not None, "watching": watching(job, warned)}
        with training_observers(console, table, **more) as observers:
            run = job.start([introduction, *observers])
    except TrainingInterrupted as error:
        epoch = min(len(error.run.history) + 1, job.recipe.epochs)
        raise KeyboardInterrupt(
            f"train: interrupted in epoch {epoch} of {job.recipe.epochs}. {_way_on(folder)}"
        ) from None
    except KeyboardInterrupt:  # the second signal: what was kept last is what there is
        raise KeyboardInterrupt(f"train: interrupted. {_way_on(folder)}") from None
    introduction()
    return run


def _way_on(folder: str | None) -> str:
    if folder is None:
        return "The run was not kept; --run DIR keeps one."
    # No full stop, which would be copied with the folder's name.
    return f"Go on with: chainrule train --resume {folder}"


def _conclude(console: Console, run: Run, report: Report, warned: list[str]) -> None:
    console.line()
    console.fact("test", result_text(report))
    best = run.certificate["best_epoch"]
    console.fact("ended", f"{run.ended}, {duration_text(run.seconds)} of training")
    if best is not None:
        console.fact("best", f"epoch {best} by {run.recipe.monitor}, whose weights were restored")
    if run.folder is None:
        console.fact("kept", "nowhere; --run DIR keeps a run, to predict, verify and resume")
    else:
        console.fact("kept", f"in {run.folder}; see chainrule evaluate {run.folder}")
        if warned:
            console.fact("advice", f"what to set instead: chainrule diagnose {run.folder}")


def _as_json(run: Run, job: Job, report: Report) -> dict[str, Any]:
    full = report.to_dict()
    names = ("data", "data_sha256", "examples", "accuracy", "interval", "cost_name", "cost")
    return {
        "data": run.certificate["data"],
        "architecture": run.certificate["architecture"],
        "recipe": run.recipe.to_dict(),
        "seed_drawn": job.drawn,
        "history": [record.line() for record in run.history],
        "ended": run.ended,
        "best_epoch": run.certificate["best_epoch"],
        "seconds": run.seconds,
        "network_sha256": run.network.digest,
        "test": {name: full[name] for name in names},
        "folder": None if run.folder is None else str(run.folder),
    }


def _flags() -> list[click.Parameter]:
    files = "files and output"
    return [
        argument("data", required=False),
        Flag(["--run"], metavar="DIR", group=files, help="keep the run in this new folder"),
        Flag(["--resume"], metavar="RUN", group=files, help="go on with the run in this folder"),
        *setting_flags(),
        Flag(["--list-presets"], is_flag=True, group=files, help="show all presets, and end"),
        Flag(["--json", "as_json"], is_flag=True, group=files, help="print nothing but JSON"),
        flag_of(_THREADS),
        *(flag_of(setting) for setting in _SETTINGS.values()),
        Flag(["--validation"], metavar="DATA", group="data", help="a validation set of its own"),
        Flag(["--offline"], is_flag=True, group="data", help="fetch nothing from the network"),
    ]


_SETTINGS = training_settings()
command = Command("train", _train, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
