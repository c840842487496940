"""Passwords that are given to a command: no output repeats them."""

from __future__ import annotations

import pytest

ADDRESSES = (
    "postgresql://me:hidden@127.0.0.1:1/studies",
    "postgresql+psycopg://me:hidden@127.0.0.1:1/studies",
    "mysql://me:hidden@127.0.0.1:1/studies",
    "unknown://me:hidden@127.0.0.1:1/studies",
    "postgresql://127.0.0.1:1/studies?user=me&password=hidden",
)
COMMANDS = (
    ("list",),
    ("status", "small"),
    ("show", "small"),
    ("run", "rates"),
    ("resume", "small"),
    ("worker", "--study", "small"),
    ("export", "small", "--csv", "-"),
)


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_no_output_repeats_a_password(own_folder, chainrule, words, address) -> None:
    outcome = chainrule("study", *words, "--storage", address)
    assert outcome.code != 0
    assert outcome.err
    assert "hidden" not in outcome.out + outcome.err


def test_the_report_of_a_fault_repeats_none(capsys) -> None:
    from chainrule.cli.exit_status import report_error

    error = KeyError("postgresql://me:hidden@host/db")
    assert report_error(error, ["study", "list", "--storage", "postgresql://me:hidden@h/db"]) == 70
    told = capsys.readouterr().err
    assert "hidden" not in told
    assert told.count("me:***@") == 2
