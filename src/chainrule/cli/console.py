"""Console output: formatted on a terminal, plain lines elsewhere, or JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TextIO

from chainrule.errors import FileError
from chainrule.visible_text import cut_text, make_visible

if TYPE_CHECKING:
    from rich.console import Console as RichConsole
    from rich.table import Table as RichTable

    from chainrule.documents import DocumentNode, Table

__all__ = [
    "REFRESH_SECONDS",
    "Console",
    "is_terminal",
    "mute",
    "print_remark",
    "rich_console",
    "rich_table",
]

REFRESH_SECONDS = 0.1
"""The least time between two drawings of a terminal."""

_LABEL = 8


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person with a capable terminal reads the stream."""
    return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"


def rich_console(stream: TextIO) -> RichConsole:
    """Rich's view of a terminal; nothing printed is taken for markup."""
    from rich.console import Console as RichConsole

    return RichConsole(file=stream, markup=False, highlight=False, emoji=False)


def print_remark(text: str) -> None:
    """Print a line on standard error, with control characters written out."""
    print(make_visible(text), file=sys.stderr, flush=True)


class Console:
    """Standard output for one command.

    A reader that goes away, as `head` does, mutes it and changes nothing else: the command's work
    and exit code are the same.

    Args:
        as_json: whether standard output is for JSON alone; words are then left out.
    """

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.closed = False
        self._failure: FileError | None = None
        self.terminal = is_terminal(sys.stdout) and not as_json

    def line(self, text: str = "", style: str = "") -> None:
        """A line of words, in a style of rich's where there is a terminal.

        Control characters in it are written out, as in all words.
        """
        text = make_visible(text)
        if self.terminal:
            self._write(
                lambda: rich_console(sys.stdout).print(text, style=style or None, soft_wrap=True)
            )
        elif not self.as_json:
            self._write(lambda: print(text, flush=True))

    def fact(self, label: str, text: str) -> None:
        """A line of words with a label before it."""
        if self.terminal:
            from rich.table import Table

            row = Table.grid(padding=(0, 1))
            row.add_column(style="bold cyan", min_width=_LABEL)
            row.add_row(label, make_visible(text))
            self._write(lambda: rich_console(sys.stdout).print(row))
        else:
            self.line(f"{label:<{_LABEL}} {text}")

    def table(self, table: Table) -> None:
        """A table of texts."""
        if self.terminal:
            self.line(table.title, "bold")
            self._write(lambda: rich_console(sys.stdout).print(rich_table(table)))
            if table.note:
                self.line(table.note, "dim")
        else:
            for text in table.lines():
                self.line(text)

    def document(self, document: DocumentNode, format_name: str = "text") -> None:
        """A document in one of its formats; as text, its headings are bold on a terminal."""
        from chainrule.documents import render, terminal_text

        if self.as_json or format_name == "json":
            self._print(make_visible(render(document, "json"), json=True))
        elif format_name == "text":
            self._print(terminal_text(document, styled=self.terminal))
        else:
            self.data(render(document, format_name))

    def data(self, text: str) -> None:
        """A text for programs, as it is; only on a terminal are control characters written out."""
        self._print(make_visible(text) if is_terminal(sys.stdout) else text)

    def json(self, value: Any) -> None:
        """The value as JSON, whether or not words are printed."""
        text = json.dumps(value, indent=2, ensure_ascii=False)
        self._print(make_visible(text, json=True) + "\n")

    def _print(self, text: str) -> None:
        self._write(lambda: print(text, end="", flush=True))

    def _write(self, action: Callable[[], object]) -> None:
        if self._failure is not None:
            raise self._failure
        if self.closed:
            return
        try:
            action()
        except BrokenPipeError:
            self.closed = True
            mute(sys.stdout)
        except OSError as error:
            mute(sys.stdout)
            reason = error.strerror or str(error)
            expected = "a writable stream"
            self._failure = FileError("standard output", expected=expected, got=reason)
            raise self._failure from None


def rich_table(table: Table) -> RichTable:
    """The table without title and note, with a rule below its header.

    As in `Table.lines`, the first column reads from the left; below a header the others end at
    the right, but for those that are said not to.
    """
    from rich import box
    from rich.table import Table as RichTable

    from chainrule.documents import plain_text

    shown = RichTable(
        box=box.SIMPLE_HEAD,
        show_header=bool(table.header),
        header_style="cyan",
        padding=(0, 1, 0, 0),
        show_edge=False,
        pad_edge=False,
    )
    names = table.header or ("",) * len(table.to_the_right)
    for name, right in zip(names, table.to_the_right, strict=True):
        shown.add_column(make_visible(name), justify="right" if right else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*(make_visible(cut_text(plain_text(cell))) for cell in row))
    return shown


def mute(stream: TextIO) -> None:
    """Send what is still to be written nowhere, so that nothing fails on the way out."""
    descriptor = os.open(os.devnull, os.O_WRONLY)
    os.dup2(descriptor, stream.fileno())
    os.close(descriptor)
