"""Measure chainrule beside other libraries: the command line of `comparison`.

make bench ARGS=--quick
.venv/bin/python benchmarks/bench.py --quick
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from chainrule.documents import Table
from chainrule.errors import ChainruleError, InputError
from chainrule.figures import SUFFIXES
from chainrule.limits import Limit
from chainrule.storage import write_atomically
from comparison.bench_settings import Settings
from comparison.cases import CASES, QUICK_CASES, find_cases
from comparison.environment import available_threads
from comparison.part_table import PARTS, find_parts
from comparison.peers.table import PEERS, find_peers
from comparison.report import BenchReport, markdown, run_benchmarks

__all__ = ["main"]

_BAD_INPUT, _INTERRUPTED = 2, 130
_ROUNDS, _QUICK_ROUNDS = 5, 2
_PARTS = "\n".join(f"    {part.name:<10} {part.meaning}" for part in PARTS.values())
_PEERS = "\n".join(f"    {peer.name:<14} {peer.title}" for peer in PEERS.values())
_ABOUT = f"""Measure chainrule beside other libraries.

Every peer trains the same network from the same weights on the same examples in the same
order, in a process of its own, with the same number of threads; the peers take turns. The
weights of each are compared with those of the reference engine in float64. A peer that is not
installed gets a row that says so.

The parts:
{_PARTS}

The peers:
{_PEERS}

The cases of the part speed are named by layers, batch size and update, such as
784-32-16-10/10 or 20-32-2/32/adam; layers alone name all cases that have them. Everything
takes about 25 minutes on two cores. With --quick it takes about two, but on so little data
that the figures show only that everything works."""

_EXAMPLES = """Examples:
    make bench ARGS=--quick
    make bench ARGS="--part speed --case 784-32-16-10 --peer chainrule --peer jax"
    make bench ARGS="--part latency --part rows --threads 1"
    make bench ARGS="--json bench.json --markdown docs/benchmarks.md --picture bench.svg"
"""
_LIMITS = {
    "threads": Limit(int, "threads that each peer may use", 1, 1024),
    "rounds": Limit(int, "how often each peer is measured", 1, 1000),
    "examples": Limit(int, "the greatest number of examples an epoch", 1),
}
_DEFAULTS = {
    "threads": "all cores",
    "rounds": f"{_ROUNDS}, or {_QUICK_ROUNDS} with --quick",
    "examples": "each case's own",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks that the arguments ask for.

    Args:
        arguments: the words after the command; None takes those of the process.

    Returns: the exit code: 0, 2 for bad input, 130 if interrupted.
    """
    try:
        _run(_parser().parse_args(arguments))
    except ChainruleError as error:
        print(error, file=sys.stderr)
        return _BAD_INPUT
    except KeyboardInterrupt:
        print("bench: interrupted.", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _run(given: argparse.Namespace) -> None:
    parts = find_parts(given.part, given.quick)
    settings = _settings(given)
    if given.picture is not None:
        _require_picture(given.picture, {part.name for part in parts})
    for name in ("json", "markdown", "picture"):
        _require_folder(name, getattr(given, name))
    with _status() as progress:
        report = run_benchmarks(settings, parts, progress, _ignore if given.json == "-" else _show)
    _write(report, given)


def _settings(given: argparse.Namespace) -> Settings:
    numbers = {name: _number(name, getattr(given, name)) for name in _LIMITS}
    return Settings(
        cases=find_cases(given.case or (QUICK_CASES if given.quick else tuple(CASES))),
        peers=find_peers(given.peer),
        threads=numbers["threads"] or available_threads(),
        rounds=numbers["rounds"] or (_QUICK_ROUNDS if given.quick else _ROUNDS),
        quick=given.quick,
        examples=numbers["examples"],
    )


def _number(name: str, text: str | None) -> int | None:
    """The number that a flag gives, or None if the flag is absent."""
    if text is None:
        return None
    value: str | int = text
    with contextlib.suppress(ValueError):
        value = int(text)
    number: int = _LIMITS[name].check("bench", f"--{name}", value)
    return number


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
    """Refuse a file in a folder that does not exist: half an hour later would be late."""
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
def _status() -> Iterator[Callable[[str], None]]:
    """Yields what shows the work under way: a line that changes on a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield _ignore
        return
    erase = "\r\x1b[K"
    yield lambda text: print(f"{erase}{text}", end="", file=sys.stderr, flush=True)
    print(erase, end="", file=sys.stderr, flush=True)


def _ignore(_: object) -> None:
    """Show nothing."""


def _show(tables: tuple[Table, ...]) -> None:
    for table in tables:
        print("\n".join(table.lines()), end="\n\n", flush=True)


def _write(report: BenchReport, given: argparse.Namespace) -> None:
    """Write the files that were asked for."""
    text = json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n"
    if given.json == "-":
        print(text, end="")
    elif given.json is not None:
        write_atomically(given.json, text.encode())
    if given.markdown is not None:
        write_atomically(given.markdown, markdown(report, _command_line(given)).encode())
    if given.picture is not None:
        from chainrule.figures import save_figure
        from comparison.picture import benchmark_data, draw_benchmark

        save_figure(draw_benchmark(benchmark_data(report.found["speed"])), given.picture)


def _command_line(given: argparse.Namespace) -> str:
    """The command again, as a user would type it."""
    words = [
        f"--{name}={value}" for name in ("part", "case", "peer") for value in vars(given)[name]
    ]
    for name in (*_LIMITS, "json", "markdown", "picture"):
        value = getattr(given, name)
        words += [] if value is None else [f"--{name}={value}"]
    words += ["--quick"] if given.quick else []
    return f"make bench ARGS={shlex.quote(shlex.join(words))}" if words else "make bench"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "bench",
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for name, verb in (("part", "measure"), ("case", "time"), ("peer", "measure")):
        words = f"{verb} this {name}; may be given several times [all]"
        parser.add_argument(f"--{name}", action="append", default=[], metavar="NAME", help=words)
    for name, limit in _LIMITS.items():
        words = f"{limit.meaning}: {limit.constraint()} [{_DEFAULTS[name]}]"
        parser.add_argument(f"--{name}", metavar="N", help=words)
    parser.add_argument("--quick", action="store_true", help="less of everything, to try it out")
    for name, words in (
        ("json", "write the records; - prints them"),
        ("markdown", "write the tables as a page"),
        ("picture", "draw the part speed"),
    ):
        parser.add_argument(f"--{name}", metavar="FILE", help=words)
    return parser


if __name__ == "__main__":
    sys.exit(main())
