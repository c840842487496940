"""Forged files: no command ends in an internal error, a hang or a crash, whatever was changed.

    python campaigns/forged_files.py [--mutants 50000] [--seed 0] [--kinds NAME …]

Small runs are trained on a table, on images and on numbers, together with one file of each other
kind that a command reads. Every mutant changes one of these files: half of them raw (bits, bytes,
cuts), the others in their values (fields of JSON and TOML, tensors of another shape, type or
content), written again with digests and checksums that hold. A command that reads such files is
then run on it, in one process for many mutants, with 20 seconds and 4 GiB for each.

Wrong is whatever ends in an internal error (exit code 70), takes longer, or ends the process. The
counts say how many mutants each kind of file had, and with which exit codes they ended.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from mutations import mutate

BATCH = 250
SECONDS = 20
MEMORY = 4 * 2**30
INTERNAL = 70

STUDY = """seeds = 1
data = "table.csv"
[network]
layers = [{inputs}, 3, 2]
[recipe]
engine = "reference"
[space]
batch_size = [8]
[budget]
epochs = 1
"""
SMALL = ("--epochs", "2", "--batch-size", "8", "--seed", "3")
PLAIN = ("--set", "engine=reference")


def run_command(*words: str) -> int:
    """Run a command line in this process without its output; return its exit code."""
    from chainrule.cli import main

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(main(list(words)))


@dataclass(frozen=True)
class Kind:
    """A kind of file, and the commands that read it.

    Args:
        paths: where such files lie in the folder of good files.
        commands: command lines; {} stands for the mutant, {run} for the run that it belongs to.
    """

    paths: tuple[str, ...]
    commands: tuple[str, ...]


OF_NETWORK = (
    "predict {} {data}",
    "predict {} {data} --json",
    "evaluate {} {data} --split all --json",
    "export {} --to json out.json",
    "export {} --to python out.py",
    "prove {} --data {data} --examples 2 --sample 5",
    "serve {}",
)
OF_RUN = (
    "verify {run}",
    "verify {run} --json",
    "evaluate {run}",
    "predict {run} {data}",
    "train --resume {run}",
    "train --resume {run} --from 1 --run branched --epochs 3",
    "inspect {run} value delta[2][0] --image 1",
    "inspect {run} decision 1",
    "inspect {run} weight 1:0,0",
    "compare {run} other",
    "diagnose {run}",
)
RUNS = ("table", "image", "number")
KINDS = {
    "network": Kind(tuple(f"{name}/network.safetensors" for name in RUNS), OF_NETWORK),
    "network of a run": Kind(tuple(f"{name}/network.safetensors" for name in RUNS), OF_RUN),
    "checkpoint": Kind(tuple(f"{name}/checkpoints" for name in RUNS), OF_RUN),
    "run.json": Kind(tuple(f"{name}/run.json" for name in RUNS), OF_RUN),
    "certificate.json": Kind(tuple(f"{name}/certificate.json" for name in RUNS), OF_RUN[:2]),
    "recipe.toml": Kind(
        tuple(f"{name}/recipe.toml" for name in RUNS),
        ("verify {run}", "train {data} --config {} --epochs 1 --set engine=reference"),
    ),
    "history.jsonl": Kind(tuple(f"{name}/history.jsonl" for name in RUNS), OF_RUN[:2]),
    "model.json": Kind(("model.json",), ("import {} imported.safetensors",)),
    "csv": Kind(
        ("table.csv", "number.csv"),
        ("train {} --epochs 1 --set engine=reference", "predict table {}", "data show {}"),
    ),
    "npz": Kind(("image.npz",), ("train {} --epochs 1 --set engine=reference", "data show {}")),
    "npy": Kind(("rows.npy",), ("predict image {}", "data show {}")),
    "parquet": Kind(("table.parquet",), ("predict table {}", "data show {}")),
    "xlsx": Kind(("table.xlsx",), ("predict table {}", "data show {}")),
    "png": Kind(("digit.png",), ("predict image {}",)),
    "jpeg": Kind(("digit.jpg",), ("predict image {}",)),
    "worked example": Kind(
        ("two-layers.toml",), ("explain {}", "explain {} --format json", "prove {}", "check {}")
    ),
    "study": Kind(("study.toml",), ("study run {} --storage study.journal",)),
}
"""Every kind of file that a command reads. Files of other programs have import_mutants.py, journals
and databases of studies a campaign of their own."""


def make_files(folder: Path) -> None:
    """Write good files of every kind, and runs in the folders of their names."""
    from PIL import Image

    rng = np.random.default_rng(0)
    rows: list[tuple[Any, ...]] = [
        (round(float(rng.normal()), 3), "xyz"[i % 3], f"2024-0{1 + i % 9}-1{i % 9}", "ab"[i % 2])
        for i in range(40)
    ]
    rows[5] = ("", *rows[5][1:])
    write_csv(folder / "table.csv", ("length", "colour", "day", "kind"), rows)
    numbers = rng.normal(size=(40, 3)).round(3)
    write_csv(folder / "number.csv", ("a", "b", "y"), numbers.tolist())
    images = rng.integers(0, 256, (60, 8, 8)).astype(np.uint8)
    labels = rng.integers(0, 3, 60)
    np.savez(folder / "image.npz", train_x=images, train_y=labels, test_x=images, test_y=labels)
    np.save(folder / "rows.npy", images[:5])
    Image.fromarray(images[0]).save(folder / "digit.png")
    Image.fromarray(np.kron(images[0], np.ones((4, 4), np.uint8))).save(folder / "digit.jpg")
    table = read_csv(folder / "table.csv")
    import pandas

    frame = pandas.DataFrame(table[1:], columns=table[0])
    frame.to_parquet(folder / "table.parquet")
    frame.to_excel(folder / "table.xlsx", index=False)
    (folder / "study.toml").write_text(STUDY.format(inputs=9))
    from chainrule.bundled import bundled_files

    shutil.copy(bundled_files("worked")["two-layers"], folder / "two-layers.toml")
    for name, more in (
        ("table", ()),
        ("image", ("--layers", "64,4,3", "--monitor", "cost")),
        ("number", ("--layers", "2,3,1", "--task", "numbers", "--set", "optimiser=momentum")),
    ):
        source = f"{name}.csv" if name != "image" else "image.npz"
        assert not run_command("train", source, "--run", name, *SMALL, *PLAIN, *more), name
    shutil.copytree(folder / "table", folder / "other")
    assert not run_command("export", "table", "--to", "json", "model.json")


def write_csv(path: Path, header: tuple[str, ...], rows: Any) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def read_csv(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))


POOL: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 7, 255, 2**31, 2**63, -(2**63), 10**400),
    *(0.0, -0.5, 0.5, 1e-320, 1e38, 1e308, float("nan"), float("inf"), -float("inf")),
    *("", "x", "relu", "softmax", "numbers", "classes", "category", "\x1b[2J", "é\udc80", "0" * 64),
    *([], {}, [[]], [1], ["a", "b"], [0, 0], {"a": 1}, [1.5, None], [[1, 2], [3]]),
)


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value within plain values, their own first."""
    yield path
    children: Any = value.items() if isinstance(value, dict) else ()
    children = enumerate(value) if isinstance(value, list) else children
    for name, child in children:
        yield from places_in(child, (*path, name))


