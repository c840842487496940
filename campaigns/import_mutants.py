"""Mutated files of other programs: none crashes, runs anything, or loads as what it does not hold.

    python campaigns/import_mutants.py [--safetensors 200000] [--onnx 50000] [--others 20000]
        [--forms NAME …] [--sample 50] [--seconds 10] [--seed 0]

Each file of tests/fixtures/foreign that can be read, and one of skops and of Nielsen's JSON, is
mutated: bits flipped, bytes overwritten, cut, doubled or moved, digits of texts changed, and zip
archives rebuilt around mutated members so that their checksums hold. Every mutant is read in a
process with the limits of `chainrule import` (memory of 64 MiB beside four times the file, 10
seconds of computing, no writing, no programs, no connections). HDF5 and skops may end the process;
their mutants are read in forks of one that has the libraries, each fork until it ends; unless its
time was over, the last mutant is then read again in a fork of its own. Elsewhere the end of a
process is a fault.
Each 50th mutant, and each at which a process crashed, is also given to the command
`chainrule import`, with the child process that it starts: it must read what was read here and
nothing else, and refuse in a line.

A mutant that is read must hold the numbers that were read: every matrix stands in the file, bit for
bit (in zip archives in a member; in JSON the numbers are parsed again). A graph of ONNX must also
answer as the network does, when onnx's reference evaluator runs it. Whatever else is read counts as
silent.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mutations import mutate

ROOT = Path(__file__).parents[1]
FOREIGN = ROOT / "tests" / "fixtures" / "foreign"
BATCH = 2000
SECONDS = 10.0
FILES = {
    "safetensors": ("sequential.safetensors", "bfloat16.safetensors", "named.safetensors"),
    "onnx": ("torch-gates.onnx", "torch-gates-13.onnx", "sklearn-classes.onnx", "sklearn-two.onnx"),
    "torch": ("sequential.pt", "checkpoint.pth", "bfloat16.pt"),
    "torch-legacy": ("sequential-old.pt",),
    "keras": ("table.keras", "images.keras"),
    "hdf5": ("table.h5", "images.h5", "keras-2.h5"),
    "npz": ("nn-digits.npz",),
    "skops": ("mlp.skops",),
    "json": ("nielsen.json",),
}


def make_others(folder: Path) -> None:
    """Write the two files that are no fixtures."""
    import warnings

    import skops.io
    from sklearn.neural_network import MLPClassifier

    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MLPClassifier((3,), max_iter=2, random_state=0)
        model.fit(rng.normal(size=(9, 2)), rng.integers(0, 2, 9))
    skops.io.dump(model, folder / "mlp.skops")
    weights, biases = rng.normal(size=(3, 2)), rng.normal(size=(3, 1))
    values = {"sizes": [2, 3], "weights": [weights.tolist()], "biases": [biases.tolist()]}
    (folder / "nielsen.json").write_text(json.dumps(values))


def stored_bytes(content: bytes) -> Iterator[bytes]:
    """Yield where numbers can stand: the file, or the members of an archive."""
    yield content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def holds_numbers(content: bytes, array: Any, form: str) -> bool:
    """Whether an array that was read stands in the file, either way round."""
    if form == "json":
        texts = re.findall(rb"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", content)
        return set(array.flat) <= set(map(float, texts))
    ways: list[bytes] = []
    for turned in (array, array.T):
        plain = np.ascontiguousarray(turned)
        ways += [plain.tobytes(), plain.astype(">f4").tobytes(), plain.astype("<f8").tobytes()]
        if plain.dtype == np.float32:
            ways.append((plain.view("u4") >> 16).astype("<u2").tobytes())  # bfloat16
    return any(way in part for part in stored_bytes(content) for way in ways)


@dataclass(frozen=True)
class Verdict:
    """What came of a mutant.

    Args:
        word: "refused", "refused by a library", "read", "ended by" a signal, or what is wrong.
        unnamed: how many activations it does not name, if it was read.
    """

    word: str
    unnamed: int = 0

    @property
    def is_fault(self) -> bool:
        """Whether it should not have come of a mutant."""
        return self.word not in GOOD and not self.has_ended

    @property
    def has_ended(self) -> bool:
        """Whether the process ended, of which `chainrule import` would say so in a line."""
        return self.word.startswith("ended by")

    @property
    def is_late(self) -> bool:
        """Whether its time was over."""
        return self.word == "ended by SIGPROF"


def judge(path: Path, form: str, seconds: float = SECONDS) -> Verdict:
    """Read a mutant, and judge what was read."""
    from chainrule.errors import ChainruleError
    from chainrule.exchange.importers import (
        ImportOptions,
        assemble_network,
        measure_difference,
    )

    try:
        model = read_limited(path, seconds)
    except (ChainruleError, MemoryError):
        return Verdict("refused")
    except PermissionError as error:
        return Verdict(f"tried: {error}")
    except Exception:  # the child of `chainrule import` reports these as a damaged file
        return Verdict("refused by a library")
    unnamed = sum(getattr(step, "name", None) == "" for step in model.steps)
    options = ImportOptions(activations=("tanh",) * unnamed)
    try:
        made = assemble_network(model, options, path.name)
        measure_difference(model, made.network, path.name, made.byte_factor)
        if model.can_run:
            compare_graph(path, model, made)
    except ChainruleError:
        return Verdict("refused")
    content = path.read_bytes()
    arrays = [step.weights for step in model.steps if hasattr(step, "weights")]
    if all(holds_numbers(content, array, form) for array in arrays):
        return Verdict("read", unnamed)
    return Verdict("silent: numbers that are not in the file")


def judge_safely(path: Path, form: str, seconds: float) -> Verdict:
    """Judge a mutant; an error that is no refusal is a fault of the importers."""
    try:
        return judge(path, form, seconds)
    except Exception as error:
        return Verdict(f"raised {error!r}")


def compare_graph(path: Path, model: Any, made: Any) -> None:
    """Compare a graph's own answers with the network's, in this process."""
    from unittest.mock import patch

    from chainrule.errors import ChainruleError, DataError
    from chainrule.exchange.importers import require_same_answers, step_proof
    from chainrule.exchange.importers.onnx_answers import compute_answers

    def compute_here(path: str, cells: Any, rows: Any) -> Any:
        try:
            return compute_answers(Path(path), [list(column) for column in cells], rows)
        except ChainruleError:
            raise
        except Exception as error:  # the child of `chainrule import` reports these as damage
            raise DataError(path, expected="a graph that runs", got=str(error)) from None

    with patch.object(step_proof, "compute_guarded", compute_here):
        require_same_answers(model, made.network, str(path), made.byte_factor)


def run_batch(form: str, seed: int, count: int, *, sample: int, seconds: float) -> None:
    """Judge mutants, and print the counts and what went wrong."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = random.Random(f"{form} {seed}")
        sources = read_sources(form, folder)
        files = []
        for number in range(count):  # each a file of its own: libraries remember open ones
            files.append(folder / f"mutant-{number}")
            files[-1].write_bytes(mutate(rng.choice(sources), rng))
        in_forks = form in FORKED
        verdicts = (
            judge_in_forks(files, form, seconds)
            if in_forks
            else [judge_safely(one, form, seconds) for one in files]
        )
        counts = Counter("wrong" if one.is_fault else one.word for one in verdicts)
        faults = {n: one.word for n, one in enumerate(verdicts) if one.is_fault}
        crashed = (n for n, one in enumerate(verdicts) if one.has_ended and not one.is_late)
        for number in sorted({*crashed, *(range(0, count, sample) if sample else ())}):
            counts["given to the command"] += 1
            if said := try_command(files[number], verdicts[number]):
                counts["wrong"] += 1
                faults[number] = f"{verdicts[number].word} here, but by the command: {said}"
        for number, said in faults.items():
            print(json.dumps({"wrong": f"{form} seed {seed} number {number}: {said}"}))
        print(json.dumps(dict(counts)))


