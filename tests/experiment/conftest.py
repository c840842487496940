from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def alone(own_folder: None) -> None:
    """Every test here works in an empty folder of its own."""
