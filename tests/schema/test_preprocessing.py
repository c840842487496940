"""The fitted steps from a table's columns to a network's inputs, and back."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from chainrule.errors import DataError, ShapeError
from chainrule.schema import Column, ImageFormat, LeftOut, Preprocessing, Schema, Target

AGE = Column(name="age", kind="number", storage="int64", low=1, high=4, missing=1)
PORT = Column(name="port", kind="category", categories=("C", "Q", "S"), missing=1)
SEX = Column(name="sex", kind="category", categories=("f", "m"))
SAILED = Column(name="sailed", kind="date", clock=True)
NUMBERS = Target(names=("fare",), kind="numbers")
CLASSES = Target(names=("lived",), kind="classes", classes=("no", "yes"))
SCHEMA = Schema(columns=(AGE, PORT, SEX, SAILED), target=NUMBERS)
LEAP_DAY = (date(2024, 2, 29) - date(1970, 1, 1)).days
ROWS = np.array([[1, 0, 0, LEAP_DAY + 0.75], [np.nan, 2, 1, -1], [4, np.nan, 1, np.nan]])
TARGETS = np.array([[10.0], [20.0], [60.0]])
STEPS = Preprocessing.fit(SCHEMA, ROWS, TARGETS)


def test_each_input_has_a_name() -> None:
    assert STEPS.input_names == (
        *("age", "age is missing", "port = C", "port = Q", "port = S", "port is missing"),
        *("sex = m", "sailed year", "sailed month", "sailed day", "sailed weekday"),
        *("sailed hour", "sailed minute"),
    )
    assert Preprocessing.count_inputs(SCHEMA) == len(STEPS.input_names)


def test_numbers_are_standardised_and_gaps_filled_with_the_median() -> None:
    encoded = STEPS.encode(ROWS)
    assert encoded[:, 0] == pytest.approx([-1.224745, 0, 1.224745], abs=1e-6)
    assert encoded[:, 1].tolist() == [0, 1, 0]


def test_a_category_is_one_input_for_each_value_and_two_values_are_one_input() -> None:
    encoded = STEPS.encode(ROWS)
    assert encoded[:, 2:6].tolist() == [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    assert encoded[:, 6].tolist() == [0, 1, 1]
    unknown = STEPS.encode(np.array([[2, 1, np.nan, 0]]))
    assert unknown[0, 6] == 0.5, "neither of the two"


def test_a_date_is_year_month_day_weekday_and_time() -> None:
    steps = Preprocessing.fit(SCHEMA, ROWS, TARGETS, scaling="none")
    first, second, gap = steps.encode(ROWS)[:, 7:]
    assert first.tolist() == [2024, 2, 29, 4, 18, 0], "a Thursday, six in the evening"
    assert second.tolist() == [1969, 12, 31, 3, 0, 0], "a Wednesday"
    assert gap[0] == np.median([2024, 1969])


@pytest.mark.parametrize(
    ("scaling", "due"),
    [
        ("none", [1, 2, 3, 10]),
        ("standard", [-0.8485, -0.5657, -0.2828, 1.6971]),
        ("robust", [-0.5, -1 / 6, 1 / 6, 2.5]),
        ("min_max", [0, 1 / 9, 2 / 9, 1]),
    ],
)
def test_scalings(scaling: str, due: list[float]) -> None:
    schema = Schema(columns=(Column(name="x", kind="number"),), target=CLASSES)
    rows = np.array([[1.0], [2.0], [3.0], [10.0]])
    steps = Preprocessing.fit(schema, rows, np.array([0, 1, 0, 1]), scaling=scaling)
    assert steps.encode(rows)[:, 0] == pytest.approx(due, abs=1e-4)
    assert steps.target_centre == ()


@pytest.mark.parametrize(("imputation", "due"), [("median", 2), ("mean", 13 / 3), ("zero", 0)])
def test_imputations(imputation: str, due: float) -> None:
    schema = Schema(columns=(Column(name="x", kind="number", missing=1),), target=CLASSES)
    rows = np.array([[1.0], [2.0], [10.0], [np.nan]])
    steps = Preprocessing.fit(
        schema, rows, np.array([0, 1, 0, 1]), scaling="none", imputation=imputation
    )
    assert steps.encode(rows)[3].tolist() == [pytest.approx(due), 1]


def test_constant_and_empty_columns_do_not_divide_by_zero() -> None:
    columns = (Column(name="same", kind="number"), Column(name="empty", kind="number", missing=2))
    rows = np.array([[7.0, np.nan], [7.0, np.nan]])
    steps = Preprocessing.fit(Schema(columns=columns, target=CLASSES), rows, np.array([0, 1]))
    assert steps.encode(rows).tolist() == [[0, 0, 1], [0, 0, 1]]


def test_ordinal_categories_are_numbers() -> None:
    steps = Preprocessing.fit(SCHEMA, ROWS, TARGETS, encoding="ordinal", scaling="none")
    assert steps.input_names[:5] == ("age", "age is missing", "port", "port is missing", "sex")
    assert steps.encode(ROWS)[:, 2].tolist() == [0, 2, 1]


def test_outputs_come_back_in_the_unit_of_the_targets() -> None:
    scaled = STEPS.scale_targets(TARGETS)
    assert scaled.mean() == pytest.approx(0)
    assert STEPS.restore_outputs(scaled) == pytest.approx(TARGETS)
    same = Preprocessing.fit(SCHEMA, ROWS, np.full((3, 1), 5.0))
    assert same.scale_targets(np.full((3, 1), 5.0)).tolist() == [[0], [0], [0]]
    plain = Preprocessing.fit(SCHEMA, ROWS, TARGETS, target_scaling="none")
    assert plain.scale_targets(TARGETS) is TARGETS
    assert plain.restore_outputs(TARGETS) is TARGETS


def test_a_row_does_not_depend_on_the_rows_beside_it() -> None:
    alone = np.concatenate([STEPS.encode(ROWS[row : row + 1]) for row in range(3)])
    assert alone.tobytes() == STEPS.encode(ROWS).tobytes()


def test_plain_values_give_the_steps_back_to_the_bit() -> None:
    image = ImageFormat(height=8, width=8, top=16, polarity="dark on light", centre=(0.4, 0.6))
    schema = replace(SCHEMA, left_out=(LeftOut(name="id", reason="identifier"),), image=image)
    steps = replace(STEPS, schema=schema)
    again = Preprocessing.from_dict(json.loads(json.dumps(steps.to_dict())))
    assert again == steps
    assert again.digest == steps.digest != STEPS.digest


def test_what_is_no_description_is_refused() -> None:
    values = STEPS.to_dict()
    with pytest.raises(DataError, match="features: expected a list, got 3"):
        Preprocessing.from_dict({**values, "features": 3})
    strange = {**values["schema"], "columns": [{**AGE.to_dict(), "kind": "sound"}]}
    with pytest.raises(
        DataError,
        match=r"columns\[0\].kind: expected one of .*, got 'sound'",
    ):
        Preprocessing.from_dict({**values, "schema": strange})
    newer = {**values["schema"], "columns": [{**AGE.to_dict(), "colour": "red"}]}
    with pytest.raises(DataError, match="written by a newer chainrule"):
        Preprocessing.from_dict({**values, "schema": newer})


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"rows of 4 columns, got .* age, port, sex, sailed"):
        STEPS.encode(np.zeros((2, 3)))


def test_images_have_no_steps() -> None:
    schema = Schema(target=CLASSES, image=ImageFormat(height=2, width=2))
    steps = Preprocessing.fit(schema, np.zeros((3, 4)), np.array([0, 1, 0]))
    assert (steps.features, steps.target_centre, schema.is_table) == ((), (), False)
