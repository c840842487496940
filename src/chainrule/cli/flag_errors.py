"""Errors of the library with the names of flags instead of fields."""

from __future__ import annotations

import contextlib
import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from chainrule.cli.flags import flag_name
from chainrule.errors import ChainruleError

__all__ = ["errors_by_flags", "flags_for_fields"]

_CALLABLES = (
    *("Architecture", "Column", "DataSource", "Experiment", "Network", "Network.create", "Recipe"),
    *("Scaling.fit", "array_digest", "cross_validate", "data_access", "evaluate"),
    *("find_learning_rate", "load_dataset", "prepare", "render", "split", "train", "train_many"),
    *("verify_dataset", "vote"),
)
"""What library errors call the function or record that refused."""
_DATA_REMEDY = "Say where they are by the argument "


@contextlib.contextmanager
def errors_by_flags(
    command: str, names: Iterable[str] = (), remedies: Mapping[str, str] | None = None
) -> Iterator[None]:
    """While it is entered, errors of the library name flags instead of arguments.

    Args:
        command: the name that stands in the place of the function that refused.
        names: fields that have a flag.
        remedies: what helps where data are not found, by the argument: "data", "validation".
    """
    fields = tuple(names)
    try:
        yield
    except ChainruleError as error:
        translated = copy.copy(error)
        translated.where = command if _is_callable(error.where) else error.where
        for part in ("expected", "why", "remedy"):
            setattr(translated, part, flags_for_fields(getattr(error, part), fields))
        if error.remedy.startswith(_DATA_REMEDY) and remedies is not None:
            translated.remedy = remedies[error.argument]
        raise copy.copy(translated) from None


def _is_callable(where: str) -> bool:
    """Whether an error names a function rather than a file or folder of such a name."""
    return where in _CALLABLES and not Path(where).exists()


def flags_for_fields(text: str, names: Iterable[str]) -> str:
    """Return the text with flags in the place of fields.

    Only names that no ordinary word can be, and assignments, are taken for fields.

    >>> flags_for_fields("Set clip_norm, or give task='numbers'.", ["clip_norm", "task"])
    'Set --clip-norm, or give --task numbers.'
    """
    for name in names:
        flag = flag_name(name)
        text = re.sub(rf"(?<![\w./-]){name}='(\w*)'", rf"{flag} \1", text)
        text = re.sub(rf"(?<![\w./-]){name}=True", flag, text)
        text = re.sub(rf"(?<![\w./-]){name}=(?=[,.\s])", flag, text)
        if "_" in name:
            text = re.sub(rf"(?<![\w./'-]){name}(?![\w/'=]|\.\w)", flag, text)
    return text