def change_value(value: Any, rng: random.Random) -> Any:
    """Return plain values with one of them changed, taken away, doubled, or added to."""
    whole = json.loads(json.dumps(value))
    paths = list(places_in(whole))
    path = rng.choice(paths)
    if not path:
        return rng.choice(POOL) if rng.random() < 0.1 else change_value(value, rng)
    holder, other = whole, whole
    for name in path[:-1]:
        holder = holder[name]
    for name in rng.choice(paths):
        other = other[name]
    last, how = path[-1], rng.random()
    if how < 0.5:
        holder[last] = rng.choice(POOL)
    elif how < 0.6:
        del holder[last]
    elif how < 0.7:
        holder[last] = json.loads(json.dumps(other))
    elif how < 0.8 and isinstance(holder, list):
        holder.append(holder[last])
    elif how < 0.85 and isinstance(holder, dict):
        holder["extra"] = 1
    elif isinstance(holder[last], (int, float)) and not isinstance(holder[last], bool):
        holder[last] = holder[last] * rng.choice((-1, 2, 1000)) + rng.choice((-1, 0, 1))
    else:
        holder[last] = [holder[last]]
    return whole


def change_tensor(array: Any, rng: random.Random) -> Any:
    """Return an array of another shape, type or content."""
    changes: tuple[Callable[[], Any], ...] = (
        lambda: array.T,
        lambda: array.reshape(-1),
        lambda: array[:-1],
        lambda: array[:0],
        lambda: array[None],
        lambda: np.concatenate([array, array]),
        lambda: array.astype(rng.choice(("<f8", "<f2", "<i8", "u1", "?"))),
        lambda: np.full_like(array, rng.choice((0, 1, 100))),
        lambda: spoiled(array, rng.choice((np.nan, np.inf, -np.inf, 1e38, 1e-40))),
        lambda: np.zeros((), array.dtype),
    )
    with np.errstate(all="ignore"):
        return rng.choice(changes)()


