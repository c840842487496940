"""`chainrule completion`: print the script by which a shell completes command lines."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from chainrule.cli.command import COMPLETION_VARIABLE, Command, argument
from chainrule.errors import unknown_name

__all__ = ["command", "completion_script"]

_SHELLS = ("bash", "zsh", "fish")
_ABOUT = """Print the script by which a shell completes command lines.

SHELL is bash (4.4 or newer), zsh or fish. The script completes commands, flags and their values,
names of runs, data, figures, presets and studies, and the files that come with chainrule. Load it
whenever a shell starts:

\b
    bash   eval "$(chainrule completion bash)"             in ~/.bashrc
    zsh    eval "$(chainrule completion zsh)"              in ~/.zshrc
    fish   chainrule completion fish | source              in ~/.config/fish/config.fish"""

_EXAMPLES = (
    "chainrule completion bash",
    "chainrule completion fish > ~/.config/fish/completions/chainrule.fish",
)


def completion_script(shell: str) -> str:
    """Return the script by which a shell completes the commands of chainrule.

    Args:
        shell: "bash", "zsh" or "fish".

    Raises: UnknownNameError.
    """
    if shell not in _SHELLS:
        raise unknown_name("completion", "a shell", shell, _SHELLS, argument="shell")
    kind = get_completion_class(shell)
    assert kind is not None, "click knows these three"
    # Not source(), which runs bash to see its version: the script may be for another machine.
    made = kind(click.Command("chainrule"), {}, "chainrule", COMPLETION_VARIABLE)
    return made.source_template % made.source_vars()


def _completion(shell: str) -> None:
    click.echo(completion_script(shell))


command = Command(
    "completion", _completion, about=_ABOUT, parameters=[argument("shell")], examples=_EXAMPLES
)
