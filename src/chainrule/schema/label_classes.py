"""Labels as names of classes: texts, unless all are whole numbers that are written in one form.

007 and 7 may be two products, 1.0 and 1.00 two versions; so labels that are written differently
are never taken for one class because they are equal as numbers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from chainrule.schema.cell_values import category_text

__all__ = ["class_texts", "find_class", "merged_labels", "sort_classes"]

_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)", re.ASCII)
_TRUTHS = ("True", "False")


def class_texts(labels: Sequence[str]) -> list[str]:
    """Return the name of the class that each label stands for.

    A file of whole numbers with decimal points, as pandas writes them beside missing cells, names
    the classes without. Where that would make one class of two labels, all stay as they are.

    Args:
        labels: the labels of one column, each once.

    Example:
        >>> class_texts(["7.0", "8.0"]), class_texts(["7", "7.0"]), class_texts(["007", "7"])
        (['7', '8'], ['7', '7.0'], ['007', '7'])
    """
    names = [category_text(label) for label in labels]
    if not merged_labels(labels):
        return names
    pairs = zip(labels, names, strict=True)
    return [name if name in _TRUTHS else label for label, name in pairs]


def merged_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the labels, each given once, that are equal as numbers to another one."""
    names = [category_text(label) for label in labels]
    often = {name for name, count in Counter(names).items() if count > 1} - set(_TRUTHS)
    return tuple(label for label, name in zip(labels, names, strict=True) if name in often)


def sort_classes(names: Collection[str]) -> tuple[str, ...]:
    """Return names of classes in order: whole numbers by value, others by code points.

    Example:
        >>> sort_classes(["10", "9"]), sort_classes(["10", "09"]), sort_classes(["b", "10", "a"])
        (('9', '10'), ('09', '10'), ('10', 'a', 'b'))
    """
    if all(_PLAIN.fullmatch(name) for name in names):
        return tuple(sorted(names, key=Decimal))
    return tuple(sorted(names))


def find_class(label: str, numbers: Mapping[str, int], labels: Collection[str]) -> int | None:
    """Return the number of the class that a label names, among classes known before, or None.

    It is the class of that name; or else of that number, if none of the labels is written as the
    class is.

    Args:
        label: as it is written.
        numbers: the number of each class by its name.
        labels: all labels of the same column.

    Example:
        >>> find_class("7.0", {"7": 0}, ["7.0"]), find_class("007", {"7": 0}, ["007", "7"])
        (0, None)
    """
    if label in numbers:
        return numbers[label]
    plain = category_text(label)
    if plain not in numbers and _PLAIN.fullmatch(plain.lstrip("0") or "0"):
        plain = plain.lstrip("0") or "0"
    if plain in labels and plain not in _TRUTHS:
        return None
    return numbers.get(plain)
