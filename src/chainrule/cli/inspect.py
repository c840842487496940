"""`chainrule inspect`: explain what a trained network does, and how it learned it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import click

from chainrule import attribution
from chainrule.attribution import ERRORS_BY, INSPECTION_LIMITS, REPEATS, SUSPECTS, TOP
from chainrule.cli.command import HELP_NAMES, Command, Commands, Flag, argument
from chainrule.cli.console import Console, print_remark
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import (
    Setting,
    flag_of,
    limit_flag,
    moved_data_flags,
    offline_flag,
    part_flag,
)
from chainrule.documents import FORMATS, Document, render
from chainrule.errors import InputError
from chainrule.ledger import DisplayOptions
from chainrule.limits import Limit, limits_of

__all__ = ["command"]

_ABOUT = """Look into a saved run: weights, neurons, decisions, columns.

RUN is the folder of a run (chainrule train --run); for a neuron, a decision or the importance of
columns it may also be a network file, with --data. Each command has its own help: chainrule inspect
weight --help."""

_EXAMPLES = (
    "chainrule inspect runs/digits weight 1:4,300 --step 4000",
    'chainrule inspect runs/digits value "delta[2][3]" --image 17',
    "chainrule inspect runs/digits neuron 2:7 17",
    "chainrule inspect runs/digits decision 17 --format html > decision.html",
    "chainrule inspect runs/digits influence 17 --top 5",
    "chainrule inspect runs/digits mislabels 40 --format html > doubts.html",
    "chainrule inspect runs/wine importance",
)

_QUESTIONS = ("weight", "value", "neuron", "decision", "influence", "mislabels", "importance")

_WEIGHT = """Show what one step did to one weight or bias, term by term.

WEIGHT is layer:neuron,input, such as 1:4,300, or layer:neuron for a bias, such as 1:4; layers count
from 1, neurons and inputs from 0. The step is the latest in which a term is not 0 unless --step, or
--epoch and --batch, set another. --image by itself selects the last step whose batch contained that
training example.

The error of the example with the largest term, or of --image, is opened layer by layer: the terms
that the neurons above add to it, up to the outputs and the cost. --by example opens those of all
examples that are listed."""

_VALUE = """Show any number of a step by its address, with the formula that made it.

ADDRESS is as in docs/notation.md: delta[2][3], z[1], cost, dW[1][4,300], learning_rate,
example[17].a[2][3]; step[40].W_new[1][4,300] names the step as well. What belongs to an example is
shown for each example of the batch unless --image or the address names one. The step is the last
one unless another is set."""

_NEURON = """Show how the activation of a neuron comes about for one example.

NEURON is layer:neuron, such as 2:7. IMAGE is the number of an example of the test set, or of
another part with --split."""

_DECISION = """Show why the network chose a class for an example.

IMAGE is the number of an example of the test set, or of another part with --split."""

_INFLUENCE = """Show which training examples influenced an answer of the network.

IMAGE is the number of an example of the test set, or of another part with --split. The run is
examined after several epochs, which may have to be computed again."""

_MISLABELS = """Show the training labels that look wrong.

COUNT is the number of labels to list, the most doubtful first [20]."""

_IMPORTANCE = """Show which columns of a table, or inputs, the network needs.

Each column is shuffled several times, with all inputs that a category becomes, and the network is
judged by the test set, or by another part with --split. The more its accuracy (or R²) falls and its
cost rises, the more it needs the column. To see how its answer depends on a column, draw `chainrule
figure dependence RUN --column NAME`."""

_INPUT, _OUTPUT = "data", "output"


def _weight(weight: str, **given: Any) -> None:
    names = ("step", "epoch", "batch", "image", "data", "validation")
    asked = {name: given[name] for name in names}
    _show(
        given["format"],
        lambda run: attribution.inspect_weight(
            run,
            weight,
            top=given["top"] or TOP,
            by=given["by"] or "batch",
            notation=given["notation"] or "row",
            report=_report,
            **asked,
        ),
    )


def _value(address: str, **given: Any) -> None:
    names = ("step", "epoch", "batch", "image", "data", "validation")
    asked = {name: given[name] for name in names}
    notation, top = given["notation"] or "row", given["top"] or TOP
    _show(
        given["format"],
        lambda run: attribution.inspect_value(
            run, address, top=top, notation=notation, report=_report, **asked
        ),
    )


def _neuron(neuron: str, image: int, **given: Any) -> None:
    _show(
        given["format"],
        lambda run: attribution.inspect_neuron(run, neuron, image, **_example(given)),
    )


def _decision(image: int, **given: Any) -> None:
    _show(given["format"], lambda run: attribution.inspect_decision(run, image, **_example(given)))


def _influence(image: int, **given: Any) -> None:
    more = _example(given)
    _show(
        given["format"],
        lambda run: attribution.inspect_influence(
            run, image, validation=given["validation"], report=_report, **more
        ),
    )


def _mislabels(count: int | None, **given: Any) -> None:
    moved = {"data": given["data"], "validation": given["validation"]}
    _show(
        given["format"],
        lambda run: attribution.inspect_mislabels(run, count or SUSPECTS, report=_report, **moved),
    )


def _importance(**given: Any) -> None:
    _show(
        given["format"],
        lambda run: attribution.inspect_importance(
            run,
            repeats=given["repeats"] or REPEATS,
            seed=given["seed"] or 0,
            report=_report,
            **_example(given),
        ),
    )


def _example(given: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the questions about one example."""
    return {
        "part": given["split"] or "test",
        "top": given["top"] or TOP,
        "data": given["data"],
    }


