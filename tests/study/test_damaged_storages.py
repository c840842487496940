"""Damage to storages: it is named, nothing damaged is shown, and a repair computes it again."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chainrule.errors import ChainruleError, DataError, IntegrityError
from chainrule.study import open_study, repair_study
from chainrule.study.runner import begin_stored_study, work_on_study
from chainrule.study.seals import line_seal, seal_line
from chainrule.study.spec import StudySpec
from chainrule.study.study_storage import open_store
from chainrule.study.trial import right_answers


def ignore(*told: object) -> None:
    """Nobody watches."""


@pytest.fixture
def computed(journal: str, described: Callable[..., StudySpec]) -> Path:
    """A journal with a study of four configurations that have ended."""
    begin_stored_study(described(), journal)
    work_on_study(journal, "small", on_trial=ignore, on_begin=ignore)
    return Path(journal)


@pytest.fixture
def database(tmp_path: Path, described: Callable[..., StudySpec]) -> Path:
    """The same study in an SQLite database."""
    url = f"sqlite:///{tmp_path}/studies.db"
    begin_stored_study(described(), url)
    work_on_study(url, "small", on_trial=ignore, on_begin=ignore)
    return tmp_path / "studies.db"


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """What was remarked so far; the list begins anew."""
    caplog.set_level(logging.INFO, logger="chainrule")

    def take() -> list[str]:
        texts = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return texts

    return take


def digests(storage: str | Path) -> dict[int, list[str]]:
    found = open_study("small", str(storage)).results()
    return {one.configuration: [run["digest"] for run in one.runs] for one in found}


def url_of(database: Path) -> str:
    return f"sqlite:///{database}"


def execute(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def lines_with(path: Path, text: bytes) -> list[int]:
    return [i for i, line in enumerate(path.read_bytes().split(b"\n")) if text in line]


def change(path: Path, number: int, before: bytes, after: bytes) -> None:
    """Replace bytes of one line, counted from 0."""
    lines = path.read_bytes().split(b"\n")
    assert before in lines[number]
    lines[number] = lines[number].replace(before, after, 1)
    path.write_bytes(b"\n".join(lines))


def test_whole_storages_say_nothing(computed: Path, database: Path, told: Any) -> None:
    assert digests(computed) == digests(url_of(database))
    assert len(digests(computed)) == 4
    assert told() == []


def test_a_changed_result_is_named_and_not_shown(computed: Path, told: Any) -> None:
    good, content = digests(computed), computed.read_bytes()
    number = lines_with(computed, b'"result"')[1]
    change(computed, number, b'"validation_accuracy":0.', b'"validation_accuracy":1.')
    assert sorted(digests(computed)) == [0, 2, 3]
    where = f"{computed}: "
    assert told() == [
        f"{where}line {number + 1} was skipped: it does not agree with its seal.",
        f"{where}trial 1 of the study 'small' is damaged, and taken as not computed: "
        "its result is missing; chainrule study repair small computes it again.",
    ]
    damaged = computed.read_bytes()
    done = repair_study("small", str(computed))
    assert done.to_dict() == {
        "study": "small",
        "storage": str(computed),
        "copy": f"{computed}.damaged",
        "lines": [{"number": number + 1, "why": "it does not agree with its seal"}],
        "trials": [{"number": 1, "why": "its result is missing"}],
        "computed": [{"configuration": 1, "attempt": 2, "same": None}],
    }
    assert Path(f"{computed}.damaged").read_bytes() == damaged
    told()
    assert digests(computed) == good
    assert told() == []
    # Repaired a second time, from the same damage: another copy, and nothing left to compute.
    computed.write_bytes(content[:-1] + b"x\n")
    again = repair_study("small", str(computed))
    assert again.to_dict()["copy"] == f"{computed}.damaged-2"


def test_a_repair_of_what_is_whole_changes_nothing(computed: Path) -> None:
    before = computed.read_bytes()
    done = repair_study("small", str(computed))
    assert (done.file.copy, done.file.lines, done.damaged, done.computed) == (None, (), (), ())
    assert "nothing" in str(done.document().blocks)
    assert computed.read_bytes() == before


@pytest.mark.parametrize("at", [0, 1, 2, 3, 4])
def test_the_line_that_created_something(computed: Path, told: Any, at: int) -> None:
    """Optuna counts studies and trials: those behind keep their numbers."""
    good = digests(computed)
    created = [0, *lines_with(computed, b'"op_code":4')]
    change(computed, created[at], b'"op_code"', b'"op_cod\xff"')
    kept = {number: found for number, found in good.items() if number != at - 1}
    assert digests(computed) == kept
    assert told()[0] == f"{computed}: line {created[at] + 1} was skipped: it is not JSON."
    done = repair_study("small", str(computed))
    assert [one.configuration for one in done.computed] == ([] if at == 0 else [at - 1])
    told()
    assert digests(computed) == good
    assert told() == []


def test_a_line_torn_in_two_two_made_one_and_one_cut_out(computed: Path, told: Any) -> None:
    good, content = digests(computed), computed.read_bytes()
    created = lines_with(computed, b'"op_code":4')[1]
    change(computed, created, b'"params":', b'"para\n":')
    assert sorted(digests(computed)) == [0, 2, 3]
    assert [text.split(": ")[1] for text in told()[:2]] == [
        f"line {created + 1} was skipped",
        f"line {created + 2} was skipped",
    ]
    lines = content.split(b"\n")
    joined = [*lines[:created], lines[created] + b"\x0b" + lines[created + 1]]
    computed.write_bytes(b"\n".join([*joined, *lines[created + 2 :]]))
    assert sorted(digests(computed)) == [0, 2, 3]
    told()
    computed.write_bytes(b"\n".join([*lines[:created], *lines[created + 3 :]]))
    assert digests(computed) == {k: v for k, v in good.items() if k != 1}
    missing = f"line {created + 1} was skipped: lines before it are missing."
    assert told()[0] == f"{computed}: {missing}"
    # More than a line: zeros over two trials.
    computed.write_bytes(b"\n".join([*lines[: created - 1], b"\0" * 900, *lines[created + 4 :]]))
    assert set(digests(computed)) < set(good)
    told()
    repair_study("small", str(computed))
    assert digests(computed) == good


def test_the_last_line_end(computed: Path, told: Any) -> None:
    good, content = digests(computed), computed.read_bytes()
    computed.write_bytes(content[:-1] + b"\x0b")
    assert digests(computed) == good
    store = open_store(str(computed))
    store.set_attribute(store.find_study("small"), "x", 1)
    assert computed.read_bytes().startswith(content)
    assert digests(computed) == good
    assert told() == []


def test_a_sealed_line_that_lost_its_seal(computed: Path, told: Any) -> None:
    number = lines_with(computed, b'"result"')[0]
    lines = computed.read_bytes().split(b"\n")
    plain = json.loads(lines[number])
    del plain["seal"]
    lines[number] = json.dumps(plain).encode()
    lines.insert(-1, b'{"op_code":3,"worker_id":"d","study_id":0,"system_attr":{"note":"good"}}')
    lines.insert(-1, b'{"op_code":77,"worker_id":"d"}')
    computed.write_bytes(b"\n".join(lines))
    assert sorted(digests(computed)) == [1, 2, 3]
    assert [text.split("skipped: ")[1] for text in told()[:2]] == [
        "it has no seal.",
        "it is no operation of a study.",
    ]


def test_many_damaged_lines_are_counted(computed: Path, told: Any) -> None:
    with computed.open("ab") as file:
        file.write(b"x\n" * 14)
    digests(computed)
    texts = told()
    assert len(texts) == 11
    assert texts[-1] == f"{computed}: 4 more damaged lines were skipped."


def test_a_journal_that_is_replaced_while_it_is_used(computed: Path) -> None:
    store = open_store(str(computed))
    other = computed.with_name("other")
    shutil.copy(computed, other)
    other.replace(computed)
    with pytest.raises(ChainruleError, match="expected the journal that was opened, got another"):
        store.names()


def test_seals_follow_each_other(computed: Path) -> None:
    lines, seal = computed.read_bytes().splitlines(), ""
    for line in lines:
        assert json.loads(line)["after"] == seal
        seal = line_seal(line)
    digest = hashlib.sha256(b'{"op_code":10').hexdigest()[:16].encode()
    assert seal_line({"op_code": 10}) == b'{"op_code":10,"seal":"' + digest + b'"}\n'


UPDATES = {
    "its result": "UPDATE trial_values SET value = 0.99 WHERE trial_id = 2",
    "its result is missing": (
        "DELETE FROM trial_user_attributes WHERE key = 'result' AND trial_id = 2"
    ),
    "its configuration": "UPDATE trial_params SET param_value = 1 WHERE trial_id = 2",
    "its seal is missing": (
        "UPDATE trial_user_attributes SET key = 'seak' WHERE key = 'seal' AND trial_id = 2"
    ),
}


@pytest.mark.parametrize("why", UPDATES)
def test_a_changed_value_of_a_database(database: Path, told: Any, why: str) -> None:
    good = digests(url_of(database))
    execute(database, UPDATES[why])
    assert digests(url_of(database)) == {k: v for k, v in good.items() if k != 1}
    assert told() == [
        f"{url_of(database)}: trial 1 of the study 'small' is damaged, and taken as not computed: "
        f"{why}; chainrule study repair small computes it again."
    ]
    study = open_study("small", url_of(database))
    assert study.counts().ended == 3
    assert study.counts().given_up == 0
    done = repair_study("small", url_of(database))
    assert [one.configuration for one in done.computed] == [1]
    known = {"its result is missing": None}
    assert done.computed[0].same is known.get(why, True)
    told()
    assert digests(url_of(database)) == good
    assert told() == []


def test_a_trial_that_is_missing_or_has_the_number_of_another(database: Path, told: Any) -> None:
    good = digests(url_of(database))
    execute(database, "UPDATE trials SET number = 2 WHERE number = 1")
    assert 1 not in digests(url_of(database))
    assert "trial 1 of the study 'small' is damaged, and taken as not computed: it is missing" in (
        " ".join(told())
    )
    repair_study("small", url_of(database))
    told()
    assert digests(url_of(database)) == good
    assert told() == []


STUDY_ROWS = "UPDATE study_user_attributes SET value_json = '{}' WHERE key = '{}'"


def test_a_description_is_stored_twice(database: Path, told: Any) -> None:
    good = digests(url_of(database))
    with closing(sqlite3.connect(database)) as connection:
        (record,) = connection.execute(
            "SELECT value_json FROM study_user_attributes WHERE key = 'sealed'"
        ).fetchone()
    for value, key in (
        ("3", "trials"),
        (record.replace('"trials": 4', '"trials": 3'), "sealed"),
        ('"x"', "data_digest"),
    ):
        execute(database, STUDY_ROWS.format(value, key))
        assert open_study("small", url_of(database)).counts().planned == 4
        assert "is damaged in one of its two places" in told()[0]
        repair_study("small", url_of(database))
        told()
        assert digests(url_of(database)) == good
        assert told() == []
    execute(database, STUDY_ROWS.format("3", "trials"), STUDY_ROWS.format("[]", "sealed"))
    with pytest.raises(IntegrityError, match="the description with which the study 'small' began"):
        open_study("small", url_of(database))


def test_a_malformed_database(database: Path, told: Any) -> None:
    good, content = digests(url_of(database)), bytearray(database.read_bytes())
    with closing(sqlite3.connect(database)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'trial_user_attributes'"
        ).fetchone()
    size = int.from_bytes(content[16:18], "big")
    # The page has fewer rows by its own count.
    at = (page - 1) * size + 3
    content[at : at + 2] = (max(int.from_bytes(content[at : at + 2], "big") - 1, 0)).to_bytes(
        2, "big"
    )
    database.write_bytes(content)
    with pytest.raises(IntegrityError) as error:
        open_study("small", url_of(database))
    assert "\n" not in str(error.value)
    assert "chainrule study repair NAME --storage" in str(error.value)
    done = repair_study("small", url_of(database))
    assert Path(done.to_dict()["copy"]).read_bytes() == bytes(content)
    assert digests(url_of(database)) == good
    database.write_bytes(b"SQLite format 3\0" + bytes(4000))
    with pytest.raises(IntegrityError, match="expected a database with tables that can be read"):
        repair_study("small", url_of(database))


def test_what_optuna_cannot_read_is_one_line(database: Path) -> None:
    execute(database, "UPDATE trials SET state = 'CONPLETE' WHERE number = 1")
    with pytest.raises(IntegrityError) as error:
        open_study("small", url_of(database)).counts()
    assert "expected a storage as Optuna writes it, got LookupError" in str(error.value)


def unsealed(path: Path, *, without: tuple[str, ...] = ("seal", "after", "ordinal")) -> None:
    """Write a journal as versions without seals did."""
    lines = []
    for line in path.read_bytes().splitlines():
        log = {k: v for k, v in json.loads(line).items() if k not in without}
        attributes = log.get("user_attr", log.get("user_attrs", {}))
        attributes.pop("seal", None)
        if isinstance(attributes.get("result"), dict):
            del attributes["result"]["seal"]
        if "sealed" not in attributes:
            lines.append(json.dumps(log, separators=(",", ":")))
    path.write_text("\n".join(lines) + "\n")


def test_a_study_without_seals_opens_and_says_so_once(computed: Path, told: Any) -> None:
    good = digests(computed)
    unsealed(computed)
    study = open_study("small", str(computed))
    assert len(study.results()) == study.counts().ended == 4
    assert told() == [
        f"{computed}: 4 results of the study 'small' are from a version without seals; damage to "
        "them would not be noticed."
    ]
    assert digests(computed) == good
    run = work_on_study(str(computed), "small", on_trial=ignore, on_begin=ignore)
    assert not run.sealed


BROKEN = (
    (b'"runs":[', b'"runs":[7,'),
    (b'"runs":[{"seed":', b'"runs":[{"seed":"a","x":'),
    (b'"curve":[', b'"curve":["a",'),
    (b'"result":{', b'"result":7,"other":{'),
    (b'"params":{', b'"params":{"x":1,'),
)


@pytest.mark.parametrize(("before", "after"), BROKEN)
def test_what_no_version_wrote_is_named_without_seals(
    computed: Path, told: Any, before: bytes, after: bytes
) -> None:
    unsealed(computed)
    number = lines_with(computed, before)[0]
    change(computed, number, before, after)
    assert len(digests(computed)) == 3
    assert re.search("damaged|skipped", " ".join(told()))


def test_answers_that_cannot_be_unpacked() -> None:
    for text in ("9:!!", "x", "9:" + "0" * 5):
        with pytest.raises(DataError, match="answers to the test examples"):
            right_answers(text)
