"""The text of a worked file, and the line of each of its values."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

from chainrule.bundled import find_file
from chainrule.errors import DataError, FileError
from chainrule.ledger.files.prescan import check_text, deep_line, long_number_line
from chainrule.storage import open_regular

__all__ = ["TomlSource", "read_source"]

MAX_BYTES = 16_000_000
"""Greatest number of bytes of a worked file: people do not read larger ones."""

Key: TypeAlias = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""+|\'\'\'.*?\'\'\'+|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
    r"|#[^\n]*|\n|[\[\]{},=]|[^\s\[\]{},=#\"']+|[^\S\n]+",
    re.DOTALL,
)
_FAULT = re.compile(r"(.*) \(at line (\d+), column (\d+)\)", re.DOTALL)


@dataclass(frozen=True, eq=False)
class TomlSource:
    """A worked file.

    Args:
        name: its path, as a person typed it.
        text: what is in it, valid TOML.
    """

    name: str
    text: str

    @cached_property
    def table(self) -> dict[str, Any]:
        """What the file says, as plain values.

        Raises: DataError if it is no TOML, or too much of it; InputError for too many layers.
        """
        check_text(self.name, self.text)
        try:
            return tomllib.loads(self.text)
        except RecursionError:
            raise self._fault("brackets that are nested too deeply", deep_line(self.text)) from None
        except tomllib.TOMLDecodeError as error:
            fault = _FAULT.fullmatch(str(error))
            if fault is None:  # a string without an end
                raise self._fault(str(error), self.text.count("\n") + 1) from None
            raise self._fault(f"{fault[1]} at column {fault[3]}", int(fault[2])) from None
        except ValueError:  # Python reads no whole number of more than 4300 digits
            got = "a whole number of more than 4300 digits"
            raise self._fault(got, long_number_line(self.text)) from None

    def _fault(self, got: str, line: int | None) -> DataError:
        where = self.name if line is None else f"{self.name}, line {line}"
        return DataError(where, expected="TOML", got=got)

    def where(self, *key: str | int) -> str:
        """The place of a value, for error texts: the file and the line.

        Args:
            key: names of tables and keys, numbers of elements from 0, such as
                "network", "weights", 0.

        Returns: the place of the nearest value around it where it has none of its own.
        """
        for length in range(len(key), 0, -1):
            line = self._lines.get(key[:length])
            if line is not None:
                return f"{self.name}, line {line}"
        return self.name

    @cached_property
    def _lines(self) -> dict[Key, int]:
        return _Scanner(self.text).scanned()


def read_source(path: str | Path) -> TomlSource:
    """The text of a worked file.

    Args:
        path: a path, or the name of a bundled worked file.

    Raises: FileError if it cannot be read, DataError if it is too large or no text.
    """
    name = str(path)
    try:
        with open_regular(find_file(path, "worked", "function")) as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(name, expected="a readable file", got=str(reason)) from None
    if len(content) > MAX_BYTES:
        expected = f"a file of at most {MAX_BYTES // 1_000_000} MB"
        raise DataError(name, expected=expected, got="a larger one")
    try:
        return TomlSource(name, content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        got = f"the byte 0x{content[error.start]:02x}"
        remedy = "Save the file as UTF-8"
        where = f"{name}, line {line}"
        raise DataError(where, expected="text in UTF-8", got=got, remedy=remedy) from None


class _Scanner:
    """Goes through the tokens of a TOML text and notes the line of each key and element."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, int]] = []
        line = 1
        for match in _TOKEN.finditer(text):
            token = match.group()
            if token[0] != "#" and (token == "\n" or token.strip()):
                self.tokens.append((token, line))
            line += token.count("\n")
        self.at = 0
        self.lines: dict[Key, int] = {}
        self.counts: dict[Key, int] = {}

    def scanned(self) -> dict[Key, int]:
        """The line of each value, by its key; as far as the text can be followed."""
        prefix: Key = ()
        try:
            while self.at < len(self.tokens):
                if self.token == "\n":
                    self.at += 1
                elif self.token == "[":
                    prefix = self._header()
                else:
                    self._pair(prefix)
        except (IndexError, RecursionError):
            pass  # a rare form of TOML: the lines found so far have to do
        return self.lines

    @property
    def token(self) -> str:
        return self.tokens[self.at][0]

    def _header(self) -> Key:
        """The key of a table; of an array of tables with the number of this one."""
        start = self.at
        while self.token == "[":
            self.at += 1
        several = self.at - start == 2
        key = self._key("]")
        self.at += 1 + several
        if several:
            self.counts[key] = self.counts.get(key, -1) + 1
            key = (*key, self.counts[key])
        for length in range(1, len(key) + 1):
            self.lines.setdefault(key[:length], self.tokens[start][1])
        return key

    def _key(self, end: str) -> Key:
        """The names up to the token that ends them."""
        texts = []
        while self.token != end:
            texts.append(self.token)
            self.at += 1
        names = re.findall(r'"[^"]*"|\'[^\']*\'|[^.\s]+', "".join(texts))
        return tuple(name.strip("\"'") for name in names)

    def _pair(self, prefix: Key) -> None:
        line = self.tokens[self.at][1]
        key = (*prefix, *self._key("="))
        self.at += 1
        self._value(key)
        self.lines[key] = line

    def _value(self, key: Key) -> None:
        self.lines[key] = self.tokens[self.at][1]
        opening = self.token
        self.at += 1
        if opening == "[":
            self._elements(key)
        elif opening == "{":
            while self.token != "}":
                self._pair(key)
                self.at += self.token == ","
            self.at += 1

    def _elements(self, key: Key) -> None:
        count = 0
        while self.token != "]":
            if self.token in ("\n", ","):
                self.at += 1
            else:
                self._value((*key, count))
                count += 1
        self.at += 1
