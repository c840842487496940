"""Importers: what other programs wrote, read as plain arrays and made into a network of chainrule.

A reader (one module for each form) returns a `ForeignModel`: dense layers, activations and scalings
in order. `read_guarded` runs it in a child process with limits; `assemble_network` folds the steps
into a network. A reader knows nothing of networks, and assembly nothing of files.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.exchange.importers.assembly import ImportOptions as ImportOptions
    from chainrule.exchange.importers.assembly import assemble_network as assemble_network
    from chainrule.exchange.importers.detection import read_model as read_model
    from chainrule.exchange.importers.guarded_reading import read_guarded as read_guarded
    from chainrule.exchange.importers.step_proof import measure_difference as measure_difference
    from chainrule.exchange.importers.step_proof import require_same_answers as require_same_answers

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "assembly": "ImportOptions assemble_network",
        "detection": "read_model",
        "guarded_reading": "read_guarded",
        "step_proof": "measure_difference require_same_answers",
    },
)
