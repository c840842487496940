"""Claims that are not answered yet: their text is empty."""

from __future__ import annotations

import pytest

from chainrule.documents.document import render
from chainrule.errors import InputError
from chainrule.ledger.files.worked_file import parse_worked
from chainrule.ledger.ledger import Ledger
from chainrule.marking.judging import MarkedClaims, judge
from chainrule.marking.marks import first_wrong_text, marks_document


def judged(chain: str, **claims: str) -> tuple[Ledger, MarkedClaims]:
    """The judgement of claims, whose addresses have _ for brackets: z_1_0 is z[1][0]."""
    text = chain.partition("[[claims]]")[0]
    for name, printed in claims.items():
        kind, *places = name.split("_")
        address = kind + "".join(f"[{place}]" for place in places)
        text += f'[[claims]]\nquantity = "{address}"\nprinted = "{printed}"\n'
    ledger = Ledger(parse_worked(text))
    return ledger, judge(ledger)


def test_they_earn_no_mark_and_are_not_wrong(chain) -> None:
    _, marked = judged(chain, z_1_0="1.5", a_1_0="", z_2_0="0.82", a_2_0="   ")
    assert [one.verdict for one in marked.judgements] == [
        "exact",
        "unanswered",
        "rounded",
        "unanswered",
    ]
    assert (marked.marks, marked.out_of, marked.unanswered) == (2, 4, 2)
    assert marked.first_wrong is None
    assert not marked.judgements[1].is_answered
    assert first_wrong_text(marked) == "Nothing is wrong. Not answered: 2 of 4."


def test_what_follows_is_judged_as_if_they_were_not_there(chain) -> None:
    _, with_blank = judged(chain, z_1_0="2.5", a_1_0="", z_2_0="0.92")
    _, without = judged(chain, z_1_0="2.5", z_2_0="0.92")
    assert with_blank.judgements[2] == without.judgements[1].__class__(
        **{**vars(without.judgements[1]), "where": with_blank.judgements[2].where}
    )
    assert with_blank.judgements[2].verdict == "carried"
    assert first_wrong_text(with_blank) == "First wrong: z[1][0]. Not answered: 1 of 3."


def test_nothing_of_them_is_told_in_words(chain) -> None:
    ledger, marked = judged(chain, z_1_0="1.5", a_1_0="")
    text = render(marks_document(ledger, marked), "text")
    assert ["a[1][0]", "unanswered"] in [line.split() for line in text.splitlines()]
    assert "\nNothing is wrong. Not answered: 1 of 2.\n" in text
    html = render(marks_document(ledger, marked), "html")
    assert "0.8175" not in html
    assert "<dt>unanswered</dt><dd>has no answer yet</dd>" in html


def test_the_record(chain) -> None:
    _, marked = judged(chain, a_1_0="")
    record = marked.to_dict()
    assert record["claims"] == [
        {
            "quantity": "a[1][0]",
            "printed": "",
            "exact": pytest.approx(0.8175744761936437, abs=1e-15),
            "verdict": "unanswered",
            "slip": None,
            "slip_at": None,
            "follows": pytest.approx(0.8175744761936437, abs=1e-15),
        }
    ]
    assert (record["marks"], record["out_of"], record["first_wrong"]) == (0, 1, None)


def test_nothing_answered(chain) -> None:
    _, marked = judged(chain, a_1="", W_1="")
    assert [str(one.quantity) for one in marked.judgements] == ["a[1][0]", "W[1][0,0]"]
    assert first_wrong_text(marked) == "No number has an answer yet."


def test_an_array_without_a_text_is_unanswered_number_by_number(make) -> None:
    text = (
        "[network]\nlayers = [1, 2]\nactivations = 'tanh'\nweights = [[[1.0], [2.0]]]\n"
        "[[examples]]\ninputs = [1.0]\n[[claims]]\nquantity = 'z[1]'\nprinted = ''\n"
    )
    marked = judge(Ledger(parse_worked(text)))
    assert [str(one.quantity) for one in marked.judgements] == ["z[1][0]", "z[1][1]"]


def test_a_claim_must_have_a_text_all_the_same(chain) -> None:
    with pytest.raises(InputError) as caught:
        parse_worked(chain.replace('printed = "0.818"', ""), "sheet.toml")
    assert str(caught.value) == (
        "sheet.toml, line 15: expected the key printed in [[claims]], got none. Write printed = "
        '"0.818".'
    )
    with pytest.raises(InputError) as caught:
        parse_worked(chain.replace('printed = "0.818"', "printed = 0.818"), "sheet.toml")
    assert str(caught.value) == (
        "sheet.toml, line 17: expected printed to be a line of text, at most 2000 characters, "
        'got 0.818 (float). Write printed = "0.818".'
    )
