"""The room Compare: its numbers are those of the library, and the page shows them as they are."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.browser import PHONE, OpenPage
from tests.lab.test_lab_page import RunningLab, address_of, go, running, settled

import chainrule as cr
from chainrule.attribution import compare_runs
from chainrule.errors import InputError
from chainrule.lab.compare_settings import CompareSettings
from chainrule.lab.frames import pack_frame
from chainrule.lab.lab_server import lab_view
from chainrule.lab.start_network import START_INK, start_examples, start_network
from chainrule.lab.state import Edit, LabState
from chainrule.lab.subject import LabSubject, open_subject
from chainrule.lab.workbench import Workbench
from chainrule.ledger.formulas import number_text

EDITS = (Edit("W[1][4,300]", 5.0), Edit("b[2][3]", 40.0))


def flowers(path: Path, shift: float = 0.0) -> Path:
    """Three kinds in two columns that overlap, 40 of each."""
    rng = np.random.default_rng(5)
    rows = [
        f"{x:.3f},{y:.3f},{name}"
        for name, centre in (("rose", 1.0), ("tulip", 2.0), ("daisy", 3.0))
        for x, y in rng.normal(centre, 0.7, (40, 2)) + shift
    ]
    path.write_text("\n".join(["length,width,kind", *rows]) + "\n")
    return path


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs that part in their first step, a wider network, and two that give numbers."""
    folder = tmp_path_factory.mktemp("compared")
    flowers(folder / "flowers.csv")
    (folder / "line.csv").write_text("x,y\n" + "".join(f"{x / 7},{x + 3}\n" for x in range(60)))
    for name, table, hidden, rate in (
        ("slow", "flowers", 5, 0.01),
        ("fast", "flowers", 5, 0.2),
        ("wide", "flowers", 7, 0.1),
        ("line", "line", 4, 0.001),
        ("steep", "line", 4, 0.1),
    ):
        settings: dict[str, Any] = {"hidden": [hidden], "learning_rate": rate}
        settings["epochs"] = 10 if name == "steep" else 3
        settings |= {"batch_size": 20, "seed": 1, "engine": "reference"}
        experiment = cr.Experiment.create(str(folder / f"{table}.csv"), **settings)
        experiment.train(folder=folder / name)
    return folder


def shown(runs: Path, first: str, second: str | None, address: str) -> dict[str, Any]:
    other = None if second is None else runs / second
    view = lab_view(runs / first, f"compare?{address}", other=other)
    return view.to_dict()["compare"] | {"arrays": view.to_dict()["arrays"]}


def networks(runs: Path, first: str, second: str) -> tuple[cr.Network, cr.Network]:
    return cr.open_run(str(runs / first)).network, cr.open_run(str(runs / second)).network


def test_settings_lead_back_and_refuse() -> None:
    chosen = CompareSettings(first="A:0", second="B", opened=2, parting=1)
    state = LabState(room="compare", compare=chosen)
    assert LabState.from_address(state.to_address()) == state
    assert LabState.from_dict(state.to_dict()) == state
    assert "compare=first:A:0;second:B;opened:2;parting:1" in state.to_address()
    for wrong in ("C", "A:-1", "/etc/passwd", 3):
        with pytest.raises(InputError, match="A, B, changed or trial"):
            CompareSettings(first=wrong)  # type: ignore[arg-type]


def test_tensors_and_the_first_difference_are_those_of_the_library(runs: Path) -> None:
    found = shown(runs, "slow", "fast", "digits=17")
    compared = compare_runs(str(runs / "slow"), str(runs / "fast"))
    assert found["sides"] == ["A", "B"]
    assert [row["name"] for row in found["tensors"]] == [one.name for one in compared.weights]
    for row, one in zip(found["tensors"], compared.weights, strict=True):
        numbers = [*row["norms"], row["distance"], row["cosine"], row["largest"]]
        of_library = (one.first_norm, one.second_norm, one.distance, one.cosine, one.largest)
        assert list(map(float, numbers)) == list(of_library)
        assert row["at"] == one.at
    first, second = networks(runs, "slow", "fast")
    at = int(np.flatnonzero(first.parameters != second.parameters)[0])
    difference = found["first_difference"]
    assert list(map(float, difference["texts"])) == [first.parameters[at], second.parameters[at]]
    assert difference["count"] == int((first.parameters != second.parameters).sum())
    assert difference["address"].startswith("W[1][")
    assert not found["same"]


