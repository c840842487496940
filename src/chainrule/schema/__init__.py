"""The meaning of data: what each input and target is, and the numbers by which they are encoded.

`Schema` is learned from the training part; `Preprocessing` turns the columns of a table into a
network's inputs and its outputs back into the target's unit. Both are sealed with the network.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.schema.alignment import align_columns as align_columns
    from chainrule.schema.column_kinds import ColumnChoices as ColumnChoices
    from chainrule.schema.column_notes import ColumnNote as ColumnNote
    from chainrule.schema.column_notes import merge_notes as merge_notes
    from chainrule.schema.columns import Column as Column
    from chainrule.schema.columns import LeftOut as LeftOut
    from chainrule.schema.columns import Target as Target
    from chainrule.schema.date_cells import is_date as is_date
    from chainrule.schema.features import Feature as Feature
    from chainrule.schema.image_format import ImageFormat as ImageFormat
    from chainrule.schema.image_format import measure_ink as measure_ink
    from chainrule.schema.image_format import stroke_widths as stroke_widths
    from chainrule.schema.label_classes import class_texts as class_texts
    from chainrule.schema.label_classes import find_class as find_class
    from chainrule.schema.label_classes import sort_classes as sort_classes
    from chainrule.schema.missing_marks import NUMBER_MARKS as NUMBER_MARKS
    from chainrule.schema.number_cells import is_number as is_number
    from chainrule.schema.pixel_tables import find_pixels as find_pixels
    from chainrule.schema.pixel_tables import read_pixels as read_pixels
    from chainrule.schema.preprocessing import ENCODINGS as ENCODINGS
    from chainrule.schema.preprocessing import IMPUTATIONS as IMPUTATIONS
    from chainrule.schema.preprocessing import SCALINGS as SCALINGS
    from chainrule.schema.preprocessing import TARGET_SCALINGS as TARGET_SCALINGS
    from chainrule.schema.preprocessing import Preprocessing as Preprocessing
    from chainrule.schema.schema import Schema as Schema
    from chainrule.schema.schema_learning import learn_schema as learn_schema
    from chainrule.schema.schema_table import describe_schema as describe_schema
    from chainrule.schema.table import Cells as Cells
    from chainrule.schema.table import DataTable as DataTable
    from chainrule.schema.table import column_position as column_position
    from chainrule.schema.table import listed as listed
    from chainrule.schema.table import number_text as number_text
    from chainrule.schema.table_matching import Matched as Matched
    from chainrule.schema.table_matching import RowError as RowError
    from chainrule.schema.table_matching import match_table as match_table
    from chainrule.schema.table_matching import refuse_rows as refuse_rows
    from chainrule.schema.target_choice import TargetValues as TargetValues
    from chainrule.schema.target_choice import choose_target as choose_target
    from chainrule.schema.target_choice import infer_task as infer_task

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "alignment": "align_columns",
        "column_kinds": "ColumnChoices",
        "column_notes": "ColumnNote merge_notes",
        "columns": "Column LeftOut Target",
        "date_cells": "is_date",
        "features": "Feature",
        "image_format": "ImageFormat measure_ink stroke_widths",
        "label_classes": "class_texts find_class sort_classes",
        "missing_marks": "NUMBER_MARKS",
        "number_cells": "is_number",
        "pixel_tables": "find_pixels read_pixels",
        "preprocessing": "ENCODINGS IMPUTATIONS SCALINGS TARGET_SCALINGS Preprocessing",
        "schema": "Schema",
        "schema_learning": "learn_schema",
        "schema_table": "describe_schema",
        "table": "Cells DataTable column_position listed number_text",
        "table_matching": "Matched RowError match_table refuse_rows",
        "target_choice": "TargetValues choose_target infer_task",
    },
)
