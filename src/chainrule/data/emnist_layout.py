"""EMNIST's own files: images that lie mirrored on their side, classes that are numbers.

Source: Cohen, Afshar, Tapson and van Schaik (2017), EMNIST: an extension of MNIST to handwritten
letters, whose files keep the transposed images of NIST's conversion.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.catalogue import CATALOGUE, NamedSet
from chainrule.data.reader import RawPart

__all__ = ["turn_emnist"]

_NAME = re.compile(r"(?<![a-z])emnist[-_.]([a-z]+)")
_TURNED = (
    "EMNIST's own files hold each image mirrored and on its side; the images were turned upright."
)


def turn_emnist(part: RawPart, name: str) -> RawPart:
    """The part with its images upright and its classes named, if a file's name is EMNIST's.

    Args:
        part: images, (n, rows, columns), as the file has them.
        name: the file's name; one without emnist-letters or the like tells nothing.
    """
    match = _NAME.search(name.lower())
    if match is None:
        return part
    return replace(
        part,
        inputs=np.ascontiguousarray(part.inputs.transpose(0, 2, 1)),
        labels=_class_texts(part.labels, CATALOGUE.get(f"emnist_{match[1]}")),
        remarks=(*part.remarks, _TURNED),
    )


def _class_texts(labels: Any, named: NamedSet | None) -> Any:
    """The names of EMNIST's classes in place of their numbers, if all of them have one."""
    numbers = _whole_numbers(labels)
    if named is None or numbers is None:
        return labels
    places = numbers - named.first_label
    if places.min() < 0 or places.max() >= len(named.class_names):
        return labels
    return np.array(named.class_names)[places]


def _whole_numbers(labels: Any) -> NDArray[np.int64] | None:
    try:
        return np.asarray(labels).astype(np.int64)
    except ValueError:  # texts that are not numbers
        return None