def read_sources(form: str, folder: Path) -> list[bytes]:
    """Return the files of a form, after all that reads and judges them was loaded and compiled."""
    import importlib

    import chainrule.cli.app  # noqa: F401 - try_command needs it
    from chainrule.exchange.importers import detection

    make_others(folder) if form in ("skops", "json") else None
    paths = [folder / one if (folder / one).exists() else FOREIGN / one for one in FILES[form]]
    for library in ("chainrule.data", *detection._FORMS[form].libraries):
        importlib.import_module(library)
    for path in paths:
        detection.read_model(path)  # what libraries load on first use is no growth
        assert judge(path, form).word == "read", path
    return [path.read_bytes() for path in paths]


FORKED = ("keras", "hdf5", "skops")
"""Forms whose libraries may end the process: their mutants are judged in forks."""
GOOD = ("refused", "refused by a library", "read")


def judge_in_forks(files: Sequence[Path], form: str, seconds: float) -> list[Verdict]:
    """Judge mutants in forks of this process, each of which may end in any way."""
    verdicts: list[Verdict] = []
    while len(verdicts) < len(files):
        verdicts += judge_in_fork(files[len(verdicts) :], form, seconds)
        if verdicts[-1].has_ended and not verdicts[-1].is_late:
            (alone,) = judge_in_fork([files[len(verdicts) - 1]], form, seconds)
            verdicts[-1] = alone if alone.is_fault else verdicts[-1]
    return verdicts