def test_where_the_runs_part_is_what_compare_says(runs: Path) -> None:
    assert shown(runs, "slow", "fast", "")["can_part"]
    parting = shown(runs, "slow", "fast", "compare=parting:1")["parting"]
    sentences = parting.pop("sentences")
    of_library = compare_runs(str(runs / "slow"), str(runs / "fast")).parting
    assert parting == of_library.to_dict()
    assert sentences == list(of_library.sentences())
    alone = shown(runs, "slow", "fast", "compare=first:A:0;second:A;parting:1")
    assert (alone["can_part"], alone["parting"]) == (False, None)


def test_examples_answered_differently(runs: Path) -> None:
    answers = shown(runs, "slow", "fast", "")["answers"]
    test = cr.open_run(str(runs / "slow")).data("test")
    names = [
        np.array(network.class_names)[network.classify(test.inputs)]
        for network in networks(runs, "slow", "fast")
    ]
    differing = np.flatnonzero(names[0] != names[1]).tolist()
    assert differing, "the runs are made to differ"
    assert [row["row"] for row in answers["rows"]] == differing
    assert [row["answers"] for row in answers["rows"]] == [
        [str(name[row]) for name in names] for row in differing
    ]
    compared = compare_runs(str(runs / "slow"), str(runs / "fast"))
    assert compared.test is not None
    assert answers["only"] == [compared.test.only_first, compared.test.only_second]
    assert answers["right"] == [
        int(one.right.sum()) for one in (compared.first, compared.second) if one.right is not None
    ]


def test_a_number_is_opened_in_both(runs: Path) -> None:
    row = 4
    found = lab_view(
        runs / "slow", f"compare?example={row}&select=a[2][1]&digits=17", other=runs / "fast"
    ).to_dict()
    test = cr.open_run(str(runs / "slow")).data("test")
    outputs = [one.predict(test.inputs[[row]])[0] for one in networks(runs, "slow", "fast")]
    texts = found["compare"]["opened"]["texts"]
    np.testing.assert_allclose(list(map(float, texts[:2])), [one[1] for one in outputs], rtol=1e-5)
    assert float(texts[2]) == pytest.approx(float(texts[1]) - float(texts[0]))
    assert found["opened"]["text"] == texts[0]
    assert found["compare"]["outputs"]["rows"][1]["texts"] == texts
    other = lab_view(
        runs / "slow",
        f"compare?example={row}&select=a[2][1]&digits=17&compare=opened:2",
        other=runs / "fast",
    ).to_dict()
    assert other["opened"]["text"] == texts[1]


def test_epochs_of_one_run_are_its_checkpoints(runs: Path) -> None:
    found = shown(runs, "fast", None, "digits=17")
    assert found["sides"] == ["A:0", "A"]
    assert found["choices"][0]["epochs"] == {"first": 0, "last": 3}
    again = shown(runs, "fast", None, "digits=17&compare=first:A:3;second:A")
    assert again["same"]
    assert again["first_difference"] is None
    bench = Workbench(open_subject(runs / "steep"))
    for epoch in (*range(11), *range(4)):
        state = LabState(room="compare", compare=CompareSettings(first=f"A:{epoch}"))
        assert bench.view(state).values["error"] is None


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ("first:A:4", "an epoch from 0 to 3"),
        ("first:B", "The lab was opened with one model"),
    ],
)
def test_what_there_is_not_is_refused(runs: Path, settings: str, text: str) -> None:
    with pytest.raises(InputError, match=text):
        shown(runs, "fast", None, f"compare={settings}")
    view = Workbench(open_subject(runs / "fast")).view(
        LabState.from_address(f"compare?compare={settings}")
    )
    assert text in view.values["error"]["text"]
    assert view.values["compare"]["choices"]


