"""The compiled engine agrees with the law: here as Python, and in a process of its own compiled."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).with_name("engine_agreement.py")

COMBINATIONS = 12 * 7 * 7 * 4
SHAPES = 30
CRAFTS = 16 * 2 * 2 * 2


@pytest.fixture(scope="module")
def agreement() -> ModuleType:
    spec = importlib.util.spec_from_file_location("engine_agreement", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its records look up their types there
    spec.loader.exec_module(module)
    return module


def told(script: Path, environment: dict[str, str]) -> dict[str, Any]:
    """What a script prints, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_combinations_agree_as_python(agreement) -> None:
    combinations = list(agreement.combinations())
    assert len(combinations) == COMBINATIONS
    for combination in combinations[::29]:  # all of them run compiled, below
        assert max(agreement.apart(combination)) < 1e-9, combination


def test_craft_agrees_as_python(agreement) -> None:
    crafts = list(agreement.crafts())
    assert len(crafts) == CRAFTS
    for place, craft in enumerate(crafts[::8]):  # each piece once
        other = crafts[8 * place + place % 8]
        assert craft[0] == other[0]
        assert max(agreement.craft_apart(*other)) < 1e-10, other


def test_shapes_agree_as_python(agreement) -> None:
    shapes = list(agreement.shapes())
    assert len(shapes) == SHAPES
    for place, shape in enumerate(shapes[::4]):
        found = agreement.shape_apart(*shape, is_sparse=place % 2 == 0, dtype="float64")
        assert max(found) < 1e-12, shape


def test_every_combination_and_every_shape_agree_compiled(compiled_double) -> None:
    found = told(SCRIPT, compiled_double)
    assert found["combinations"] == 2 * COMBINATIONS
    assert found["greatest"] < 1e-9
    # Five of the pieces are none of the loops'.
    assert found["craft"]["trainings"] == 3 * CRAFTS - 5 * 8
    assert found["craft"]["greatest"] < 1e-10
    # By loops, by tiles and by columns, on dense and sparse inputs; a softmax inside by loops only.
    count = 2 * (3 * SHAPES - 2 * 2)
    assert (found["float64"]["shapes"], found["float32"]["shapes"]) == (count, count)
    assert found["float64"]["greatest"] < 1e-12
    assert found["float32"]["greatest"] < 1e-5


def test_first_use_and_later_ones_and_code_never_kept_give_one_result(
    first_use, compiling, later_use, tmp_path
) -> None:
    (tmp_path / "file").touch()
    later = later_use(compiling)
    never = later_use(compiling | {"CHAINRULE_CACHE": str(tmp_path / "file")}, ["advance_loops"])
    assert set(first_use) == {"advance_loops", "advance_tiles"}
    for kernel, first in first_use.items():
        for other in (later[kernel], never.get(kernel, later[kernel])):
            assert (other["network"], other["test"]) == (first["network"], first["test"])
    assert first_use["advance_loops"]["network"] != first_use["advance_tiles"]["network"]
    # What was kept is found again, and what cannot be kept is compiled each time.
    assert [later[kernel]["told"] for kernel in first_use] == ["", ""]
    assert [told["told"] != "" for told in never.values()] == [True]
    assert list((Path(compiling["CHAINRULE_CACHE"]) / "kernels").rglob("*.code"))
