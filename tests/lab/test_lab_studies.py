"""The room Studies: its numbers are those of the study, and a cell leads into its network."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page
from tests.browser import PHONE, OpenPage
from tests.lab.test_lab_page import RunningLab, address_of, go, serving, settled

from chainrule.errors import ChainruleError, FileError, InputError, UnknownNameError
from chainrule.figures.parameter_grid import parameter_grid_data
from chainrule.figures.rate_curves import grid_points, printed_points, rate_curves_data
from chainrule.figures.study_table import summary_table
from chainrule.lab import trial_trainings
from chainrule.lab.frames import RoomView, pack_frame
from chainrule.lab.lab_server import lab_view
from chainrule.lab.rooms import studies_room
from chainrule.lab.state import LabState
from chainrule.lab.studies_settings import StudiesSettings
from chainrule.lab.study_shelf import StudyShelf
from chainrule.lab.subject import open_subject
from chainrule.lab.trial_trainings import TrialTrainings
from chainrule.lab.workbench import Workbench
from chainrule.study import SavedStudy, begin_study, open_study

HEAD = """
search = "grid"
data = "points.csv"
[network]
{network}
[recipe]
engine = "reference"
optimiser = "sgd"
[space]
"""
LAYERS = "layers = [2, 4, 2]"
STUDIES = {
    "investigation": "seeds = [3, 4]"
    + HEAD.format(network=LAYERS)
    + "batch_size = [5, 10]\nlearning_rate = [0.05, 0.1, 1e30]\n[budget]\nepochs = 2\n",
    "shapes": "seeds = [1]"
    + HEAD.format(network="output_activation = 'softmax'")
    + "layers = [[2, 3, 2], [2, 3, 3, 2]]\nlearning_rate = [0.1, 0.5]\nl2 = [0.0, 0.1]\n"
    "[budget]\nepochs = 1\n",
    "tested": "seeds = [1]\nmetric = 'test_cost'\nvalidation_fraction = 0"
    + HEAD.format(network=LAYERS)
    + "learning_rate = [0.1, 0.2]\n[budget]\nepochs = 1\n",
    "one": "seeds = [1]" + HEAD.format(network=LAYERS) + "epochs = [12]\n",
    "rules": "seeds = [1]"
    + HEAD.format(network=LAYERS).replace('optimiser = "sgd"', "")
    + "optimiser = ['sgd', 'adam']\nbatch_size = [5, 10]\n"
    "learning_rate = { values = [0.1, 0.2], when = { optimiser = 'sgd' } }\n"
    "[budget]\nepochs = 1\n",
    "waiting": "seeds = [1]"
    + HEAD.format(network=LAYERS)
    + "learning_rate = [0.1, 0.2, 0.3]\n[budget]\nepochs = 1\n",
}


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Studies that have ended, and one, "waiting", of which nothing is trained."""
    folder = tmp_path_factory.mktemp("studies")
    rng = np.random.default_rng(2)
    rows = [
        f"{x:.3f},{y:.3f},{name}"
        for name, centre in (("low", 0.0), ("high", 1.5))
        for x, y in rng.normal(centre, 0.8, (40, 2))
    ]
    (folder / "points.csv").write_text("\n".join(["x,y,kind", *rows]) + "\n")
    journal = str(folder / "studies.journal")
    for name, text in STUDIES.items():
        (folder / f"{name}.toml").write_text(text)
        study = begin_study(folder / f"{name}.toml", journal)
        if name != "waiting":
            study.work()  # in this process: to start workers would take longer
    return journal


def shown(storage: str, **settings: Any) -> dict[str, Any]:
    view = RoomView()
    state = LabState(room="studies", studies=StudiesSettings(**settings))
    studies_room.show(StudyShelf(storage), view, state)
    pack_frame(view)
    return view.values["studies"] | {"arrays": view.arrays}


def test_settings_lead_back_and_refuse() -> None:
    chosen = StudiesSettings(name="a b;c", trial=3, across="l2", upward="epochs", paper="none")
    state = LabState(room="studies", studies=chosen, trial="a b;c/3/0")
    assert LabState.from_address(state.to_address()) == state
    assert LabState.from_dict(state.to_dict()) == state
    with pytest.raises(InputError, match="at most 200 signs"):
        StudiesSettings(name="x" * 201)
    for wrong in ("a/b", "a/1/b", "../a/1/2", 3):
        with pytest.raises(InputError, match="NAME/NUMBER/SEED"):
            LabState(trial=wrong)  # type: ignore[arg-type]


