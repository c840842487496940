from __future__ import annotations

import click
import pytest

from chainrule.cli.flags import Setting, flag_name, flag_of, given_settings
from chainrule.errors import InputError
from chainrule.limits import Limit

WIDTHS = Setting(name="widths", limit=Limit(int, "widths", 1), many=True, least=2)
RATE = Setting(name="rate", limit=Limit(float, "rate", 0, optional=True), default=0.5)
DEEP = Setting(name="is_deep", limit=Limit(bool, "whether it is deep", group="net"), default=True)


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (RATE, "0.25", 0.25),
        (RATE, "3", 3.0),
        (RATE, "1e-3", 0.001),
        (RATE, "None", None),
        (WIDTHS, "1, 2,3", [1, 2, 3]),
        (WIDTHS, "1e3,2", [1000, 2]),
        (DEEP, "Yes", True),
        (DEEP, "off", False),
    ],
)
def test_texts_are_read(setting, text, value) -> None:
    found = setting.parse("here", "--it", text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("setting", "text", "message"),
    [
        (RATE, "fast", "expected --it to be a number at least 0 or none, got 'fast' (str)."),
        (RATE, "inf", "expected --it to be a number at least 0 or none, got inf (float)."),
        (WIDTHS, "1", "expected --it to be at least 2 values, got 1."),
        (WIDTHS, "1,,2", "expected --it to be a whole number at least 1, got '' (str)."),
        (WIDTHS, "none", "expected --it to be at least 2 values, got none."),
        (DEEP, "maybe", "expected --it to be true or false, got 'maybe' (str)."),
    ],
)
def test_other_texts_are_refused(setting, text, message) -> None:
    with pytest.raises(InputError) as caught:
        setting.parse("here", "--it", text)
    assert str(caught.value).startswith(f"here: {message}")


def test_values_of_files_are_not_read_but_checked() -> None:
    assert WIDTHS.check("here", "widths", (4, 5)) == [4, 5]
    assert RATE.check("here", "rate", None) is None
    with pytest.raises(InputError, match="got '3'"):
        RATE.check("here", "rate", "3")
    with pytest.raises(InputError, match="at least 2 values, got 7"):
        WIDTHS.check("here", "widths", 7)


def test_help_is_made_from_the_limit() -> None:
    assert flag_of(RATE).help == "rate: a number at least 0 or none [0.5]"
    assert flag_of(WIDTHS).help == "widths: a whole number at least 1 [none]"
    assert flag_of(WIDTHS).metavar == "N,N,…"
    deep = flag_of(DEEP)
    assert (deep.help, deep.group) == ("whether it is deep [yes]", "net")
    assert (deep.opts, deep.secondary_opts) == (["--is-deep"], ["--no-is-deep"])


def test_american_spellings() -> None:
    setting = Setting(name="bias_initialiser", limit=Limit(str, "how"))
    assert flag_of(setting).opts == ["--bias-initialiser", "--bias-initializer"]
    assert flag_name("bias_initialiser") == "--bias-initialiser"


def test_only_what_was_typed_counts() -> None:
    seen = {}

    def callback(**_: object) -> None:
        settings = {setting.name: setting for setting in (RATE, DEEP)}
        seen.update(given_settings(click.get_current_context(), settings))

    flags = [flag_of(RATE), flag_of(DEEP), click.Option(["--other"])]
    command = click.Command("try", callback=callback, params=list(flags))
    command.main(["--other", "1", "--rate", "none"], standalone_mode=False)
    assert seen == {"rate": None}