def _report(sentence: str) -> None:
    print_remark(sentence)


def _show(format_name: str | None, inspect: Callable[[str], Document]) -> None:
    """Ask about the run that the command line names, and print the answer."""
    context = click.get_current_context()
    run = str(context.parent.params["run"]) if context.parent else ""
    again = f"Say where they are: chainrule inspect {shlex.quote(run)} {context.info_name} … --"
    remedies = {"data": f"{again}data DATA", "validation": f"{again}validation DATA"}
    with errors_by_flags("inspect", ("data", "validation"), remedies):
        document = inspect(run)
    Console().line(render(document, format_name or "text").rstrip("\n"))


class _NumberType(click.ParamType):  # type: ignore[type-arg]  # generic in some releases only
    """A whole number in its place on the command line."""

    name = "number"

    def __init__(self, field: str) -> None:
        self.field = field

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number that a text stands for."""
        setting = Setting(name=self.field, limit=INSPECTION_LIMITS[self.field])
        return int(setting.parse("inspect", self.field.upper(), str(value)))


def _number(field: str, *, required: bool = True) -> click.Argument:
    shown = field.upper()
    return click.Argument(
        [field],
        type=_NumberType(field),
        metavar=shown if required else f"[{shown}]",
        required=required,
    )


def _format_flag() -> Flag:
    limit = Limit(str, "output format", choices=lambda: tuple(FORMATS), group=_OUTPUT)
    return flag_of(Setting(name="format", limit=limit, default="text"))


def _flag(name: str, group: str, default: str) -> Flag:
    return limit_flag(name, INSPECTION_LIMITS[name], group, default)


def _data_flags(*, split: bool, validation: bool) -> list[click.Parameter]:
    moved = moved_data_flags(_INPUT)
    parts: list[click.Parameter] = [part_flag(_INPUT, "test")] if split else []
    return [*parts, *(moved if validation else moved[:1]), offline_flag(_INPUT)]


def _commands() -> list[Command]:
    top, form = _flag("top", _OUTPUT, str(TOP)), _format_flag()
    by = limit_flag("by", ERRORS_BY, _OUTPUT, "batch")
    notation = limit_flag("notation", limits_of(DisplayOptions)["notation"], _OUTPUT, "row")
    steps = [
        *(_flag(name, "step", "the last") for name in ("step", "epoch", "batch")),
        _flag("image", "step", "none"),
        *_data_flags(split=False, validation=True),
        top,
        notation,
        form,
    ]
    weight = [argument("weight"), *steps, by]
    one = [_number("image"), *_data_flags(split=True, validation=False), top, form]
    influence = [_number("image"), *_data_flags(split=True, validation=True), top, form]
    mislabels = [
        _number("count", required=False),
        *_data_flags(split=False, validation=True),
        form,
    ]
    importance = [
        _flag("repeats", "shuffling", str(REPEATS)),
        _flag("seed", "shuffling", "0"),
        *_data_flags(split=True, validation=False),
        top,
        form,
    ]
    lines = dict(zip(_QUESTIONS, _EXAMPLES, strict=True))
    made = (
        ("weight", _weight, _WEIGHT, weight),
        ("value", _value, _VALUE, [argument("address"), *steps]),
        ("neuron", _neuron, _NEURON, [argument("neuron"), *one]),
        ("decision", _decision, _DECISION, one),
        ("influence", _influence, _INFLUENCE, influence),
        ("mislabels", _mislabels, _MISLABELS, mislabels),
        ("importance", _importance, _IMPORTANCE, importance),
    )
    return [
        Command(name, callback, about=about, parameters=parameters, examples=(lines[name],))
        for name, callback, about, parameters in made
    ]


class _Questions(Commands):
    """The commands, which stand behind the run; their help needs none."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse; a command's name where the run belongs asks for help, or is at the wrong place."""
        if args and args[0] in self.commands:
            if set(ctx.help_option_names) & set(args):
                args = ["RUN", *args]
            elif args[1:] and args[1] not in self.commands:
                raise _misplaced(args)
        return super().parse_args(ctx, args)


def _misplaced(args: list[str]) -> InputError:
    """Return the error for a command that stands before the run."""
    name, run, *rest = args
    return InputError(
        "inspect",
        expected=f"the run before {name}",
        got=f"{name} first",
        remedy=f"Write chainrule inspect {shlex.join([run, name, *rest])}",
        argument="run",
    )


def _require_command(run: str) -> None:
    context = click.get_current_context()
    if context.invoked_subcommand is None:
        example = shlex.join(["chainrule", "inspect", run, "decision", "0"])
        raise InputError(
            "inspect",
            expected=f"one of {', '.join(_QUESTIONS)} after the run",
            got="none",
            remedy=f"To see a decision, for example: {example}",
            argument="run",
        )


command = _Questions(
    "inspect",
    examples=_EXAMPLES,
    callback=_require_command,
    help=_ABOUT,
    invoke_without_command=True,
    params=[argument("run")],
    commands=_commands(),
    context_settings=HELP_NAMES,
)
