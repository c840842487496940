"""The chapters of docs/learn as the page shows them: blocks of text, formulas and tables.

Their Markdown is read by markdown-it-py and their formulas by latex2mathml. A wheel has the
chapters in this package; a checkout has them in docs.
"""

from __future__ import annotations

import importlib
import re
import shlex
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from chainrule.errors import FileError, MissingLibraryError
from chainrule.figures import draw_figure, figure_bytes

__all__ = ["Lesson", "draw_lesson", "lessons", "split_addresses"]

_BATCH = 12
"""The chapter on a batch, which has a worked file of its own."""
_ADDRESS = re.compile(
    r"(?:step\[\d+\]\.)?(?:cost|(?:[Wbzax]|dW|db|delta)\[\d+\](?:\[\d+(?:,\d+)?\])?)"
)
_MATHML = "{http://www.w3.org/1998/Math/MathML}"
_ALLOWED = ("displaystyle", "stretchy", "width", "accent")


@dataclass(frozen=True)
class Lesson:
    """One chapter.

    Args:
        number: from 1.
        title: without its number.
        blocks: as plain values: "paragraph", "formula", "code", "table", "heading", "picture".
        worked: the worked file that the chapter is about.
        exercise: the text of the exercise's worked file.
        figure: the name of the chapter's figure and its sources, as `chainrule figure` takes them.
    """

    number: int
    title: str
    blocks: tuple[dict[str, Any], ...]
    worked: str
    exercise: str
    figure: tuple[str, ...]


@cache
def lessons() -> tuple[Lesson, ...]:
    """Return the chapters in their order.

    Raises: MissingLibraryError, FileError if the chapters were not installed.
    """
    folder = _folder()
    return tuple(_read(path) for path in sorted(folder.glob("[0-9]*.md")))


def draw_lesson(chapter: int) -> bytes:
    """Return the figure of a chapter as SVG, made by the command that stands below it there.

    It is drawn once.

    Args:
        chapter: its number, from 1.

    Raises: MissingLibraryError, FileError.
    """
    with _drawing:
        return _draw(chapter)


_drawing = threading.Lock()


@cache
def _draw(chapter: int) -> bytes:
    name, *sources = lessons()[chapter - 1].figure
    return figure_bytes(draw_figure(name, sources), "svg")


def _folder() -> Path:
    here = Path(__file__).resolve()
    for folder in (here.with_name("chapters"), here.parents[3] / "docs" / "learn"):
        if folder.is_dir():
            return folder
    raise FileError(str(here.with_name("chapters")), expected="the chapters", got="no such folder")


def split_addresses(text: str) -> list[dict[str, str]]:
    """Return a text as parts, of which addresses of numbers are parts of their own.

    The chapters count neurons from 1; the parts have under "to" the address that counts from 0.

    Example:
        >>> split_addresses("z[1][2] = 3")
        [{'kind': 'address', 'text': 'z[1][2]', 'to': 'z[1][1]'}, {'kind': 'text', 'text': ' = 3'}]
    """
    found: list[dict[str, str]] = []
    at = 0
    for match in _ADDRESS.finditer(text):
        if match.start() > at:
            found.append({"kind": "text", "text": text[at : match.start()]})
        found.append({"kind": "address", "text": match[0], "to": _count_from_zero(match[0])})
        at = match.end()
    return [*found, {"kind": "text", "text": text[at:]}] if at < len(text) else found


def _count_from_zero(address: str) -> str:
    head, bracket, index = address.rpartition("][")
    if not bracket:
        return address
    numbers = (str(int(one) - 1) for one in index.rstrip("]").split(","))
    return f"{head}][{','.join(numbers)}]"


def _parser() -> Any:
    try:
        markdown = importlib.import_module("markdown_it").MarkdownIt("commonmark")
        dollars = importlib.import_module("mdit_py_plugins.dollarmath").dollarmath_plugin
        importlib.import_module("latex2mathml.converter")
    except ImportError as error:
        raise MissingLibraryError(
            "lab",
            expected="markdown-it-py, mdit-py-plugins and latex2mathml for the lessons",
            got=str(error),
            remedy="pip install 'chainrule[lab]'",
        ) from None
    return markdown.enable("table").use(dollars)


