from __future__ import annotations

import json
from pathlib import Path

import pytest

from chainrule.bundled import bundled_files

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
def test_bad_files(chainrule, old, new, told) -> None:
    text = Path(STEP).read_text()
    assert old in text
    Path("bad.toml").write_text(text.replace(old, new, 1))
    outcome = chainrule("check", "bad.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == told + "\n"


def test_no_claims(chainrule) -> None:
    text = Path(STEP).read_text()
    Path("none.toml").write_text(text[: text.index("[[claims]]")])
    outcome = chainrule("check", "none.toml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "none.toml: expected at least one claim to check, got none. Add a table [[claims]] with "
        'quantity = "z[1][0]" and printed = "1.5".\n'
    )
