from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chainrule.cli import main

STUDY = """
search = "{search}"
seeds = {seeds}
validation_fraction = 0.25
data = "{data}"

[network]
layers = [2, 3, 2]

[recipe]
engine = "reference"

[space]
{space}

[budget]
epochs = 2
{trials}

[run]
workers = 1
"""
RATES = "batch_size = [4, 8]\nlearning_rate = [0.01, 0.1]"
MOMENTUM = """optimiser = ["sgd", "momentum"]
momentum = { low = 0.5, high = 0.9, when = { optimiser = "momentum" } }"""
MANY = f"learning_rate = {[round(0.01 * k, 2) for k in range(1, 25)]}"


@pytest.fixture
def computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Compute a study of a name in the current folder."""
    monkeypatch.chdir(tmp_path)
    rows = [f"{1 + i % 5},{2 + i % 3},{'rose' if i % 2 else 'tulip'}" for i in range(40)]
    data = tmp_path / "flowers.csv"
    data.write_text("\n".join(["length,width,kind", *rows]) + "\n")

    def compute(name: str, space: str, search: str = "grid", seeds: int = 2) -> None:
        trials = "trials = 4" if search != "grid" else ""
        text = STUDY.format(search=search, seeds=seeds, data=data, space=space, trials=trials)
        Path(f"{name}.toml").write_text(text)
        assert main(["study", "run", f"{name}.toml", "--json"]) == 0

    return compute


def pictures(page: str) -> dict[str, str]:
    """The root element of each picture by the heading above it."""
    found = re.findall(
        r'<h2>([^<]*)</h2>\n.*?<img src="data:image/svg\+xml;base64,([^"]*)" alt="\1">', page
    )
    return {name: ElementTree.fromstring(base64.b64decode(text)).tag for name, text in found}


def test_a_report_has_tables_and_pictures_and_loads_nothing(chainrule, computed) -> None:
    computed("small", RATES)
    done = chainrule("study", "report", "small", "--html", "small.html", "--markdown", "small.md")
    assert (done.code, done.err) == (0, "")
    assert done.out == "written  small.md\nwritten  small.html\n"
    page = Path("small.html").read_text(encoding="utf-8")
    assert "<h1>Study small</h1>" in page
    assert '<th scope="col" class="number">batch_size</th>' in page
    assert "<h2>Effects</h2>" in page
    assert list(pictures(page)) == [
        "Learning rates",
        "Each parameter by itself",
        "Two parameters",
        "All parameters",
        "The best ones&#x27; courses",
    ]
    assert set(pictures(page).values()) == {"{http://www.w3.org/2000/svg}svg"}
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert "default-src 'none'" in page
    assert Path("small.md").read_text(encoding="utf-8").startswith("# Study small\n")


def test_parameters_that_some_trials_lack_are_drawn_too(chainrule, computed) -> None:
    computed("updates", MOMENTUM, search="random")
    assert chainrule("study", "report", "updates", "--html", "updates.html").code == 0
    shown = pictures(Path("updates.html").read_text(encoding="utf-8"))
    assert next(iter(shown)) == "Each parameter by itself"


def test_many_listed_values_do_not_take_for_ever(chainrule, computed) -> None:
    """fANOVA tries all combinations of what listed values would be columns of."""
    computed("many", MANY, seeds=1)
    done = chainrule("study", "show", "many")
    assert (done.code, done.err) == (0, "")


def test_a_report_without_a_file_is_refused(chainrule, computed) -> None:
    done = chainrule("study", "report", "small")
    assert done.code == 2
    assert done.err == (
        "study report: expected a file to write, --html or --markdown, or a --format to print, "
        "got none. Name one, such as --html study.html.\n"
    )


def test_standard_output_has_the_page_alone(process, computed) -> None:
    computed("small", RATES)
    ended = process("study", "report", "small", "--markdown", "-")
    out, err = ended.communicate()
    assert (ended.returncode, err) == (0, "")
    assert out.startswith("#")
    assert "written" not in out
