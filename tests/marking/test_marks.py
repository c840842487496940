from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from chainrule.documents.document import render
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.ledger.steps.worked_example import Claim
from chainrule.marking.judging import judge
from chainrule.marking.marks import first_wrong_text, marks_document

CLAIMS = (("z[1][0]", "0.5"), ("a[1][0]", "0.622"), ("a[2][0]", "0.1234"))


@pytest.fixture
def marked(chain):
    """A ledger, and claims of it: wrong, carried, wrong without a slip."""
    example = parse_worked(chain)
    claims = tuple(Claim(Ledger(example).locate(q), p, "here") for q, p in CLAIMS)
    ledger = Ledger(replace(example, claims=claims))
    return ledger, judge(ledger)


def text_of(ledger, marked) -> str:
    return render(marks_document(ledger, marked), "text")


def test_the_document(marked) -> None:
    assert text_of(*marked) == (
        "One neuron a layer\n"
        "1-1-1 network, sigmoid; squared_error; sgd, learning rate 1\n"
        "\n"
        "1 of 3 marks\n"
        "\n"
        "First wrong: z[1][0]\n"
        "\n"
        "  quantity  printed     right  from before  verdict\n"
        "  z[1][0]       0.5       1.5                 wrong\n"
        "  a[1][0]     0.622  0.817574     0.622459  carried\n"
        "  a[2][0]    0.1234  0.693721     0.650673    wrong\n"
        "\n"
        "z[1][0]: printed 0.5, right is 1.5. Likely slip: bias left out. The bias is not\n"
        "added. As likely: subtracted instead of added.\n"
        "\n"
        "a[2][0]: printed 0.1234, right is 0.693721, from the numbers before 0.650673. No\n"
        "slip in the catalogue explains it.\n"
        "\n"
        "carried  is not the number, but follows from what was printed before it\n"
        "wrong    is not the number, and does not follow from what was printed before it\n"
    )


def test_the_record(marked) -> None:
    record = marked[1].to_dict()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert list(record) == ["claims", "first_wrong", "marks", "out_of"]
    assert (record["first_wrong"], record["marks"], record["out_of"]) == ("z[1][0]", 1, 3)
    assert record["claims"][0] == {
        "quantity": "z[1][0]",
        "printed": "0.5",
        "exact": 1.5,
        "verdict": "wrong",
        "slip": "bias left out",
        "slip_at": None,
        "follows": 1.5,
    }
    assert [one["slip"] for one in record["claims"][1:]] == [None, None]


@pytest.mark.parametrize(
    ("printed", "text"),
    [("1.5", "Nothing is wrong."), ("0.818", "Nothing is wrong.")],
)
def test_nothing_wrong(chain, printed, text) -> None:
    address = "z[1][0]" if printed == "1.5" else "a[1][0]"
    example = parse_worked(chain)
    claim = Claim(Ledger(example).locate(address), printed, "here")
    marked = judge(Ledger(replace(example, claims=(claim,))))
    assert first_wrong_text(marked) == text
    assert marked.to_dict()["first_wrong"] is None


def test_nothing_wrong_but_for_rounding(chain) -> None:
    example = parse_worked(chain)
    claims = tuple(
        Claim(Ledger(example).locate(q), p, "here")
        for q, p in (("a[1][0]", "0.8"), ("a[2][0]", "0.68997"))
    )
    marked = judge(Ledger(replace(example, claims=claims)))
    assert first_wrong_text(marked) == "Nothing is wrong, except for rounding on the way."


class _Reader(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.words = ""
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_page_stands_alone(marked) -> None:
    ledger, judged = marked
    titled = Ledger(replace(ledger.example, title="<b>one & two</b>"))
    page = render(marks_document(titled, judged), "html")
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert (reader.open, reader.addresses) == ([], [])
    assert "b" not in reader.tags
    assert "<b>one & two</b>" in reader.words
    assert reader.tags.count("tr") == 4
    assert "1 of 3 marks" in reader.words
    assert "default-src 'none'" in page
    assert re.findall(r'<tr class="(\w+)"', page) == ["wrong", "carried", "wrong"]
