"""A Position in a sealed file and back, and what is done with damaged ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chainrule.engine.history import EpochRecord, History, HistoryBlock
from chainrule.engine.position import Best, EpochSums, Position
from chainrule.errors import DataError, FileError, RunFolderError
from chainrule.network.sealed_file import read_sealed, write_sealed
from chainrule.training.checkpoint import (
    block_files,
    checkpoint_files,
    checkpoint_place,
    newest_position,
    read_checkpoint,
    write_checkpoint,
)

FIRST = "epoch-000000-batch-00000000.safetensors"
RECORD = EpochRecord(
    epoch=1,
    cost=0.1,
    penalty=1e-300,
    total_cost=1 / 3,
    learning_rate=0.001,
    gradient_norm=2.5,
    weights_sha256="ab",
    tensor_sha256={"W[1]": "cd", "b[1]": "ef"},
    accuracy=0.5,
    validation_cost=0.7,
)


def position(epoch: int = 0, batch: int = 0, **more: Any) -> Position:
    if "history" not in more:
        more["history"] = History(replace(RECORD, epoch=k + 1) for k in range(epoch))
    theta = np.arange(5, dtype=np.float32) + epoch * 100 + batch
    return Position(theta, np.ones((2, 5), np.float32) / 3, epoch, batch, epoch * 9 + batch, **more)


def same(a: Position, b: Position) -> bool:
    """Whether two positions are the same to the bit."""
    arrays = [
        (p.parameters.tobytes(), p.state.tobytes(), p.parameters.dtype, p.state.shape)
        for p in (a, b)
    ]
    bests = [p.best and (p.best.epoch, p.best.value, p.best.parameters.tobytes()) for p in (a, b)]
    plain = [(p.epoch, p.batch, p.step, p.sums, p.history) for p in (a, b)]
    return arrays[0] == arrays[1] and bests[0] == bests[1] and plain[0] == plain[1]


WHOLE = position(
    1,
    4,
    sums=EpochSums(12, 0.1 + 0.2, 1e-17, 7, 3.3),
    history=History((RECORD,)),
    best=Best(1, 0.1, np.arange(5, dtype=np.float32) / 7),
)


@pytest.mark.parametrize(
    "kept",
    [
        WHOLE,
        position(),
        replace(WHOLE, best=None),
        replace(WHOLE, state=np.zeros((0, 5), np.float32)),
        replace(WHOLE, parameters=np.array([0.1, 1e-310]), state=np.array([[1 / 3, -0.0]])),
    ],
)
def test_a_position_comes_back_to_the_bit(tmp_path: Path, kept: Position) -> None:
    path = write_checkpoint(tmp_path, kept)
    again = read_checkpoint(path)
    assert same(again, kept)
    assert path.name == f"epoch-{kept.epoch:06d}-batch-{kept.batch:08d}.safetensors"
    for array in (again.parameters, again.state):
        assert not array.flags.writeable


def test_equal_positions_make_equal_bytes(tmp_path: Path) -> None:
    written = {write_checkpoint(tmp_path, WHOLE).read_bytes() for _ in range(20)}
    assert len(written) == 1


def test_the_header_does_not_grow_with_the_history(tmp_path: Path) -> None:
    """A safetensors header has a greatest length; a long run must not come to it."""
    headers = []
    for epochs in (1000, 9999):
        history = History(replace(RECORD, epoch=k + 1) for k in range(epochs))
        kept = replace(WHOLE, epoch=epochs, history=history)
        path = write_checkpoint(tmp_path, kept)
        assert same(read_checkpoint(path), kept)
        headers.append(int.from_bytes(path.read_bytes()[:8], "little"))
    assert headers[1] - headers[0] < 16


def long_run(epochs: int) -> Position:
    history = History(replace(RECORD, epoch=k + 1) for k in range(epochs))
    return replace(WHOLE, epoch=epochs, history=history)


def test_blocks_of_the_history_are_written_once(tmp_path: Path) -> None:
    sizes, changed = [], set()
    for epochs in (499, 999, 1000, 1003, 1499):
        path = write_checkpoint(tmp_path, long_run(epochs))
        assert same(read_checkpoint(path), long_run(epochs))
        sizes.append(path.stat().st_size)
        changed |= {(one.name, one.stat().st_ino) for one in block_files(tmp_path)}
    assert len(changed) == len(block_files(tmp_path)) == 2
    assert sizes[4] - sizes[0] < 1000
    assert sizes[2] < sizes[3] < sizes[1]


def test_a_damaged_block_is_named_and_an_older_checkpoint_used(tmp_path: Path) -> None:
    for epochs in (0, 3, 600):
        write_checkpoint(tmp_path, long_run(epochs))
    (block,) = block_files(tmp_path)
    content = bytearray(block.read_bytes())
    content[70] ^= 1
    block.write_bytes(content)
    with pytest.warns(RuntimeWarning, match=f"{block}: expected SHA-256 .*damaged after it was"):
        assert same(newest_position(tmp_path), long_run(3))
    block.unlink()
    with pytest.warns(RuntimeWarning, match=f"{block}: expected a readable file"):
        assert same(newest_position(tmp_path), long_run(3))


def test_a_checkpoint_of_an_older_version_holds_its_history_whole(tmp_path: Path) -> None:
    path, run = write_checkpoint(tmp_path, long_run(3)), long_run(700)
    tensors, facts = read_sealed(path)
    whole = HistoryBlock(tuple(run.history)).to_json()
    old = {**tensors, "history": np.frombuffer(whole, np.uint8)}
    write_sealed(path, old, {**facts, "epoch": 700})
    assert read_checkpoint(path).history == run.history


def test_digests_of_blocks_that_are_cut(tmp_path: Path) -> None:
    path = write_checkpoint(tmp_path, long_run(700))
    tensors, facts = read_sealed(path)
    write_sealed(path, {**tensors, "blocks": tensors["blocks"][:-1]}, facts)
    with pytest.raises(DataError, match="expected a complete checkpoint, got cannot reshape"):
        read_checkpoint(path)


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_the_first_and_the_newest_three_are_kept(tmp_path: Path) -> None:
    places = [(0, 0), (0, 3), (0, 7), (1, 0), (1, 12), (2, 0)]
    for epoch, batch in places:
        write_checkpoint(tmp_path, position(epoch, batch))
    assert names(tmp_path) == [
        FIRST,
        "epoch-000001-batch-00000000.safetensors",
        "epoch-000001-batch-00000012.safetensors",
        "epoch-000002-batch-00000000.safetensors",
    ]


def test_the_newest_is_the_one_with_the_greatest_numbers(tmp_path: Path) -> None:
    for epoch, batch in [(0, 0), (999_999, 5), (1_000_000, 2), (1_000_000, 10)]:
        write_checkpoint(tmp_path, position(epoch, batch, history=History()))
    assert checkpoint_place(checkpoint_files(tmp_path)[-1]) == (1_000_000, 10)
    write_checkpoint(tmp_path, position(1_000_001, history=History()))
    assert len(names(tmp_path)) == 4
    assert names(tmp_path)[0] == FIRST
    assert "epoch-999999-batch-00000005.safetensors" not in names(tmp_path)


def test_checkpoints_of_later_positions_are_dropped(tmp_path: Path) -> None:
    """A run that went on from an older checkpoint must not lose its new ones to damaged ones."""
    for epoch in range(6):
        write_checkpoint(tmp_path, position(epoch))
    for damaged in names(tmp_path)[1:]:
        (tmp_path / damaged).write_bytes(b"")
    write_checkpoint(tmp_path, position(0, 1))
    assert names(tmp_path) == [FIRST, "epoch-000000-batch-00000001.safetensors"]


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.safetensors").touch()
    for epoch in range(6):
        write_checkpoint(tmp_path, position(epoch))
    assert "mine.safetensors" in names(tmp_path)
    assert len(names(tmp_path)) == 5


def test_a_damaged_newest_gives_way_to_an_older_one_with_a_warning(tmp_path: Path) -> None:
    for epoch in range(4):
        path = write_checkpoint(tmp_path, position(epoch))
    content = bytearray(path.read_bytes())
    content[-1] ^= 4
    path.write_bytes(content)
    with pytest.warns(RuntimeWarning) as told:
        found = newest_position(tmp_path)
    assert same(found, position(2))
    (warning,) = [str(w.message) for w in told]
    assert warning.startswith(f"{path}: expected SHA-256 ")
    assert warning.endswith(
        "…. The file was damaged after it was written. An older checkpoint is used."
    )


def test_a_cut_newest_and_a_folder_in_the_place_of_the_next(tmp_path: Path) -> None:
    for epoch in range(4):
        path = write_checkpoint(tmp_path, position(epoch))
    path.write_bytes(path.read_bytes()[:100])
    second = tmp_path / "epoch-000002-batch-00000000.safetensors"
    second.unlink()
    second.mkdir()
    with pytest.warns(RuntimeWarning) as told:
        assert same(newest_position(tmp_path), position(1))
    assert [str(w.message) for w in told] == [
        f"{path}: expected a file that chainrule sealed, got 100 bytes without a readable seal. "
        "It is truncated, damaged, or another kind of file. An older checkpoint is used.",
        f"{second}: expected a readable file, got Is a directory. An older checkpoint is used.",
    ]


@pytest.mark.filterwarnings("ignore:.*An older checkpoint is used:RuntimeWarning")
def test_all_damaged(tmp_path: Path) -> None:
    for epoch in range(3):
        write_checkpoint(tmp_path, position(epoch)).write_bytes(b"")
    with pytest.raises(RunFolderError) as caught:
        newest_position(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path}: expected a checkpoint that can be read, got 3 that cannot be read. "
        "Start a new training in another folder."
    )


@pytest.mark.parametrize("name", ["", "none"])
def test_none_at_all(tmp_path: Path, name: str) -> None:
    with pytest.raises(RunFolderError) as caught:
        newest_position(tmp_path / name)
    assert str(caught.value) == (
        f"{tmp_path / name}: expected a checkpoint that can be read, got none. "
        "Start a new training in another folder."
    )


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda t, f: f.update(format="chainrule checkpoint 3"),
            "expected a file of format 'chainrule checkpoint 1', got 'chainrule checkpoint 3'.",
        ),
        *(
            (change, f"expected a complete checkpoint, got {text}.")
            for change, text in (
                (lambda t, f: f.pop("step"), "step: expected a whole number, got none"),
                (
                    lambda t, f: f.update(step=-1),
                    "step: expected a whole number from 0, got -1",
                ),
                (
                    lambda t, f: f.update(more=1),
                    "PositionFacts: expected no other entries than format, epoch, batch, step, "
                    "sums, best, got 'more'. It was added, or the file was written by a newer "
                    "chainrule",
                ),
                (lambda t, f: t.pop("best"), "tensors: expected one named best, got none"),
                (
                    lambda t, f: t.update(more=np.zeros(1)),
                    "tensors: expected no other entries than parameters, state, history, best, "
                    "got 'more'. It was added, or the file was written by a newer chainrule",
                ),
                (
                    lambda t, f: t.update(state=np.zeros((2, 5), int)),
                    "state: expected 2 dimensions of floats, got an array of shape (2, 5) (int64)",
                ),
                (
                    lambda t, f: t.update(state=np.zeros((2, 4))),
                    "state: expected 5 columns, as there are parameters, got 4",
                ),
                (
                    lambda t, f: f.update(epoch=2),
                    "history: expected the epochs 1 to 2, got 1 records",
                ),
                (
                    lambda t, f: f["best"].update(epoch=2),
                    "best.epoch: expected an epoch from 1 to 1, got 2",
                ),
            )
        ),
        (
            lambda t, f: f["sums"].update(more=1),
            "expected a complete checkpoint, got sums: expected no other entries than examples, "
            "cost, penalty, correct, gradient_norm, got 'more'. It was added, or the file was "
            "written by a newer chainrule.",
        ),
        (
            lambda t, f: t.update(history=np.frombuffer(b"[1", np.uint8)),
            "expected a complete checkpoint, got Expecting ',' delimiter: line 1 column 3 "
            "(char 2).",
        ),
    ],
)
def test_sealed_files_that_hold_no_position(tmp_path: Path, change: Any, text: str) -> None:
    path = write_checkpoint(tmp_path, WHOLE)
    tensors, facts = read_sealed(path)
    change(tensors, facts)
    write_sealed(path, tensors, facts)
    with pytest.raises(DataError) as caught:
        read_checkpoint(path)
    assert str(caught.value) == f"{path}: {text}"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        write_checkpoint(tmp_path / "none", WHOLE)
    assert str(caught.value) == (
        f"{tmp_path / 'none' / 'epoch-000001-batch-00000004.safetensors'}: "
        "expected a file that can be written, got No such file or directory."
    )
