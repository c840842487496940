"""Compiled kernels: the book's equations on rows of numbers, with nothing allocated per step.

Kernels take records of arrays (records.py) and know nothing of data sets, networks or recipes. The
entries that Python calls are advance_loops, advance_tiles, compute_outputs, distort_rows and
read_grey_values.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.kernels.activations import ACTIVATION_CODES as ACTIVATION_CODES
    from chainrule.kernels.augmentation_records import distortion_settings as distortion_settings
    from chainrule.kernels.augmentation_records import make_scratch as make_scratch
    from chainrule.kernels.augmentation_records import pair_images as pair_images
    from chainrule.kernels.batches import advance_tiles as advance_tiles
    from chainrule.kernels.distortions import distort_rows as distort_rows
    from chainrule.kernels.gradient_tiles import COLUMN_PANELS as COLUMN_PANELS
    from chainrule.kernels.grey_text import read_grey_values as read_grey_values
    from chainrule.kernels.inference import compute_outputs as compute_outputs
    from chainrule.kernels.output_error import COST_CODES as COST_CODES
    from chainrule.kernels.panels import PANEL as PANEL
    from chainrule.kernels.panels import aligned_zeros as aligned_zeros
    from chainrule.kernels.panels import panel_count as panel_count
    from chainrule.kernels.panels import panel_width as panel_width
    from chainrule.kernels.panels import panelled_size as panelled_size
    from chainrule.kernels.products import MOST_VECTORS as MOST_VECTORS
    from chainrule.kernels.records import BatchChunk as BatchChunk
    from chainrule.kernels.records import Buffers as Buffers
    from chainrule.kernels.records import Examples as Examples
    from chainrule.kernels.records import KernelLayout as KernelLayout
    from chainrule.kernels.records import StepHyperparameters as StepHyperparameters
    from chainrule.kernels.records import TaskPartition as TaskPartition
    from chainrule.kernels.records import TaskQueue as TaskQueue
    from chainrule.kernels.records import TrainingState as TrainingState
    from chainrule.kernels.records import UpdateHyperparameters as UpdateHyperparameters
    from chainrule.kernels.records import Workspace as Workspace
    from chainrule.kernels.simd import LANES as LANES
    from chainrule.kernels.single_example import advance_loops as advance_loops
    from chainrule.kernels.updates import UPDATE_CODES as UPDATE_CODES

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "activations": "ACTIVATION_CODES",
        "augmentation_records": "distortion_settings make_scratch pair_images",
        "batches": "advance_tiles",
        "distortions": "distort_rows",
        "gradient_tiles": "COLUMN_PANELS",
        "grey_text": "read_grey_values",
        "inference": "compute_outputs",
        "output_error": "COST_CODES",
        "panels": "PANEL aligned_zeros panel_count panel_width panelled_size",
        "products": "MOST_VECTORS",
        "records": (
            "BatchChunk Buffers Examples KernelLayout StepHyperparameters TaskPartition TaskQueue "
            "TrainingState UpdateHyperparameters Workspace"
        ),
        "simd": "LANES",
        "single_example": "advance_loops",
        "updates": "UPDATE_CODES",
    },
)
