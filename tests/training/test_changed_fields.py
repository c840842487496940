"""Every field of every file of a run folder is changed in turn, and `verify` names each."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import ChainruleError
from chainrule.network.network import Network
from chainrule.network.sealed_file import read_sealed, write_sealed
from chainrule.recipe import Recipe
from chainrule.training.loop import branch, train
from chainrule.training.verification import Verification, verify

WITHOUT_FIELDS = {"lock"}
"""Files that say nothing."""


class Change(NamedTuple):
    """One field of one file, and how to change it.

    Args:
        file: relative to the folder.
        field: where the value stands, such as "recipe.epochs" or a tensor's name.
        make: changes the file in a folder.
    """

    file: str
    field: str
    make: Callable[[Path], None]


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all values that are neither tables nor lists; an empty one is a value."""
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    found = False
    for name, child in children:
        found = True
        yield from leaves(child, (*path, name))
    if not found:
        yield path


def other(value: Any) -> Any:
    """Another value of the same type, as near as may be."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return float(np.nextafter(value, 9)) if value else 0.25
    if isinstance(value, str):
        return f"{'1' if value[:1] != '1' else '2'}{value[1:]}"
    return {None: 1}.get(value, "else") if value is None else ["else"]


def changed(whole: Any, path: tuple[Any, ...]) -> Any:
    """The same values with another one in a place."""
    if not path:
        return other(whole)
    copied = dict(whole) if isinstance(whole, dict) else list(whole)
    copied[path[0]] = changed(whole[path[0]], path[1:])
    return copied


def of_json(file: Path, root: Path) -> Iterator[Change]:
    whole = json.loads(file.read_text())
    name = str(file.relative_to(root))
    for path in leaves(whole):

        def make(folder: Path, path: tuple[Any, ...] = path) -> None:
            (folder / name).write_text(json.dumps(changed(whole, path)))

        yield Change(name, ".".join(map(str, path)), make)


def of_lines(file: Path, root: Path) -> Iterator[Change]:
    lines = file.read_text().splitlines()
    name = str(file.relative_to(root))
    for number, line in enumerate(lines):
        for path in leaves(json.loads(line)):

            def make(folder: Path, number: int = number, path: tuple[Any, ...] = path) -> None:
                again = json.dumps(changed(json.loads(lines[number]), path))
                whole = [*lines[:number], again, *lines[number + 1 :]]
                (folder / name).write_text("\n".join(whole) + "\n")

            yield Change(name, f"{number}.{'.'.join(map(str, path))}", make)


def of_toml(file: Path, root: Path) -> Iterator[Change]:
    table = tomllib.loads(file.read_text())
    name = str(file.relative_to(root))
    for field in table:

        def make(folder: Path, field: str = field) -> None:
            value = table[field]
            again = [other(value[0]), *value[1:]] if isinstance(value, list) else other(value)
            rows = {**table, field: again}
            text = "".join(f"{key} = {json.dumps(one)}\n" for key, one in rows.items())
            (folder / name).write_text(text)

        yield Change(name, field, make)


def of_sealed(file: Path, root: Path) -> Iterator[Change]:
    tensors, facts = read_sealed(file)
    name = str(file.relative_to(root))
    for field in tensors:
        if field == "history":
            continue

        def make(folder: Path, field: str = field) -> None:
            array = tensors[field].copy()
            flat = array.reshape(-1)
            flat[-1] = np.nextafter(flat[-1], flat.dtype.type(9))
            write_sealed(folder / name, {**tensors, field: array}, facts)

        if tensors[field].size:
            yield Change(name, field, make)
    for path in leaves(facts):

        def make_facts(folder: Path, path: tuple[Any, ...] = path) -> None:
            write_sealed(folder / name, tensors, changed(facts, path))

        yield Change(name, ".".join(map(str, path)), make_facts)
    history = json.loads(tensors["history"].tobytes()) if "history" in tensors else []
    for path in leaves(history) if history else ():

        def make_history(folder: Path, path: tuple[Any, ...] = path) -> None:
            text = json.dumps(changed(history, path)).encode()
            again = {**tensors, "history": np.frombuffer(text, np.uint8)}
            write_sealed(folder / name, again, facts)

        yield Change(name, f"history.{'.'.join(map(str, path))}", make_history)


READERS = {".json": of_json, ".jsonl": of_lines, ".toml": of_toml, ".safetensors": of_sealed}


def all_changes(root: Path) -> Iterator[Change]:
    """A change for every field of every file, found by walking the folder."""
    for file in sorted(root.rglob("*")):
        if file.is_file() and file.name not in WITHOUT_FIELDS:
            yield from READERS[file.suffix](file, root)


class Kind(NamedTuple):
    """A run to change, and how it is verified."""

    folder: Path
    verify: Callable[[Path], Verification]


@pytest.fixture(scope="module")
def data() -> Dataset:
    random = np.random.default_rng(5)
    labels = random.integers(0, 3, 24)
    inputs = random.integers(0, 256, (24, 4)).astype(np.uint8)
    return Dataset(inputs, labels, scale=1 / 255, shape=(2, 2), class_names=("a", "b", "c"))


@pytest.fixture(params=["patient", "averaged", "branch"])
def kind(request: pytest.FixtureRequest, data: Dataset, tmp_path: Path) -> Kind:
    """Runs that write every file and every field between them."""
    network = Network.create([4, 3, 3], "tanh", seed=1)
    plain = Recipe(epochs=2, batch_size=8, learning_rate=0.02, seed=3, engine="reference")
    notes = {"data": {"source": "dice.csv", "options": {"target": "last", "columns": [1, 2]}}}
    settings: dict[str, dict[str, Any]] = {
        "patient": {"monitor": "validation_cost", "patience": 5, "class_weights": (1, 2, 3)},
        "averaged": {
            "averaging": "ema",
            "averaging_start": 0.0,
            "schedule": "cosine_restarts",
            "cycle_epochs": 1,
            "snapshots": True,
            "normalisation": "batch",
            "dropout": 0.25,
        },
        "branch": {"validation_fraction": 0.25, "monitor": "accuracy"},
    }
    recipe = plain.replaced(**settings[request.param])
    validation = data.subset(slice(0, 9)) if request.param == "patient" else None
    folder = tmp_path / request.param
    train(
        network,
        data,
        recipe,
        validation=validation,
        folder=folder,
        notes=notes,
        keep_epochs=request.param == "averaged",
    )
    if request.param == "branch":
        parent, folder = folder, tmp_path / "changed"
        branch(parent, 1, recipe.replaced(learning_rate=0.1), data, folder=folder, notes=notes)
    return Kind(folder, lambda one: verify(one, data, validation=validation))


def names(change: Change, text: str) -> bool:
    """Whether a text names the file and the field that were changed, or the tensor."""
    file, field = Path(change.file).name, [p for p in change.field.split(".") if not p.isdigit()]
    if change.file == "certificate.json" and field[0] == "versions":
        return text.startswith(f"{field[1]} was ")  # how it was computed cannot be computed again
    tensor = "W[" in text or "b[" in text or "gain[" in text
    if file in text and field[-1].rstrip("s") in text:
        return True
    by_tensor = field[-1] in ("parameters", "state", "best", "layers") or "[" in field[-1]
    return by_tensor and tensor and any(one in text for one in (file, " after epoch ", "first ch"))


def test_every_changed_field_is_named(kind: Kind, tmp_path: Path) -> None:
    assert kind.verify(kind.folder).differences == ()
    files, silent = set(), []
    for number, change in enumerate(all_changes(kind.folder)):
        files.add(Path(change.file).parts[0])
        folder = tmp_path / f"copy{number}"
        shutil.copytree(kind.folder, folder)
        change.make(folder)
        try:
            found = kind.verify(folder)
            words = [*found.differences, *found.other_versions]
        except ChainruleError as error:
            words = [str(error)]
        shutil.rmtree(folder)
        if not any(names(change, text) for text in words):
            silent.append((change.file, change.field, words))
    assert not silent
    assert files >= {"run.json", "recipe.toml", "history.jsonl", "certificate.json", "checkpoints"}
