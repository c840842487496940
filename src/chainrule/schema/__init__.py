"""The meaning of data: what each input and target is, and the numbers by which they are encoded.

`Schema` is learned from the training part; `Preprocessing` turns the columns of a table into a
network's inputs and its outputs back into the target's unit. Both are sealed with the network.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.schema.alignment import align_columns as align_columns
    from chainrule.schema.columns import Column as Column
    from chainrule.schema.columns import LeftOut as LeftOut
    from chainrule.schema.columns import Target as Target
    from chainrule.schema.image_format import ImageFormat as ImageFormat
    from chainrule.schema.preprocessing import ENCODINGS as ENCODINGS
    from chainrule.schema.preprocessing import IMPUTATIONS as IMPUTATIONS
    from chainrule.schema.preprocessing import SCALINGS as SCALINGS
    from chainrule.schema.preprocessing import TARGET_SCALINGS as TARGET_SCALINGS
    from chainrule.schema.preprocessing import Preprocessing as Preprocessing
    from chainrule.schema.schema import Schema as Schema

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "alignment": "align_columns",
        "columns": "Column LeftOut Target",
        "image_format": "ImageFormat",
        "preprocessing": "ENCODINGS IMPUTATIONS SCALINGS TARGET_SCALINGS Preprocessing",
        "schema": "Schema",
    },
)
