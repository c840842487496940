"""Assembly of the training set and the test set from tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chainrule.data.dataset import Dataset, DatasetPair
from chainrule.data.encoding import class_numbers
from chainrule.data.reader import RawPart, ReadOptions
from chainrule.data.split_assembly import assemble_pair, held_out_names
from chainrule.data.splitting import split_rows
from chainrule.errors import DataError
from chainrule.schema import (
    DataTable,
    Matched,
    Schema,
    TargetValues,
    choose_target,
    find_pixels,
    learn_schema,
    listed,
    match_table,
    read_pixels,
    refuse_rows,
)

__all__ = ["assemble_tables"]


def assemble_tables(
    name: str,
    source: str,
    options: ReadOptions,
    train: DataTable,
    test: DataTable | None = None,
    *,
    schema: Schema | None = None,
) -> DatasetPair:
    """Return tables as data sets with a schema, learned from the training rows alone.

    Rows are split before anything is learned. A table of grey values becomes images.

    Args:
        name: what to call the set.
        source: what `load_dataset` was given.
        options: the target, what is said of columns, and what to hold out.
        train: the part to learn from, or all there is.
        test: the part to be judged by.
        schema: that of a network, for tables to judge it by; None learns one.

    Raises: DataError, InputError, UnknownNameError.
    """
    assembly = _Assembly(name, source, options)
    if schema is not None and schema.is_table:
        return assembly.by_schema(schema, train, test)
    chosen = choose_target(train, options.target, options.task, options.missing)
    places = list(chosen.target.places)
    pixels = find_pixels(train, places) if options.pixels is None else None
    if options.pixels:
        every = [place for place in range(len(train.columns)) if place not in places]
        pixels = find_pixels(train, places) or every
    if pixels is not None:
        return assembly.images(chosen, train, pixels, test)
    return assembly.columns(chosen, train, test)


@dataclass(frozen=True, eq=False)
class _Targets:
    """The rows of a table that have a target, their targets, and the classes."""

    rows: NDArray[np.int64]
    values: NDArray[Any]
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Assembly:
    name: str
    source: str
    options: ReadOptions

    def columns(
        self, chosen: TargetValues, train: DataTable, test: DataTable | None
    ) -> DatasetPair:
        """Return tables of columns as data sets."""
        targets = self._number(chosen, train)
        rows = self._training_rows(targets) if test is None else targets.rows
        target = replace(chosen.target, classes=targets.classes)
        schema = learn_schema(train, rows, target, self.options.choices)
        matched = match_table(schema, train)
        codes = _likely_codes(schema, matched.matrix)
        remarks = (*train.remarks, *chosen.remarks, *_left_out(schema), *codes, *matched.remarks)
        whole = self._dataset(schema, train, matched, targets)
        remarks = (*remarks, *_one_hot_columns(whole))
        if test is None:
            pair = self._split(whole, targets)
        else:
            judged = match_table(schema, test)
            remarks = (*remarks, *test.remarks, *judged.remarks)
            pair = DatasetPair(whole, self._judged(schema, test, judged))
        return replace(pair, remarks=remarks)

    def by_schema(self, schema: Schema, train: DataTable, test: DataTable | None) -> DatasetPair:
        """Return tables as data sets of a network's own columns and classes."""
        matched = match_table(schema, train)
        whole = self._judged(schema, train, matched)
        if test is not None:
            judged = match_table(schema, test)
            remarks = (*train.remarks, *matched.remarks, *judged.remarks)
            return DatasetPair(whole, self._judged(schema, test, judged), remarks)
        targets = _Targets(np.arange(len(whole)), whole.targets, schema.target.classes)
        return replace(self._split(whole, targets), remarks=(*train.remarks, *matched.remarks))

    def images(
        self, chosen: TargetValues, train: DataTable, pixels: list[int], test: DataTable | None
    ) -> DatasetPair:
        """Return tables of grey values as data sets of images."""
        remarks = (*train.remarks, *chosen.remarks)
        if self.options.pixels is None:
            remarks = (
                *remarks,
                f"The {len(pixels)} columns beside {chosen.target.names[0]} are whole numbers from "
                "0 to 255: they were read as the grey values of square images.",
            )
        options = replace(self.options, pixels=True, task=chosen.target.kind)
        first = _raw_part(chosen, train, pixels)
        second = None
        if test is not None:
            name = chosen.target.names[0] if train.named else chosen.target.places[0]
            judged = choose_target(test, name, chosen.target.kind, options.missing)
            found = find_pixels(test, judged.target.places) or [
                place for place in range(len(test.columns)) if place not in judged.target.places
            ]
            second = _raw_part(judged, test, found)
        pair = assemble_pair(self.name, self.source, options, first, second)
        return DatasetPair(
            _name_target(pair.train, chosen),
            _name_target(pair.test, chosen),
            (*remarks, *pair.remarks),
        )

    def _number(self, chosen: TargetValues, table: DataTable) -> _Targets:
        if chosen.numbers is not None:
            return _Targets(chosen.rows, chosen.numbers)
        values, classes = class_numbers(
            chosen.labels,
            table.where,
            names=self.options.class_names,
            place=lambda row: table.place(int(chosen.rows[row])),
        )
        return _Targets(chosen.rows, values, classes)

    def _training_rows(self, targets: _Targets) -> NDArray[np.int64]:
        options = self.options
        return targets.rows[split_rows(targets.values, options.test_fraction, options.seed).rest]

    def _dataset(
        self, schema: Schema, table: DataTable, matched: Matched, targets: _Targets
    ) -> Dataset:
        """Return the rows that have a target; a cell of theirs that cannot be read is refused."""
        labelled = set(targets.rows.tolist()) if matched.errors else set()
        if errors := [error for error in matched.errors if error.row in labelled]:
            raise refuse_rows(errors, table.where)
        whole = len(targets.rows) == len(table)  # then a copy would only take memory
        return Dataset(
            matched.matrix if whole else matched.matrix[targets.rows],
            targets.values,
            class_names=targets.classes,
            name=self.name,
            source=self.source,
            schema=schema,
            _where=table.where,
        )

    def _judged(self, schema: Schema, table: DataTable, matched: Matched) -> Dataset:
        """Return a table with the classes of a schema, without the rows that have no label."""
        if matched.labels is None:
            raise DataError(
                table.where,
                expected=f"the target column {listed(schema.target.names)}",
                got="a table without it",
                remedy="Rows without labels can be predicted, but not learned from or judged by",
            )
        labels = matched.labels
        known = labels >= 0 if labels.ndim == 1 else ~np.isnan(labels).any(axis=1)
        strange = [error for error in matched.errors if labels.ndim == 1 and error.of_target]
        if strange:
            raise refuse_rows(strange, table.where)
        rows = np.flatnonzero(known)
        if not len(rows):
            raise DataError(table.where, expected="rows with a label", got="none")
        targets = _Targets(rows, labels[rows], schema.target.classes)
        return self._dataset(schema, table, matched, targets)

    def _split(self, whole: Dataset, targets: _Targets) -> DatasetPair:
        parts = split_rows(targets.values, self.options.test_fraction, self.options.seed)
        names = held_out_names(whole, self.options)
        return DatasetPair(
            replace(whole.subset(parts.rest), name=names.rest),
            replace(whole.subset(parts.held_out), name=names.held_out),
        )


