"""Each command of docs/guide.md and the call beside it give the same values and the same files."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule.cli.app import COMMANDS
from chainrule.documents import Document

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide.md"
ROW = re.compile(r"^\| `chainrule (?P<command>.+?)` \| `(?P<call>.+?)` \|$", re.MULTILINE)
IMPORTS = GUIDE.read_text("utf-8").split("```")[1].removeprefix("python")
ROWS = [(found["command"], found["call"]) for found in ROW.finditer(GUIDE.read_text("utf-8"))]
CLOCK = frozenset(("seconds", "host", "pid"))
"""What differs from one run to the next."""
UNCOMPARED = ("lock", ".journal")
"""Ends of the names of files that hold times, or nothing."""
ASKED = frozenset(("run", "target"))
"""What a command repeats of its own arguments."""


def plain(value: Any) -> Any:
    """A result as the JSON of a command has it, without what the clock decides."""
    if isinstance(value, Document):
        value = None if value.values is None else value.values()
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items() if k not in CLOCK}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    return json.loads(json.dumps(value))


def files(folder: Path) -> dict[str, bytes]:
    """The content of every file below a folder, with the folder's own name taken out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.endswith(UNCOMPARED):
            content = path.read_bytes().replace(bytes(folder), b"FOLDER")
            found[str(path.relative_to(folder))] = content
    return found


STUDY = """
search = "grid"
data = "flowers.csv"
[network]
layers = [2, 3, 2]
[recipe]
engine = "reference"
[space]
batch_size = [8, 16]
[budget]
epochs = 1
"""


def write_flowers(path: Path) -> None:
    """Two kinds that lie far apart, twenty of each."""
    rows = [f"{1 + i / 100},{2 - i / 100},rose" for i in range(20)]
    rows += [f"{5 + i / 100},{7 - i / 100},tulip" for i in range(20)]
    path.write_text("\n".join(["length,width,kind", *rows]) + "\n")


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The storage of the study `small`, which has ended."""
    folder = tmp_path_factory.mktemp("study")
    write_flowers(folder / "flowers.csv")
    source = STUDY.replace("flowers.csv", str(folder / "flowers.csv"))
    (folder / "small.toml").write_text(source)
    place = cr.StudyPlace(workers=1)
    cr.compute_study(folder / "small.toml", str(folder / "studies.journal"), place=place)
    return folder / "studies.journal"


@pytest.fixture
def prepared(
    own_folder: None, trained: Path, journal: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with what the rows name: data, recipes, two runs and one more."""
    folder = tmp_path_factory.mktemp("prepared")
    for name in ("run", "seen"):
        shutil.copytree(trained / name, folder / name)
    shutil.copytree(trained / "run", folder / "other")
    shutil.copy(journal, folder / "studies.journal")
    (folder / "small.toml").write_text(STUDY)
    write_flowers(folder / "flowers.csv")
    (folder / "more.csv").write_text("length,width\n1.5,1.5\n5,7\n")
    rows = [f"{x / 10},{2 * x / 10}" for x in range(30)]
    (folder / "line.csv").write_text("\n".join(["x,y", *rows]) + "\n")
    recipe = 'optimiser = "sgd"\nlearning_rate = 1e-5\nepochs = 4\nseed = 1\n'
    (folder / "recipe.toml").write_text(recipe)
    rng = np.random.default_rng(0)
    arrays = {"W1": rng.normal(size=(3, 2)), "b1": rng.normal(size=3)}
    arrays |= {"W2": rng.normal(size=(2, 3)), "b2": rng.normal(size=2)}
    np.savez(folder / "layers.npz", **arrays)
    bar = np.zeros((40, 40), np.uint8)
    bar[5:35, 16:24] = 255
    from PIL import Image

    Image.fromarray(bar).save(folder / "bar.png")
    return folder


def leaves() -> set[str]:
    """Every command, those of a group with the group's name before them."""
    found = set()
    for name in COMMANDS:
        command = importlib.import_module(f"chainrule.cli.{name}").command
        parts = getattr(command, "commands", {})
        found |= {f"{name} {part}" for part in parts} or {name}
    return found


def test_every_command_has_a_row() -> None:
    words = [command.split() for command, _ in ROWS]
    named = {line[0] for line in words} | {" ".join(line[:2]) for line in words}
    named |= {f"inspect {line[2]}" for line in words if line[0] == "inspect"}
    assert leaves() <= named


@pytest.mark.parametrize(("command", "call"), ROWS, ids=[command for command, _ in ROWS])
def test_command_and_call_agree(
    command: str,
    call: str,
    prepared: Path,
    chainrule: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, typed, called = files(prepared), prepared / "typed", prepared / "called"
    for folder in (typed, called):
        shutil.copytree(prepared, folder, ignore=shutil.ignore_patterns("typed", "called"))
    monkeypatch.chdir(typed)
    outcome = chainrule(*shlex.split(command))
    assert outcome.code in (0, 1), outcome.err
    monkeypatch.chdir(called)
    names: dict[str, Any] = {}
    exec(IMPORTS, names)  # the guide's own text, as the call is
    result = eval(call, names)
    is_json = "--json" in command or "--format json" in command
    if is_json:
        printed, given = plain(json.loads(outcome.out)), plain(result)
        if isinstance(printed, dict):
            printed = {k: v for k, v in printed.items() if k in given or k not in ASKED}
        assert printed == given
    elif isinstance(result, str):
        assert outcome.out.strip() == result.strip()
    written = files(typed)
    assert written == files(called)
    assert is_json or set(written) != set(before) or outcome.out
