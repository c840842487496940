from __future__ import annotations

import csv
import io
import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from chainrule.cli import main

STUDY = """
search = "grid"
seeds = [1, 2]
validation_fraction = 0.25
data = "flowers.csv"

[network]
layers = [2, 3, 2]

[recipe]
engine = "reference"

[space]
batch_size = [4, 8]
learning_rate = [0.01, 0.1]

[budget]
epochs = 3

[run]
workers = 1
"""


@pytest.fixture(scope="session")
def _studied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a study that has been computed."""
    folder = tmp_path_factory.mktemp("studied")
    rows = [f"{1 + i % 5},{2 + i % 3},{'rose' if i % 2 else 'tulip'}" for i in range(40)]
    (folder / "flowers.csv").write_text("\n".join(["length,width,kind", *rows]) + "\n")
    text = STUDY.replace("flowers.csv", str(folder / "flowers.csv"))
    (folder / "small.toml").write_text(text)
    storage = ["--storage", str(folder / "studies.journal")]
    assert main(["study", "run", str(folder / "small.toml"), "--json", *storage]) == 0
    return folder


@pytest.fixture
def studied(_studied: Path, tmp_path: Path) -> Path:
    """The current folder with that study."""
    for name in ("small.toml", "studies.journal"):
        shutil.copy(_studied / name, tmp_path / name)
    return tmp_path


def test_a_second_run_shows_the_answer_and_computes_nothing(chainrule, studied: Path) -> None:
    done = chainrule("study", "run", "small.toml")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[:4] == [
        "study    small, grid, in studies.journal",
        "trials   4 configurations, 0 to compute",
        "",
        "Study small",
    ]
    assert "  metric               validation_accuracy, higher is better" in lines
    assert "  effects              see chainrule study show small" in lines
    assert "  trials               4 of 4 configurations have ended" in lines
    columns = ["trial", "batch_size", "learning_rate", "validation_accuracy", "95", "%"]
    at = next(i for i, line in enumerate(lines) if line.split()[:6] == columns)
    assert sorted(line.split()[0] for line in lines[at + 1 : at + 5]) == ["0", "1", "2", "3"]


def test_a_run_tells_of_each_trial(chainrule, studied: Path) -> None:
    done = chainrule("study", "run", "small.toml", "--name", "again")
    assert (done.code, done.err) == (0, "")
    lines = [line.split() for line in done.out.splitlines() if "/4 " in line]
    assert [words[0] for words in lines] == ["1/4", "2/4", "3/4", "4/4"]
    assert {" ".join(words[3:]) for words in lines} == {
        f"batch_size={size} learning_rate={rate}" for size in (4, 8) for rate in (0.01, 0.1)
    }
    whole = chainrule("study", "status")
    assert whole.out.splitlines() == [
        "again    4 of 4 configurations have ended",
        "small    4 of 4 configurations have ended",
    ]


def test_show_in_all_forms(chainrule, studied: Path) -> None:
    told = json.loads(chainrule("study", "show", "small", "--json").out)
    assert told["counts"]["complete"] == 4
    assert told["best"] == told["configurations"][0]
    best = told["best"]["validation_accuracy"]
    assert best["n"] == 2
    assert len(best["interval"]) == 2
    page = chainrule("study", "show", "small", "--most", "2", "--markdown", "small.md")
    assert page.code == 0
    text = (studied / "small.md").read_text()
    assert text.startswith("# Study small\n\n")
    assert "| trial | batch_size | learning_rate | validation_accuracy | 95 % interval |" in text
    assert "\n2 more: chainrule study export small --csv FILE\n" in text


def test_an_address_goes_to_the_executor_of_the_file(chainrule, tmp_path) -> None:
    rows = "".join(f"{i % 5},{i % 2}\n" for i in range(40))
    (tmp_path / "flowers.csv").write_text(rows)
    text = STUDY.replace("[2, 3, 2]", "[1, 3, 2]") + 'executor = "ray"\n'
    (tmp_path / "far.toml").write_text(text)
    done = chainrule("study", "run", "far.toml", "--address", "127.0.0.1:1")
    assert (done.code, done.out) == (2, "")
    assert "ray" in done.err.lower()
    assert not (tmp_path / "studies.journal").exists()


def test_export(chainrule, studied: Path) -> None:
    printed = chainrule("study", "export", "small", "--csv", "-")
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    assert len(rows) == 8
    assert [row["seed"] for row in rows] == ["1", "2"] * 4
    assert {len(row["digest"]) for row in rows} == {64}
    files = ("--csv", "s.csv", "--json", "s.json", "--parquet", "s.parquet")
    written = "written  s.csv\nwritten  s.json\nwritten  s.parquet\n"
    done = chainrule("study", "export", "small", *files)
    assert (done.code, done.out, done.err) == (0, written, "")
    assert (studied / "s.csv").read_text() == printed.out
    plain = json.loads((studied / "s.json").read_text())
    assert [row["digest"] for row in plain] == [row["digest"] for row in rows]
    import pyarrow.parquet as pq

    assert pq.read_table("s.parquet").to_pylist() == plain


def test_export_of_curves(chainrule, studied: Path) -> None:
    printed = chainrule("study", "export", "small", "--curves", "--csv", "-")
    rows = list(csv.DictReader(io.StringIO(printed.out)))
    told = json.loads(chainrule("study", "show", "small", "--json").out)
    curves = {
        (str(entry["configuration"]), str(run["seed"]), str(epoch)): str(value)
        for entry in told["configurations"]
        for run in entry["runs"]
        for epoch, value in enumerate(run["curve"], start=1)
    }
    assert len(curves) == len(rows) > 8
    metric = told["metric"]
    assert {(r["configuration"], r["seed"], r["epoch"]): r[metric] for r in rows} == curves


def test_export_of_curves_of_the_test_set(chainrule, studied: Path) -> None:
    text = (studied / "small.toml").read_text()
    (studied / "last.toml").write_text(f'metric = "test_cost"\n{text}')
    assert chainrule("study", "run", "last.toml").code == 0
    done = chainrule("study", "export", "last", "--curves", "--csv", "-")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "study export: expected a study with a validation metric, whose curves are recorded, got "
        "test_cost. The test set is used once, at the end of a training.\n"
    )


def test_compare(chainrule, studied: Path) -> None:
    done = chainrule("study", "compare", "small/0", "small/3")
    assert (done.code, done.err) == (0, "")
    assert "p (McNemar, exact)" in done.out
    told = json.loads(chainrule("study", "compare", "small", "small", "--json").out)
    assert [pair["p"] for pair in told["pairs"]] == [1.0, 1.0]
    assert told["difference"] == 0


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("show", "smal"),
            "studies.journal: expected a study, got 'smal' (str). Did you mean 'small'? "
            "Valid names: small.",
        ),
        (
            ("status", "--storage", "none.journal"),
            "none.journal: expected a journal of studies, got no such file.",
        ),
        (
            ("run", "small.toml", "--storage", "nowhere/s.journal"),
            "nowhere/s.journal: expected a file that can be written, got No such file or "
            "directory.",
        ),
        (
            ("run", "small.toml", "--storage", "."),
            ".: expected a file that can be written, got Is a directory.",
        ),
        (
            ("run", "other.toml"),
            "other.toml: expected a readable file, got No such file or directory.",
        ),
        (
            ("runn", "small.toml"),
            "study: expected a command, got 'runn' (str). Did you mean 'run'? Valid names: "
            "compare, export, repair, report, resume, run, show, status, worker.",
        ),
        (
            ("export", "small"),
            "study export: expected a file to write, --csv, --json or --parquet, got none. "
            "Name one, such as --csv study.csv, or --csv - to print it.",
        ),
        (
            ("run", "small.toml", "--workers", "0"),
            "run: expected --workers to be a whole number at least 1 and at most 10000 or none, "
            "got 0 (int). --workers: number of trials computed at once.",
        ),
        (
            ("run", "small.toml", "--executor", "local", "--address", "tcp://x:1"),
            "study: expected the executor dask or ray to go with an address, got local.",
        ),
        (
            ("compare", "small/9", "small"),
            "study compare: expected a complete trial with classes at small/9, got none. "
            "See chainrule study show small.",
        ),
        (
            ("worker", "--study", "none"),
            "studies.journal: expected a study, got 'none' (str). This name is unknown. "
            "Valid names: small.",
        ),
    ],
)
def test_bad_input_is_one_line_and_leaves_the_storage(chainrule, studied, arguments, text) -> None:
    before = (studied / "studies.journal").read_bytes()
    done = chainrule("study", *arguments)
    assert (done.code, done.out, done.err) == (2, "", text + "\n")
    assert (studied / "studies.journal").read_bytes() == before
    names = {path.name for path in studied.iterdir() if not path.name.endswith(".guard")}
    assert names <= {"small.toml", "studies.journal"}


@pytest.mark.parametrize(
    ("url", "start"),
    [
        (
            "postgresql://me:secret@127.0.0.1:1/x",
            "postgresql://me@127.0.0.1:1/x: expected a database that responds, got ",
        ),
        ("sqlite:////no/such/folder/x.db", "sqlite:////no/such/folder/x.db: expected a database"),
        ("nonsense://x", "nonsense://x: expected a path or the address of a database, got "),
    ],
)
def test_databases_that_do_not_answer(chainrule, studied: Path, url: str, start: str) -> None:
    done = chainrule("study", "run", "small.toml", "--storage", url)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(start)
    assert done.err.count("\n") == 1
    assert "secret" not in done.err


def test_ctrl_c_says_how_to_go_on(process: Callable, chainrule, studied: Path) -> None:
    text = (studied / "small.toml").read_text().replace("epochs = 3", "epochs = 300")
    (studied / "slow.toml").write_text(text)
    running = process("study", "run", "slow.toml", "--executor", "processes")
    while "1/4" not in running.stdout.readline():
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    _, err = running.communicate()
    told = "study: interrupted; unfinished trials were dropped. "
    assert (running.returncode, err) == (
        130,
        f"{told}Continue with: chainrule study resume slow\n",
    )
    done = chainrule("study", "resume", "slow", "--json")
    assert done.code == 0
    counts = json.loads(done.out)["counts"]
    assert (counts["complete"], counts["running"], counts["stale"]) == (4, 0, 0)


def test_help_shows_the_commands(chainrule) -> None:
    for arguments in (("study",), ("study", "--help")):
        out = chainrule(*arguments).out
        assert "chainrule study run rates" in out
    assert "neurons_1 is the width" in chainrule("study", "run", "--help").out


def test_a_damaged_line_is_named_skipped_and_repaired(chainrule, studied: Path) -> None:
    before = chainrule("study", "export", "small", "--json", "-").out
    content = (studied / "studies.journal").read_bytes()
    damaged = content.replace(b'"test_accuracy":0.', b'"test_accuracy":1.', 1)
    if damaged == content:
        damaged = content.replace(b'"test_accuracy":1.', b'"test_accuracy":0.', 1)
    (studied / "studies.journal").write_bytes(damaged)
    shown = chainrule("study", "status", "small")
    assert shown.out == "small    3 of 4 configurations have ended\n"
    assert " was skipped: it does not agree with its seal.\n" in shown.err
    assert "is damaged, and taken as not computed: its result is missing;" in shown.err
    done = chainrule("study", "repair", "small", "--workers", "1")
    assert done.code == 0
    assert "kept as studies.journal.damaged" in done.out
    told = json.loads(chainrule("study", "repair", "small", "--workers", "1", "--json").out)
    assert (told["copy"], told["lines"], told["trials"], told["computed"]) == (None, [], [], [])
    after = chainrule("study", "export", "small", "--json", "-")
    assert after.err == ""
    digests = [[row["digest"] for row in json.loads(text)] for text in (before, after.out)]
    assert digests[0] == digests[1]
    missing = chainrule("study", "repair", "small", "--storage", "no.journal")
    assert (missing.code, missing.out) == (2, "")
    assert missing.err == "no.journal: expected a journal of studies, got no such file.\n"
