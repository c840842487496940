"""Mutated files of other programs: none crashes, runs anything, or loads as what it does not hold.

    python campaigns/import_mutants.py [--safetensors 200000] [--onnx 50000] [--others 20000]
        [--forms NAME …] [--seed 0]

Each file of tests/fixtures/foreign that can be read, and one of skops and of Nielsen's JSON, is
mutated: bits flipped, bytes overwritten, cut, doubled or moved, digits of texts changed, and zip
archives rebuilt around mutated members so that their checksums hold. Every mutant is read in a
process with the limits of `chainrule import` (memory of 64 MiB beside four times the file, 10
seconds of computing, no writing, no programs, no connections); one that HDF5 or skops reads, in a
process of its own, as these libraries may end it. Elsewhere the end of a process is a fault.

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
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
FOREIGN = ROOT / "tests" / "fixtures" / "foreign"
BATCH = 500
SECONDS = 10
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


def flip_bit(content: bytearray, rng: random.Random) -> None:
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def overwrite(content: bytearray, rng: random.Random) -> None:
    value = rng.choice((b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\xff" * 8, b"\x80", b"{", b"."))
    start = rng.randrange(len(content))
    content[start : start + len(value)] = value


def cut(content: bytearray, rng: random.Random) -> None:
    del content[rng.randrange(len(content)) :]


def remove(content: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(content))
    del content[start : start + rng.randint(1, 32)]


def repeat(content: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(content))
    content[start:start] = content[start : start + rng.randint(1, 64)]


def move(content: bytearray, rng: random.Random) -> None:
    start, target = rng.randrange(len(content)), rng.randrange(len(content))
    part = content[start : start + rng.randint(1, 64)]
    content[target : target + len(part)] = part


def change_digit(content: bytearray, rng: random.Random) -> None:
    digits = [place for place, value in enumerate(content[:20_000]) if 48 <= value < 58]
    if digits:
        place = rng.choice(digits)
        content[place : place + 1] = rng.choice((b"0", b"9", b"999999999", b"-1", b"1e9"))


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip_bit,
    flip_bit,
    overwrite,
    cut,
    remove,
    repeat,
    move,
    change_digit,
)


def mutate(content: bytes, rng: random.Random) -> bytes:
    """Return a mutant; of a zip archive half of the time one whose checksums hold."""
    if content[:2] == b"PK" and rng.random() < 0.5:
        return mutate_member(content, rng)
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        if changed:
            rng.choice(MUTATIONS)(changed, rng)
    return bytes(changed)


def mutate_member(content: bytes, rng: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    chosen = rng.randrange(len(members))
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for place, (name, data) in enumerate(members):
            archive.writestr(name, mutate(data, rng) if place == chosen and data else data)
    return written.getvalue()


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


def judge(path: Path, form: str) -> str:
    """Read a mutant; return "refused", "read", or what is wrong."""
    from chainrule.errors import ChainruleError
    from chainrule.exchange.importers import (
        ImportOptions,
        assemble_network,
        measure_difference,
    )

    try:
        model = read_limited(path)
    except (ChainruleError, MemoryError):
        return "refused"
    except PermissionError as error:
        return f"tried: {error}"
    except Exception:  # the child of `chainrule import` reports these as a damaged file
        return "refused by a library"
    unnamed = sum(getattr(step, "name", None) == "" for step in model.steps)
    options = ImportOptions(activations=("tanh",) * unnamed)
    try:
        made = assemble_network(model, options, path.name)
        measure_difference(model, made.network, path.name, made.byte_factor)
        if model.can_run:
            compare_graph(path, model, made)
    except ChainruleError:
        return "refused"
    content = path.read_bytes()
    arrays = [step.weights for step in model.steps if hasattr(step, "weights")]
    if all(holds_numbers(content, array, form) for array in arrays):
        return "read"
    return "silent: numbers that are not in the file"


def compare_graph(path: Path, model: Any, made: Any) -> None:
    """Compare a graph's own answers with the network's, in this process."""
    from chainrule.exchange.importers import require_same_answers, step_proof
    from chainrule.exchange.importers.onnx_answers import compute_answers

    def compute_here(path: str, cells: Any, rows: Any) -> Any:
        return compute_answers(Path(path), [list(column) for column in cells], rows)

    proof: Any = step_proof
    proof.compute_guarded = compute_here
    require_same_answers(model, made.network, str(path), made.byte_factor)


def run_batch(form: str, seed: int, count: int) -> None:
    """Judge mutants, and print the counts and what went wrong."""
    import importlib

    from chainrule import Network
    from chainrule.exchange.importers import detection

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_others(folder) if form in ("skops", "json") else None
        sources = [
            (folder / one if (folder / one).exists() else FOREIGN / one).read_bytes()
            for one in FILES[form]
        ]
        for library in ("chainrule.data", *detection._FORMS[form].libraries):
            importlib.import_module(library)
        path, rng = folder / "mutant", random.Random(f"{form} {seed}")
        for source in sources:  # what libraries load on first use is no growth
            path.write_bytes(source)
            detection.read_model(path)
        Network.create([2, 2]).predict(np.zeros((2, 2), np.float32))
        counts: Counter[str] = Counter()
        for number in range(count):
            path.write_bytes(mutate(rng.choice(sources), rng))
            verdict = judge_in_fork(path, form) if form in FORKED else judge(path, form)
            counts[verdict if verdict in GOOD else "wrong"] += 1
            if verdict not in GOOD:
                print(json.dumps({"wrong": f"{form} seed {seed} number {number}: {verdict}"}))
        print(json.dumps(dict(counts)))


FORKED = ("keras", "hdf5", "skops")
"""Forms whose libraries may end the process: each mutant is judged in a fork."""
ENDED = "ended by its limits or its library"
GOOD = ("refused", "refused by a library", "read", ENDED)
"""A process that ends without a word is a line of `chainrule import` that says so."""


def judge_in_fork(path: Path, form: str) -> str:
    """Judge a mutant in a process of its own, which may end in any way."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        verdict = judge(path, form)
        os.write(writing, verdict.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        text = answer.read().decode()
    os.waitpid(child, 0)
    return text or ENDED


HOOKED: list[bool] = []
"""Empty before the audit hook is there; then whether it refuses."""


def read_limited(path: Path) -> Any:
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
    signal.setitimer(signal.ITIMER_PROF, SECONDS)  # its signal ends the process
    try:
        return read_model(path)
    finally:
        HOOKED[:] = [False]
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def run_form(form: str, count: int, seed: int) -> dict[str, Any]:
    """Judge mutants of a form in batches; return the counts."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    begun = time.monotonic()
    for batch, start in enumerate(range(0, count, BATCH)):
        size, number = min(BATCH, count - start), seed * 1_000_000 + batch
        command = [sys.executable, __file__, "--batch", form, str(number), str(size)]
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
    facts = {"mutants": count, **counts, "seconds": round(time.monotonic() - begun, 1)}
    return {**facts, "faults": wrong[:20]}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--safetensors", type=int, default=200_000)
    parser.add_argument("--onnx", type=int, default=50_000)
    parser.add_argument("--others", type=int, default=20_000)
    parser.add_argument("--forms", nargs="+", default=list(FILES), choices=list(FILES))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch", nargs=3, metavar=("FORM", "SEED", "COUNT"))
    given = parser.parse_args()
    if given.batch:
        form, seed, count = given.batch
        run_batch(form, int(seed), int(count))
        return 0
    counts = {"safetensors": given.safetensors, "onnx": given.onnx}
    found = {
        form: run_form(form, counts.get(form, given.others), given.seed) for form in given.forms
    }
    versions = {"python": sys.version.split()[0], "numpy": np.__version__}
    print(json.dumps({"seed": given.seed, "forms": found, "versions": versions}))
    return int(any(one["faults"] for one in found.values()))


if __name__ == "__main__":
    sys.exit(main())