def spoiled(array: Any, number: float) -> Any:
    again = array.copy()
    if again.size and again.dtype.kind == "f":
        again.reshape(-1)[-1] = number
    return again


def forge_sealed(path: Path, rng: random.Random) -> None:
    """Change facts or tensors of a sealed file and seal it again."""
    from chainrule.network.sealed_file import read_sealed, write_sealed

    tensors, facts = read_sealed(path)
    how = rng.random()
    if how < 0.6:
        changed = change_value(facts, rng)
        facts = changed if isinstance(changed, dict) else {"facts": changed}
    elif how < 0.75 and "history" in tensors:
        text = json.dumps(change_value(json.loads(tensors["history"].tobytes()), rng))
        tensors["history"] = np.frombuffer(text.encode(), np.uint8)
    else:
        name = rng.choice(sorted(tensors))
        if rng.random() < 0.15:
            tensors[rng.choice(("W[9]", "x", "best"))] = tensors.pop(name)
        else:
            tensors[name] = change_tensor(tensors[name], rng)
    write_sealed(path, tensors, facts)


def forge_toml(path: Path, rng: random.Random) -> None:
    """Change a value of a TOML file, or one of its lines."""
    values = change_value(tomllib.loads(path.read_text()), rng)
    lines = [] if isinstance(values, dict) else ["x = 1"]
    nested = values if isinstance(values, dict) else {}
    plain = {name: one for name, one in nested.items() if not isinstance(one, dict)}
    lines += [f"{json.dumps(name)} = {toml_text(one)}" for name, one in plain.items()]
    for name, table in nested.items():
        if isinstance(table, dict):
            lines.append(f"[{json.dumps(name)}]")
            lines += [f"{json.dumps(key)} = {toml_text(one)}" for key, one in table.items()]
    path.write_bytes("\n".join(lines).encode(errors="surrogatepass"))


