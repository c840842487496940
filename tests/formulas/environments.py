"""The environments of all equations."""

from __future__ import annotations

import activation_environments
import augmentation_environments
import layer_environments
import update_environments
from environment_registry import MAKERS, make_environments

__all__ = ["MAKERS", "MODULES", "make_environments"]

MODULES = (
    activation_environments,
    augmentation_environments,
    layer_environments,
    update_environments,
)
"""The modules that register environments when they are imported."""
