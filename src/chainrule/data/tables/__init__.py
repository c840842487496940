"""Tables: text, ARFF, Excel, SQLite, Parquet, Feather and data frames, read as `DataTable`."""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.data.tables.arrow_files import is_data_frame as is_data_frame
    from chainrule.data.tables.arrow_files import read_data_frame as read_data_frame
    from chainrule.data.tables.named_arrays import fits_names as fits_names
    from chainrule.data.tables.named_arrays import name_columns as name_columns
    from chainrule.data.tables.table_blocks import TableBlock as TableBlock
    from chainrule.data.tables.table_blocks import read_table_blocks as read_table_blocks
    from chainrule.data.tables.table_formats import TABLE_SUFFIXES as TABLE_SUFFIXES
    from chainrule.data.tables.table_formats import is_text_table as is_text_table
    from chainrule.data.tables.table_formats import read_table_file as read_table_file
    from chainrule.data.tables.table_formats import table_suffix as table_suffix

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "arrow_files": "is_data_frame read_data_frame",
        "named_arrays": "fits_names name_columns",
        "table_blocks": "TableBlock read_table_blocks",
        "table_formats": "TABLE_SUFFIXES is_text_table read_table_file table_suffix",
    },
)
