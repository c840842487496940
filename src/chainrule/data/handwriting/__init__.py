"""Handwriting: preparation of a photo, a drawing or a table of numbers as a digit like MNIST's.

`read_picture` reads a file, `prepare` finds the digit in it, `prepare_digits` all digits; a
`Preparation` shows each stage.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.data.handwriting.centring import Placing as Placing
    from chainrule.data.handwriting.centring import centre_of_mass as centre_of_mass
    from chainrule.data.handwriting.mnist_statistics import NORMS as NORMS
    from chainrule.data.handwriting.picture_matching import MatchedDigit as MatchedDigit
    from chainrule.data.handwriting.picture_matching import ink_inputs as ink_inputs
    from chainrule.data.handwriting.picture_matching import match_picture as match_picture
    from chainrule.data.handwriting.picture_matching import place_ink as place_ink
    from chainrule.data.handwriting.picture_matching import placing_for as placing_for
    from chainrule.data.handwriting.picture_matching import scale_picture as scale_picture
    from chainrule.data.handwriting.picture_reader import GreyPicture as GreyPicture
    from chainrule.data.handwriting.picture_reader import decode_photo as decode_photo
    from chainrule.data.handwriting.picture_reader import read_picture as read_picture
    from chainrule.data.handwriting.preparation import prepare as prepare
    from chainrule.data.handwriting.preparation import prepare_digits as prepare_digits
    from chainrule.data.handwriting.preprocessing_trace import PixelBox as PixelBox
    from chainrule.data.handwriting.preprocessing_trace import Preparation as Preparation
    from chainrule.data.handwriting.preprocessing_trace import Stage as Stage

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "centring": "Placing centre_of_mass",
        "mnist_statistics": "NORMS",
        "picture_matching": "MatchedDigit ink_inputs match_picture place_ink placing_for "
        "scale_picture",
        "picture_reader": "GreyPicture decode_photo read_picture",
        "preparation": "prepare prepare_digits",
        "preprocessing_trace": "PixelBox Preparation Stage",
    },
)
