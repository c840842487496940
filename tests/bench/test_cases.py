from __future__ import annotations

import json

import pytest

from chainrule.errors import UnknownNameError
from comparison.cases import CASES, QUICK_CASES, Case, find_cases


def test_the_table_has_what_is_to_be_measured() -> None:
    assert list(CASES) == [
        "784-32-16-10/1",
        "784-32-16-10/10",
        "784-32-16-10/40",
        "784-32-16-10/100",
        "784-15-10/10",
        "784-64-10/32",
        "784-392-196-10/32",
        "784-392-196-10/32/adam",
        "784-392-196-10/128",
        "784-392-196-10/128/adam",
        "784-800-800-10/128",
        "784-800-800-10/128/adam",
        "20-32-2/32",
        "20-32-2/32/adam",
    ]
    assert set(QUICK_CASES) < set(CASES)


@pytest.mark.parametrize("case", CASES.values(), ids=str)
def test_an_epoch_is_whole_batches_of_what_there_is(case: Case) -> None:
    assert case.examples == case.steps * case.batch_size
    assert case.examples <= (100_000 if case.data == "table" else 60_000)


def test_papers_nets_are_sigmoid_and_the_others_usual() -> None:
    paper, usual = CASES["784-32-16-10/10"], CASES["784-800-800-10/128"]
    assert (paper.activations, paper.cost) == (("sigmoid",) * 3, "squared_error")
    assert usual.activations == ("relu", "relu", "softmax")
    assert usual.cost == "categorical_cross_entropy"


def test_work_is_counted_by_hand() -> None:
    # forward 2 (784 32 + 32 16 + 16 10); twice that again on the way back, but for 784 32 once
    assert CASES["784-32-16-10/10"].flops == 2 * 25_760 * 3 - 2 * 25_088 == 104_384


@pytest.mark.parametrize(("most", "examples"), [(2_000, 1_920), (10, 128), (10**9, 12_800)])
def test_a_smaller_case_is_still_whole_batches(most: int, examples: int) -> None:
    assert CASES["784-800-800-10/128"].limited_to(most).examples == examples


def test_a_case_goes_through_json() -> None:
    for case in CASES.values():
        assert Case.from_dict(json.loads(json.dumps(case.to_dict()))) == case


def test_layers_alone_name_all_that_have_them() -> None:
    found = find_cases(["20-32-2", "784-15-10/10", "20-32-2/32"])
    assert [case.name for case in found] == ["20-32-2/32", "20-32-2/32/adam", "784-15-10/10"]


def test_a_case_that_is_none() -> None:
    with pytest.raises(UnknownNameError) as caught:
        find_cases(["784-15-10/11"])
    text = str(caught.value)
    assert text.startswith(
        "bench: expected a case, got '784-15-10/11' (str). Did you mean '784-15-10/10'? "
        "Valid names: 20-32-2, 20-32-2/32, 20-32-2/32/adam, "
    )
