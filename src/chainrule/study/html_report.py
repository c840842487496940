"""The answer of a study as one HTML file that needs nothing from outside."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from chainrule.evaluation import Table
from chainrule.study.summary import Summary
from chainrule.study.tables import summary_tables

__all__ = ["html_page"]

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 64rem; margin: 2rem auto;
       padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
div { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 0.25rem 0.8rem 0.25rem 0; border-bottom: 1px solid #d7dce1; }
p { color: #656d76; } img { max-width: 100%; height: auto; }
"""


def html_page(summary: Summary, pictures: Mapping[str, bytes], most: int = 20) -> str:
    """The answer as a page: its tables, then pictures.

    Args:
        summary: the answer.
        pictures: SVG by what it shows, in the order to show them.
        most: how many configurations to list.

    Returns: HTML that loads nothing, and whose own rule forbids it to.
    """
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    rule = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'"
    tables = [_table(table, not place) for place, table in enumerate(summary_tables(summary, most))]
    images = [_image(words, picture) for words, picture in pictures.items()]
    title = escape(f"Study {summary.name}")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{rule}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join([*tables, *images])
        + "\n</body>\n</html>\n"
    )


def _table(table: Table, first: bool) -> str:
    level = 1 if first else 2
    head = "".join(f"<th>{escape(text)}</th>" for text in table.header)
    rows = "\n".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in table.rows
    )
    note = f"\n<p>{escape(table.note)}</p>" if table.note else ""
    top = f"<thead><tr>{head}</tr></thead>\n" if head else ""
    return (
        f"<h{level}>{escape(table.title)}</h{level}>\n"
        f"<div><table>\n{top}<tbody>\n{rows}\n</tbody></table></div>{note}"
    )


def _image(words: str, picture: bytes) -> str:
    content = base64.b64encode(picture).decode()
    told = escape(words, quote=True)
    return f'<h2>{told}</h2>\n<img alt="{told}" src="data:image/svg+xml;base64,{content}">'
