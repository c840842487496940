"""`chainrule study`: run a study of many trainings, and report its results."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Iterator
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument, command_group
from chainrule.cli.console import Console
from chainrule.cli.flags import (
    FORMAT,
    Setting,
    chosen_format,
    flag_of,
    given_settings,
    json_flag,
    limit_flag,
)
from chainrule.cli.study_progress import StudyView, study_view
from chainrule.documents import Document, write_document
from chainrule.errors import InputError
from chainrule.limits import Limit, limits_of
from chainrule.storage import is_replaceable
from chainrule.study import (
    DEFAULT_STORAGE,
    EXPORT_FORMATS,
    SavedStudy,
    StudyPlace,
    StudySettings,
    StudySpec,
    StudySummary,
    compare_configurations,
    compute_study,
    list_studies,
    open_study,
    read_study,
    repair_study,
)

__all__ = ["command", "compute_in_view", "place_flags", "storage_flag"]

_ABOUT = """Run a study of many trainings, and report its results.

A TOML file describes a study: data, network, recipe, what varies, seeds, metric and budget. Its
trials are saved in a storage: a journal file in the current folder, or any database
that Optuna supports. A study that was stopped or killed continues from there; each configuration
is computed exactly once."""

_RUN = """Start or continue the study that FILE describes, and run it to its end.

\b
    metric = "validation_accuracy"   # or validation_cost, test_accuracy, test_cost
    search = "grid"                  # or random, quasi_random, tpe, gp; auto if it is left out
    seeds = 3
    data = "mnist"
    [network]
    layers = [784, 30, 10]
    [recipe]
    optimiser = "sgd"
    [space]
    batch_size = [10, 20, 40]
    learning_rate = { low = 0.01, high = 1.0, log = true, points = 5 }
    [budget]
    epochs = 3

Names in [network], [recipe] and [space] are those of the flags of chainrule train, with _ for -;
neurons_1 is the width of the first hidden layer. A range has low and high, and may have log, step
and points; { values = […], when = { optimiser = "momentum" } } exists only for some values of
another parameter. The search auto is grid if the trials suffice for all values, otherwise tpe.
Paths are relative to FILE. More values and more trials extend a study that is stored. A pruner
(median, hyperband) stops trials that lag behind.

With the same data and settings, a trial has the same bits in every executor."""

_RESUME = """Continue the study NAME, and run it to its end.

Trials whose process is gone are computed again, as another attempt of the same configuration."""

_WORKER = """Compute trials of the study NAME in this process, until none is left.

Any number of workers may run at once, on any number of machines that reach the storage and the
data."""

_REPAIR = """Repair the study NAME of a damaged storage, and run it to its end.

A damaged line of a journal is left out, and so are rows of an SQLite database that cannot be read;
the damaged file is kept beside it. Trials that do not agree with their seals, or that are lost, are
computed again, with the same digests. Nothing else may use the storage meanwhile."""

_STATUS = """Show the progress of all studies of a storage, or of one of them."""

_SHOW = """Show the results so far of the study NAME.

The report lists the best configurations with mean, deviation and 95 % interval over their seeds,
and the fraction of the metric's variance that each parameter explains."""

_REPORT = """Write the results of the study NAME as a page.

The page shows the best configurations, how much of the metric each parameter explains, and
learning curves if there are any. HTML is one file with pictures that loads nothing from
elsewhere; Markdown has the tables."""

_EXPORT = """Write the trials of the study NAME as a table, one row per seed.

With --curves the table has one row per epoch of each seed, with the metric on the held-out
examples."""

_COMPARE = """Compare two configurations on the same test images.

A and B are the names of studies, for their best configuration, or NAME/12 for a trial by its
number. Networks with the same seed are compared by McNemar's exact test."""


_DEFAULTS = {
    "executor": "the study's, or local",
    "workers": "one per processor",
    "address": "start workers on this machine",
}
_PLACE = {
    name: Setting(name=name, limit=limits_of(StudySettings)[name], default_text=text)
    for name, text in _DEFAULTS.items()
}


def storage_flag() -> Flag:
    """The flag that names a storage."""
    text = f"a journal file, or the address of a database [{DEFAULT_STORAGE}]"
    return Flag(["--storage"], metavar="URL", default=DEFAULT_STORAGE, group="study", help=text)


def place_flags() -> list[click.Parameter]:
    """The flags that say where trials are computed."""
    return [flag_of(setting, "study") for setting in _PLACE.values()]


def _given_place() -> StudyPlace:
    """Return where trials are computed, as far as the command line says it."""
    return StudyPlace(**given_settings(click.get_current_context(), _PLACE))


