from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser

from chainrule.documents.document import Document
from chainrule.documents.html_writer import html_page, html_pages
from chainrule.documents.nodes import Heading, Paragraph

EMPTY = {"meta", "wbr", "img"}


class Page(HTMLParser):
    """A page in which every element is closed where it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.links: set[str] = set()
        self.levels: list[int] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        assert len(given) == len(attrs), "an attribute stands twice"
        self.ids.update([given["id"] or ""] if "id" in given else [])
        self.links |= {given[key] or "" for key in ("data-to", "href") if key in given}
        self.levels += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        assert tag != "img" or given["alt"]
        assert tag != "th" or given["scope"] in ("col", "row")
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_every_node(everything) -> None:
    text = html_page(everything)
    page = Page(text)
    assert set(page.ids.values()) == {1}
    inner = {link.removeprefix("#") for link in page.links if "://" not in link}
    assert inner == {"given", "forward", "W-1-0-1"} <= set(page.ids)
    assert page.levels == [1, 2, 3]
    assert everything.title in page.words
    assert '<b>&"' not in text
    assert '<mtd id="W-1-0-1"><mn>0.5</mn></mtd>' in text
    assert '<mrow data-to="W-1-0-1"><msubsup><mi>w</mi>' in text
    assert '</math><wbr><math displaystyle="true"><mrow><mo form="infix">−</mo>' in text
    assert '<div class="line differs">by BP1 another number</div>' in text
    assert '<tr class="wrong"><th scope="row"><code>z[1]</code></th>' in text
    assert '<th scope="col" class="number">printed</th><th scope="col">verdict</th>' in text
    assert '<p class="quiet">Sheet 1</p>' in text
    assert '<span class="width-2">Marks<span class="suffix">of 3</span></span>' in text
    assert '<ol class="blanks by-2"><li><math' in text
    assert '<p class="known"><span><math' in text
    assert "Red is above 0, blue below; white is 0." in text
    assert '<img src="data:image/svg+xml;base64,' in text
    assert 'width="168" height="168" alt="eye">' in text


def test_a_page_loads_nothing_and_says_so(everything) -> None:
    text = html_page(everything)
    rule = re.search(r'http-equiv="Content-Security-Policy" content="(.*?)"', text)
    assert rule is not None
    style, script = (
        base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        for tag in ("style", "script")
        for part in re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
    )
    assert rule[1] == (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; "
        "img-src data:"
    )
    assert not re.search(r'url\(|@import| src="(?!data:)', text)


def test_several_documents_in_one_page(everything) -> None:
    text = html_pages([everything, Document("Second")])
    Page(text)
    assert text.count('<article class="sheet"><header><h1>') == 2
    assert '<main class="copies">' in text
    assert '</h1><span class="label">Sheet 1</span></header>' in text
    assert '<main class="single">' in html_pages([everything])


def test_a_page_without_links_and_pictures_has_no_rule_for_them() -> None:
    text = html_page(Document("Title", (Paragraph("Words."),), language="de"))
    assert '<html lang="de">' in text
    assert "script" not in text
    assert "img-src" not in text
    assert "<nav" not in text


def test_a_heading_that_comes_again_is_in_the_contents_once() -> None:
    blocks = (
        Heading("Step 1: example 0", anchor="part-1", short="Step 1"),
        Heading("Forward", 3, anchor="part-1-forward"),
        Heading("Step 1: example 0", anchor="part-1", short="Step 1"),
        Heading("Cost", 3, anchor="part-1-cost"),
        Heading("No place"),
    )
    text = html_page(Document("Title", blocks, contents=True))
    page = Page(text)
    assert set(page.ids.values()) == {1}
    assert re.findall(r">([^<>\n]+)</a>", text) == ["Step 1", "Forward", "Cost"]