def test_a_network_file_has_no_epochs() -> None:
    state = LabState.from_address("compare?compare=first:A:0")
    view = Workbench(open_subject()).view(state)
    assert "does not record its training" in view.values["error"]["text"]


def test_networks_of_different_shapes(runs: Path) -> None:
    found = shown(runs, "slow", "wide", "select=W[1][4,0]&example=2")
    assert not found["alike"]
    assert found["weights"] is None
    assert found["first_difference"] is None
    assert found["tensors"][0]["shapes"] == ["5×2", "7×2"]
    assert found["answers"]["count"] == 24
    assert [one["same"] for one in found["activations"]] == [False, True]


def test_a_neuron_that_one_lacks_is_refused(runs: Path) -> None:
    for address in ("W[1][6,0]", "W[3][0,0]"):
        view = Workbench(open_subject(runs / "slow"), open_subject(runs / "wide")).view(
            LabState(room="compare", select=address)
        )
        assert "a neuron that both networks have" in view.values["error"]["text"]


def test_a_number_of_the_whole_step_is_opened_in_both(runs: Path) -> None:
    found = shown(runs, "slow", "fast", "select=cost")
    assert found["opened"]["address"] == "cost"
    assert found["weights"]["layer"] == 1


def test_a_number_that_one_lacks_is_shown_of_the_other(runs: Path) -> None:
    bench = Workbench(open_subject(runs / "slow"), open_subject(runs / "wide"))
    view = bench.view(LabState(room="compare", select="W[2][0,6]"))
    assert view.values["opened"] is None
    assert "W[2][0,6]" in view.values["error"]["text"]
    assert "opened" not in view.values["compare"]


def test_networks_that_take_other_examples_still_show_their_tensors(runs: Path) -> None:
    found = shown(runs, "slow", "line", "")
    assert "answers" not in found
    assert "length" in found["misfit"] or "columns" in found["misfit"]
    assert len(found["tensors"]) == 4


def test_numbers_are_compared_in_the_unit_of_the_data(runs: Path) -> None:
    found = shown(runs, "line", "steep", "digits=17")
    test = cr.open_run(str(runs / "line")).data("test")
    outputs = [one.predict(test.inputs)[:, 0] for one in networks(runs, "line", "steep")]
    apart = np.abs(outputs[0] - outputs[1])
    rows = [row["row"] for row in found["answers"]["rows"]]
    assert rows[0] == int(apart.argmax())
    assert not found["answers"]["classifies"]
    first = found["answers"]["rows"][0]
    assert float(first["target"]) == pytest.approx(test.targets[rows[0], 0])
    np.testing.assert_allclose(
        list(map(float, first["texts"])), [one[rows[0]] for one in outputs], rtol=1e-5
    )
    assert float(found["outputs"]["rows"][0]["texts"][0]) == pytest.approx(outputs[0][0], rel=1e-5)
    assert float(found["target"]) == pytest.approx(test.targets[0, 0], rel=1e-5)


def test_what_was_changed_by_hand_is_compared_with_the_network() -> None:
    view = Workbench(open_subject()).view(
        LabState(
            room="compare", ink=START_INK, edits=EDITS, silenced=("a[1][7]",), select="z[1][4]"
        )
    )
    compare = view.values["compare"]
    assert compare["sides"] == ["A", "changed"]
    assert compare["first_difference"]["address"] == "W[1][4,300]"
    assert compare["first_difference"]["texts"][1] == "5"
    assert compare["weights"]["is_image"]
    assert compare["weights"]["index"] == 4
    apart = view.arrays["weights_apart"]
    assert np.flatnonzero(apart).tolist() == [300]
    assert view.arrays["tiles_first"].shape == (12, 784)
    assert compare["outputs"]["answers"] == ["7", "3"]
    pack_frame(view)
    nothing = Workbench(open_subject()).view(LabState(room="compare")).values["compare"]
    assert nothing["same"]
    assert nothing["answers"]["differing"] == 0


