"""Control characters in what others named: shown, never sent to a terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest

from chainrule.documents import Document, Paragraph, Table, terminal_text
from chainrule.errors import InputError, describe
from chainrule.visible_text import CELL_WIDTH, cut_text, is_visible, make_visible

ATTACK = "rose\x1b]0;owned\x07\x1b[2J"
SHOWN = r"rose\x1b]0;owned\x07\x1b[2J"


def test_every_control_character_but_tab_and_line_feed_is_written_out() -> None:
    for code in range(0x110000):
        kind, letter = unicodedata.category(chr(code)), chr(code)
        if kind in ("Cc", "Cs", "Zl", "Zp") and letter not in "\t\n":
            assert not is_visible(letter), hex(code)
            assert make_visible(letter) in (rf"\x{code:02x}", rf"\u{code:04x}")
            assert json.loads(make_visible(f'"{letter}"', json=True)) == letter or code < 0x20


@pytest.mark.parametrize("text", ["", "rose", "rosé 玫瑰 🌹", "two\nlines\tand a tab", "№ ½ −1"])
def test_words_stay_as_they_are(text: str) -> None:
    assert is_visible(text)
    assert make_visible(text) == text


def test_marks_that_reverse_what_follows_are_written_out() -> None:
    assert make_visible("gpj.\u202eexe") == r"gpj.\u202eexe"
    assert make_visible("not utf-8: \udcff") == r"not utf-8: \udcff"


def test_errors_show_them() -> None:
    error = InputError(ATTACK, expected="a name", got=ATTACK, why=ATTACK, remedy=ATTACK)
    assert str(error) == f"{SHOWN}: expected a name, got {SHOWN}. {SHOWN}. {SHOWN}."


@pytest.mark.parametrize("styled", [False, True])
@pytest.mark.parametrize("attack", [ATTACK, "rose\x1b[1m"])
def test_documents_show_them(styled: bool, attack: str) -> None:
    table = Table(attack, (attack, "n"), ((attack, "1"),), attack)
    text = terminal_text(Document(attack, (Paragraph(attack), table)), styled=styled)
    assert text.isprintable() or text.replace("\n", "").isprintable()
    assert text.count(make_visible(attack)) == 6


def test_documents_without_them_keep_their_styles() -> None:
    assert terminal_text(Document("Roses", ()), styled=True) == "\x1b[1mRoses\x1b[0m\n"


def test_long_names_are_cut() -> None:
    assert cut_text("a" * CELL_WIDTH) == "a" * CELL_WIDTH
    assert cut_text("a" * 10_000) == "a" * (CELL_WIDTH - 1) + "…"
    line = Table("", (), (("n" * 10_000, "1"),)).lines()[0]
    assert line == f"  {'n' * (CELL_WIDTH - 1)}…  1"
    assert len(describe("a" * 10_000)) < 100


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://me:{}@host:5432/studies",
        "postgresql+psycopg://:{}@/db",
        "mysql://host/db?user=me&password={}&ssl=1",
        "connection to host=h user=me password={} failed",
        "redis://me:{}@host and http://me:{}@other",
    ],
)
@pytest.mark.parametrize("word", ["word", "w@rd", "w:rd", "%2Fword"])
def test_passwords_are_masked(address: str, word: str) -> None:
    text = address.format(word, word)
    for shown in (
        make_visible(text),
        make_visible(text, json=True),
        str(InputError(text, expected=text, got=text, why=text, remedy=text)),
    ):
        assert word not in shown.replace("password", "")
        assert "***" in shown


@pytest.mark.parametrize(
    "text", ["tcp://10.0.0.1:8786", "https://host/a:b", "token = 5", "a: b@c", "see the password"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert make_visible(text) == text
