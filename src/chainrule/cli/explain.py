"""`chainrule explain`: every number of a worked example."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from shlex import join, quote
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console, print_remark
from chainrule.cli.flags import Setting, flag_name, flag_of, indices_flag
from chainrule.errors import InputError
from chainrule.experiment import is_run
from chainrule.ledger import LEDGER_FORMATS, DisplayOptions, Ledger, select_quantity
from chainrule.limits import Limit, limits_of

__all__ = ["command"]

_ABOUT = """Show every number of a worked example.

FILE is a worked example in TOML, which holds a network with its weights, examples and the settings
of its training; or the name of a bundled one, such as two-layers. Each line bears the id of its
equation in docs/derivation. Numbers have addresses, as in docs/notation.md: z[1][0], delta[2],
step[2].W_new[1][0,3]; with several examples, example[0].z[1][0].

The HTML page is a single file; pointing at a factor shows where it was computed. The LaTeX output
needs amsmath; the Markdown output is in GitHub's dialect.

For saved runs, use chainrule inspect."""

_EXAMPLES = (
    "chainrule explain one-neuron-a-layer",
    "chainrule explain one-neuron-a-layer --quantity delta[1] --digits 3",
    "chainrule explain two-layers --step 2 --notation papers",
    "chainrule explain two-layers --fractions --format json",
    "chainrule explain two-layers --format html > two-layers.html",
    "chainrule explain one-neuron-a-layer --quantity dW[1] --symbolic",
)


def _formats() -> tuple[str, ...]:
    return LEDGER_FORMATS


_FORMAT = Setting(
    name="format",
    limit=Limit(str, "output format", choices=_formats, group="output"),
    default="text",
)
_STEP = Setting(
    name="step",
    limit=Limit(int, "only this step", 1, group="selection"),
    default_text="all",
)


def _shown() -> dict[str, Setting]:
    """The settings of the options record."""
    defaults = DisplayOptions()
    return {
        name: Setting(
            name=name, limit=replace(limit, group="output"), default=getattr(defaults, name)
        )
        for name, limit in limits_of(DisplayOptions).items()
    }


_OPTIONS = _shown()


_QUESTIONS = ("weight", "neuron", "decision", "influence", "mislabels")
"""What can be asked of a run: once flags of this command, now commands of `inspect`."""
_RUN_FLAGS = ("image", "epoch", "batch", "top", "split", "data", "validation", "offline")
_FILE_FLAGS = ("quantity", "indices", "digits", "fractions", "notation", "full", "symbolic")


def _explain(file: str, **given: Any) -> int:
    if is_run(file):
        return _inspect(file, given)
    from chainrule.ledger.files import read_worked

    why = "This flag is for runs; FILE is a worked example"
    _refuse(given, (*_QUESTIONS, *_RUN_FLAGS), why)
    ledger = Ledger(read_worked(file).counted_from(given["indices"]))
    chosen = {name: given[name] for name in _OPTIONS if given[name] is not None}
    step = _step(ledger, given["step"])
    where = flag_name("quantity")
    quantities = tuple(select_quantity(ledger, one, step, where) for one in given["quantity"])
    options = DisplayOptions(**chosen, step=step, quantities=quantities)
    text = ledger.render(given["format"] or _FORMAT.default, options)
    Console().line(text.rstrip("\n"))
    return 0


def _inspect(run: str, given: Mapping[str, Any]) -> int:
    """Run `chainrule inspect` for an older command line, which is named on stderr."""
    _refuse(given, _FILE_FLAGS, "This flag is for worked files")
    asked = [name for name in _QUESTIONS if given[name] is not None]
    if len(asked) != 1:
        raise InputError(
            "explain",
            expected="a worked file" if not asked else "one question about the run",
            got=" and ".join(map(flag_name, asked)) or f"the run {run}",
            remedy=f"To see a decision, for example: chainrule inspect {quote(run)} decision 0",
            argument="file",
        )
    arguments = [run, *_inspect_arguments(asked[0], given)]
    line = join(["chainrule", "inspect", *arguments])
    print_remark(f"chainrule explain RUN is an older spelling of: {line}")
    from chainrule.cli.inspect import command as inspect_command

    with inspect_command.make_context("inspect", arguments) as context:
        inspect_command.invoke(context)
    return 0


def _inspect_arguments(question: str, given: Mapping[str, Any]) -> list[str]:
    """The arguments of `inspect RUN` for the flags of an older command line."""
    values = {name: given[name] for name in (*_RUN_FLAGS[:-1], "step", "format")}
    arguments = [question, str(given[question])]
    if question == "neuron":
        if values["image"] is None:
            raise InputError(
                "explain",
                expected="--image with --neuron",
                got="none",
                why="A neuron is explained for one example",
                argument="image",
            )
        arguments.append(str(values.pop("image")))
    for name, value in values.items():
        if value is not None:
            arguments += [flag_name(name), str(value)]
    return [*arguments, *(["--offline"] if given["offline"] else [])]


def _refuse(given: Mapping[str, Any], names: tuple[str, ...], why: str) -> None:
    """Refuse flags that mean nothing beside the others."""
    for name in names:
        if given[name] not in (None, (), False):
            raise InputError(
                "explain",
                expected=f"no {flag_name(name)} here",
                got=str(given[name]),
                why=why,
                argument=name,
                value=given[name],
            )


def _step(ledger: Ledger, step: int | None) -> int | None:
    """The step to show, which the example must have."""
    steps = ledger.example.steps
    if step is not None and step > steps:
        raise InputError(
            ledger.example.where,
            expected=f"--step of at most {steps}",
            got=str(step),
            remedy="Set steps in [training] to see more",
            argument="step",
            value=step,
        )
    return step


def _flags() -> list[click.Parameter]:
    return [
        argument("file"),
        Flag(
            ["--quantity"],
            multiple=True,
            metavar="ADDRESS",
            group="selection",
            help="only this number or array; may be given several times",
        ),
        flag_of(_STEP),
        flag_of(_FORMAT),
        indices_flag("output", "what indices of addresses count from"),
        *(flag_of(setting) for setting in _OPTIONS.values()),
        *_older_flags(),
    ]


def _older_flags() -> list[click.Parameter]:
    """The flags of `explain RUN`, which help no longer shows."""
    numbers = ("image", "decision", "influence", "epoch", "batch", "top")
    texts = ("weight", "neuron", "split", "data", "validation")
    return [
        *(Flag([flag_name(name)], hidden=True) for name in (*texts, *numbers)),
        Flag(["--mislabels"], is_flag=False, flag_value="20", hidden=True),
        Flag(["--offline"], is_flag=True, hidden=True),
    ]


command = Command("explain", _explain, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