def test_a_photo_is_looked_at_by_both() -> None:
    bench = Workbench(open_subject())
    page = np.full((60, 60), 255, np.uint8)
    page[10:50, 27:33] = 20
    stream = io.BytesIO()
    Image.fromarray(page).save(stream, "PNG")
    name = bench.photos.add(stream.getvalue())
    state = LabState(room="compare", photo=name, edits=(Edit("b[2][3]", 90.0),))
    assert bench.view(state).values["compare"]["outputs"]["answers"] == ["1", "3"]


def test_a_worked_file_is_compared_by_its_own_examples() -> None:
    state = LabState(room="compare", edits=(Edit("W[1][0,1]", 2.0),), select="delta[1][0]")
    bench = Workbench(open_subject("two-layers"))
    view = bench.view(state)
    assert view.values["error"] is None
    assert view.values["compare"]["opened"]["address"] == "delta[1][0]"
    assert bench.prove(state.with_changes(select="dW[1][0,0]"))[0]["holds"]
    twice = Workbench(open_subject("two-layers"), open_subject("two-layers"))
    assert twice.view(LabState(room="compare")).values["compare"]["same"]


def test_networks_without_biases_or_with_wide_layers() -> None:
    """A layer of more than 65,536 weights is drawn as the row of its neuron."""
    layers, plain = [300, 300, 2], {"biases": False}
    pair = [cr.Network.create(layers, ["relu", "softmax"], seed=seed, **plain) for seed in (1, 2)]
    data = cr.Dataset(np.random.default_rng(0).normal(size=(10_050, 300)), np.arange(10_050) % 2)
    recipe = cr.Recipe(cost="categorical_cross_entropy", batch_size=1)
    subjects = [LabSubject(str(at), one, recipe, data, loaded=data) for at, one in enumerate(pair)]
    compare = Workbench(*subjects).view(LabState(room="compare")).values["compare"]
    weights = compare["weights"]
    assert (weights["rows"], weights["columns"], weights["biases"]) == (1, 300, None)
    assert not weights["is_whole"]
    assert compare["answers"]["count"] == 10_000
    assert compare["answers"]["examples"] == 10_050
    assert len(compare["answers"]["rows"]) == 100


def test_models_that_take_drawings_alone_have_no_common_examples() -> None:
    plain = replace(open_subject(), examples=None, loaded=None)
    other = replace(plain, network=start_network().with_parameters(0 * start_network().parameters))
    compare = (
        Workbench(plain, other).view(LabState(room="compare", ink=START_INK)).values["compare"]
    )
    assert compare["answers"] is None
    assert compare["outputs"]["answers"] == ["7", "0"]
    assert len(start_examples()) == 200


@pytest.fixture(scope="module")
def lab(runs: Path) -> Iterator[RunningLab]:
    yield from running(runs / "slow", runs / "fast")


@pytest.fixture(scope="module")
def digits() -> Iterator[RunningLab]:
    yield from running()


def visit(open_page: OpenPage, lab: RunningLab, address: str, **options: Any) -> Any:
    page = open_page(lab.address, **options)
    page.wait_for_selector(".lab")
    go(page, address)
    return page


