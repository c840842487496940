from __future__ import annotations

import json

import pytest

from chainrule.documents.nodes import Table
from chainrule.errors import UnknownNameError
from comparison.bench_settings import Bench, Settings
from comparison.cases import Case
from comparison.machine import Machine
from comparison.many import ManyResult
from comparison.part_table import PARTS, Part, find_parts
from comparison.peers.table import find_peers
from comparison.processes import PeerError
from comparison.report import BenchReport, markdown, run_benchmarks
from comparison.roofline import Roofline

TINY = Case(layers=(20, 6, 2), batch_size=8, examples=32, data="table")
SETTINGS = Settings((TINY,), find_peers(["reference", "numpy"]), 1, 2, quick=True, examples=32)
MACHINE = Machine("A processor", 2, "Linux x86_64", "3.11.7", {"chainrule": "1", "numpy": "2"}, "")


def test_a_run_shows_each_part_and_keeps_its_records() -> None:
    shown: list[str] = []
    told: list[str] = []
    report = run_benchmarks(
        SETTINGS,
        find_parts(["speed", "many"]),
        told.append,
        lambda tables: shown.extend(table.title for table in tables),
    )
    assert shown == [
        "Training",
        "20-6-2/8, 32 examples an epoch",
        "Many trainings at once: 784-32-16-10/10, one epoch each",
    ]
    assert told[0] == "20-6-2/8: chainrule, reference engine warms up"
    kept = json.loads(json.dumps(report.to_dict()))
    assert (kept["threads"], kept["rounds"], kept["quick"], kept["failed"]) == (1, 2, True, {})
    (case,) = kept["parts"]["speed"]
    assert [row["agreement"] for row in case["rows"]] == ["same", "same"]
    assert kept["parts"]["many"]["jobs"] == 16


def _fails(bench: Bench) -> None:
    raise PeerError("took more than 1 s to sgemm")


def test_a_part_that_fails_says_so_and_the_others_go_on() -> None:
    shown: list[Table] = []
    parts = [Part("roofline", "", _fails, lambda found: ()), *find_parts(["imports"])]
    report = run_benchmarks(SETTINGS, parts, lambda text: None, shown.extend)
    assert shown[0].rows == (("not measured", "took more than 1 s to sgemm"),)
    assert report.failed == {"roofline": "took more than 1 s to sgemm"}
    assert list(report.found) == ["imports"]
    assert "## roofline\n\n|  |  |\n| --- | --- |\n| not measured | took" in markdown(report, "x")


def test_the_page_in_full() -> None:
    found = {
        "roofline": Roofline(2, (1e11, 2e11), (1e10, 2e10)),
        "many": ManyResult(16, note="a|b"),
    }
    page = markdown(BenchReport(MACHINE, SETTINGS, found, {}), "make bench ARGS=--quick")
    assert page.splitlines() == [
        "# Benchmarks",
        "",
        "Made by `make bench ARGS=--quick`, on less data: these figures are no measurement.",
        "",
        "- processor: A processor",
        "- system: Linux x86_64, Python 3.11.7",
        "- versions: chainrule 1, numpy 2",
        "- run: 1 thread per peer, 2 rounds, each peer in its own process, in turn",
        "",
        "## What the machine can do",
        "",
        "| what | 1 thread | 2 threads |",
        "| --- | ---: | ---: |",
        "| float32 matrix product, GFLOP/s | 100 | 200 |",
        "| copy, GB/s read and written | 10.0 | 20.0 |",
        "",
        "The best of five tries.",
        "",
        "## Many trainings at once: 784-32-16-10/10, one epoch each",
        "",
        "|  |  |",
        "| --- | --- |",
        "| chainrule | a\\|b |",
    ]


def test_parts_by_name() -> None:
    assert [p.name for p in find_parts(["rows", "speed"])] == ["speed", "rows"]
    assert [p.name for p in find_parts([])] == list(PARTS)
    assert [p.name for p in find_parts([], quick=True)] == [n for n in PARTS if n != "to98"]
    with pytest.raises(UnknownNameError) as caught:
        find_parts(["sped"])
    assert str(caught.value) == (
        "bench: expected a part, got 'sped' (str). Did you mean 'speed'? Valid names: "
        "imports, latency, many, memory, roofline, rows, speed, to98."
    )
