from __future__ import annotations

import io
import sys

import pytest

from chainrule.cli.downloads import Downloads, download_view, size_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (561753746, "561.8 MB")]
)
def test_sizes(size, text) -> None:
    assert size_text(size) == text


def test_a_line_for_each_file_where_there_is_no_terminal(capsys) -> None:
    with download_view() as observe:
        for done in (0, 500, 1000):
            observe("a.gz", done, 1000)
        observe("b.gz", 5, 2_000_000)
    assert capsys.readouterr() == ("", "fetching a.gz (1.0 kB)\nfetching b.gz (2.0 MB)\n")


def test_a_bar_on_a_terminal_at_most_ten_times_a_second(monkeypatch) -> None:
    terminal, now = Terminal(), [100.0]
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    downloads = Downloads(clock=lambda: now[0])
    downloads("a.gz", 0, 1000)
    first = terminal.getvalue().count("a.gz")
    for done in range(100):
        downloads("a.gz", done, 1000)
    assert terminal.getvalue().count("a.gz") == first
    now[0] += 0.2
    downloads("a.gz", 500, 1000)
    assert terminal.getvalue().count("a.gz") == first + 1
    assert "0.5/1.0 kB" in terminal.getvalue()
    downloads.stop()


def test_nothing_is_shown_where_nothing_is_fetched(capsys) -> None:
    with download_view():
        pass
    assert capsys.readouterr() == ("", "")