def _run(**given: Any) -> int:
    spec = read_study(given["file"])
    if given["name"] is not None:
        spec = spec.replaced(name=given["name"])
    console = Console(as_json=given["as_json"])
    return _conclude(console, *compute_in_view(console, spec, given["storage"]))


def compute_in_view(console: Console, spec: StudySpec, storage: str) -> tuple[SavedStudy, bool]:
    """Compute a study where the flags say.

    Args:
        console: where its progress is shown.
        spec: the study.
        storage: where it is kept.

    Returns: the study, and whether a trial was computed.
    """
    place = _given_place()

    def compute(view: StudyView) -> SavedStudy:
        return compute_study(
            spec, storage, place=place, on_trial=view.on_trial, on_begin=view.on_begin
        )

    return _follow(console, _resume_command(spec.name, storage), compute)


def _resume(**given: Any) -> int:
    name, storage, place = given["name"], given["storage"], _given_place()

    def resume(view: StudyView) -> SavedStudy:
        study = open_study(name, storage)
        return study.resume(place=place, on_trial=view.on_trial, on_begin=view.on_begin)

    console = Console(as_json=given["as_json"])
    return _conclude(console, *_follow(console, _resume_command(name, storage), resume))


def _repair(**given: Any) -> int:
    name, storage, place = given["name"], given["storage"], _given_place()
    console = Console(as_json=given["as_json"])
    with _interruptible(_resume_command(name, storage)), study_view(console) as view:
        done = repair_study(
            name, storage, place=place, on_trial=view.on_trial, on_begin=view.on_begin
        )
    console.line()
    console.document(done.document())
    return 0


def _worker(**given: Any) -> int:
    name, storage, console = given["name"], given["storage"], Console(as_json=given["as_json"])
    with _interruptible(_resume_command(name, storage)):
        view = StudyView(console, None)
        open_study(name, storage).work(on_trial=view.on_trial, on_begin=view.on_begin)
    if console.as_json:
        console.json({"study": name, "ended": view.computed})
    return 0


def _follow(
    console: Console, again: str, action: Callable[[StudyView], SavedStudy]
) -> tuple[SavedStudy, bool]:
    with _interruptible(again), study_view(console) as view:
        study = action(view)
    return study, view.computed > 0


def _conclude(console: Console, study: SavedStudy, computed: bool) -> int:
    # What each parameter explains takes seconds to find out; `study show` tells it at any time.
    summary = study.summarise(effects=computed)
    console.line()
    console.document(summary.document())
    return 0


