"""`chainrule explain`: every number of a worked example."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.explain_run import explain_run, refuse_run_flags
from chainrule.cli.flags import Setting, flag_name, flag_of
from chainrule.cli.run_flags import run_flags
from chainrule.errors import InputError
from chainrule.experiment import is_run
from chainrule.ledger import LEDGER_FORMATS, DisplayOptions, Ledger
from chainrule.ledger.steps import Quantity
from chainrule.limits import Limit, limits_of

__all__ = ["command"]

_ABOUT = """Show every number of a worked example, or of a real network.


FILE is a worked example in TOML: a network with its weights, examples, and how it is trained; or
the name of a bundled one, such as two-layers. Each line bears the id of its equation in
docs/derivation. Numbers are addressed as docs/notation.md has it: z[1][0], delta[2],
step[2].W_new[1][0,3]; with several examples, example[0].z[1][0].

RUN is a folder of `chainrule train --run`, or a network's file with --data: --weight tells the step
of one weight, --neuron where one z came from, --decision why an image was taken for its class,
--influence which training images taught it so, and --mislabels which training labels look wrong.

The page that html makes needs nothing else; there, pointing at a factor shows where it was
computed. LaTeX needs amsmath, Markdown is as GitHub shows it."""

_EXAMPLES = (
    "chainrule explain one-neuron-a-layer",
    "chainrule explain one-neuron-a-layer --quantity delta[1] --digits 3",
    "chainrule explain two-layers --step 2 --notation papers",
    "chainrule explain two-layers --fractions --format json",
    "chainrule explain two-layers --format html > two-layers.html",
    "chainrule explain one-neuron-a-layer --quantity dW[1] --symbolic",
    "chainrule explain runs/digits --weight 1:4,300",
    "chainrule explain runs/digits --decision 17 --format html > decision.html",
    "chainrule explain runs/digits --influence 17 --top 5",
    "chainrule explain runs/digits --mislabels 40 --format html > doubts.html",
)


def _formats() -> tuple[str, ...]:
    return LEDGER_FORMATS


_FORMAT = Setting(
    name="format",
    limit=Limit(str, "how it is written", choices=_formats, group="output"),
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


def _explain(file: str, **given: Any) -> int:
    if is_run(file):
        return explain_run(file, given)
    from chainrule.ledger.files import read_worked

    refuse_run_flags(given)
    ledger = Ledger(read_worked(file))
    chosen = {name: given[name] for name in _OPTIONS if given[name] is not None}
    step = _step(ledger, given["step"])
    quantities = tuple(_quantity(ledger, address, step) for address in given["quantity"])
    options = DisplayOptions(**chosen, step=step, quantities=quantities)
    text = ledger.render(given["format"] or _FORMAT.default, options)
    Console().line(text.rstrip("\n"))
    return 0


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


def _quantity(ledger: Ledger, address: str, step: int | None) -> Quantity:
    """What an address names; where it names no later step, that of --step is meant."""
    where = flag_name("quantity")
    quantity = Quantity.parse(address, where)
    if step is not None and quantity.step == 1:
        quantity = replace(quantity, step=step)
    return ledger.locate(quantity, where)


def _flags() -> list[click.Parameter]:
    return [
        argument("file", metavar="FILE|RUN"),
        Flag(
            ["--quantity"],
            multiple=True,
            metavar="ADDRESS",
            group="selection",
            help="only this number or array; may be given several times",
        ),
        flag_of(_STEP),
        flag_of(_FORMAT),
        *(flag_of(setting) for setting in _OPTIONS.values()),
        *run_flags(),
    ]


command = Command("explain", _explain, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
