"""The text of a study file, and the line of each of its keys."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chainrule.bundled import find_file
from chainrule.errors import DataError, FileError
from chainrule.storage import open_regular

__all__ = ["StudySource", "read_study_source"]

_HEADER = re.compile(r"\s*\[\s*([\w.\-\s\"']+?)\s*\]\s*(?:#.*)?$")
_FAULT = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)


@dataclass(frozen=True, eq=False)
class StudySource:
    """A study's description with its place.

    Args:
        name: the file's path, or another name for error texts.
        table: the description, as plain values.
        text: the file's text; empty without a file.
        folder: the file's folder, to which paths in it are relative; empty without a file.
    """

    name: str
    table: Mapping[str, Any]
    text: str = ""
    folder: str = ""

    def locate(self, path: str) -> str:
        """Return the path of a file that the description names.

        It is relative to the folder of the description. Where there is no such file or folder, the
        path is returned as it is, and is then relative to the current folder.
        """
        beside = Path(self.folder, path)
        return str(beside) if self.folder and beside.exists() else path

    def where(self, *keys: str) -> str:
        """Return the place of a key for error texts: the file and, if the key is found, the line.

        Args:
            keys: names of the tables and of the key, the outermost first.

        Example:
            >>> StudySource("a.toml", {}, "[space]\\nbatch_size = []").where("space", "batch_size")
            'a.toml, line 2'
        """
        for length in range(len(keys), 0, -1):
            line = _line(self.text, keys[:length])
            if line is not None:
                return f"{self.name}, line {line}"
        return self.name


def _line(text: str, keys: tuple[str, ...]) -> int | None:
    """Return the line of a key or of a table's header, or None if it is not found."""
    table: tuple[str, ...] = ()
    assigned = re.compile(rf"\s*[\"']?{re.escape(keys[-1])}[\"']?\s*[=.]")
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header is not None:
            table = tuple(part.strip(" \"'") for part in header[1].split("."))
        if table == (keys if header else keys[:-1]) and (header or assigned.match(line)):
            return number
    return None


def read_study_source(path: str | Path) -> StudySource:
    """Read a study file.

    Args:
        path: a path, or the name of a bundled study.

    Raises: FileError if it cannot be read, DataError if it is no TOML.
    """
    name = str(path)
    try:
        file = find_file(path, "study")
        with open_regular(file) as opened:
            text = opened.read().decode()
        return StudySource(name, tomllib.loads(text), text, str(file.parent))
    except OSError as error:
        raise FileError(name, expected="a readable file", got=str(error.strerror)) from None
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        got = "brackets that are nested too deeply" if deep else str(error)
        fault = _FAULT.fullmatch(got)
        if fault is not None:
            name, got = f"{name}, line {fault[2]}", f"{fault[1]} at column {fault[3]}"
        raise DataError(name, expected="TOML", got=got) from None