def test_the_heat_map_is_that_of_the_figure(storage: str) -> None:
    found = shown(storage, name="investigation")
    summary = open_study("investigation", storage).summarise()
    data = parameter_grid_data(summary_table(summary))
    grid = found["grid"]
    assert (grid["across"], grid["upward"]) == (data.across.name, data.upward.name)
    texts = [[cell and cell["text"] for cell in cells] for cells in grid["cells"]]
    assert texts == [
        [None if np.isnan(value) else data.metric.text(value) for value in row]
        for row in data.values
    ]
    assert grid["best"] == list(data.best)
    assert grid["summary"] == data.summary
    by_number = {one.number: one for one in summary.ranked}
    for row, cells in enumerate(grid["cells"]):
        for column, cell in enumerate(cells):
            (number,) = cell["trials"]
            chosen = by_number[number].parameters
            assert chosen[grid["across"]] == data.across.values[column]
            assert chosen[grid["upward"]] == data.upward.values[row]
            assert 0 <= cell["share"] <= 1


def test_the_tables_are_those_of_study_show(storage: str) -> None:
    found = shown(storage, name="investigation")
    summary = open_study("investigation", storage).summarise(effects=False)
    ranked = [str(one.number) for one in summary.ranked]
    assert [row[0] for row in found["ranking"]["rows"]] == ranked
    facts = dict(found["facts"])
    assert facts["trials"] == str(summary.counts)
    assert (found["share"], found["live"], found["left_out"]) == (1.0, False, 0)
    best = summary.best
    assert best is not None
    assert found["trial"]["number"] == best.number
    assert found["trial"]["is_best"]
    assert [run["seed"] for run in found["trial"]["runs"]] == [3, 4]
    assert found["trial"]["runs"][0]["key"] == f"investigation/{best.number}/3"
    assert found["trial"]["parameters"][0] == ["batch_size", str(best.parameters["batch_size"])]


def test_a_trial_that_diverged_has_no_network(storage: str) -> None:
    summary = open_study("investigation", storage).summarise(effects=False)
    number = next(one.number for one in summary.ranked if one.ended == "diverged")
    trial = shown(storage, name="investigation", trial=number)["trial"]
    assert trial["ended"] == "diverged"
    assert trial["runs"][0]["key"] == ""
    assert "learning rate" in trial["runs"][0]["why"]


def test_curves_beside_the_printed_points(storage: str) -> None:
    found = shown(storage, name="investigation")
    rates, curves, *slices = found["charts"]
    assert rates["paper"] == "investigation"
    summary = open_study("investigation", storage).summarise(effects=False)
    points = grid_points(summary_table(summary))
    data = rate_curves_data(points, printed_points("investigation"))
    for one in data.curves:
        array = found["arrays"][f"rates_line_{one.batch_size}"]
        np.testing.assert_array_equal(array[:, 1], one.accuracy)
    dots = [series for series in rates["series"] if series["kind"] == "dots"]
    assert sum(len(found["arrays"][one["array"]]) for one in dots) == 800
    assert rates["pairs"] == data.pairs
    assert curves["kind"] == "curves"
    best = summary.best
    assert best is not None
    array = found["arrays"]["curve_0"]
    np.testing.assert_allclose(array[:, 1], np.median([run["curve"] for run in best.runs], axis=0))
    assert curves["series"][0]["chosen"]
    assert [one["parameter"] for one in slices] == ["batch_size", "learning_rate"]
    alone = shown(storage, name="investigation", paper="none")["charts"][0]
    assert alone["pairs"] == 0
    assert len(alone["table"]["heads"]) == 3


def test_the_chosen_curve_is_drawn_beside_the_best(storage: str) -> None:
    """Six of the eight trials have their curves drawn, and one more that is looked at."""
    ranked = open_study("shapes", storage).summarise(effects=False).ranked
    found = shown(storage, name="shapes", trial=ranked[-1].number)
    curves = next(one for one in found["charts"] if one["kind"] == "curves")
    trials = [one["trial"] for one in curves["series"]]
    assert trials == [*(one.number for one in ranked[:6]), ranked[-1].number]
    assert curves["series"][-1]["chosen"]
    assert curves["ticks"] == [{"at": 0.5, "text": "1"}]
    assert [one["kind"] for one in found["charts"]] == ["curves", *["slice"] * 3]


