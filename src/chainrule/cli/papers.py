"""`chainrule papers`: show, check, prove and run what five papers print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from chainrule.cli.command import HELP_NAMES, Command, Commands, Flag, argument
from chainrule.cli.console import Console, is_terminal
from chainrule.documents import FORMATS, Document, render
from chainrule.errors import InputError, unknown_name
from chainrule.papers import (
    HandComputationReport,
    check_formulas,
    list_papers,
    paper,
    paper_list,
    paper_overview,
    papers_overview,
)

if TYPE_CHECKING:
    from chainrule.papers import ExperimentRun

__all__ = ["command"]

_ABOUT = """Show, check, prove and run what five papers print.

The papers describe dense neural networks, derive their equations, work out examples by hand and
report experiments. Their numbers and formulas are claims: chainrule computes each of them and says
which agree. Without a command the papers are listed, with the tables of what each prints."""

_LIST = """List the five papers.

The table says how many hand computations, printed formulas and experiments each of them has."""

_SHOW = """Show what a paper prints, and what answers it.

Five tables: the equations of the paper with the ids under which docs/derivation derives them, its
figures with the commands that draw ours, its hand computations with their worked files, its
experiments with their studies, and its remarks on the future with what came of them. PAPER names
one paper; without it all five are shown."""

_CHECK = """Judge the numbers that the papers work out by hand.

Each number is judged at the precision in which it is printed, as chainrule check does: exact,
rounded, truncated, carried from a wrong one before it, or wrong. PAPER names one paper; without it
all five are checked. The exit code is 0 even if numbers are wrong, since that is the result."""

_PROVE = """Prove or refute the formulas that the papers print.

Each formula is computed as it is printed, on a small network, and compared with the gradient of the
cost by finite differences, which need none of them. PAPER names one paper; without it all five are
tried. The exit code is 0 even if formulas are wrong, since that is the result."""

_RUN = """Run the experiments of a paper beside its printed numbers.

EXPERIMENT names the experiments to run; chainrule papers show PAPER lists them. Without it all are
run, which takes up to two minutes on two cores. With --quick so little is computed that the numbers
only show that everything works; the report then has no conclusions.

With --as-printed the program that four-equations prints is run instead, in float64, and each loss
that it prints stands beside that of chainrule's reference equations."""

_GROUP = "output"


def _list(**given: Any) -> None:
    _print(paper_list(list_papers()), given)


def _show(**given: Any) -> None:
    if given["paper"]:
        _print(paper_overview(paper(given["paper"])), given)
    else:
        _print(papers_overview(list_papers()), given)


def _check(**given: Any) -> None:
    papers = [paper(given["paper"])] if given["paper"] else list_papers()
    computations = [one for each in papers for one in each.hand_computations()]
    if not computations:
        raise InputError(
            "papers check",
            expected="a paper with hand computations",
            got=given["paper"],
            remedy="See chainrule papers",
            argument="paper",
            value=given["paper"],
        )
    report = HandComputationReport(tuple(one.check() for one in computations))
    _print(report.document(), given)


def _prove(**given: Any) -> None:
    name = paper(given["paper"]).id if given["paper"] else None
    _print(check_formulas(name).document(), given)


def _run(**given: Any) -> None:
    if given["as_printed"]:
        _run_as_printed(given)
        return
    chosen = paper(given["paper"])
    format_name = _format(given)
    folder = given["figures"]
    if folder is not None and Path(folder).exists() and not Path(folder).is_dir():
        raise InputError("papers run", expected="--figures to name a folder", got=folder)
    live = is_terminal(sys.stderr)
    run = chosen.run(
        given["experiment"],
        quick=given["quick"],
        data=given["data"] or "mnist",
        progress=_show_progress if live else None,
    )
    if live:
        _show_progress("")
    _print(run.document(figures=format_name == "html"), given)
    if folder is not None:
        _save_figures(run, Path(folder))


