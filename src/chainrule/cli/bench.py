"""`chainrule bench`: measure chainrule beside the libraries that one would take instead."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from chainrule.bench.cases import CASES, QUICK_CASES, cases_named
from chainrule.bench.environment import available_threads
from chainrule.bench.parts import PARTS, parts_named
from chainrule.bench.peers.table import PEERS, peers_named
from chainrule.bench.report import BenchReport, markdown, run_benchmarks
from chainrule.bench.settings import Settings
from chainrule.cli.command import Command, Flag
from chainrule.cli.console import Console, is_terminal, rich_console
from chainrule.cli.flags import Setting, flag_of
from chainrule.errors import InputError
from chainrule.evaluation import Table
from chainrule.figures import SUFFIXES
from chainrule.limits import Limit
from chainrule.storage import write_atomically

__all__ = ["command"]

_ROUNDS, _QUICK_ROUNDS = 5, 2
_GROUP = "measurement"
_PARTS = "\n".join(f"    {part.name:<10} {part.meaning}" for part in PARTS.values())
_PEERS = "\n".join(f"    {peer.name:<14} {peer.title}" for peer in PEERS.values())
_ABOUT = f"""Measure chainrule beside other libraries.

Every peer trains the same network from the same weights on the same examples in the same order, in
its own process, with the same number of threads, in turn; its weights are compared with those of
the reference engine in float64. A peer that is not installed is a row that says so. The parts:

\b
{_PARTS}

The peers:

\b
{_PEERS}

The cases of the part speed are named by layers, batch size and update, such as
784-32-16-10/10 or 20-32-2/32/adam; layers alone name all cases that have them. Everything takes
about 25 minutes on two cores, --quick about two, on so little data that its figures show only that
all works."""

_EXAMPLES = (
    "chainrule bench --quick",
    "chainrule bench --part speed --case 784-32-16-10 --peer chainrule --peer jax",
    "chainrule bench --part latency --part rows --threads 1",
    "chainrule bench --json bench.json --markdown docs/benchmarks.md --picture bench.svg",
)
_THREADS = Setting(
    name="threads",
    limit=Limit(int, "threads that each peer may use", 1, 1024, group=_GROUP),
    default_text="the cores that there are",
)
_ROUNDS_SETTING = Setting(
    name="rounds",
    limit=Limit(int, "how often each peer is measured", 1, 1000, group=_GROUP),
    default_text=f"{_ROUNDS}, or {_QUICK_ROUNDS} with --quick",
)
_EXAMPLES_SETTING = Setting(
    name="examples",
    limit=Limit(int, "at most so many examples an epoch", 1, group=_GROUP),
    default_text="each case's own",
)


def _bench(**given: Any) -> int:
    console = Console(as_json=given["json"] == "-")
    parts = parts_named(given["part"], given["quick"])
    settings = _settings(given)
    if given["picture"] is not None:
        _require_picture(given["picture"], {part.name for part in parts})
    for name in ("json", "markdown", "picture"):
        _require_folder(name, given[name])
    with _status(console) as tell:
        report = run_benchmarks(settings, parts, tell, lambda tables: _show(console, tables))
    _write(report, given, console)
    return 0


def _settings(given: dict[str, Any]) -> Settings:
    quick = given["quick"]
    names = given["case"] or (QUICK_CASES if quick else tuple(CASES))
    return Settings(
        cases=cases_named(names),
        peers=peers_named(given["peer"]),
        threads=given["threads"] or available_threads(),
        rounds=given["rounds"] or (_QUICK_ROUNDS if quick else _ROUNDS),
        quick=quick,
        examples=given["examples"],
    )


def _require_picture(path: str, parts: set[str]) -> None:
    """Refuse, before anything is measured, a picture that could not be drawn."""
    if Path(path).suffix.lower() not in SUFFIXES:
        raise InputError(
            "bench",
            expected=f"--picture to end with {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}",
            got=path,
            argument="picture",
            value=path,
        )
    if "speed" not in parts:
        raise InputError(
            "bench",
            expected="the part speed for --picture",
            got=", ".join(sorted(parts)),
            remedy="Add --part speed",
            argument="picture",
            value=path,
        )


def _require_folder(name: str, path: str | None) -> None:
    """Refuse a file in a folder that is not there: half an hour later would be late."""
    if path in (None, "-") or Path(str(path)).absolute().parent.is_dir():
        return
    raise InputError(
        "bench",
        expected=f"--{name} in a folder that exists",
        got=str(path),
        remedy="Make the folder first",
        argument=name,
        value=path,
    )


@contextlib.contextmanager
def _status(console: Console) -> Iterator[Callable[[str], None]]:
    """What is being done: a line that changes on a terminal, nothing elsewhere."""
    if not is_terminal(sys.stderr):
        yield lambda text: None
        return
    with rich_console(sys.stderr).status("") as status:
        yield lambda text: status.update(text)


def _show(console: Console, tables: tuple[Table, ...]) -> None:
    for table in tables:
        console.table(table)
        console.line()


def _write(report: BenchReport, given: dict[str, Any], console: Console) -> None:
    """The files that were asked for."""
    import json

    if console.as_json:
        console.json(report.to_dict())
    elif given["json"] is not None:
        text = json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n"
        write_atomically(given["json"], text.encode())
    if given["markdown"] is not None:
        write_atomically(given["markdown"], markdown(report, _command_line(given)).encode())
    if given["picture"] is not None:
        _draw(report, given["picture"])


def _draw(report: BenchReport, path: str) -> None:
    from chainrule.figures import benchmark_data, draw_benchmark, save_figure

    save_figure(draw_benchmark(benchmark_data(report.found["speed"])), path)


def _command_line(given: dict[str, Any]) -> str:
    """The command again, as a user would type it."""
    words = ["chainrule", "bench"]
    for name in ("part", "case", "peer"):
        words += [word for value in given[name] for word in (f"--{name}", value)]
    for name in ("threads", "rounds", "examples", "json", "markdown", "picture"):
        words += [] if given[name] is None else [f"--{name}", str(given[name])]
    return shlex.join([*words, *(["--quick"] if given["quick"] else [])])


def _flags() -> list[click.Parameter]:
    chosen: dict[str, Any] = {"multiple": True, "metavar": "NAME", "group": _GROUP}
    return [
        Flag(["--part"], help="measure this part; may come several times [all]", **chosen),
        Flag(["--case"], help="time this case; may come several times [all]", **chosen),
        Flag(["--peer"], help="measure this peer; may come several times [all]", **chosen),
        flag_of(_THREADS),
        flag_of(_ROUNDS_SETTING),
        flag_of(_EXAMPLES_SETTING),
        Flag(["--quick"], is_flag=True, group=_GROUP, help="less of everything, to try it out"),
        Flag(["--json"], metavar="FILE", group="output", help="write the records; - prints them"),
        Flag(["--markdown"], metavar="FILE", group="output", help="write the tables as a page"),
        Flag(["--picture"], metavar="FILE", group="output", help="draw the part speed"),
    ]


command = Command("bench", _bench, about=_ABOUT, parameters=_flags(), examples=_EXAMPLES)