def test_the_parameters_of_the_heat_map_are_chosen(storage: str) -> None:
    grid = shown(storage, name="shapes", across="l2", upward="layers")["grid"]
    assert (grid["across"], grid["upward"]) == ("l2", "layers")
    assert grid["upward_texts"] == ["2-3-2", "2-3-3-2"]
    assert len(grid["cells"][0][0]["trials"]) == 2
    assert shown(storage, name="shapes", upward="l2")["grid"]["across"] == "layers"
    assert shown(storage, name="shapes", across="l2")["grid"]["upward"] == "layers"
    with pytest.raises(InputError, match="two different parameters"):
        shown(storage, name="shapes", across="l2", upward="l2")
    with pytest.raises(UnknownNameError, match="a parameter"):
        shown(storage, name="shapes", across="momentum", upward="l2")


def test_a_parameter_of_some_trials_leaves_cells_empty(storage: str) -> None:
    found = shown(storage, name="rules", across="optimiser", upward="learning_rate")
    texts = [[cell is None for cell in cells] for cells in found["grid"]["cells"]]
    assert found["grid"]["across_texts"] == ["adam", "sgd"]
    assert texts == [[True, False], [True, False], [False, True]]
    assert "rates" not in [one["kind"] for one in found["charts"]]


def test_a_study_by_the_test_set_has_slices_and_no_curves(storage: str) -> None:
    found = shown(storage, name="tested")
    assert found["grid"] is None
    assert [one["kind"] for one in found["charts"]] == ["slice"]
    assert dict(found["facts"])["warning"].startswith("The test set")


def test_a_study_of_one_trial_has_its_curve_alone(storage: str) -> None:
    found = shown(storage, name="one")
    assert [one["kind"] for one in found["charts"]] == ["curves"]
    assert [tick["text"] for tick in found["charts"][0]["ticks"]] == ["1", "3", "5", "7", "9", "11"]
    assert len(found["charts"][0]["table"]["rows"]) == 12


def test_a_study_without_a_result(storage: str) -> None:
    found = shown(storage, name="waiting")
    assert (found["live"], found["share"]) == (True, 0)
    assert (found["trial"], found["ranking"], found["charts"]) == (None, None, [])


def test_what_there_is_not_is_refused(storage: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="a study"):
        shown(storage, name="none")
    with pytest.raises(UnknownNameError, match="a printed table"):
        shown(storage, name="printed/none")
    with pytest.raises(InputError, match="the number of a trial with a result"):
        shown(storage, name="investigation", trial=99)
    with pytest.raises(FileError):
        StudyShelf(str(tmp_path / "missing.journal"))
    view = Workbench(open_subject(), storage=storage).view(
        LabState(room="studies", studies=StudiesSettings(name="none"))
    )
    assert "a study" in view.values["error"]["text"]
    assert view.values["studies"]["names"][0] == "investigation"


