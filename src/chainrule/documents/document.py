"""Documents, which notebooks display, and the formats in which they are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from chainrule.documents.html_writer import html_fragment, html_page, html_pages
from chainrule.documents.json_writer import document_json
from chainrule.documents.latex_writer import latex, latex_pages
from chainrule.documents.markdown_writer import markdown
from chainrule.documents.nodes import DocumentNode
from chainrule.documents.terminal_writer import terminal_text
from chainrule.errors import InputError, unknown_name
from chainrule.storage import write_atomically

__all__ = ["FORMATS", "Document", "render", "render_all", "write_document"]

FORMATS: Mapping[str, Callable[[DocumentNode], str]] = MappingProxyType(
    {
        "text": terminal_text,
        "markdown": markdown,
        "latex": latex,
        "html": html_page,
        "json": document_json,
    }
)
"""The writers by the names of their formats."""

_SUFFIXES = {
    ".txt": "text",
    ".md": "markdown",
    ".tex": "latex",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
}


@dataclass(frozen=True)
class Document(DocumentNode):
    """A report that can be written in any format; a notebook displays it as HTML.

    Its arguments are those of `DocumentNode`.

    Example:
        >>> from chainrule.documents import Paragraph, Table
        >>> table = Table("", ("layer", "neurons"), (("1", "30"), ("2", "10")))
        >>> print(render(Document("A network", (Paragraph("It is small."), table)), "text"), end="")
        A network
        <BLANKLINE>
        It is small.
        <BLANKLINE>
          layer  neurons
          1           30
          2           10
    """

    def _repr_html_(self) -> str:
        return html_fragment(self)

    def _repr_markdown_(self) -> str:
        return markdown(self)


def render(document: DocumentNode, format_name: str) -> str:
    """Return a document in one of the FORMATS.

    Args:
        document: any.
        format_name: one of FORMATS.

    Raises: UnknownNameError.
    """
    if format_name not in FORMATS:
        raise unknown_name("render", "a format", format_name, FORMATS, argument="format")
    return FORMATS[format_name](document)


def render_all(documents: Sequence[DocumentNode], format_name: str) -> str:
    """Documents in one text; on paper each begins on a new page, in the style of worksheets.

    Args:
        documents: at least one.
        format_name: "html", "latex", "markdown" or "text".

    Raises: UnknownNameError.
    """
    writers: dict[str, Callable[[Sequence[DocumentNode]], str]] = {
        "html": html_pages,
        "latex": latex_pages,
        "markdown": lambda several: "\n---\n\n".join(map(markdown, several)),
        "text": lambda several: "\f".join(map(terminal_text, several)),
    }
    if format_name not in writers:
        raise unknown_name("render", "a format", format_name, writers, argument="format")
    return writers[format_name](documents)


def write_document(
    document: DocumentNode, path: str | Path, format_name: str | None = None
) -> None:
    """Write a document into a file; a file of that name is replaced.

    Args:
        document: any.
        path: the file; without a format, it ends in .txt, .md, .tex, .html or .json.
        format_name: one of FORMATS; None takes the format of the suffix.

    Raises: UnknownNameError; InputError for another suffix; FileError.
    """
    chosen = format_name or _format_of(path)
    write_atomically(Path(path), render(document, chosen).encode())


def _format_of(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in _SUFFIXES:
        raise InputError(
            str(path),
            expected=f"a file name that ends in one of {', '.join(_SUFFIXES)}",
            got=repr(suffix) if suffix else "none",
            argument="path",
            value=str(path),
        )
    return _SUFFIXES[suffix]
