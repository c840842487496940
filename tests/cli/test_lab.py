"""`chainrule lab` on the command line: the address comes first, and a signal ends it."""

from __future__ import annotations

import json
import re
import signal
import urllib.error
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar
from typing import Any

import pytest


def test_the_first_line_is_an_address_that_lets_in(process: Callable[..., Any]) -> None:
    lab = process("lab", "two-layers", "--no-open")
    address = lab.stdout.readline().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[0-9a-f]{64}", address)
    cookies = urllib.request.HTTPCookieProcessor(CookieJar())
    visitor = urllib.request.build_opener(cookies)
    with visitor.open(address) as answer:
        assert b"chainrule lab" in answer.read()
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(address.partition("?")[0])
    lab.send_signal(signal.SIGINT)
    out, err = lab.communicate(timeout=30)
    assert (lab.returncode, out, err) == (0, "", "")


def test_one_view_as_json(chainrule: Callable[..., Any]) -> None:
    outcome = chainrule("lab", "two-layers", "--view", "look?select=delta[1][0]")
    assert outcome.code == 0
    assert json.loads(outcome.out)["opened"]["equation"] == "BP2b"


def test_a_port_in_use(chainrule: Callable[..., Any], process: Callable[..., Any]) -> None:
    lab = process("lab", "two-layers", "--no-open")
    port = re.search(r":(\d+)/", lab.stdout.readline())
    assert port is not None
    outcome = chainrule("lab", "two-layers", "--no-open", "--port", port[1])
    assert outcome.code == 2
    assert "with a free port" in outcome.err