def test_without_a_storage_the_printed_table_is_shown(
    storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shelf = StudyShelf()
    assert (shelf.storage, shelf.names()) == ("", ["printed/investigation"])
    with pytest.raises(UnknownNameError, match="a study"):
        shelf.open("rates")
    found = lab_view(None, "studies").to_dict()["studies"]
    assert found["name"] == "printed/investigation"
    assert len(found["grid"]["cells"]) == 20
    assert found["grid"]["cells"][0][0]["trials"] == []
    assert [one["kind"] for one in found["charts"]] == ["rates"]
    shutil.copy(storage, tmp_path / "studies.journal")
    assert "investigation" in shelf.names()


def test_a_storage_opens_the_room(storage: str) -> None:
    found = lab_view(storage).to_dict()
    assert found["address"] == "studies"
    assert found["studies"]["name"] == "investigation"
    other = lab_view(None, "studies?studies=name:tested", storage=storage).to_dict()
    assert other["studies"]["name"] == "tested"


def best_key(storage: str, name: str = "investigation") -> tuple[SavedStudy, str, Any]:
    study = open_study(name, storage)
    best = study.summarise(effects=False).best
    assert best is not None
    run = best.runs[0]
    return study, f"{name}/{best.number}/{run['seed']}", run


def test_the_network_of_a_trial_is_looked_into(storage: str) -> None:
    study, key, run = best_key(storage)
    found = lab_view(storage, f"look?example=5&select=a[2][1]&digits=17&trial={key}").to_dict()
    network = study.train_trial(int(key.split("/")[1]), run["seed"])
    assert network is not None
    assert found["trial"]["same"]
    assert found["subject"]["name"].startswith("investigation, trial")
    outputs = network.network.predict(network.test.inputs[[5]])[0]
    assert float(found["opened"]["text"]) == pytest.approx(float(outputs[1]), rel=1e-5)
    bench = Workbench(open_subject(), storage=storage)
    accuracy = bench.accuracy(LabState(trial=key))
    assert accuracy is not None
    assert accuracy.right / accuracy.count == run["test_accuracy"]
    both = bench.view(LabState(room="compare", trial=key)).values["compare"]
    assert both["sides"] == ["A", "trial"]
    sides = "compare=first:trial;second:changed"
    changed = LabState.from_address(f"compare?edits=b[2][0]:9.0&{sides}&trial={key}")
    differing = bench.view(changed).values["compare"]["first_difference"]
    assert (differing["address"], differing["count"]) == ("b[2][0]", 1)


def test_a_training_says_how_far_it_is(storage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one network is trained another waits; what nobody asks about is given up."""
    trainings = TrialTrainings(StudyShelf(storage))
    _, key, _ = best_key(storage)
    with trial_trainings._ONE_AT_A_TIME:
        waiting = trainings.find(key, 0.01)
        assert (waiting.subject, waiting.share) == (None, 0.0)
        assert waiting.to_dict()["trained"] is False
        bench = Workbench(open_subject(), storage=storage)
        view = bench.view(LabState(room="look", trial=key))
        assert view.values["trial"]["share"] == 0.0
        assert view.values["subject"]["name"].startswith("investigation, trial")
        assert "network" not in view.values
        monkeypatch.setattr(trial_trainings, "_ABANDONED_AFTER", -1.0)
    lost = trainings._jobs[trial_trainings.TrialKey.parse(key)]
    lost._ended.wait(10)
    assert lost.wait(0).subject is None
    monkeypatch.undo()
    assert trainings.find(key, None).is_same
    assert trainings.find(key, 0).subject is not None


def test_a_visitor_who_waits_is_not_given_up(storage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_trainings, "_ABANDONED_AFTER", 0.1)
    trainings = TrialTrainings(StudyShelf(storage))
    _, key, _ = best_key(storage)
    trial_trainings._ONE_AT_A_TIME.acquire()
    threading.Timer(0.4, trial_trainings._ONE_AT_A_TIME.release).start()
    assert trainings.find(key, None).is_same


def test_what_cannot_be_trained_is_refused(storage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trainings = TrialTrainings(StudyShelf(storage))
    _, key, _ = best_key(storage)
    with pytest.raises(InputError, match="the number of a complete trial, got 99"):
        trainings.find("investigation/99/3", None)
    bench = Workbench(open_subject(), storage=storage)
    view = bench.view(LabState(room="look", trial="investigation/99/3"))
    deadline = time.monotonic() + 20
    while view.values["error"] is None and time.monotonic() < deadline:
        view = bench.view(LabState(room="look", trial="investigation/99/3"))
    assert "a complete trial" in view.values["error"]["text"]
    monkeypatch.setattr(trial_trainings, "MOST_SECONDS", -1.0)
    with pytest.raises(ChainruleError, match="s of training"):
        trainings.find(key, None)


def test_few_networks_are_kept(storage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_trainings, "_MOST_TRAININGS", 1)
    trainings = TrialTrainings(StudyShelf(storage))
    results = open_study("shapes", storage).results()
    for one in results[:2]:
        assert trainings.find(f"shapes/{one.number}/1", None).is_same
    assert len(trainings._jobs) == 1


@pytest.fixture(scope="module")
def lab(storage: str) -> Iterator[RunningLab]:
    bench = Workbench(open_subject(), storage=storage, begins_with_studies=True)
    yield from serving(bench)


def visit(open_page: OpenPage, lab: RunningLab, address: str = "", **options: Any) -> Page:
    page = open_page(lab.address, **options)
    page.wait_for_selector(".heat svg")
    if address:
        go(page, address)
    return page


def test_a_cell_leads_into_its_network(open_page: OpenPage, lab: RunningLab, storage: str) -> None:
    page = visit(open_page, lab)
    before = address_of(page)
    page.locator(".heat .cell").nth(1).click()
    settled(page, before)
    grid = shown(storage, name="investigation")["grid"]
    number = grid["cells"][0][1]["trials"][0]
    assert page.get_by_role("heading", name=f"Trial {number}", exact=False).first.is_visible()
    assert f"studies=trial:{number}" in address_of(page)
    before = address_of(page)
    page.get_by_role("button", name="Look inside, seed 4").click()
    settled(page, before)
    page.get_by_text("the same to the bit").wait_for()
    assert f"trial=investigation/{number}/4" in address_of(page)
    assert page.locator(".net canvas").is_visible()
    run = open_study("investigation", storage).results()[number].runs[1]
    page.get_by_text(f"{100 * run['test_accuracy']:.1f} % of").wait_for()
    before = address_of(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    settled(page, before)
    assert page.get_by_role("heading", name="A and trial of a study").is_visible()
    before = address_of(page)
    page.get_by_role("button", name="The lab's own network").click()
    settled(page, before)
    assert "trial=" not in address_of(page)
    page.go_back()
    page.get_by_text("the same to the bit").wait_for()
    before = address_of(page)
    page.get_by_role("button", name="Back to the study").click()
    settled(page, before)
    assert address_of(page).startswith("studies")


def test_a_trial_that_there_is_not_is_refused_in_every_room(
    open_page: OpenPage, lab: RunningLab
) -> None:
    page = visit(open_page, lab)
    for room in ("look", "draw", "compare"):
        page.evaluate("room => { location.hash = `${room}?trial=investigation/99/3` }", room)
        page.locator(f".lab[data-room={room}] .error").wait_for()
        assert "the number of a complete trial, got 99" in page.locator(".error").inner_text()
    page.get_by_role("button", name="The lab's own network").click()
    page.get_by_role("heading", name="A and changed by hand").wait_for()


def test_studies_by_keyboard_alone(open_page: OpenPage, lab: RunningLab, storage: str) -> None:
    page = visit(open_page, lab)
    grid = shown(storage, name="investigation")["grid"]
    page.locator(".heat svg").focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    cell = grid["cells"][-1][0]
    page.locator(".heat [aria-live]").filter(has_text=cell["text"]).wait_for(state="attached")
    before = address_of(page)
    page.keyboard.press("Enter")
    settled(page, before)
    assert f"studies=trial:{cell['trials'][0]}" in address_of(page)
    page.keyboard.press("t")
    texts = page.locator(".heat tbody td").all_inner_texts()
    assert texts == [one["text"] for cells in grid["cells"] for one in cells]
    before = address_of(page)
    page.get_by_label("Study").focus()
    page.get_by_label("Study").select_option("tested")
    settled(page, before)
    before = address_of(page)
    page.locator(".ranking button").nth(1).press("Enter")
    settled(page, before)
    table = page.get_by_role("button", name="Table: Against learning rate")
    table.press("Enter")
    assert page.locator(".study-chart tbody tr").count() == 2


def test_a_curve_and_a_paper_are_chosen(open_page: OpenPage, lab: RunningLab, storage: str) -> None:
    page = visit(open_page, lab)
    assert page.locator(".study-chart").first.locator("circle").count() == 800
    before = address_of(page)
    page.get_by_label("Printed points of").select_option("none")
    settled(page, before)
    assert page.locator(".study-chart").first.locator("circle").count() == 0
    ranked = open_study("investigation", storage).summarise(effects=False).ranked
    before = address_of(page)
    page.locator(".legend button").nth(1).click()
    settled(page, before)
    assert f"trial:{ranked[1].number}" in address_of(page)
    go(page, "studies?studies=name:shapes")
    before = address_of(page)
    page.get_by_label("Across").select_option("l2")
    settled(page, before)
    assert "across:l2" in address_of(page)
    go(page, "studies?studies=name:rules;across:optimiser;upward:learning_rate")
    assert page.locator(".heat svg .none").count() == 3
    page.locator(".heat svg").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowLeft")
    page.locator(".heat [aria-live]").filter(has_text="optimiser adam").wait_for(state="attached")


def test_a_study_is_watched_while_it_runs(
    open_page: OpenPage, lab: RunningLab, storage: str
) -> None:
    page = visit(open_page, lab)
    go(page, "studies?studies=name:waiting")
    assert page.get_by_text("looks again every 2 seconds").is_visible()
    open_study("waiting", storage).work()
    page.get_by_text("3 of 3 configurations have ended").wait_for()
    page.locator(".study-chart").first.wait_for()
    assert page.get_by_text("looks again").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_the_study_within_its_width(
    open_page: OpenPage, lab: RunningLab, scheme: str
) -> None:
    options: dict[str, Any] = {"viewport": PHONE, "color_scheme": scheme, "has_touch": True}
    page = visit(open_page, lab, **options)
    for address in ("studies", "studies?studies=name:printed/investigation"):
        if address != "studies":
            go(page, address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
