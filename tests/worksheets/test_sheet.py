from __future__ import annotations

import pytest

from chainrule.bundled import bundled_files
from chainrule.documents.nodes import Heading
from chainrule.errors import InputError
from chainrule.ledger.files.worked_file import parse_worked, read_worked
from chainrule.ledger.ledger import Ledger
from chainrule.marking.judging import judge
from chainrule.worksheets.blanks import parse_patterns
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.sheet import SheetOptions, Worksheet, answer_text, make_worksheet
from chainrule.worksheets.sheet_rendering import sheet_document

PLANS = (
    ExercisePlan(),
    ExercisePlan(layers=(1, 1, 1), activation="tanh", steps=2),
    ExercisePlan(layers=(2, 3, 2), activation="relu", cost="squared_error", examples=2),
    ExercisePlan(layers=(2, 2, 3), activation="elu", cost="categorical_cross_entropy"),
    ExercisePlan(layers=(2, 2, 2), cost="binary_cross_entropy", optimiser="adam", steps=2),
    ExercisePlan(
        layers=(3, 2), activation="softplus", cost="huber", optimiser="rmsprop", biases=False
    ),
)
FILES = list(bundled_files("worked").values())


def made(plan: ExercisePlan, seed: int = 0, *blanks: str, **manner) -> Worksheet:
    return make_worksheet(
        Ledger(generate_exercise(plan, seed)), parse_patterns(blanks), SheetOptions(**manner), "7"
    )


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.cost}-{plan.optimiser}")
@pytest.mark.parametrize("digits", [2, 3, 4, 6, 10])
def test_the_answers_are_the_ledger_s_and_are_judged_right(plan, digits) -> None:
    for seed in range(2):
        sheet = made(plan, seed, digits=digits)
        for address, text in sheet.answers().items():
            value = float(sheet.ledger.value(address))
            assert float(text) == float(f"{value:.{digits}g}")
        marked = judge(Ledger(parse_worked(sheet.claims_text(sheet.answers()))))
        assert {one.verdict for one in marked.judgements} <= {"exact", "rounded"}
        assert marked.marks == marked.out_of == len(sheet.blanks)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_worked_files_become_sheets(path) -> None:
    ledger = Ledger(read_worked(path))
    # Of many steps, more than anybody would work out, the first.
    first = parse_patterns(["step[1].a"]) if path.stem.startswith("edge-detector") else ()
    sheet = make_worksheet(ledger, first)
    marked = judge(Ledger(parse_worked(sheet.claims_text(sheet.answers()))))
    assert marked.marks == marked.out_of == len(sheet.blanks)


def test_an_empty_claims_file_asks_for_every_blank() -> None:
    sheet = made(PLANS[0])
    example = parse_worked(sheet.claims_text())
    assert [str(one.quantity) for one in example.claims] == list(sheet.answers())
    assert {one.printed for one in example.claims} == {""}
    assert sheet.claims_text().startswith(
        "# Worksheet 7: write your numbers between the quotation marks at the end of this file,\n"
        '# such as printed = "0.5", to 4 significant digits. Then run\n# chainrule check on it.\n'
    )


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.5, 4, "0.5"),
        (0.50001, 4, "0.5000"),
        (-0.0625, 2, "-0.062"),
        (123.4, 3, "123"),
        (1234.5, 2, "1.2e+03"),
        (0.0, 4, "0"),
        (-0.0, 4, "0"),
        (0.1 + 0.2, 4, "0.3"),
        (0.00001234567, 3, "1.23e-05"),
    ],
)
def test_answers_as_text(value, digits, text) -> None:
    assert answer_text(value, digits) == text


def test_numbers_between_the_blanks() -> None:
    sheet = made(PLANS[0], 0, "a[1]", "z[2]")
    assert [str(one) for one in sheet.numbers if not sheet.is_blank(one)] == ["z[1][0]", "z[1][1]"]
    assert sheet.printed(sheet.numbers[0]) == f"{sheet.ledger.value('z[1][0]'):.6g}"
    bare = made(PLANS[0], 0, "a[1]", "z[2]", given=False)
    assert bare.numbers == bare.blanks == sheet.blanks


def headings(sheet: Worksheet) -> list[Heading]:
    return [block for block in sheet_document(sheet).blocks if isinstance(block, Heading)]


def test_headings() -> None:
    two = made(ExercisePlan(layers=(1, 1), examples=2, steps=2))
    found = headings(two)
    assert [one.text for one in found if one.level == 2][:3] == [
        "Step 1: forward pass",
        "Step 1: cost",
        "Step 1: errors, from the last layer back",
    ]
    assert sum(one.level == 2 for one in found) == 10
    marks = [int(one.aside.split()[0]) for one in found if one.aside]
    assert sum(marks) == len(two.blanks)
    texts = [one.text for one in found]
    cost = texts.index("Step 1: cost")
    assert texts[cost + 1 : cost + 4] == ["Example 0", "Example 1", "The batch"]
    gradients = texts.index("Step 1: gradients")
    assert found[gradients + 1].level == 2
    assert [one.text for one in headings(made(PLANS[0]))] == [
        "Forward pass",
        "Cost",
        "Errors, from the last layer back",
        "Gradients",
        "New weights and biases",
    ]


def test_too_many_blanks() -> None:
    with pytest.raises(InputError) as caught:
        made(ExercisePlan(layers=(10, 20, 10)))
    assert str(caught.value) == (
        "worksheet: expected at most 400 blanks, got 1011. More are too much work by hand. "
        "Choose fewer with --blank, or a smaller network."
    )


def test_bad_manners() -> None:
    with pytest.raises(InputError) as caught:
        SheetOptions(digits=1)
    assert str(caught.value) == (
        "worksheet: expected digits to be a whole number at least 2 and at most 10, got 1 (int). "
        "digits: significant digits to round to."
    )
