from __future__ import annotations

from chainrule.documents.markdown_writer import markdown


def test_every_node(everything) -> None:
    text = markdown(everything)
    assert text.startswith(
        "# \\<b\\>\\&\"'\\</b\\> \\| \\*x_1\\* <span>$</span>5 \\`c\\` \\\\input{x} \\#1 % "
        "(Sheet 1)\n\n"
        "All nodes.\n\nRead z.\n\n## Given (2 marks)\n\n"
    )
    assert "```math\n\\begin{pmatrix} 0.25 & 0.5 \\end{pmatrix}\n```\n\n### Forward\n" in text
    assert (
        "**F1** $z$\n\n"
        "- **F1** weighted sum `z[1][0]`<br>\n"
        "  $z_{0}^{[1]} = w_{0,1}^{[1]} \\cdot a_{1}^{[0]} - b$, as $z \\geq 0$<br>\n"
        "  $= 0.5 \\cdot (- 2) - 1 \\cdot 10^{- 7}$<br>\n"
        "  $= - 1$<br>\n"
        "  by BP1 another number\n"
        "- … 3 more\n\n"
        "**F2**\n\n```math\na\n```\n"
    ) in text
    assert (
        "**Claims**\n\n"
        "| quantity | printed | verdict |\n"
        "| --- | ---: | --- |\n"
        "| `z[1]` | 0.5 | wrong |\n"
        "| a\\|b | 12 | "
    ) in text
    assert "A **strong** word, `--full` and $δ$." not in text
    assert "A **strong** word, `--full` and $\\delta$." in text
    assert "See [the page](https://example.org/?a=1&b)." in text
    assert "\n- **wrong**: not right\n" in text
    assert "````text\na  b\n```\n<c>\n````\n" in text
    assert "```\neye " in text
    assert "![a drawing](data:image/svg+xml;base64," in text
    assert "\nName \\_\\_\\_\\_\\_\\_  Marks \\_\\_\\_\\_\\_\\_ of 3\n" in text
    assert "\n- $z =$ \\_\\_\\_\\_\\_\\_ weighted sum `z[1][0]`\n- $a$\n\n$b$, $c$\n" in text
    assert text.endswith("\n\ninside\n")


def test_words_keep_their_line_and_code_its_quotes() -> None:
    from chainrule.documents.document import Document
    from chainrule.documents.nodes import Code, Paragraph

    document = Document("a\n# b", (Paragraph(Code("a`b``c`")),))
    assert markdown(document) == "# a \\# b\n\n``` a`b``c` ```\n"
