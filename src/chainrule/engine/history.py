"""The history of a run: a record for each epoch, in blocks that positions share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Any, overload

from chainrule.plain_records import read_record

__all__ = ["BLOCK_EPOCHS", "EpochRecord", "History", "HistoryBlock"]

BLOCK_EPOCHS = 500
"""Records in a block: one more copies at most as many references, and a checkpoint writes at most
as many records anew."""


@dataclass(frozen=True)
class EpochRecord:
    """The figures of an epoch: one line of the history.

    The training figures are means over the epoch's batches, each taken before its step.

    Args:
        epoch: its number, from 1.
        cost: data term.
        penalty: penalty.
        total_cost: their sum, which training minimises.
        learning_rate: the rate of the epoch's last step.
        gradient_norm: norm of the objective's gradient in the epoch's last batch.
        weights_sha256: SHA-256 of the parameters after the epoch, in hex.
        tensor_sha256: the same for each tensor, by its name.
        accuracy: fraction of examples classified correctly; None if targets are numbers.
        validation_cost: data term on the validation set; None without one.
        validation_accuracy: None without a validation set, or if targets are numbers.
    """

    epoch: int
    cost: float
    penalty: float
    total_cost: float
    learning_rate: float
    gradient_norm: float
    weights_sha256: str
    tensor_sha256: Mapping[str, str]
    accuracy: float | None = None
    validation_cost: float | None = None
    validation_accuracy: float | None = None

    def line(self) -> dict[str, Any]:
        """The record as one line of the history: all but the digests of single tensors."""
        return {k: v for k, v in asdict(self).items() if k != "tensor_sha256"}


@dataclass(frozen=True, eq=False)
class HistoryBlock:
    """Consecutive records of a history, as a file of their own holds them."""

    records: tuple[EpochRecord, ...]

    @classmethod
    def from_json(cls, content: bytes) -> HistoryBlock:
        """The block of a JSON list of records.

        Raises: ValueError; DataError for records that are not complete.
        """
        return read_record(cls, {"records": json.loads(content)}, "history")

    def to_json(self) -> bytes:
        """The records as a JSON list."""
        return json.dumps([asdict(record) for record in self.records]).encode()

    @cached_property
    def sha256(self) -> bytes:
        """The digest of `to_json`, 32 bytes."""
        return hashlib.sha256(self.to_json()).digest()


class History(Sequence[EpochRecord]):
    """The records of the epochs that have ended; it is not changed, and equals a tuple of them.

    A history with one record more shares all full blocks with the one before it, so that the time
    of an epoch does not depend on how many there were.

    Args:
        records: of the first epochs.
    """

    def __init__(self, records: Iterable[EpochRecord] = ()) -> None:
        rest, blocks = iter(records), list[HistoryBlock]()
        while len(last := tuple(islice(rest, BLOCK_EPOCHS))) == BLOCK_EPOCHS:
            blocks.append(HistoryBlock(last))
        self._whole, self._last = tuple(blocks), last

    @classmethod
    def from_blocks(cls, blocks: Iterable[HistoryBlock], last: HistoryBlock) -> History:
        """The history of full blocks, and of the records after them.

        Raises: ValueError if a block has another number of records than it must have.
        """
        made = cls()
        made._whole, made._last = tuple(blocks), last.records
        lengths = {len(block.records) for block in made._whole}
        if lengths - {BLOCK_EPOCHS} or len(last.records) >= BLOCK_EPOCHS:
            raise ValueError(f"blocks of a history with other than {BLOCK_EPOCHS} records")
        return made

    @property
    def whole_blocks(self) -> tuple[HistoryBlock, ...]:
        """The full blocks."""
        return self._whole

    @property
    def last_block(self) -> HistoryBlock:
        """The records after the full blocks."""
        return HistoryBlock(self._last)

    def append(self, record: EpochRecord) -> History:
        """The history with one more record."""
        longer = History()
        longer._whole, longer._last = self._whole, (*self._last, record)
        if len(longer._last) == BLOCK_EPOCHS:
            longer._whole, longer._last = (*self._whole, HistoryBlock(longer._last)), ()
        return longer

    def continues(self, other: History) -> bool:
        """Whether the history came from another one by records that were added to it, or none."""
        last = len(other) - 1
        return last < 0 or (last < len(self) and self._at(last) is other._at(last))

    def __len__(self) -> int:
        return BLOCK_EPOCHS * len(self._whole) + len(self._last)

    @overload
    def __getitem__(self, index: int) -> EpochRecord: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[EpochRecord, ...]: ...
    def __getitem__(self, index: int | slice) -> EpochRecord | tuple[EpochRecord, ...]:
        places = range(len(self))[index]
        return self._at(places) if isinstance(places, int) else tuple(map(self._at, places))

    def _at(self, place: int) -> EpochRecord:
        block, inside = divmod(place, BLOCK_EPOCHS)
        records = self._last if block == len(self._whole) else self._whole[block].records
        return records[inside]

    def __iter__(self) -> Iterator[EpochRecord]:
        return chain(*(block.records for block in self._whole), self._last)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, (History, tuple)) and tuple(self) == tuple(other)

    def __repr__(self) -> str:
        return f"History({tuple(self)!r})"