def test_two_models_by_mouse(open_page: OpenPage, lab: RunningLab, runs: Path) -> None:
    page = visit(open_page, lab, "draw?example=0")
    before = address_of(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    settled(page, before)
    compared = compare_runs(str(runs / "slow"), str(runs / "fast"))
    for at, one in enumerate(compared.weights):
        cells = page.locator(".tensors tbody tr").nth(at).locator("td").all_inner_texts()
        numbers = [one.first_norm, one.second_norm, one.distance, one.cosine]
        assert cells[1:5] == [number_text(value, 6) for value in numbers]
    before = address_of(page)
    page.locator(".tensors button").first.click()
    settled(page, before)
    place = compared.weights[0].at
    assert page.locator(".opened h2 code").inner_text() == place
    one, other = networks(runs, "slow", "fast")
    neuron, source = map(int, place.removeprefix("W[1][").removesuffix("]").split(","))
    values = [float(found.layers[0].W[neuron, source]) for found in (one, other)]
    both = page.locator(".card:last-child dl.both").first.locator("dd").all_inner_texts()
    assert both == [number_text(v, 6) for v in (*values, values[1] - values[0])]
    before = address_of(page)
    page.get_by_role("button", name="Formula of B").click()
    settled(page, before)
    assert page.locator(".opened h2 .value").inner_text() == both[1]
    before = address_of(page)
    page.get_by_role("button", name="Where do the runs part?").click()
    settled(page, before)
    assert page.get_by_text("They part in step 1: batch 1 of epoch 1.").is_visible()
    before = address_of(page)
    row = page.locator(".scroll.rows tbody button").first
    number = row.inner_text()
    row.click()
    settled(page, before)
    assert f"example={number}" in address_of(page)
    before = address_of(page)
    page.get_by_role("button", name="Swap").click()
    settled(page, before)
    assert page.get_by_role("heading", name="B and A").is_visible()


def test_epochs_are_chosen_by_keyboard(open_page: OpenPage, lab: RunningLab) -> None:
    page = visit(open_page, lab, "compare")
    before = address_of(page)
    page.get_by_label("Second").focus()
    page.get_by_label("Second").select_option("A")
    settled(page, before)
    before = address_of(page)
    page.get_by_label("after an epoch").last.focus()
    page.keyboard.press("Space")
    settled(page, before)
    before = address_of(page)
    page.get_by_label("Epoch, 0 to 3").fill("1")
    page.keyboard.press("Enter")
    settled(page, before)
    assert "second:A:1" in address_of(page)
    assert page.get_by_role("heading", name="A and A after epoch 1").is_visible()
    table = page.get_by_role("button", name="Table: Activations of layer 1")
    table.focus()
    page.keyboard.press("t")
    rows = page.locator("figure.strips").first.locator("tbody tr")
    assert rows.count() == 5
    before = address_of(page)
    rows.first.locator("button").press("Enter")
    settled(page, before)
    assert "select=a[1][0]" in address_of(page)


def test_a_weight_that_was_changed_is_seen(open_page: OpenPage, digits: RunningLab) -> None:
    page = visit(
        open_page, digits, "compare?example=0&select=z[1][4]&edits=W[1][4,300]:5.0;b[2][3]:400.0"
    )
    assert page.get_by_text("2 of 25450 numbers differ").is_visible()
    assert page.locator(".verdicts strong").all_inner_texts() == ["7", "3"]
    box = page.locator(".triple canvas").nth(2).bounding_box()
    x, y = (300 % 28 + 0.5) / 28, (300 // 28 + 0.5) / 28
    before = address_of(page)
    page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    settled(page, before)
    assert "select=W[1][4,300]" in address_of(page)
    before = address_of(page)
    page.locator(".tiles button").nth(1).click()
    settled(page, before)
    assert "select=z[1][" in address_of(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_has_both_models_within_its_width(
    open_page: OpenPage, lab: RunningLab, digits: RunningLab, scheme: str
) -> None:
    options: dict[str, Any] = {"viewport": PHONE, "color_scheme": scheme, "has_touch": True}
    for where, address in ((lab, "compare?select=W[2][0,1]"), (digits, "compare?example=3")):
        page = visit(open_page, where, address, **options)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
