"""A run as a folder: begun, refused, locked, half-made, foreign."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.data.dataset import Dataset
from chainrule.engine.position import Position
from chainrule.errors import ChainruleError, DataError, FileError, RunFolderError
from chainrule.network.architecture import Architecture
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.storage import names_in
from chainrule.training.loop import resume, train
from chainrule.training.run_facts import RunFacts, data_facts
from chainrule.training.run_folder import RunFolder
from chainrule.training.verification import verify

FIRST = "epoch-000000-batch-00000000.safetensors"
FACTS = RunFacts(
    Recipe(seed=5, class_weights=(1.0, 2.0)),
    Architecture.of([2, 2], "softmax"),
    {"name": "dice", "source": "dice.csv", "digest": "ab"},
    {"loaded": {"of": "é"}},
)
START = Position(np.arange(6, dtype=np.float32), np.zeros((2, 6), np.float32))


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """A folder in which a run has just begun."""
    with RunFolder(tmp_path / "run") as kept:
        kept.begin(FACTS, START)
    return tmp_path / "run"


def test_what_a_new_run_keeps(begun: Path) -> None:
    assert set(names_in(begun)) - {"lock"} == {"checkpoints", "recipe.toml", "run.json"}
    assert names_in(begun / "checkpoints") == [FIRST]
    assert Recipe.from_file(begun / "recipe.toml") == FACTS.recipe
    assert json.loads((begun / "run.json").read_text(encoding="utf-8")) == {
        "format": "chainrule run 1",
        "recipe": json.loads(FACTS.recipe.to_json()),
        "architecture": FACTS.architecture.to_dict(),
        "data": dict(FACTS.data),
        "notes": dict(FACTS.notes),
    }
    kept = RunFolder(str(begun))
    assert kept.facts() == FACTS
    assert kept.first().parameters.tobytes() == START.parameters.tobytes()
    assert kept.newest().state.shape == (2, 6)


def test_the_facts_of_the_data() -> None:
    dataset = Dataset(np.zeros((3, 2)), np.array([0, 1, 1]), name="n", source="s")
    facts = {"name": "n", "source": "s", "examples": 3, "digest": dataset.digest}
    assert data_facts(dataset, None) == facts
    part = dataset.subset([0, 1])
    assert data_facts(dataset, part) == {
        **facts,
        "validation_examples": 2,
        "validation_digest": part.digest,
    }


def plant(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine", encoding="utf-8")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("notes.txt",), "notes.txt"),
        (("recipe.toml",), "recipe.toml"),
        (("history.jsonl",), "history.jsonl"),
        (("checkpoints/model.safetensors",), "checkpoints/model.safetensors"),
        (
            (f"checkpoints/{FIRST}", "checkpoints/epoch-000001-batch-00000000.safetensors"),
            "checkpoints/epoch-000001-batch-00000000.safetensors",
        ),
        (("recipe.toml", f"checkpoints/{FIRST}", "b", "a"), "a"),
    ],
)
def test_a_folder_with_other_files_is_refused_and_left_as_it_was(
    tmp_path: Path, network: Network, three: Dataset, names: tuple[str, ...], found: str
) -> None:
    plant(tmp_path, *names)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RunFolderError) as caught:
        train(network, three, Recipe(epochs=0), folder=tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected an empty folder, got one with {found!r} in it. "
        "Choose another folder."
    )
    assert sorted(tmp_path.rglob("*")) == before
    assert {p.read_text(encoding="utf-8") for p in before if p.is_file()} == {"mine"}


def test_a_folder_with_a_run_is_refused(
    begun: Path, network: Network, three: Dataset, results: Any
) -> None:
    before = (begun / "run.json").read_bytes()
    with pytest.raises(RunFolderError) as caught:
        train(network, three, Recipe(epochs=0), folder=begun)
    assert str(caught.value) == (
        f"{begun}: expected a folder without a run, got one with a run. "
        f"Continue it with `--resume {begun}`, or choose another folder."
    )
    assert (begun / "run.json").read_bytes() == before


@pytest.mark.parametrize(
    "left",
    [
        (),
        ("lock",),
        ("lock", "checkpoints/.epoch-000000-batch-00000000.safetensors.x1.part"),
        ("lock", f"checkpoints/{FIRST}"),
        ("lock", f"checkpoints/{FIRST}", ".recipe.toml.x2.part"),
        ("lock", f"checkpoints/{FIRST}", "recipe.toml", ".run.json.x3.part"),
    ],
)
def test_a_folder_that_a_kill_left_half_made_may_be_used(
    tmp_path: Path,
    network: Network,
    three: Dataset,
    left: tuple[str, ...],
    results: Callable[[Path], dict[str, bytes]],
) -> None:
    plant(tmp_path / "run", *left)
    (tmp_path / "run").mkdir(exist_ok=True)
    recipe = Recipe(epochs=1, seed=1)
    train(network, three, recipe, folder=tmp_path / "run")
    train(network, three, recipe, folder=tmp_path / "fresh")
    assert results(tmp_path / "run") == results(tmp_path / "fresh")


@pytest.mark.parametrize("name", ["typo", "typo/deeper"])
def test_resuming_where_there_is_no_run_makes_nothing(
    tmp_path: Path, three: Dataset, name: str
) -> None:
    folder = tmp_path / name
    for action in (lambda: resume(folder, three), lambda: verify(folder, three)):
        with pytest.raises(RunFolderError) as caught:
            action()
        assert str(caught.value) == (
            f"{folder}: expected a folder with a run, got no run.json. No training has "
            f"begun there, or it ended before its first step"
            f". Start one with `--run {folder}`."
        )
    assert names_in(tmp_path) == []


def test_a_second_trainer_in_this_process_is_refused(
    tmp_path: Path, network: Network, three: Dataset, recipe: Recipe
) -> None:
    texts = []

    def another(moment: object) -> None:
        with pytest.raises(RunFolderError) as caught:
            resume(tmp_path, three)
        texts.append(str(caught.value))

    train(network, three, recipe, folder=tmp_path, observers=[another])
    assert set(texts) == {
        f"{tmp_path}: expected a run folder that no other training uses, got a locked one. "
        "Wait for the other training, or choose another folder."
    }
    assert len(texts) >= recipe.epochs


SECOND = """
import sys
from chainrule.training.run_folder import RunFolder
from chainrule.errors import RunFolderError
try:
    with RunFolder(sys.argv[1]):
        print("entered")