def toml_text(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml_text(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_text, value)) + "]"
    names = {"null": '"null"', "NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}
    text = json.dumps(value, ensure_ascii=False)
    return names.get(text, text)


def forge_csv(path: Path, rng: random.Random) -> None:
    rows = read_csv(path)
    row = rng.choice(rows)
    place = rng.randrange(len(row))
    how = rng.random()
    if how < 0.6:
        row[place] = str(rng.choice(POOL)).encode(errors="replace").decode()
    elif how < 0.8:
        del row[place]
    else:
        rows[:] = rows[: rng.randrange(len(rows))]
    write_csv(path, tuple(rows[0]) if rows else (), rows[1:])


def forge_json(path: Path, rng: random.Random) -> None:
    path.write_text(json.dumps(change_value(json.loads(path.read_text()), rng)))


def forge_lines(path: Path, rng: random.Random) -> None:
    lines = path.read_text().splitlines()
    place = rng.randrange(len(lines))
    lines[place] = json.dumps(change_value(json.loads(lines[place]), rng))
    path.write_text("\n".join(lines) + "\n")


def forge_arrays(path: Path, rng: random.Random) -> None:
    if path.suffix == ".npy":
        np.save(path, change_tensor(np.load(path), rng))
        return
    arrays = dict(np.load(path))
    name = rng.choice(sorted(arrays))
    arrays[name] = change_tensor(arrays[name], rng)
    np.savez(path, **arrays)


FORGERS: dict[str, Callable[[Path, random.Random], None]] = {
    ".safetensors": forge_sealed,
    ".json": forge_json,
    ".jsonl": forge_lines,
    ".toml": forge_toml,
    ".csv": forge_csv,
    ".npz": forge_arrays,
    ".npy": forge_arrays,
}
"""How the values of a file are changed, by its suffix; the others are mutated raw alone."""


def forge(path: Path, rng: random.Random) -> str:
    """Change a file; return "raw" or "values"."""
    forger = FORGERS.get(path.suffix)
    if forger is None or rng.random() < 0.3:
        path.write_bytes(mutate(path.read_bytes(), rng))
        return "raw"
    for _ in range(rng.choice((1, 1, 1, 2))):
        # What a first change leaves may be no such file any more.
        with contextlib.suppress(Exception):
            forger(path, rng)
    return "values"


def lay_out(good: Path, place: Path, chosen: str) -> Path:
    """Link to all good files but a copy of the one that is changed; return its path."""
    whole = chosen.partition("/")[0]
    for one in good.iterdir():
        if one.name != whole:
            (place / one.name).symlink_to(one)
    if (good / whole).is_dir():
        shutil.copytree(good / whole, place / whole)
    else:
        shutil.copy(good / whole, place / whole)
    return place / chosen


def choose_checkpoint(folder: Path, rng: random.Random) -> Path:
    """Return a checkpoint to change; sometimes it is the only one."""
    files = sorted(folder.glob("*.safetensors"))
    target = rng.choice(files)
    if rng.random() < 0.3:
        for one in files:
            one.unlink() if one not in (target, files[0]) else None
    return target


def run_mutant(kind: str, good: Path, place: Path, name: str) -> tuple[str, str, int]:
    """Change a file among good ones and run a command on it; how, what, exit code."""
    rng = random.Random(name)
    chosen = rng.choice(KINDS[kind].paths)
    target, run = lay_out(good, place, chosen), chosen.partition("/")[0]
    target = choose_checkpoint(target, rng) if target.is_dir() else target
    how = forge(target, rng)
    command = rng.choice(KINDS[kind].commands)
    if command == "serve {}":
        return how, command, describe_service(target)
    shown = "rows.npy" if command.startswith("predict") else "image.npz"
    known = {"{run}": run, "{}": str(target), "{data}": shown if run == "image" else f"{run}.csv"}
    words = [known.get(word, word) for word in command.split()]
    return how, " ".join(words), run_command(*words)


def describe_service(path: Path) -> int:
    """Open a network as `chainrule serve` does, and describe it; return the exit code."""
    from chainrule.errors import ChainruleError
    from chainrule.serving.served_model import open_models

    try:
        for model in open_models([str(path)]).values():
            model.warm_up()
            model.describe()
    except ChainruleError:
        return 2
    except Exception:
        return INTERNAL
    return 0


def run_batch(good: Path, kind: str, seed: int, count: int) -> None:
    """Run mutants; print a line of JSON for each that goes wrong, and the counts."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    counts: Counter[str] = Counter()
    for number in range(count):
        name = f"{kind} {seed} {number}"
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            os.chdir(place)
            print(json.dumps({"now": name}), flush=True)
            signal.alarm(SECONDS)  # ends the process, and the batch says where
            how, what, code = run_mutant(kind, good, place, name)
            signal.alarm(0)
            os.chdir("/")
        counts[f"{how}, exit {code}"] += 1
        if code == INTERNAL or code not in (0, 1, 2):
            print(json.dumps({"wrong": f"{name}: exit {code}: {what}"}), flush=True)
    print(json.dumps({"counts": dict(counts)}), flush=True)


def run_kind(good: Path, kind: str, count: int, seed: int) -> dict[str, Any]:
    """Run the mutants of a kind in batches; return the counts."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    begun = time.monotonic()
    for batch, start in enumerate(range(0, count, BATCH)):
        size, number = min(BATCH, count - start), seed * 1_000_000 + batch
        command = [sys.executable, __file__, "--batch", str(good), kind, str(number), str(size)]
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        now = ""
        for line in done.stdout.splitlines():
            found = json.loads(line) if line.startswith("{") else {}
            now = found.get("now", now)
            if "wrong" in found:
                wrong.append(found["wrong"])
            counts.update(found.get("counts", {}))
        if done.returncode:
            wrong.append(f"{now}: the process ended with {done.returncode}: {done.stderr[-300:]}")
    seconds = round(time.monotonic() - begun, 1)
    return {"mutants": count, **dict(sorted(counts.items())), "wrong": wrong, "seconds": seconds}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--mutants", type=int, default=50_000, help="how many in all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=list(KINDS))
    parser.add_argument("--batch", nargs=4, metavar=("GOOD", "KIND", "SEED", "COUNT"))
    given = parser.parse_args()
    if given.batch:
        good, kind, seed, count = given.batch
        run_batch(Path(good), kind, int(seed), int(count))
        return 0
    from chainrule.training.computing_conditions import versions

    with tempfile.TemporaryDirectory() as name:
        good = Path(name)
        os.chdir(good)
        make_files(good)
        each = -(-given.mutants // len(given.kinds))
        found = {kind: run_kind(good, kind, each, given.seed) for kind in given.kinds}
        os.chdir("/")
    wrong = sum(len(one["wrong"]) for one in found.values())
    total = {"campaign": "forged_files", "seed": given.seed, "wrong": wrong, "kinds": found}
    print(json.dumps({**total, "versions": versions()}))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
