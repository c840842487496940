from __future__ import annotations

import json
from pathlib import Path

import pytest

from chainrule.bundled import bundled_files
from chainrule.errors import InputError
from chainrule.marking import check_class

EXAMPLES = bundled_files("worked")
DETECTOR = str(EXAMPLES["four-detector"])
STEP = str(EXAMPLES["approximator-back-propagation"])


def test_a_file_with_errors(chainrule) -> None:
    outcome = chainrule("check", DETECTOR)
    assert (outcome.code, outcome.err) == (1, "")
    lines = outcome.out.splitlines()
    assert lines[0] == "four-detector: a 4 in four pixels"
    assert "  a[1][0]          0.407     0.592908                 wrong" in lines
    assert "First wrong: a[1][0]" in lines
    assert "14 of 17 marks" in lines
    assert max(map(len, lines)) <= 80


def test_a_file_without(chainrule) -> None:
    outcome = chainrule("check", STEP)
    assert outcome.code == 0
    assert "\n19 of 19 marks\n\nNothing is wrong.\n" in outcome.out


def test_json(chainrule) -> None:
    outcome = chainrule("check", DETECTOR, "--json")
    found = json.loads(outcome.out)
    assert outcome.code == 1
    assert (found["first_wrong"], found["marks"], found["out_of"]) == ("a[1][0]", 14, 17)
    assert found["claims"][1]["slip"] == "sign of z"


def test_html(chainrule) -> None:
    outcome = chainrule("check", DETECTOR, "--format", "html")
    assert outcome.code == 1
    assert outcome.out.startswith("<!DOCTYPE html>\n")
    assert outcome.out.endswith("</html>\n")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (
            ("--json", "--format", "text"),
            "check: expected --json or --format, got both. Leave one of them out.",
        ),
        (
            ("--format", "pdf"),
            "check: expected a name for --format, got 'pdf' (str). This name is unknown. "
            "Valid names: html, json, latex, markdown, text.",
        ),
    ],
)
def test_bad_flags(chainrule, flags, told) -> None:
    outcome = chainrule("check", DETECTOR, *flags)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", told + "\n")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'quantity = "a[2][0]"',
            'quantity = "a[3][0]"',
            "bad.toml, line 35: expected a layer from 0 to 2, got 'a[3][0]'. The network is 1-1-1.",
        ),
        (
            'printed = "0.694"',
            'printed = "about 0.7"',
            "bad.toml, line 36: expected a number as it is printed, such as '0.818', '-3/4' or "
            "'81.8 %', got 'about 0.7'.",
        ),
    ],
)
def test_a_claim_that_cannot_be_read_does_not_end_the_others(chainrule, old, new, told) -> None:
    text = Path(STEP).read_text()
    assert old in text
    Path("bad.toml").write_text(text.replace(old, new, 1))
    outcome = chainrule("check", "bad.toml")
    assert (outcome.code, outcome.err) == (2, f"{told}\n")
    words = " ".join(outcome.out.split())
    assert f"Not read: {told}" in words
    assert "18 of 19 marks Nothing is wrong. Not read: 1 of 19." in words
    record = json.loads(chainrule("check", "bad.toml", "--json").out)
    assert [one["error"] for one in record["refused"]] == [told]
    assert (record["marks"], record["out_of"], len(record["claims"])) == (18, 19, 18)


def test_a_file_of_nothing_that_can_be_read(chainrule) -> None:
    text = Path(STEP).read_text()
    one = '[[claims]]\nquantity = "z[9][0]"\nprinted = "1"\n'
    Path("bad.toml").write_text(text[: text.index("[[claims]]")] + one)
    outcome = chainrule("check", "bad.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.endswith(
        ": expected a layer from 1 to 2, got 'z[9][0]'. The network is 1-1-1.\n"
    )
    of_many = chainrule("check", "bad.toml", STEP)
    assert (of_many.code, of_many.err) == (2, outcome.err)
    assert ["bad", "not", "read"] in [line.split() for line in of_many.out.splitlines()]


def test_a_class(chainrule) -> None:
    outcome = chainrule("check", DETECTOR, STEP, "--csv", "marks.csv")
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.startswith("Marks of a class\n\n2 files, 33 of 36 marks\n")
    lines = outcome.out.splitlines()
    assert "  four-detector                  14 of 17  a[1][0]      sign of z" in lines
    assert "  approximator-back-propagation  19 of 19" in lines
    table = Path("marks.csv").read_text()
    assert table.startswith("student,file,marks,out_of,first_wrong,slip,z[1][0],a[1][0],")
    assert chainrule("check", DETECTOR, STEP, "--csv", "-").out == table


@pytest.mark.parametrize("name", ["markdown", "latex", "html"])
def test_a_class_in_every_format(chainrule, name) -> None:
    outcome = chainrule("check", DETECTOR, STEP, "none.toml", "--format", name)
    assert outcome.code == 2
    assert "33 of 36 marks" in outcome.out
    assert "sign of z" in outcome.out
    assert "Not read: none.toml" in outcome.out


def test_a_class_with_a_file_that_cannot_be_read(chainrule) -> None:
    outcome = chainrule("check", STEP, "none.toml", "--json")
    told = "none.toml: expected a readable file, got No such file or directory."
    assert (outcome.code, outcome.err) == (2, f"{told}\n")
    first, second = json.loads(outcome.out)["students"]
    assert (first["student"], first["marks"]) == ("approximator-back-propagation", 19)
    assert second == {"student": "none", "file": "none.toml", "error": told}
    assert chainrule("check", STEP, STEP).code == 0


def test_a_class_of_nothing(chainrule) -> None:
    outcome = chainrule("check", "one.toml", "two.toml")
    assert outcome.code == 2
    assert "Questions" not in outcome.out
    assert outcome.err.count("\n") == 2
    with pytest.raises(InputError, match="expected at least one file, got none"):
        check_class([])


def test_indices_from_1(chainrule) -> None:
    text = Path(STEP).read_text().replace('[0]"', '[1]"').replace("[0,0]", "[1,1]")
    Path("from_1.toml").write_text(text)
    outcome = chainrule("check", "from_1.toml", "--indices", "1")
    assert outcome.code == 0
    assert "  a[2][1] " in outcome.out
    assert chainrule("check", "from_1.toml").code == 2
    Path("from_1.toml").write_text(f"indices = 1\n{text}")
    assert chainrule("check", "from_1.toml").out == outcome.out
    assert "  a[2][0] " in chainrule("check", "from_1.toml", "--indices", "0").out


@pytest.mark.parametrize("name", ["mazur", "cs231n-neuron", "han-kamber", "negnevitsky"])
def test_textbooks_are_right(chainrule, name) -> None:
    outcome = chainrule("check", name)
    assert outcome.code == 0
    assert "\nNothing is wrong.\n" in outcome.out


def test_no_claims(chainrule) -> None:
    text = Path(STEP).read_text()
    Path("none.toml").write_text(text[: text.index("[[claims]]")])
    outcome = chainrule("check", "none.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "none.toml: expected at least one claim to check, got none. Add a table [[claims]] with "
        'quantity = "z[1][0]" and printed = "1.5".\n'
    )
