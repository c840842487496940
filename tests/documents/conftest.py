from __future__ import annotations

import numpy as np
import pytest

from chainrule.documents.document import Document
from chainrule.documents.mathematics.formula_nodes import (
    Addition,
    Anchor,
    Letter,
    Link,
    Matrix,
    Multiplication,
    Negation,
    Numeral,
    Row,
    Sign,
    Spelled,
)
from chainrule.documents.nodes import (
    Beside,
    Blank,
    BlankGrid,
    Calculation,
    Code,
    CodeBlock,
    Definition,
    Definitions,
    FormField,
    FormFields,
    Formula,
    Gallery,
    Heading,
    ItemList,
    Panel,
    Paragraph,
    Picture,
    Strong,
    Table,
    WorkingLine,
)

HOSTILE = "<b>&\"'</b> | *x_1* $5 `c` \\input{x} #1 %"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"></svg>'


def _calculation() -> Calculation:
    w, a = Letter("w", "0,1", "[1]"), Letter("a", "1", "[0]")
    symbols = Multiplication((Link(Spelled(w, "W[1][0,1]"), "W-1-0-1"), Spelled(a, "a[0][1]")))
    formula = Addition((symbols, Negation(Spelled(Letter("b"), "b[1][0]"))))
    numbers = Addition(
        (Multiplication((Numeral("0.5"), Numeral("-2"))), Negation(Numeral("1e-07")))
    )
    lines = (
        WorkingLine(formula, "formula", (Row((Letter("z"), Sign("≥"), Numeral("0"))),)),
        WorkingLine(numbers, "substituted"),
        WorkingLine(Numeral("-1"), "result"),
    )
    return Calculation(
        Spelled(Letter("z", "0", "[1]"), "z[1][0]"),
        lines,
        label="F1",
        name="weighted sum",
        address="z[1][0]",
        anchor="z-1-0",
        remark="by BP1 another number",
        agrees=False,
    )


@pytest.fixture
def everything() -> Document:
    """A document with a node of each kind."""
    weights = Matrix(((Anchor(Numeral("0.25"), "W-1-0-0"), Anchor(Numeral("0.5"), "W-1-0-1")),))
    table = Table(
        "Claims",
        ("quantity", "printed", "verdict"),
        ((Code("z[1]"), "0.5", "wrong"), ("a|b", "12", HOSTILE)),
        note="Marks: 1 of 2.",
        leftward=("verdict",),
        row_styles=("wrong", ""),
    )
    blocks = (
        Heading("Given", anchor="given", aside="2 marks"),
        Panel((Formula(weights),), "given"),
        Heading("Forward", 3, anchor="forward"),
        Panel((Formula(Letter("z"), "F1"),)),
        _calculation(),
        Paragraph("… 3 more", style="note"),
        Formula(Letter("a"), "F2"),
        table,
        Paragraph(
            ("A ", Strong("strong"), " word, ", Code("--full"), " and ", Letter("δ"), "."), "lead"
        ),
        Paragraph(("See ", Link("the page", "https://example.org/?a=1&b"), ".")),
        ItemList(("one", HOSTILE)),
        ItemList(("first",), numbered=True),
        Definitions((Definition("wrong", "not right"),)),
        CodeBlock("a  b\n```\n<c>", "text"),
        Gallery((Picture("eye", np.eye(4)), Picture("parts", np.eye(4) - 0.5, signed=True))),
        Gallery((Picture("drawing", SVG, alt="a drawing"),)),
        FormFields((FormField("Name", 5), FormField("Marks", 2, "of 3"))),
        Beside((Definitions((Definition("", ("φ: ", Letter("φ"))),)),)),
        BlankGrid((Blank(Letter("z"), "weighted sum", "z[1][0]"), Letter("a")), 2),
        Panel((Formula(Letter("b")), Formula(Letter("c"))), "inline"),
        Paragraph("inside"),
    )
    return Document(
        HOSTILE, blocks, aside="Sheet 1", about="All nodes.", legend="Read z.", contents=True
    )