def judge_in_fork(files: Sequence[Path], form: str, seconds: float) -> list[Verdict]:
    """Return the verdicts of a fork, up to the mutant at which it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        for path in files:
            verdict = judge_safely(path, form, seconds)
            os.write(writing, json.dumps(asdict(verdict)).encode() + b"\n")
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answers:
        found = [Verdict(**json.loads(line)) for line in answers]
    _, status = os.waitpid(child, 0)
    if len(found) < len(files):
        code = os.waitstatus_to_exitcode(status)
        found.append(Verdict(f"ended by {signal.Signals(-code).name if code < 0 else code}"))
    return found


def try_command(path: Path, verdict: Verdict) -> str:
    """Run `chainrule import`; return what it does otherwise than the judge, or ""."""
    words = ["import", str(path), f"{path}.network.safetensors"]
    if verdict.unnamed:
        words += ["--activations", ",".join(["tanh"] * verdict.unnamed)]
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if not child:
            from chainrule.cli import main

            for descriptor in (1, 2):
                os.dup2(printed.fileno(), descriptor)
            os._exit(main(words))
        _, status = os.waitpid(child, 0)
        printed.seek(0)
        said = printed.read().decode(errors="replace")
    code = os.waitstatus_to_exitcode(status)
    is_written = Path(words[2]).exists()
    is_as_due = code == (0 if verdict.word == "read" else 2) and is_written == (code == 0)
    if is_as_due and (code == 0 or "Traceback" not in said):
        return ""
    return f"exit {code}, {said[-200:]!r}"


HOOKED: list[bool] = []
"""Empty before the audit hook is there; then whether it refuses."""


def read_limited(path: Path, seconds: float) -> Any:
    """Read a model with the limits of `chainrule import`, and lift that on memory again."""
    from chainrule.exchange.importers.detection import read_model
    from chainrule.exchange.importers.reading_child import refuse_action

    is_first = not HOOKED
    HOOKED[:] = [False]
    if is_first:
        sys.addaudithook(lambda event, given: refuse_action(event, given) if HOOKED[0] else None)
    HOOKED[:] = [True]
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + 64 * 2**20 + 4 * path.stat().st_size
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal ends the process
    try:
        return read_model(path)
    finally:
        HOOKED[:] = [False]
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def run_form(form: str, count: int, seed: int, options: Sequence[str]) -> dict[str, Any]:
    """Judge mutants of a form in batches; return the counts."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    begun = time.monotonic()
    for batch, start in enumerate(range(0, count, BATCH)):
        size, number = min(BATCH, count - start), seed * 1_000_000 + batch
        command = [sys.executable, __file__, "--batch", form, str(number), str(size), *options]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        for line in done.stdout.splitlines():
            found = json.loads(line)
            if isinstance(found.get("wrong"), str):
                wrong.append(found["wrong"])
            else:
                counts.update(found)
        if done.returncode:
            counts["crashed"] += 1
            wrong.append(f"{form} batch {number}: exit {done.returncode}, {done.stderr[-300:]}")
        print(form, start + size, dict(counts), wrong[-1:], file=sys.stderr, flush=True)
    facts = {"mutants": count, **counts, "seconds": round(time.monotonic() - begun, 1)}
    return {**facts, "faults": wrong[:20]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--safetensors", type=int, default=200_000)
    parser.add_argument("--onnx", type=int, default=50_000)
    parser.add_argument("--others", type=int, default=20_000)
    parser.add_argument("--forms", nargs="+", default=list(FILES), choices=list(FILES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--sample", type=int, default=50, help="give each so many-th to the command"
    )
    parser.add_argument("--seconds", type=float, default=SECONDS, help="time to read a mutant in")
    parser.add_argument("--batch", nargs=3, metavar=("FORM", "SEED", "COUNT"))
    given = parser.parse_args()
    if given.batch:
        form, seed, count = given.batch
        run_batch(form, int(seed), int(count), sample=given.sample, seconds=given.seconds)
        return 0
    options = ("--sample", str(given.sample), "--seconds", str(given.seconds))
    counts = {"safetensors": given.safetensors, "onnx": given.onnx}
    found = {
        form: run_form(form, counts.get(form, given.others), given.seed, options)
        for form in given.forms
    }
    versions = {"python": sys.version.split()[0], "numpy": np.__version__}
    print(json.dumps({"seed": given.seed, "forms": found, "versions": versions}))
    return int(any(one["faults"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
