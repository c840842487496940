from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.worksheets.blanks import parse_patterns
from chainrule.worksheets.exercise_generator import generate_exercise
from chainrule.worksheets.exercise_plan import ExercisePlan
from chainrule.worksheets.number_faults import count_faults
from chainrule.worksheets.sheet import SheetOptions, Worksheet, make_worksheet
from chainrule.worksheets.sheet_rendering import render_answers, render_sheets

VOID = ("img", "meta", "wbr")


class Balanced(HTMLParser):
    """Refuses elements that are not closed in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def made(plan: ExercisePlan | None = None, *blanks: str, seed: int = 5, **manner) -> Worksheet:
    example = generate_exercise(plan or ExercisePlan(), seed)
    return make_worksheet(Ledger(example), parse_patterns(blanks), SheetOptions(**manner), "5")


def sheets_html(sheets: list[Worksheet]) -> str:
    return render_sheets(sheets, "html")


def answers_html(sheets: list[Worksheet]) -> str:
    return render_answers(sheets, "html")


def body(html: str) -> str:
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    return re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).replace("−", "-")


def decimals(text: str) -> Counter[str]:
    return Counter(re.findall(r"[0-9]+\.[0-9]+", text))


def given(sheet: Worksheet) -> Counter[str]:
    """The numbers that a sheet must state: inputs, targets, parameters and the rate."""
    step = sheet.ledger.step(1)
    numbers = [*step.trace.x.flat, *step.trace.y.flat, *step.theta]
    return Counter(
        f"{abs(one):.12g}" for one in [*numbers, sheet.ledger.example.recipe.learning_rate]
    )


@pytest.mark.parametrize("hints", [False, True])
@pytest.mark.parametrize("notation", ["row", "column", "papers"])
@pytest.mark.parametrize("seed", range(3))
def test_a_sheet_states_what_is_given_and_no_answer(seed, notation, hints) -> None:
    sheet = made(seed=seed, notation=notation, hints=hints)
    assert decimals(body(sheets_html([sheet]))) == given(sheet)


def test_numbers_between_blanks_are_no_answers() -> None:
    sheet = made(None, "a", "delta")
    printed = decimals(body(sheets_html([sheet])))
    answers = {text.lstrip("-") for text in sheet.answers().values()}
    assert not answers & set(printed)
    between = [one for one in sheet.numbers if not sheet.is_blank(one)]
    assert printed - given(sheet) == Counter(
        sheet.printed(one).lstrip("-") for one in between if "." in sheet.printed(one)
    )


def test_all_that_a_sheet_has_to_say() -> None:
    text = " ".join(body(sheets_html([made()])).split())
    for words in (
        "One step of training by hand: network 2-2-1",
        "Sheet 5",
        "Name Date Marks of 34",
        "Give each to 4 significant digits.",
        "2 inputs, 2 hidden neurons, 1 output",
        "half squared error",
        "Learning rate η = 0.5",
        "gradient descent",
        "Layers stand above in brackets and count from 1. Indices stand below and count from 0. A "
        "weight leads to the neuron of its first index from that of its second.",
        "Forward pass 6 marks",
        "Cost 1 mark",
        "weighted sum z[1][0]",
        "chainrule check marks it.",
    ):
        assert words in text, words
    assert "BP2" not in text
    assert "BP2" in body(sheets_html([made(hints=True)]))


def test_training_that_is_more_than_a_rate_is_told() -> None:
    plan = ExercisePlan(optimiser="momentum", examples=2, activation=("tanh", "sigmoid"))
    text = " ".join(body(sheets_html([made(plan)])).split())
    assert "momentum μ = 0.9 of the first weight, as an example v 0,0" in text
    assert "of the batch: C is the mean of c over the examples" in text
    assert "tanh in layer 1 φ ( z ) = tanh" in text
    assert "Example 1" in text


@pytest.mark.parametrize("activation", ["relu", "selu", "leaky_relu", "gelu", "softplus"])
def test_every_function_is_told_without_an_answer(activation) -> None:
    sheet = made(ExercisePlan(activation=activation))
    extra = decimals(body(sheets_html([sheet]))) - given(sheet)
    assert extra == ({"0.01": 1} if activation == "leaky_relu" else {})


def test_a_page_needs_nothing_from_outside() -> None:
    for html in (sheets_html([made()]), answers_html([made()])):
        assert html.startswith("<!DOCTYPE html>\n")
        assert "default-src 'none'; style-src 'sha256-" in html
        assert not re.search(r'<script|https?://|src="(?!data:)|href=', html)


def test_words_of_a_title_are_no_markup() -> None:
    sheet = make_worksheet(
        Ledger(generate_exercise(ExercisePlan(), 0, title="<b>&</b>")), label="<i>"
    )
    for html in (sheets_html([sheet]), answers_html([sheet])):
        assert "&lt;b&gt;&amp;&lt;/b&gt;" in html
        assert "<b>&" not in html
        assert "Sheet &lt;i&gt;" in html


def test_copies_stand_on_pages_of_their_own() -> None:
    several = [made(), made(seed=6)]
    assert sheets_html(several).count('<article class="sheet">') == 2
    assert '<main class="copies">' in sheets_html(several)
    assert '<main class="single">' in sheets_html(several[:1])


def test_large_networks_are_not_drawn() -> None:
    assert "<img" in sheets_html([made()])
    assert "<img" not in sheets_html([made(ExercisePlan(layers=(7, 2, 1)))])


@pytest.mark.parametrize("digits", [2, 4, 7])
def test_the_answers_are_the_ledger_s(digits) -> None:
    sheet = made(ExercisePlan(layers=(2, 2, 2), activation="tanh"), digits=digits)
    html = answers_html([sheet])
    found = {}
    for row in re.findall(r'<article class="entry">(.*?)</article>', html):
        address = re.search(r"<code>(.*?)</code>", row)[1]
        text, more = re.findall(r'class="line (?:result|remark)">(.*?)</div>', row)
        text, more = text.replace("<mo>=</mo>", ""), more.removeprefix("with more digits ")
        found[address] = plain(text)
        assert float(plain(more)) == float(f"{sheet.ledger.value(address):.{digits + 4}g}")
    assert found == {k: v.replace("e-0", "e-") for k, v in sheet.answers().items()}


def plain(markup: str) -> str:
    text = re.sub(r"<[^>]+>", "", markup.replace("<mo>·</mo><msup><mn>10</mn>", "e"))
    return text.replace("−", "-")


FORWARD = """
title = "Forward"
[network]
layers = [1, 2]
activations = "tanh"
weights = [[[0.5], [0.25]]]
[[examples]]
inputs = [1.5]
"""


def test_the_pass_forward_alone() -> None:
    sheet = make_worksheet(Ledger(parse_worked(FORWARD)))
    text = " ".join(body(sheets_html([sheet])).split())
    assert "1 input, 2 outputs; no biases" in text
    assert "Cost" not in text
    assert "Forward pass 4 marks" in text
    assert count_faults(sheet.ledger.example) == 0


def test_a_schedule_and_penalties_are_told(chain) -> None:
    more = 'steps = 2\nschedule = "exponential"\nepochs = 4\nl1 = 0.01\nl2 = 0.02\nclip_norm = 0.5'
    sheet = make_worksheet(Ledger(parse_worked(chain.replace("steps = 2", more))))
    text = " ".join(body(sheets_html([sheet])).split())
    assert "Learning rate in step 1 η = 1 in step 2 η = 0.5 Update" in text
    assert "over all weights, none of them a bias P = λ 1 ∑ | W | + 1 2 λ 2 ∑ W 2" in text
    assert "gradient descent λ 1 = 0.01 , λ 2 = 0.02 , clip norm = 0.5 of the first weight" in text
