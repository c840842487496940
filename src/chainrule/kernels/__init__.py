"""Compiled kernels: the book's equations on rows of numbers, with nothing allocated per step."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.kernels.augmentation import distort_rows as distort_rows
    from chainrule.kernels.augmentation_records import distortion_of as distortion_of
    from chainrule.kernels.augmentation_records import images_of as images_of
    from chainrule.kernels.augmentation_records import sketch_for as sketch_for
    from chainrule.kernels.batches import advance_tiles as advance_tiles
    from chainrule.kernels.codes import ACTIVATION_CODES as ACTIVATION_CODES
    from chainrule.kernels.codes import COST_CODES as COST_CODES
    from chainrule.kernels.codes import UPDATE_CODES as UPDATE_CODES
    from chainrule.kernels.gradient_tiles import GROUP as GROUP
    from chainrule.kernels.inference import compute_outputs as compute_outputs
    from chainrule.kernels.panels import PANEL as PANEL
    from chainrule.kernels.panels import aligned_zeros as aligned_zeros
    from chainrule.kernels.panels import panel_count as panel_count
    from chainrule.kernels.panels import panel_step as panel_step
    from chainrule.kernels.panels import size_of as size_of
    from chainrule.kernels.records import Buffers as Buffers
    from chainrule.kernels.records import Course as Course
    from chainrule.kernels.records import Examples as Examples
    from chainrule.kernels.records import Pieces as Pieces
    from chainrule.kernels.records import Plan as Plan
    from chainrule.kernels.records import Stretch as Stretch
    from chainrule.kernels.records import Team as Team
    from chainrule.kernels.records import Work as Work
    from chainrule.kernels.simd import LANES as LANES
    from chainrule.kernels.single_example import advance_loops as advance_loops
    from chainrule.kernels.tile_products import MOST_VECTORS as MOST_VECTORS
    from chainrule.kernels.updates import HYPER as HYPER

__all__ = [
    "ACTIVATION_CODES",
    "COST_CODES",
    "GROUP",
    "HYPER",
    "LANES",
    "MOST_VECTORS",
    "PANEL",
    "UPDATE_CODES",
    "Buffers",
    "Course",
    "Examples",
    "Pieces",
    "Plan",
    "Stretch",
    "Team",
    "Work",
    "advance_loops",
    "advance_tiles",
    "aligned_zeros",
    "compute_outputs",
    "distort_rows",
    "distortion_of",
    "images_of",
    "panel_count",
    "panel_step",
    "size_of",
    "sketch_for",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "augmentation": ["distort_rows"],
        "augmentation_records": ["distortion_of", "images_of", "sketch_for"],
        "batches": ["advance_tiles"],
        "codes": ["ACTIVATION_CODES", "COST_CODES", "UPDATE_CODES"],
        "gradient_tiles": ["GROUP"],
        "inference": ["compute_outputs"],
        "panels": ["PANEL", "aligned_zeros", "panel_count", "panel_step", "size_of"],
        "records": ["Buffers", "Course", "Examples", "Pieces", "Plan", "Stretch", "Team", "Work"],
        "simd": ["LANES"],
        "single_example": ["advance_loops"],
        "tile_products": ["MOST_VECTORS"],
        "updates": ["HYPER"],
    },
)