def _run_as_printed(given: dict[str, Any]) -> None:
    _format(given)
    others = {"experiment": ", ".join(given["experiment"]), "figures": given["figures"]}
    for name, value in others.items():
        if value:
            raise InputError("papers run", expected=f"no {name} with --as-printed", got=value)
    live = is_terminal(sys.stderr)
    run = paper(given["paper"]).run_as_printed(
        quick=given["quick"],
        data=given["data"] or "mnist",
        progress=_show_progress if live else None,
    )
    if live:
        _show_progress("")
    _print(run.document(), given)


def _show_progress(text: str) -> None:
    """Replaces the line on stderr that says what is being computed."""
    print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _save_figures(run: ExperimentRun, folder: Path) -> None:
    from chainrule.figures import save_figure

    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in run.figures().items():
        save_figure(figure, folder / f"{name}.png")


def _print(document: Document, given: dict[str, Any]) -> None:
    console, format_name = Console(as_json=given["as_json"]), _format(given)
    if console.as_json:
        console.json(document.values() if document.values else None)
    else:
        console.line(render(document, format_name).rstrip("\n"))


def _format(given: dict[str, Any]) -> str:
    """The format that is asked for."""
    chosen: str = given["format"] or "text"
    if chosen not in FORMATS:
        raise unknown_name("papers", "a name for --format", chosen, FORMATS, argument="format")
    return chosen


def _flags() -> list[click.Parameter]:
    formats = ", ".join(FORMATS)
    return [
        Flag(["--format"], metavar="NAME", group=_GROUP, help=f"one of {formats} [text]"),
        Flag(["--json", "as_json"], is_flag=True, group=_GROUP, help="print only JSON"),
    ]


def _run_flags() -> list[click.Parameter]:
    group = "computation"
    data = "the digits, a name or a path as chainrule train takes it [mnist]"
    figures = "also save the figures as .png files into this folder"
    as_printed = "run the program of four-equations as it is printed, beside the reference"
    return [
        argument("paper"),
        argument("experiment", metavar="EXPERIMENT...", required=False, many=True),
        Flag(["--as-printed"], is_flag=True, group=group, help=as_printed),
        Flag(["--quick"], is_flag=True, group=group, help="compute only a little, to try it out"),
        Flag(["--data"], metavar="DATA", group=group, help=data),
        *_flags(),
        Flag(["--figures"], metavar="FOLDER", group=_GROUP, help=figures),
    ]


def _list_without_command(ctx: click.Context) -> None:
    if ctx.invoked_subcommand is None:
        _show(paper=None, format=None, as_json=False)


_SUBCOMMANDS = (
    Command(
        "list",
        _list,
        about=_LIST,
        parameters=_flags(),
        examples=("chainrule papers list", "chainrule papers list --json"),
    ),
    Command(
        "show",
        _show,
        about=_SHOW,
        parameters=[argument("paper", required=False), *_flags()],
        examples=("chainrule papers show four-equations", "chainrule papers show"),
    ),
    Command(
        "check",
        _check,
        about=_CHECK,
        parameters=[argument("paper", required=False), *_flags()],
        examples=("chainrule papers check", "chainrule papers check four-detector --format html"),
    ),
    Command(
        "prove",
        _prove,
        about=_PROVE,
        parameters=[argument("paper", required=False), *_flags()],
        examples=("chainrule papers prove", "chainrule papers prove matrix-based --json"),
    ),
    Command(
        "run",
        _run,
        about=_RUN,
        parameters=_run_flags(),
        examples=(
            "chainrule papers run four-detector dice",
            "chainrule papers run investigation --format html > investigation.html",
            "chainrule papers run matrix-based --quick",
            "chainrule papers run four-equations --as-printed",
        ),
    ),
)
_SETTINGS: Any = HELP_NAMES
command = Commands(
    "papers",
    examples=("chainrule papers list", "chainrule papers show investigation"),
    callback=click.pass_context(_list_without_command),
    help=_ABOUT,
    invoke_without_command=True,
    commands=list(_SUBCOMMANDS),
    context_settings=_SETTINGS,
)