def _name_target(images: Dataset, chosen: TargetValues) -> Dataset:
    """Return images with the name of the column that held their labels in their schema."""
    if images.schema is None:
        return images
    names, places = chosen.target.names, chosen.target.places
    target = replace(images.schema.target, names=names, places=places)
    return replace(images, schema=replace(images.schema, target=target))


def _raw_part(chosen: TargetValues, table: DataTable, pixels: list[int]) -> RawPart:
    labels: Any = chosen.labels if chosen.numbers is None else chosen.numbers
    rows = chosen.rows
    return RawPart(
        table.where,
        read_pixels(table, pixels)[rows],
        labels,
        place=lambda row: table.place(int(rows[row])),
    )


_CODES = (-9, -99, -999, -9999, -99999, 99, 999, 9999, 99999)
"""Numbers by which surveys and instruments write that there is no value."""


def _likely_codes(schema: Schema, matrix: NDArray[Any]) -> list[str]:
    """Return sentences on numbers that stand far from all others and may be no values."""
    remarks = []
    for column, values in zip(schema.columns, matrix.T, strict=True):
        for edge in {column.low, column.high} & set(_CODES):
            others = values[(values != edge) & ~np.isnan(values)]
            count = int((values == edge).sum())
            if count < 2 or not others.size:
                continue
            gap = min(abs(edge - others.min()), abs(edge - others.max()))
            if gap > 3 * np.ptp(others):
                remarks.append(
                    f"{column.name}: {count} cells are {edge:g}, far from all others. If that "
                    f"stands for a missing cell, give missing='{edge:g}'."
                )
    return remarks


_FEWEST_ONE_HOT = 3


def _one_hot_columns(whole: Dataset) -> list[str]:
    """Return a sentence on columns of which, with the target, one is 1 in each row.

    Such columns are mostly the classes of one target, of which only the last was taken for it.
    """
    schema = whole.schema
    if schema is None or schema.target.classes != ("0", "1"):
        return []
    truths = [
        place
        for place, column in enumerate(schema.columns)
        if column.kind == "number" and (column.low, column.high) == (0, 1)
    ]
    sums = np.asarray(whole.targets, np.float64)
    for count, place in enumerate(reversed(truths), start=2):
        values = whole.inputs[:, place]
        sums = sums + values
        if not np.isin(values, (0, 1)).all() or (sums > 1).any():
            return []
        if (sums == 1).all() and count >= _FEWEST_ONE_HOT:
            first = truths[len(truths) - count + 1 :]
            names = [*(schema.columns[one].name for one in first), *schema.target.names]
            return [
                f"In each row one of {listed(names)} is 1. If they are the classes of one target, "
                "write their names into one column; as inputs they give the target away."
            ]
    return []


def _left_out(schema: Schema) -> list[str]:
    """Return sentences on the columns that are not inputs, one for each reason."""
    words = {
        "index": "as they count the rows",
        "identifier": "as they tell rows apart",
        "text": "as they hold too many different texts",
        "constant": "as they are the same in all training rows",
        "empty": "as they hold nothing",
        "dropped": "as asked",
    }
    remarks = []
    for reason, why in words.items():
        names = [
            one.name or "the column without a name"
            for one in schema.left_out
            if one.reason == reason
        ]
        if names:
            remarks.append(f"Left out {why}: {listed(names)}.")
    return remarks
