"""The worlds of all equations."""

from __future__ import annotations

import activation_worlds
import augmentation_worlds
import layer_worlds
import update_worlds
from world_registry import MAKERS, make_worlds

__all__ = ["MAKERS", "MODULES", "make_worlds"]

MODULES = (activation_worlds, augmentation_worlds, layer_worlds, update_worlds)
"""The modules that register worlds when they are imported."""
