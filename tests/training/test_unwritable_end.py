"""A run whose end cannot be written is not lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from chainrule.data.dataset import Dataset
from chainrule.errors import FileError
from chainrule.network.network import Network
from chainrule.recipe import Recipe
from chainrule.training.loop import train


def test_the_error_carries_the_run(
    network: Network, three: Dataset, recipe: Recipe, tmp_path: Path
) -> None:
    folder = tmp_path / "run"

    def stand_in_the_way(moment: object) -> None:
        (folder / "network.safetensors").mkdir(exist_ok=True)

    with pytest.raises(FileError) as refused:
        train(network, three, recipe, folder=folder, observers=[stand_in_the_way])
    assert str(refused.value) == (
        f"{folder / 'network.safetensors'}: expected a file that can be written, "
        "got Is a directory."
    )
    assert refused.value.run.network.digest == train(network, three, recipe).network.digest