@contextlib.contextmanager
def _interruptible(again: str) -> Iterator[None]:
    """While it is entered, Ctrl-C ends with a word on how to continue."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"study: interrupted; unfinished trials were dropped. Continue with: {again}"
        ) from None


def _resume_command(name: str, storage: str) -> str:
    where = [] if storage == DEFAULT_STORAGE else ["--storage", storage]
    return shlex.join(["chainrule", "study", "resume", name, *where])


def _status(**given: Any) -> int:
    console, storage = Console(as_json=given["as_json"]), given["storage"]
    named = given["name"]
    studies = list_studies(storage) if named is None else (open_study(named, storage),)
    counts = {study.name: study.counts() for study in studies}
    if console.as_json:
        console.json({name: found.to_dict() for name, found in counts.items()})
    for name, found in counts.items():
        console.fact(name, str(found))
    return 0


def _show(**given: Any) -> int:
    format_name = chosen_format("study show", given)
    summary = open_study(given["name"], given["storage"]).summarise()
    document = summary.document(given["most"] or 10)
    if given["markdown"] is not None:
        write_document(document, given["markdown"], "markdown")
    Console().document(document, format_name)
    return 0


def _export(**given: Any) -> int:
    paths = {kind: given[kind] for kind in EXPORT_FORMATS if given[kind] is not None}
    if not paths:
        raise InputError(
            "study export",
            expected="a file to write, --csv, --json or --parquet",
            got="none",
            remedy="Name one, such as --csv study.csv, or --csv - to print it",
        )
    study, curves = open_study(given["name"], given["storage"]), given["curves"]
    console, printed = Console(), not all(map(is_replaceable, paths.values()))
    for kind, path in paths.items():
        if path == "-" and kind != "parquet":
            console.data(study.export_text(kind, curves=curves).rstrip("\n") + "\n")
        else:
            study.export(path, kind=kind, curves=curves)
        if not printed:
            console.fact("written", path)
    return 0


def _compare(**given: Any) -> int:
    format_name = chosen_format("study compare", given)
    found = compare_configurations(given["a"], given["b"], given["storage"])
    Console().document(found.document(), format_name)
    return 0


def _report(**given: Any) -> int:
    if given["html"] is None and given["markdown"] is None and given["format"] is None:
        raise InputError(
            "study report",
            expected="a file to write, --html or --markdown, or a --format to print",
            got="none",
            remedy="Name one, such as --html study.html",
        )
    console, most = Console(), given["most"] or 20
    format_name = given["format"] and FORMAT.limit.check("study report", "format", given["format"])
    summary = open_study(given["name"], given["storage"]).summarise()
    if given["markdown"] is not None:
        write_document(summary.document(most), given["markdown"], "markdown")
    if given["html"] is not None:
        write_document(_pictured(summary, most), given["html"], "html")
    for path in filter(is_replaceable, filter(None, (given["markdown"], given["html"]))):
        console.fact("written", path)
    if format_name is not None:
        show = _pictured if format_name == "html" else StudySummary.document
        console.document(show(summary, most), format_name)
    return 0


def _pictured(summary: StudySummary, most: int) -> Document:
    from chainrule.figures import study_report

    return study_report(summary, most)


def _name_flag() -> Flag:
    return Flag(
        ["--name"], metavar="NAME", group="study", help="name of the study, instead of the file's"
    )


def _most_flag(default: int) -> Flag:
    limit = Limit(int, "number of configurations to list", 1, 100_000)
    return limit_flag("most", limit, "output", str(default))


def _export_flags() -> list[click.Parameter]:
    texts = {
        "csv": "as CSV; - prints them",
        "json": "as JSON; - prints them",
        "parquet": "as Parquet",
    }
    files: list[click.Parameter] = [
        Flag([f"--{kind}"], metavar="FILE", group="output", help=f"write the rows {text}")
        for kind, text in texts.items()
    ]
    return [*files, Flag(["--curves"], is_flag=True, group="output", help="one row per epoch")]


def _worker_flags() -> list[click.Parameter]:
    name = Flag(["--study", "name"], metavar="NAME", required=True, group="study", help="the study")
    return [name, storage_flag(), json_flag()]


_SUB = (
    Command(
        "run",
        _run,
        about=_RUN,
        parameters=[argument("file"), _name_flag(), storage_flag(), *place_flags(), json_flag()],
        examples=(
            "chainrule study run rates",
            "chainrule study run rates --executor processes --workers 2",
            "chainrule study run rates --storage postgresql://me@db/studies",
        ),
    ),
    Command(
        "resume",
        _resume,
        about=_RESUME,
        parameters=[argument("name"), storage_flag(), *place_flags(), json_flag()],
        examples=("chainrule study resume rates",),
    ),
    Command(
        "repair",
        _repair,
        about=_REPAIR,
        parameters=[argument("name"), storage_flag(), *place_flags(), json_flag()],
        examples=(
            "chainrule study repair rates",
            "chainrule study repair rates --storage sqlite:///studies.db",
        ),
    ),
    Command(
        "worker",
        _worker,
        about=_WORKER,
        parameters=_worker_flags(),
        examples=("chainrule study worker --storage postgresql://me@db/studies --study rates",),
    ),
    Command(
        "status",
        _status,
        about=_STATUS,
        parameters=[argument("name", required=False), storage_flag(), json_flag()],
        examples=("chainrule study status", "chainrule study status rates --json"),
    ),
    Command(
        "show",
        _show,
        about=_SHOW,
        parameters=[
            argument("name"),
            storage_flag(),
            _most_flag(10),
            Flag(["--markdown"], metavar="FILE", group="output", help="also write it as a page"),
            flag_of(FORMAT),
            json_flag(),
        ],
        examples=("chainrule study show rates", "chainrule study show rates --markdown rates.md"),
    ),
    Command(
        "report",
        _report,
        about=_REPORT,
        parameters=[
            argument("name"),
            storage_flag(),
            Flag(["--html"], metavar="FILE", group="output", help="a page with pictures"),
            Flag(["--markdown"], metavar="FILE", group="output", help="a page of tables"),
            flag_of(FORMAT),
            _most_flag(20),
        ],
        examples=("chainrule study report rates --html rates.html",),
    ),
    Command(
        "export",
        _export,
        about=_EXPORT,
        parameters=[argument("name"), storage_flag(), *_export_flags()],
        examples=(
            "chainrule study export rates --csv rates.csv",
            "chainrule study export rates --curves --csv curves.csv",
        ),
    ),
    Command(
        "compare",
        _compare,
        about=_COMPARE,
        parameters=[argument("a"), argument("b"), storage_flag(), flag_of(FORMAT), json_flag()],
        examples=(
            "chainrule study compare rates widths",
            "chainrule study compare rates/3 rates/7",
        ),
    ),
)
command = command_group(
    "study",
    _SUB,
    about=_ABOUT,
    examples=("chainrule study run rates", "chainrule study show rates"),
)
