"""How long a program waits for a library before it can do anything."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial

from chainrule.documents import Table
from chainrule.evaluation import MISSING
from comparison.bench_settings import EPOCH_SECONDS, Bench
from comparison.environment import peer_environment
from comparison.peers.table import PEERS
from comparison.processes import PeerError
from comparison.remarks import add_remarks
from comparison.rounds import Spread, measure_in_turn, spread

__all__ = ["ImportRow", "import_tables", "measure_imports"]

_ROUNDS = 5
_MILLI = 1e3
_PROGRAMS = (
    ("", "Python alone", "pass"),
    ("numpy", "NumPy", "import numpy"),
    ("chainrule", "chainrule", "import chainrule"),
    ("reference", "chainrule, ready to train", "from chainrule import Network, Recipe, train"),
    (
        "chainrule",
        "chainrule, with its compiled engine",
        "from chainrule import Network, Recipe, train; import chainrule.engine.compiled",
    ),
    ("sklearn", "scikit-learn", "from sklearn.neural_network import MLPClassifier"),
    ("torch", "PyTorch", "import torch"),
    ("jax", "JAX", "import jax"),
    ("nn-digits", "neural-network-digits", "import nn_digits.neural_net.network"),
    ("onnxruntime", "onnxruntime", "import onnxruntime"),
)
"""Peer, title, program."""


@dataclass(frozen=True)
class ImportRow:
    """One program.

    Args:
        title: what is loaded.
        program: the statements.
        millis: milliseconds from start to end of the process, over the rounds; None where it
            could not be measured.
        note: why not.
    """

    title: str
    program: str
    millis: Spread | None = None
    note: str = ""


def measure_imports(bench: Bench) -> tuple[ImportRow, ...]:
    """Time every program in turn; the first round warms the disk and is not counted."""
    asked = {peer.name for peer in bench.peers}
    programs = [p for p in _PROGRAMS if not p[0] or p[0] in asked]
    missing = {title: PEERS[name].missing() if name else "" for name, title, _ in programs}
    actions = {
        title: partial(_seconds, program, bench.settings.threads)
        for _, title, program in programs
        if not missing[title]
    }
    bench.progress("imports")
    warm = measure_in_turn(1, actions)
    turns = measure_in_turn(_ROUNDS, {t: a for t, a in actions.items() if t not in warm.failed})
    notes = {**missing, **warm.failed, **turns.failed}
    return tuple(
        ImportRow(title, program, spread(turns.taken[title], _MILLI))
        if title in turns.taken
        else ImportRow(title, program, note=notes[title])
        for _, title, program in programs
    )


def _seconds(program: str, threads: int, number: int) -> float:
    """How long a fresh interpreter takes for a program."""
    began = time.perf_counter()
    try:
        run = subprocess.run(
            [sys.executable, "-c", program],
            env=peer_environment(threads),
            capture_output=True,
            timeout=EPOCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PeerError(f"took more than {EPOCH_SECONDS:g} s") from None
    if run.returncode:
        last = run.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise PeerError(" ".join(last.split()) or f"ended with code {run.returncode}")
    return time.perf_counter() - began


def import_tables(rows: tuple[ImportRow, ...]) -> tuple[Table, ...]:
    """The rows as a table."""
    texts = tuple((r.title, *_times(r), r.program) for r in rows)
    header = ("what", "ms", "least", "greatest", "program")
    note = f"A whole process, start to end: median, least and greatest of {_ROUNDS}."
    return (Table("Import", header, texts, add_remarks(note, ((r.title, r.note) for r in rows))),)


def _times(row: ImportRow) -> tuple[str, str, str]:
    if row.millis is None:
        return MISSING, MISSING, MISSING
    found = (row.millis.median, row.millis.low, row.millis.high)
    low, middle, high = (f"{m:,.0f}" for m in (found[1], found[0], found[2]))
    return middle, low, high
