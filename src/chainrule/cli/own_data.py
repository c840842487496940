"""The data of a network that is looked into: the run's own, or those that --data names."""

from __future__ import annotations

from chainrule.cli.runs import DataSource, Kept, data_of
from chainrule.errors import InputError

__all__ = ["own_data"]


def own_data(kept: Kept, command: str, data: str | None) -> DataSource:
    """Where the data are.

    Args:
        kept: the run or network.
        command: who asks, for error texts.
        data: what --data says; None where the run knows.

    Raises: InputError, FileError.
    """
    if kept.facts is not None:
        remedy = f"Say where they are now: chainrule {command} {kept.path} --data DATA"
        return data_of(kept.facts, kept.path, data, remedy)
    if data is None:
        raise InputError(
            command,
            expected="--data with a network file",
            got="none",
            why="A network file does not know its data",
            remedy="Name them, such as --data mnist",
            argument="data",
        )
    return DataSource(source=data)
