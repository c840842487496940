"""The tables of a report as a terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chainrule.evaluation import Table

if TYPE_CHECKING:
    from rich.table import Table as RichTable

__all__ = ["rich_table"]


def rich_table(table: Table) -> RichTable:
    """The table without title and note, with a rule below its header.

    As in `Table.lines`, the first column reads from the left; below a header the others end at
    the right, but for those that are said not to.
    """
    from rich import box
    from rich.table import Table as RichTable

    shown = RichTable(
        box=box.SIMPLE_HEAD,
        show_header=bool(table.header),
        header_style="cyan",
        padding=(0, 1, 0, 0),
        show_edge=False,
        pad_edge=False,
    )
    for name, right in zip(table.header or table.rows[0], table.to_the_right, strict=True):
        shown.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in table.rows:
        shown.add_row(*row)
    return shown
