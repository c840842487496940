"""Errors of the library in the words of the command line: flags instead of fields."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Iterable, Iterator

from chainrule.cli.flags import flag_name
from chainrule.errors import ChainruleError

__all__ = ["flags_for_fields", "told_by_flags"]

_CALLABLES = (
    "Recipe",
    "Architecture",
    "Network",
    "Network.create",
    "load_dataset",
    "split",
    "train",
    "evaluate",
)


@contextlib.contextmanager
def told_by_flags(command: str, names: Iterable[str]) -> Iterator[None]:
    """While it is entered, errors of the library speak of flags.

    Args:
        command: which stands in the place of the function that refused.
        names: fields that have a flag.
    """
    fields = tuple(names)
    try:
        yield
    except ChainruleError as error:
        told = copy.copy(error)
        told.where = command if error.where in _CALLABLES else error.where
        for part in ("expected", "why", "remedy"):
            setattr(told, part, flags_for_fields(getattr(error, part), fields))
        raise copy.copy(told) from None


def flags_for_fields(text: str, names: Iterable[str]) -> str:
    """The text with flags in the place of fields.

    Only names that no ordinary word can be, and assignments, are taken for fields.

    >>> flags_for_fields("Set clip_norm, or give task='numbers'.", ["clip_norm", "task"])
    'Set --clip-norm, or give --task numbers.'
    """
    for name in names:
        flag = flag_name(name)
        text = re.sub(rf"(?<![\w./-]){name}='(\w*)'", rf"{flag} \1", text)
        text = re.sub(rf"(?<![\w./-]){name}=(?=[,.\s])", flag, text)
        if "_" in name:
            text = re.sub(rf"(?<![\w./'-]){name}(?![\w/'=]|\.\w)", flag, text)
    return text
