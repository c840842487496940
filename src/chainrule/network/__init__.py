"""The network: its architecture, its parameters in one flat buffer, its files."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.network.architecture import Architecture as Architecture
    from chainrule.network.kernel_workspace import allocate_buffers as allocate_buffers
    from chainrule.network.kernel_workspace import kernel_layout as kernel_layout
    from chainrule.network.meaning import require_fitting_meaning as require_fitting_meaning
    from chainrule.network.network import BLOCK as BLOCK
    from chainrule.network.network import Network as Network
    from chainrule.network.network import network_layers as network_layers
    from chainrule.network.network import predicted_classes as predicted_classes
    from chainrule.network.network import require_outputs as require_outputs
    from chainrule.network.packed_parameters import PackedLayout as PackedLayout
    from chainrule.network.parameters import Layout as Layout
    from chainrule.network.parameters import Slot as Slot
    from chainrule.network.parameters import check_parameters as check_parameters
    from chainrule.network.parameters import draw_parameters as draw_parameters
    from chainrule.network.parameters import flatten as flatten
    from chainrule.network.parameters import tensor_digests as tensor_digests
    from chainrule.network.sealed_file import read_sealed as read_sealed
    from chainrule.network.sealed_file import write_sealed as write_sealed

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "architecture": "Architecture",
        "kernel_workspace": "allocate_buffers kernel_layout",
        "meaning": "require_fitting_meaning",
        "network": "BLOCK Network network_layers predicted_classes require_outputs",
        "packed_parameters": "PackedLayout",
        "parameters": "Layout Slot check_parameters draw_parameters flatten tensor_digests",
        "sealed_file": "read_sealed write_sealed",
    },
)
