"""`chainrule export` on the command line."""

from __future__ import annotations

import json
from pathlib import Path


def test_a_run_leaves_with_proof(chainrule, trained) -> None:
    outcome = chainrule("export", "run", "--to", "json", "model")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"model.json, {Path('model.json').stat().st_size:,} bytes" in outcome.out
    assert "the largest difference from chainrule is 0" in " ".join(outcome.out.split())


def test_json_is_the_report(chainrule, trained) -> None:
    outcome = chainrule("export", "run", "--to", "c", "model.h", "--weights", "int8", "--json")
    report = json.loads(outcome.out)
    assert (report["form"], report["files"], report["rows"]) == ("c", ["model.h"], 1000)


def test_the_forms_are_listed(chainrule) -> None:
    outcome = chainrule("export", "--list-forms")
    assert outcome.code == 0
    assert ".onnx" in outcome.out


def test_what_is_missing_is_said(chainrule, trained) -> None:
    outcome = chainrule("export", "run", "--to", "json")
    assert outcome.code == 2
    assert "expected RUN, --to FORM and OUT" in outcome.err


def test_standard_output_has_the_file_alone(process, chainrule, trained) -> None:
    chainrule("export", "run", "--to", "json", "model.json")
    out, err = process("export", "run", "--to", "json", "-").communicate()
    assert out == Path("model.json").read_text()
    assert "the largest difference from chainrule is 0" in err


def test_a_device_gets_no_suffix(chainrule, trained) -> None:
    Path("nothing").symlink_to("/dev/null")
    outcome = chainrule("export", "run", "--to", "json", "nothing")
    assert outcome.code == 0
    assert "nothing, " in outcome.out
    assert not Path("nothing.json").exists()


def test_a_worked_example_leaves_as_a_spreadsheet(chainrule) -> None:
    outcome = chainrule("export", "one-neuron-a-layer", "--to", "xlsx", "live")
    assert (outcome.code, outcome.err) == (0, "")
    assert "live.xlsx" in outcome.out
    assert Path("live.xlsx").read_bytes()[:2] == b"PK"
    outcome = chainrule("export", "two-layers", "--to", "xlsx", "live", "--dialect", "duckdb")
    assert "an option of this form, got 'dialect'" in outcome.err
