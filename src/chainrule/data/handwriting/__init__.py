"""From a photo, a drawing or a table of numbers to a digit as MNIST has it."""

from chainrule.data.handwriting.preparation import prepare
from chainrule.data.handwriting.reading import Picture, read_picture
from chainrule.data.handwriting.record import Preparation, Stage

__all__ = ["Picture", "Preparation", "Stage", "prepare", "read_picture"]
