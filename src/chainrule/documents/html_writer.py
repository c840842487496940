"""Documents as HTML pages with MathML, in which each factor links to the place it comes from.

A page needs nothing from outside and forbids itself to load anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from chainrule.documents.markup import Markup, element, joined_markup, source_digest
from chainrule.documents.mathematics.formula_nodes import Link, Mathematics, Row, Sign
from chainrule.documents.mathematics.mathml import MathML, math_element
from chainrule.documents.nodes import (
    Beside,
    Blank,
    BlankGrid,
    Block,
    Calculation,
    Code,
    CodeBlock,
    Content,
    Definitions,
    DocumentNode,
    FormField,
    FormFields,
    Formula,
    Gallery,
    Heading,
    Inline,
    ItemList,
    Panel,
    Paragraph,
    Picture,
    Strong,
    Table,
    WorkingLine,
    parts_of,
)
from chainrule.documents.pictures import image_source

__all__ = ["html_fragment", "html_page", "html_pages"]

_BREAK = element("wbr")
_PEEK = element("div", class_="peek", aria_live="polite", hidden="")
"""Where the script shows what a factor leads to."""


def html_page(document: DocumentNode) -> str:
    """A document as a page.

    Args:
        document: any.

    Returns: HTML that loads nothing, and whose own rule forbids it to.
    """
    writer = _HtmlWriter()
    header = [element("h1", document.title)]
    quiet = (document.aside, document.about)
    header += [element("p", text, class_="quiet") for text in quiet if text]
    if document.legend:
        header.append(element("p", document.legend, class_="legend"))
    parts = [element("header", header)]
    if document.contents:
        parts.append(_contents(document))
    parts.append(element("main", joined_markup(writer.blocks(document.blocks), "\n")))
    kind = "page with-contents" if document.contents else "page"
    body = element("div", joined_markup(parts, "\n"), class_=kind)
    script = "page.js" if "data-to" in body else ""
    if script:
        body = joined_markup([body, _PEEK], "\n")
    return _framed(document.title, body, script=script, language=document.language)


def html_pages(documents: Sequence[DocumentNode]) -> str:
    """Documents as one page; in print each begins on a new one.

    Args:
        documents: at least one; the first gives the page its title and language.

    Returns: as from `html_page`.
    """
    sheets = []
    for document in documents:
        aside = element("span", document.aside, class_="label")
        top = element(
            "header", [element("h1", document.title), *([aside] if document.aside else [])]
        )
        parts = [top, *_HtmlWriter().blocks(document.blocks)]
        sheets.append(element("article", joined_markup(parts, "\n"), class_="sheet"))
    kind = "copies" if len(sheets) > 1 else "single"
    body = element("main", joined_markup(sheets, "\n"), class_=kind)
    return _framed(documents[0].title, body, style="sheet.css", language=documents[0].language)


def html_fragment(document: DocumentNode) -> str:
    """A document as a notebook shows it.

    Returns: an element with its own style, which holds for nothing else in the notebook. It has no
        anchors, since two documents of a notebook may have the same ones.
    """
    writer = _HtmlWriter(links=False)
    parts = [element("style", Markup(_file("notebook.css")))]
    parts.append(element("p", element("b", document.title)))
    parts += [element("p", one) for one in (document.about, document.legend) if one]
    parts += writer.blocks(document.blocks)
    return element("div", parts, class_="chainrule-document")


@cache
def _file(name: str) -> str:
    return (Path(__file__).parent / "page" / name).read_text(encoding="utf-8")


def _framed(
    title: str, body: Markup, *, style: str = "page.css", script: str = "", language: str = "en"
) -> str:
    """A whole page that needs nothing from outside: its style and script are within it.

    Args:
        title: words.
        body: markup.
        style: the name of a style sheet in documents/page.
        script: the name of a script there; empty for none.
        language: the language of the words, such as "en".
    """
    sheet, code = _file(style), _file(script) if script else ""
    rules = ["default-src 'none'", f"style-src {source_digest(sheet)}"]
    rules += [f"script-src {source_digest(code)}"] if code else []
    rules += ["img-src data:"] if "<img " in body else []
    end = f"\n<script>{code}</script>" if code else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{element('title', title)}\n<style>{sheet}</style>\n</head>\n<body>\n{body}"
        f"{end}\n</body>\n</html>\n"
    )


def _contents(document: DocumentNode) -> Markup:
    """The table of contents; a heading that comes up again is named once."""
    chapters: dict[str, tuple[str, dict[str, str]]] = {}
    chapter = ""
    for block in document.blocks:
        if isinstance(block, Heading) and block.anchor:
            label = block.short or block.text
            if block.level == 2:
                chapter = block.anchor
                chapters.setdefault(chapter, (label, {}))
            elif chapter:
                chapters[chapter][1].setdefault(block.anchor, label)
    items = [_contents_item(anchor, *chapter) for anchor, chapter in chapters.items()]
    return element("nav", element("ul", joined_markup(items, "\n")), aria_label="Contents")


def _contents_item(anchor: str, label: str, sections: dict[str, str]) -> Markup:
    inner = [element("li", _anchor_link(one, text)) for one, text in sections.items()]
    return element("li", [_anchor_link(anchor, label), *([element("ul", inner)] if inner else [])])


def _anchor_link(anchor: str, label: str) -> Markup:
    return element("a", label, href=f"#{anchor}")


class _HtmlWriter:
    """Writes blocks as HTML; an anchor that comes up again is written once.

    Args:
        links: whether anchors and links are written.
    """

    def __init__(self, *, links: bool = True) -> None:
        self._has_links = links
        self._places: set[str] = set()
        self._math = MathML(self.place if links else None)

    def place(self, name: str) -> str | None:
        """The id of an anchor; None for one without a name, and for one that is taken."""
        if not name or not self._has_links or name in self._places:
            return None
        self._places.add(name)
        return name

    def math(self, formula: Mathematics) -> Markup:
        """A formula."""
        return math_element(self._math.write(formula))

    def inline(self, content: Content) -> Markup:
        """A text."""
        return joined_markup(map(self._part, parts_of(content)))

    def blocks(self, blocks: tuple[Block, ...]) -> list[Markup]:
        """Blocks, one after the other."""
        return list(map(self._block, blocks))

    def _part(self, part: Inline) -> str:
        match part:
            case str():
                return part
            case Strong(text):
                return element("strong", text)
            case Code(text):
                return element("code", text)
            case Link(content, target) if isinstance(content, str):
                address = target if "://" in target else f"#{target}"
                return element("a", content, href=address) if self._has_links else content
        return self.breakable(part)

    def _block(self, block: Block) -> Markup:  # a case for each kind of node
        match block:
            case Heading():
                return self._heading(block)
            case Paragraph(content, style):
                return element("p", self.inline(content), class_=style or None)
            case ItemList(items, numbered):
                listed = [element("li", self.inline(item)) for item in items]
                return element("ol" if numbered else "ul", listed)
            case Definitions(items):
                return element("dl", self._definitions(block))
            case CodeBlock(text):
                return element("pre", element("code", text))
            case Table():
                return self.table(block)
            case Formula():
                return element("div", self._labelled(block), class_="equations")
            case Panel():
                return self._panel(block)
            case Calculation():
                return self._calculation(block)
            case Gallery(pictures):
                return self._gallery(pictures)
            case BlankGrid(items, columns):
                return element("ol", map(self._blank, items), class_=f"blanks by-{columns}")
            case FormFields(fields):
                return element("div", map(_field, fields), class_="form")
            case Beside(blocks):
                return element("div", self.blocks(blocks), class_="beside")

    def _heading(self, heading: Heading) -> Markup:
        text: str | list[Markup] = heading.text
        if heading.aside:
            aside = element("span", heading.aside, class_="aside")
            text = [element("span", heading.text), aside]
        return element(f"h{heading.level}", text, id=self.place(heading.anchor))

    def _definitions(self, block: Definitions) -> Iterator[Markup]:
        for term, meaning in block.items:
            yield element("dt", self.inline(term))
            yield element("dd", self.inline(meaning))

    def table(self, table: Table) -> Markup:
        """A table, with its note below it."""
        parts = [element("caption", table.title)] if table.title else []
        if table.header:
            cells = [
                element("th", name, scope="col", class_="number" if right else None)
                for name, right in zip(table.header, table.to_the_right, strict=True)
            ]
            parts.append(element("thead", element("tr", cells)))
        styles = table.row_styles or ("",) * len(table.rows)
        rows = [
            element("tr", self._cells(table, row), class_=style or None)
            for row, style in zip(table.rows, styles, strict=True)
        ]
        parts.append(element("tbody", joined_markup(rows, "\n")))
        shown = element("div", element("table", joined_markup(parts, "\n")), class_="scroll")
        note = [element("p", table.note, class_="quiet")] if table.note else []
        return joined_markup([shown, *note], "\n")

    def _cells(self, table: Table, row: tuple[Content, ...]) -> Iterator[Markup]:
        """The cells of a row; the first one names it."""
        first, *others = row
        yield element("th", self.inline(first), scope="row")
        for content, right in zip(others, table.to_the_right[1:], strict=True):
            yield element("td", self.inline(content), class_="number" if right else None)

    def _labelled(self, formula: Formula) -> Markup:
        label = [element("b", formula.label, class_="id")] if formula.label else []
        return element("div", [*label, self.math(formula.content)])

    def _panel(self, panel: Panel) -> Markup:
        if panel.style == "equations":
            return element("div", map(self._labelled, panel.formulas), class_="equations")
        if panel.style == "inline":
            numbers = (element("span", self.math(one.content)) for one in panel.formulas)
            return element("p", numbers, class_="known")
        arrays = (element("div", self.math(f.content), class_="array") for f in panel.formulas)
        return element("div", joined_markup(arrays, "\n"), class_="given")

    def _blank(self, item: Blank | Mathematics) -> Markup:
        if not isinstance(item, Blank):
            return element("li", self.math(item), class_="filled")
        what = [element("span", item.name), element("code", item.address)]
        left = self.math(Row((item.symbol, Sign("="))))
        return element(
            "li", [left, element("span", class_="space"), element("span", what, class_="what")]
        )

    def _calculation(self, block: Calculation) -> Markup:
        what = [element("b", block.label, class_="id"), " ", element("span", block.name)]
        if block.address:
            what += [" ", element("code", block.address)]
        work = [element("div", self.math(block.symbol), class_="symbol")]
        work += map(self._line, block.lines)
        if block.remark:
            kind = {True: "agrees", False: "differs", None: "remark"}[block.agrees]
            work.append(element("div", self.inline(block.remark), class_=f"line {kind}"))
        inner = [element("div", what, class_="what"), element("div", work, class_="work")]
        kind = "entry" if block.address else "entry arrays"
        return element("article", inner, class_=kind, id=self.place(block.anchor))

    def _line(self, line: WorkingLine) -> Markup:
        parts: list[str] = [self.breakable(line.content, "=")]
        if line.conditions:
            listed = joined_markup(map(self.math, line.conditions), " and ")
            parts += [" ", element("span", ["as ", listed], class_="when")]
        return element("div", parts, class_=f"line {line.kind}")

    def breakable(self, formula: Mathematics, sign: str = "") -> Markup:
        """A formula that can be broken between the terms of a sum, after a sign if one is given."""
        first, *others = self._math.breakable(formula)
        if sign:
            first = self._math.row([self._math.sign(sign), first])
        return joined_markup(map(math_element, [first, *others]), _BREAK)

    def _gallery(self, pictures: tuple[Picture, ...]) -> Markup:
        figures = list(map(_figure, pictures))
        if any(one.signed for one in pictures):
            text = "Red is above 0, blue below; white is 0."
            figures.append(element("p", text, class_="quiet"))
        return element("div", figures, class_="gallery")


def _field(field: FormField) -> Markup:
    parts: list[str] = [field.label]
    if field.suffix:
        parts.append(element("span", field.suffix, class_="suffix"))
    return element("span", parts, class_=f"width-{field.width}")


def _figure(picture: Picture) -> Markup:
    source = image_source(picture)
    width, height = (None if side is None else str(side) for side in source[1:])
    alt = picture.alt or picture.caption
    image = element("img", src=source.uri, width=width, height=height, alt=alt)
    return element("figure", [image, element("figcaption", picture.caption)])
