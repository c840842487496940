"""`chainrule prove`: compare gradients with those of methods without back-propagation."""

from __future__ import annotations

from shlex import quote
from typing import Any

import click

from chainrule.cli.command import Command, Flag, argument
from chainrule.cli.console import Console
from chainrule.cli.exit_status import CHECK_FAILED
from chainrule.cli.flag_errors import errors_by_flags
from chainrule.cli.flags import FORMAT, Setting, chosen_format, flag_of, json_flag
from chainrule.errors import InputError
from chainrule.limits import Limit, limits_of
from chainrule.proofs import ProofOptions, proof_document, prove_gradients

__all__ = ["command"]

_ABOUT = """Prove every gradient by methods without back-propagation.

FILE is a worked example in TOML, or the name of a bundled one; all its steps are checked. RUN is
the folder of a run, or a network in a .safetensors file; a few examples of its data are drawn at
random. The gradient of cost and penalty is compared in float64 with central differences, with
complex steps if all functions are smooth, with a small automatic differentiation, and with JAX and
PyTorch if they are installed. A number at a kink, such as that of relu at 0, is listed and not
compared with differences. The exit code is 1 if a gradient is wrong.

With --papers, the formulas that five papers print are tested: the report says which hold, and what
is wrong with the others."""

_EXAMPLES = (
    "chainrule prove two-layers",
    "chainrule prove runs/digits --examples 8 --sample 200",
    "chainrule prove network.safetensors --data mnist --json",
    "chainrule prove --papers",
)


def _limit(meaning: str, low: int) -> Limit:
    return Limit(int, meaning, low, group="proof")


_SETTINGS = {
    "sample": Setting(name="sample", limit=limits_of(ProofOptions)["sample"], default=64),
    "seed": Setting(name="seed", limit=limits_of(ProofOptions)["seed"], default=0),
    "examples": Setting(
        name="examples", limit=_limit("of a run: examples per batch", 1), default=4
    ),
    "batches": Setting(name="batches", limit=_limit("of a run: number of batches", 1), default=2),
}


def _prove(target: str | None, **given: Any) -> int:
    written = chosen_format("prove", given)
    if given["papers"] or given["markdown"]:
        return _papers(target, "markdown" if given["markdown"] else written)
    if target is None:
        raise InputError(
            "prove", expected="FILE or RUN", got="none", remedy="See chainrule prove --help"
        )
    chosen = {
        name: setting.default if given[name] is None else given[name]
        for name, setting in _SETTINGS.items()
    }
    remedies = {"data": f"Say where they are: chainrule prove {quote(target)} --data DATA"}
    with errors_by_flags("prove", ("data", *_SETTINGS), remedies):
        options = ProofOptions(
            sample=chosen["sample"], seed=chosen["seed"], peers=given["peers"] is not False
        )
        proof = prove_gradients(
            target,
            given["data"],
            examples=chosen["examples"],
            batches=chosen["batches"],
            options=options,
        )
    Console().document(proof_document(proof, target), written)
    return 0 if proof.holds else CHECK_FAILED


def _papers(target: str | None, format_name: str) -> int:
    """The printed formulas of the papers; that some are wrong is the result, not a failure."""
    from chainrule.papers import check_formulas

    if target is not None:
        raise InputError(
            "prove",
            expected="either FILE or RUN, or --papers",
            got=f"both, with {target!r}",
            why="The papers' formulas are tested on small networks",
            argument="target",
            value=target,
        )
    Console().document(check_formulas().document(), format_name)
    return 0


def _flags() -> list[click.Parameter]:
    moved = "of a run: where its data are now; needed for a network file"
    group = "papers"
    return [
        argument("target", metavar="FILE|RUN", required=False),
        *(flag_of(_grouped(setting)) for setting in _SETTINGS.values()),
        Flag(
            ["--peers/--no-peers"],
            default=None,
            group="proof",
            help="compare with JAX and PyTorch if they are installed [yes]",
        ),
        Flag(["--data"], metavar="DATA", group="data and output", help=moved),
        Flag(
            ["--offline"],
            is_flag=True,
            group="data and output",
            help="download nothing",
        ),
        flag_of(FORMAT, "data and output"),
        json_flag("data and output"),
        Flag(["--papers"], is_flag=True, group=group, help="test the papers' printed formulas"),
        Flag(
            ["--markdown"],
            is_flag=True,
            group=group,
            help="the same in Markdown, as a section of a page",
        ),
    ]


def _grouped(setting: Setting) -> Setting:
    from dataclasses import replace

    return replace(setting, limit=replace(setting.limit, group="proof"))


command = Command("prove", _prove, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
