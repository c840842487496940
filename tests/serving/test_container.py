"""The container's files: what they copy exists, what they run exists, and nobody is root."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from chainrule.cli.serve import command

ROOT = Path(__file__).resolve().parents[2]


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, each with its arguments in one line."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]  # type: ignore[misc]


def one(name: str) -> str:
    """The arguments of the last instruction of a name."""
    return [arguments for word, arguments in instructions() if word == name][-1]


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [a for word, a in instructions() if word == "COPY" and not a.startswith("--from")]
    assert copied
    for line in copied:
        *sources, _ = shlex.split(line)
        for source in sources:
            assert (ROOT / source).exists(), source
            assert f"!{source.partition('/')[0]}" in ignored
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {needed["readme"], "LICENSE"} <= {word for line in copied for word in shlex.split(line)}


def test_stages_and_users() -> None:
    stages = [arguments for word, arguments in instructions() if word == "FROM"]
    assert len(stages) == 2
    assert all(":" in stage and ":latest" not in stage for stage in stages)
    assert one("USER") not in ("root", "0")
    words = [word for word, _ in instructions()]
    assert words.index("USER") > len(words) - words[::-1].index("FROM") - 1
    created = [a for word, a in instructions() if word == "RUN" and "useradd" in a]
    assert f" {one('USER')} " in f"{created[0]} "


def parse(arguments: list[str]) -> dict[str, Any]:
    """What `chainrule serve` understands."""
    with command.make_context("serve", list(arguments)) as context:
        return dict(context.params)


def test_the_commands_exist() -> None:
    assert json.loads(one("ENTRYPOINT")) == ["chainrule", "serve"]
    given = parse(json.loads(one("CMD")))
    assert given["host"] == "0.0.0.0"
    assert given["token_file"]
    service = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["chainrule"]
    assert parse(service["command"])["token_file"] == "/run/secrets/token"
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert (ROOT / service["build"] / "Dockerfile").exists()
    example = re.findall(r"^#     .* \\\n#(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert parse(shlex.split(example[0])[1:])["token_file"] == "/token"


@pytest.mark.parametrize("path", ["/health", "/nothing"])
def test_the_health_check_asks_the_service(server: str, path: str) -> None:
    check = json.loads(one("HEALTHCHECK").partition(" CMD ")[2])
    assert check[:2] == ["python", "-c"]
    code = check[2].replace("http://127.0.0.1:8000/health", server + path)
    assert code != check[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode == 0) == (path == "/health")


def pins(name: str) -> dict[str, str]:
    """The pinned packages of a lock with their hashes."""
    text = (ROOT / "requirements" / name).read_text().replace(" \\\n", " ")
    found = {}
    for line in text.splitlines():
        if match := re.match(r"([\w.-]+)==", line):
            kept = " ".join(line.partition(" # ")[0].split())
            found[match[1]] = found.get(match[1], "") + kept
    return found


def test_the_lock_of_the_container_is_that_of_the_tests() -> None:
    assert "requirements/serve.txt" in one("RUN") or any(
        "requirements/serve.txt" in arguments for _, arguments in instructions()
    )
    locked, tested = pins("serve.txt"), pins("test.txt")
    assert locked == {name: tested[name] for name in locked}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["serve"]]
    assert {Requirement(one).name for one in asked} <= set(locked)
    assert set(pins("run.txt")) < set(locked)