def _read(path: Path) -> Lesson:
    text = path.read_text("utf-8")
    number = int(path.name[:2])
    command = re.search(r"^    chainrule figure (.*) --save", text, re.MULTILINE)
    assert command is not None, "a test asks every chapter for its figure"
    reader = _Reader(_parser().parse(text))
    title, *blocks = reader.blocks()
    return Lesson(
        number=number,
        title=_plain(title["parts"]).partition(". ")[2],
        blocks=tuple(blocks),
        worked="edge-detector-batch" if number == _BATCH else "edge-detector",
        exercise=(path.parent / "exercises" / f"{path.stem}.toml").read_text("utf-8"),
        figure=tuple(shlex.split(command[1])),
    )


def _has_other_form(commands: str) -> bool:
    """Whether the page shows what they do: the figure, the exercise."""
    return commands.startswith("chainrule figure") or "chainrule check" in commands


def _plain(parts: Sequence[dict[str, str]]) -> str:
    return "".join(part.get("text", "") for part in parts)


class _Reader:
    """Turns the tokens of one chapter into blocks, up to its exercise's command."""

    def __init__(self, tokens: Sequence[Any]) -> None:
        self._tokens = tokens
        self._at = 0

    def blocks(self) -> Iterator[dict[str, Any]]:
        """The blocks in order, the title first, without the links to other chapters."""
        while self._at < len(self._tokens):
            token = self._next()
            yield from self._block(token)

    def _next(self) -> Any:
        self._at += 1
        return self._tokens[self._at - 1]

    def _block(self, token: Any) -> Iterator[dict[str, Any]]:
        if token.type == "heading_open":
            yield {"kind": "heading", "parts": list(_inline(self._next().children))}
        elif token.type == "paragraph_open":
            yield from self._paragraph(self._next())
        elif token.type == "math_block":
            yield {"kind": "formula", "markup": _formula(token.content)}
        elif token.type == "fence" and token.info.strip() != "console":
            lines = token.content.rstrip("\n").split("\n")
            yield {"kind": "code", "lines": [split_addresses(line) for line in lines]}
        elif token.type in ("fence", "code_block") and not _has_other_form(token.content):
            yield {"kind": "code", "lines": [[_text(line)] for line in token.content.splitlines()]}
        elif token.type == "table_open":
            yield {"kind": "table", "rows": list(self._table())}

    def _paragraph(self, token: Any) -> Iterator[dict[str, Any]]:
        if token.content.startswith("[Contents]"):
            return
        if token.children[0].type == "image":
            yield {"kind": "picture", "text": token.children[0].content}
            return
        yield {"kind": "paragraph", "parts": list(_inline(token.children))}

    def _table(self) -> Iterator[list[list[dict[str, str]]]]:
        row: list[list[dict[str, str]]] = []
        while (token := self._next()).type != "table_close":
            if token.type == "inline":
                row.append(list(_inline(token.children)))
            elif token.type == "tr_close":
                yield row
                row = []


def _text(text: str) -> dict[str, str]:
    return {"kind": "text", "text": text}


def _inline(tokens: Sequence[Any]) -> Iterator[dict[str, str]]:
    """The parts of a line of text."""
    kind, target = "text", ""
    for token in tokens:
        if token.type in ("strong_open", "em_open"):
            kind = token.type.removesuffix("_open")
        elif token.type == "link_open":
            kind, target = "link", str(token.attrs["href"])
        elif token.type.endswith("_close"):
            kind = "text"
        elif token.type == "code_inline":
            yield from _code(token.content)
        elif token.type == "math_inline":
            yield {"kind": "math", "markup": _formula(token.content), "text": token.content}
        elif token.content or token.type == "softbreak":
            part = {"kind": kind, "text": token.content or " "}
            yield {**part, "to": target} if kind == "link" else part


def _code(text: str) -> Iterator[dict[str, str]]:
    parts = split_addresses(text)
    yield from (
        parts
        if len(parts) == 1 and parts[0]["kind"] == "address"
        else [{"kind": "code", "text": text}]
    )


def _formula(latex: str) -> str:
    """A formula as a `math` element with what the page lets in.

    A transposition's T stands upright, as $\\mathsf T$ asks.
    """
    convert = importlib.import_module("latex2mathml.converter").convert
    root = ElementTree.fromstring(convert(latex.strip()))
    for element in root.iter():
        element.tag = element.tag.removeprefix(_MATHML)
        upright = element.attrib.get("mathvariant") == "sans-serif"
        element.attrib = {k: v for k, v in element.attrib.items() if k in _ALLOWED}
        if upright:
            element.tag = "mtext"
    return ElementTree.tostring(root, encoding="unicode")
