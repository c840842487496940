"""Files that come with the package: worked examples, functions and studies, by their names.

Where a command or a reader takes a worked file or a study file, it also takes the name of a bundled
one: `chainrule explain two-layers`, `chainrule study run rates`.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["bundled_files", "find_file"]

_PACKAGE = Path(__file__).parent
_FOLDERS = {
    "worked": ("ledger/examples", "papers/worked"),
    "function": ("papers/functions",),
    "study": ("study/examples", "papers/studies"),
    "accuracies": ("papers/accuracies",),
}


def bundled_files(kind: str) -> dict[str, Path]:
    """Returns the bundled files of a kind by their names, in the order of the names.

    Args:
        kind: "worked" for worked examples, "function" for descents on a formula, "study", or
            "accuracies" for grids that a paper prints.

    Example:
        >>> "two-layers" in bundled_files("worked"), "rates" in bundled_files("study")
        (True, True)
    """
    paths = [path for folder in _FOLDERS[kind] for path in (_PACKAGE / folder).glob("*.*")]
    return {path.stem: path for path in sorted(paths, key=lambda path: path.stem)}


def find_file(path: str | Path, *kinds: str) -> Path:
    """Returns the path of the file that a user means.

    Args:
        path: a path, or the name of a bundled file. A file that exists comes first.
        kinds: of bundled files that may be meant, as in `bundled_files`.

    Example:
        >>> find_file("two-layers", "worked").name, find_file("own/file.toml", "worked").name
        ('two-layers.toml', 'file.toml')
    """
    given = Path(path)
    if given.exists():
        return given
    found = (bundled_files(kind).get(str(path)) for kind in kinds)
    return next(filter(None, found), given)