except RunFolderError as error:
    print(error)
"""


def test_a_second_trainer_in_another_process_is_refused(begun: Path) -> None:
    def other() -> str:
        command = [sys.executable, "-c", SECOND, str(begun)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    with RunFolder(begun):
        assert other() == (
            f"{begun}: expected a run folder that no other training uses, got a locked one. "
            "Wait for the other training, or choose another folder."
        )
    assert other() == "entered"


def test_the_lock_is_given_back_after_an_error(begun: Path) -> None:
    with pytest.raises(ZeroDivisionError), RunFolder(begun):
        raise ZeroDivisionError
    with RunFolder(begun) as kept:
        assert kept.path == begun


@pytest.mark.parametrize(
    ("below", "reason"), [("file", "File exists"), ("file/run", "Not a directory")]
)
def test_a_path_where_no_folder_can_be(
    tmp_path: Path, network: Network, three: Dataset, below: str, reason: str
) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(FileError) as caught:
        train(network, three, Recipe(epochs=0), folder=tmp_path / below)
    assert str(caught.value) == (
        f"{tmp_path / below}: expected a folder that can be made, got {reason}."
    )
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_name_that_is_too_long(tmp_path: Path, network: Network, three: Dataset) -> None:
    folder = tmp_path / ("n" * 300)
    for action in (
        lambda: train(network, three, Recipe(epochs=0), folder=folder),
        lambda: resume(folder, three),
        lambda: verify(folder, three),
        lambda: RunFolder(folder).network(),
    ):
        with pytest.raises(FileError) as caught:
            action()
        assert str(caught.value) == f"{folder}: expected a readable folder, got File name too long."


def test_a_lock_that_cannot_be_made(tmp_path: Path, network: Network, three: Dataset) -> None:
    (tmp_path / "lock").mkdir()
    with pytest.raises(FileError) as caught:
        train(network, three, Recipe(epochs=0), folder=tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected a folder that can be written, got Is a directory."
    )


@pytest.mark.parametrize("most", [0, 100, 3000])
def test_a_full_disk_at_the_start(
    tmp_path: Path,
    network: Network,
    three: Dataset,
    full_disk: Callable[[int], AbstractContextManager[None]],
    results: Callable[[Path], dict[str, bytes]],
    most: int,
) -> None:
    recipe, notes = Recipe(epochs=1, seed=1), {"long": "x" * 3000}
    run = tmp_path / "run"
    with full_disk(most), pytest.raises(FileError) as caught:
        train(network, three, recipe, folder=run, notes=notes)
    where = run / "checkpoints" / FIRST if most < 3000 else run / "run.json"
    assert str(caught.value) == (
        f"{where}: expected a file that can be written, got File too large."
    )
    assert "run.json" not in names_in(run)
    train(network, three, recipe, folder=run, notes=notes)
    train(network, three, recipe, folder=tmp_path / "fresh", notes=notes)
    assert results(tmp_path / "run") == results(tmp_path / "fresh")


def rewritten(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    path = folder / "run.json"
    whole = json.loads(path.read_bytes())
    change(whole)
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


@pytest.mark.parametrize("version", ["chainrule run 2", None])
def test_a_run_of_another_version(begun: Path, version: str | None) -> None:
    path = rewritten(begun, lambda whole: whole.update(format=version))
    with pytest.raises(RunFolderError) as caught:
        RunFolder(begun).facts()
    assert str(caught.value) == (
        f"{path}: expected a run of format 'chainrule run 1', got {version!r}. "
        "It was written by another version."
    )


@pytest.mark.parametrize(
    ("change", "got"),
    [
        (lambda w: w.pop("recipe"), "recipe: expected an entry, got none"),
        (lambda w: w.pop("architecture"), "architecture: expected an entry, got none"),
        (lambda w: w.pop("data"), "data: expected an entry, got none"),
        (lambda w: w.pop("notes"), "notes: expected an entry, got none"),
        (lambda w: w["recipe"].pop("seed"), "recipe.seed: expected a whole number, got none"),
        (lambda w: w.update(data=5), "data: expected names with values, got 5 (int)"),
        (
            lambda w: w.update(notes="text"),
            "notes: expected names with values, got 'text' (str)",
        ),
        (
            lambda w: w["architecture"].update(dtype="float16"),
            "Architecture: expected a name for dtype, got 'float16' (str). "
            "Did you mean 'float64'? Valid names: float32, float64",
        ),
    ],
)
def test_a_run_that_is_not_whole(begun: Path, change: Any, got: str) -> None:
    path = rewritten(begun, change)
    with pytest.raises(DataError) as caught:
        RunFolder(begun).facts()
    assert str(caught.value) == f"{path}: expected a complete run, got {got}."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "a JSON file, got Expecting property name enclosed in double quotes: "
              "line 1 column 2 (char 1)."),
        ("", "a JSON file, got Expecting value: line 1 column 1 (char 0)."),
        ("[1]", "a JSON object, got another value."),
        ("[" * 100_000, "a JSON file, got nesting that is too deep."),
    ],
    ids=["cut", "empty", "list", "deep"],
)  # fmt: skip
def test_a_run_json_that_is_none(begun: Path, text: str, message: str) -> None:
    (begun / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(ChainruleError) as caught:
        RunFolder(begun).facts()
    assert str(caught.value) == f"{begun / 'run.json'}: expected {message}"


def test_bytes_that_are_no_text(begun: Path) -> None:
    (begun / "run.json").write_bytes(b"\xff{}")
    with pytest.raises(DataError) as caught:
        RunFolder(begun).facts()
    assert str(caught.value) == (
        f"{begun / 'run.json'}: expected a JSON file, got 'utf-8' codec can't decode byte 0xff in "
        "position 0: invalid start byte."
    )


def test_the_result_of_a_run_that_has_not_ended(begun: Path) -> None:
    with pytest.raises(RunFolderError) as caught:
        RunFolder(begun).network()
    assert str(caught.value) == (
        f"{begun}: expected a run that has ended, got one without network.safetensors. "
        f"Finish it with `chainrule train --resume {begun}`."
    )


def test_the_result_of_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError) as caught:
        RunFolder(tmp_path).network()
    assert str(caught.value).startswith(
        f"{tmp_path}: expected a folder with a run, got no run.json"
    )


def test_the_result_is_found_again(tmp_path: Path, network: Network, three: Dataset) -> None:
    run = train(network, three, Recipe(epochs=1), folder=tmp_path)
    assert run.folder == tmp_path
    assert RunFolder(tmp_path).network().digest == run.network.digest
