from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest


def test_a_run_holds(chainrule, trained) -> None:
    outcome = chainrule("verify", "run")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out == "run holds: 30 epochs computed again, every bit the same\n"


def test_json(chainrule, trained) -> None:
    outcome = chainrule("verify", "run", "--json")
    assert json.loads(outcome.out) == {
        "cause": "",
        "other_conditions": [],
        "unrecorded": [],
        "run": "run",
        "holds": True,
        "epochs": 30,
        "difference": "",
        "other_versions": [],
        "differences": [],
        "start": "",
        "signer": "",
    }


def test_a_run_of_an_older_version_says_what_it_does_not_record(chainrule, trained) -> None:
    for name in ("run.json", "certificate.json"):
        values = json.loads((Path("run") / name).read_text())
        del values["environments"]
        (Path("run") / name).write_text(json.dumps(values))
    outcome = chainrule("verify", "run")
    assert outcome.code == 0
    assert outcome.out.splitlines()[1:] == [
        "note: the run does not record: processor, BLAS and compiler"
    ]


def test_other_versions_are_notes_where_the_bits_are_the_same(chainrule, trained) -> None:
    path = Path("run/certificate.json")
    path.write_text(path.read_text().replace('"numpy": "', '"numpy": "0.', 1))
    outcome = chainrule("verify", "run")
    assert outcome.code == 0
    assert outcome.out.splitlines()[1].startswith("note: numpy was 0.")


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")
def test_a_start_of_a_run_and_a_signature(chainrule, trained, flowers) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "key"], check=True)
    Path("signers").write_text("ada " + Path("key.pub").read_text())
    given = ("--start", "run", "--epochs", "1", "--run", "onward", "--sign", "key")
    assert chainrule("train", flowers, *given).code == 0
    outcome = chainrule("verify", "onward", "--signer", "signers")
    assert outcome.code == 0
    first, signed, start = outcome.out.splitlines()
    assert first.startswith("onward holds: 1 epoch computed again")
    assert signed == "signed by ada"
    assert start.startswith("note: computed from given weights ")
    Path("run").rename("moved")
    assert chainrule("verify", "onward").code == 1
    assert chainrule("verify", "onward", "--start", "moved").code == 0
    assert chainrule("train", "--resume", "onward", "--sign", "key").code == 0
    refused = chainrule("train", "--resume", "onward", "--from", "0", "--start", "moved")
    assert refused.code == 2
    assert "expected no --start with --from, got both" in refused.err


def changed(text: str) -> None:
    """Put another digest for the weights after epoch 2 into the certificate."""
    certificate = json.loads(Path("run/certificate.json").read_text())
    certificate["epochs"][1]["tensor_sha256"]["W[2]"] = "0" * 64
    certificate["versions"]["numpy"] = text
    Path("run/certificate.json").write_text(json.dumps(certificate))


def test_the_first_difference_is_named(chainrule, trained) -> None:
    changed("1.0")
    outcome = chainrule("verify", "run")
    assert (outcome.code, outcome.err) == (1, "")
    first, second = outcome.out.splitlines()
    assert first.startswith("run differs: W[2] after epoch 2, step 2: was 000000000000…, is ")
    assert second.startswith("run: computed under other conditions: numpy was 1.0, is ")


def test_a_difference_in_json(chainrule, trained) -> None:
    changed("1.0")
    outcome = chainrule("verify", "run", "--json")
    assert outcome.code == 1
    told = json.loads(outcome.out)
    assert (told["holds"], told["epochs"]) == (False, 2)


def test_data_that_were_moved(chainrule, flowers) -> None:
    assert chainrule("train", flowers, "--epochs", "1", "--run", "run").code == 0
    here = Path(flowers).absolute()
    moved = Path(flowers).rename("moved.csv")
    outcome = chainrule("verify", "run")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"run: expected its data at {here}, got nothing there. They were moved or deleted. "
        "Say where they are: chainrule verify run --data DATA.\n"
    )
    assert chainrule("verify", "run", "--data", str(moved)).code == 0


def test_other_data_are_refused(chainrule, trained, flowers) -> None:
    text = Path(flowers).read_text()
    Path("other.csv").write_text(text.replace("1.00,2.00", "1.00,2.50"))
    outcome = chainrule("verify", "run", "--data", "other.csv")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("run: expected the data that it began with, digest ")


def test_a_run_that_has_not_ended(chainrule, trained) -> None:
    Path("run/certificate.json").unlink()
    outcome = chainrule("verify", "run")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "run: expected a run that has ended, got one without certificate.json. "
        "Finish it with `chainrule train --resume run`.\n"
    )


def test_a_broken_note_on_the_data(chainrule, trained) -> None:
    kept = json.loads(Path("run/run.json").read_text())
    kept["notes"]["data"] = "flowers"
    Path("run/run.json").write_text(json.dumps(kept))
    outcome = chainrule("verify", "run")
    assert outcome.err.startswith("run/run.json: expected notes on the data, got notes: expected ")
