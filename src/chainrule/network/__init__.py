"""The network: its architecture, its parameters in one flat buffer, its files."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.network.architecture import Architecture as Architecture
    from chainrule.network.kernel_workspace import made_buffers as made_buffers
    from chainrule.network.kernel_workspace import made_plan as made_plan
    from chainrule.network.network import BLOCK as BLOCK
    from chainrule.network.network import Network as Network
    from chainrule.network.network import chosen_classes as chosen_classes
    from chainrule.network.network import layers_of as layers_of
    from chainrule.network.network import require_outputs as require_outputs
    from chainrule.network.network import settled as settled
    from chainrule.network.packed_parameters import Table as Table
    from chainrule.network.parameters import Layout as Layout
    from chainrule.network.parameters import Slot as Slot
    from chainrule.network.parameters import checked_flat as checked_flat
    from chainrule.network.parameters import draw_parameters as draw_parameters
    from chainrule.network.parameters import flatten as flatten
    from chainrule.network.parameters import tensor_digests as tensor_digests
    from chainrule.network.sealed_file import read_sealed as read_sealed
    from chainrule.network.sealed_file import write_sealed as write_sealed

__all__ = [
    "BLOCK",
    "Architecture",
    "Layout",
    "Network",
    "Slot",
    "Table",
    "checked_flat",
    "chosen_classes",
    "draw_parameters",
    "flatten",
    "layers_of",
    "made_buffers",
    "made_plan",
    "read_sealed",
    "require_outputs",
    "settled",
    "tensor_digests",
    "write_sealed",
]

__getattr__, __dir__ = attach(
    __name__,
    {
        "architecture": ["Architecture"],
        "kernel_workspace": ["made_buffers", "made_plan"],
        "network": [
            "BLOCK",
            "Network",
            "chosen_classes",
            "layers_of",
            "require_outputs",
            "settled",
        ],
        "packed_parameters": ["Table"],
        "parameters": [
            "Layout",
            "Slot",
            "checked_flat",
            "draw_parameters",
            "flatten",
            "tensor_digests",
        ],
        "sealed_file": ["read_sealed", "write_sealed"],
    },
)
