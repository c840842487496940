"""What is answered over HTTP is what `predict` answers, to the bit."""

import base64
import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import csv as arrow_csv
from pyarrow import parquet
from tests.serving.conftest import Service, write_people

import chainrule as cr

IMAGES = "/models/images/predict"


def outputs(answer: dict) -> dict[str, float]:
    """The outputs of an answer by name."""
    return answer.get("probabilities") or answer["outputs"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("new") / "new.csv"
    write_people(path, rows=25, seed=9)
    return path


def read(table: Path) -> list[dict[str, str]]:
    """The rows of a table as texts."""
    return list(csv.DictReader(table.read_text().splitlines()))


def expected(models: Path, name: str, source: object) -> list[tuple[object, dict[str, float]]]:
    """What `predict` answers, in the names of the service."""
    found = cr.open_run(str(models / name)).predict(source)
    return [(one.answer, dict(one.outputs)) for one in found]


def test_rows_of_json_answer_as_the_rows_of_a_file(
    service: Service, models: Path, table: Path
) -> None:
    rows = read(table)
    due = expected(models, "people", str(table))
    together = service.post("/predict", rows).json()
    assert together["remarks"] == list(
        cr.open_run(str(models / "people")).predict(str(table))[0].remarks
    )
    assert [(one["answer"], outputs(one)) for one in together["predictions"]] == due
    for row, one in zip(rows[:8], due, strict=False):
        typed = {**row, "fare": float(row["fare"]), "age": int(row["age"]) if row["age"] else None}
        (alone,) = service.post("/models/people/predict", typed).json()["predictions"]
        assert (alone["answer"], outputs(alone)) == (one[0], pytest.approx(one[1], rel=1e-5))
        cells = [typed[name] or None for name in ("age", "port", "sailed", "fare")]
        (again,) = service.post("/predict", {"rows": [cells]}).json()["predictions"]
        assert outputs(again) == outputs(alone)


def test_files_of_tables_answer_as_files(service: Service, models: Path, table: Path) -> None:
    due = expected(models, "people", str(table))
    text = table.read_bytes()
    found = service.post("/predict", content=text, headers={"content-type": "text/csv"}).json()
    assert [(one["answer"], outputs(one)) for one in found["predictions"]] == due
    assert found["predictions"][1]["input"] == "body, line 3"
    frame = arrow_csv.read_csv(io.BytesIO(text))
    target = io.BytesIO()
    parquet.write_table(frame, target)
    kind = {"content-type": "application/vnd.apache.parquet"}
    found = service.post("/predict", content=target.getvalue(), headers=kind).json()
    due = expected(models, "people", frame)
    assert [(one["answer"], outputs(one)) for one in found["predictions"]] == due
    files = [("a", ("a.csv", text, "text/csv")), ("b", ("../b", text, "text/csv"))]
    both = service.post("/predict", files=files).json()["predictions"]
    assert len(both) == 50
    assert both[0]["input"] == "file 1, line 2"
    assert both[49]["input"] == "file 2, line 26"


def test_numbers_are_in_the_unit_of_the_target(service: Service, models: Path, table: Path) -> None:
    rows = read(table)
    found = service.post("/models/prices/predict", rows).json()["predictions"]
    due = expected(models, "prices", str(table))
    assert [one["answer"] for one in found] == [one["output 1"] for _, one in due]
    assert outputs(found[0]) == {"price": found[0]["answer"]}
    plain = cr.open_run(str(models / "plain.safetensors")).network
    (one,) = service.post("/models/plain/predict", [0.1, -2, 3e2]).json()["predictions"]
    assert one["answer"] == plain.predict(np.array([[0.1, -2, 3e2]])).astype(float)[0].tolist()
    assert list(outputs(one)) == ["output 1", "output 2"]


def test_an_image_in_every_form_is_one_image(
    service: Service, models: Path, image: np.ndarray
) -> None:
    network = cr.open_run(str(models / "images.safetensors")).network
    due = network.predict(image.reshape(1, -1)).astype(float)[0].tolist()
    forms = [image.reshape(-1).tolist(), image.tolist(), {"image": image.tolist()}]
    for form in (*forms, {"image": image.reshape(-1).tolist()}):
        (one,) = service.post(IMAGES, form).json()["predictions"]
        assert list(outputs(one).values()) == due
        assert one["answer"] == str(np.argmax(due))
    kind = {"content-type": "application/octet-stream"}
    (one,) = service.post(IMAGES, content=image.tobytes(), headers=kind).json()["predictions"]
    assert list(outputs(one).values()) == due
    three = service.post(IMAGES, forms).json()["predictions"]
    assert [list(outputs(one).values()) for one in three] == [due] * 3
    large = json.dumps(image.tolist()) + " " * 70_000
    kind = {"content-type": "application/json"}
    (one,) = service.post(IMAGES, content=large, headers=kind).json()["predictions"]
    assert list(outputs(one).values()) == due


def test_fractions_are_told_from_bytes(service: Service, models: Path) -> None:
    network = cr.open_run(str(models / "images.safetensors")).network
    row = np.linspace(0, 1, 36)
    (one,) = service.post(IMAGES, row.tolist()).json()["predictions"]
    assert list(outputs(one).values()) == network.predict(row[None]).astype(float)[0].tolist()
    assert one["remarks"] == ["Values from 0 to 1 were taken for fractions of white."]
    (one,) = service.post(IMAGES, (row * 255).tolist()).json()["predictions"]
    due = network.predict(row[None] * 255 * network.input_scale).astype(float)[0].tolist()
    assert list(outputs(one).values()) == due
    (one,) = service.post(IMAGES, [0, 1] * 18).json()["predictions"]
    assert one["remarks"] == ["No grey value is above 1, where 255 is white."]


def test_pictures_are_prepared_as_predict_prepares_them(
    service: Service, models: Path, tmp_path: Path
) -> None:
    paper = np.full((60, 60), 250, np.uint8)
    paper[10:50, 26:34] = 5
    Image.fromarray(paper).save(tmp_path / "one.png")
    (due,) = cr.open_run(str(models / "images.safetensors")).predict(str(tmp_path / "one.png"))
    content = (tmp_path / "one.png").read_bytes()
    coded = base64.b64encode(content).decode()
    ways = [
        {"content": content, "headers": {"content-type": "image/png"}},
        {"json": {"image": f"data:image/png;base64,{coded}"}},
        {"json": {"rows": [{"image": coded}]}},
        {"files": {"file": ("anything", content, "image/png")}},
        {"json": paper.tolist()},
    ]
    for way in ways:
        found = service.post(IMAGES, **way).json()
        (one,) = found["predictions"]
        assert one["answer"] == due.answer
        assert outputs(one) == dict(due.outputs)
        assert [*found["remarks"], *one.get("remarks", [])] == list(due.remarks)
        assert one.get("box") == due.to_dict().get("box")


def test_a_batch_has_errors_in_their_places(service: Service) -> None:
    good = {"age": 20, "port": "Q", "sailed": "1912-04-10", "fare": 3}
    rows = [good, {**good, "fare": "dear"}, {**good, "fare": True}, {"age": 1}, 7, good]
    rows += [{**good, "age": 1e12}, [1, 2], {**good, "port": ["Q"]}, {**good, "sailed": 3}]
    response = service.post("/predict", {"rows": rows})
    assert response.status_code == 200
    found = response.json()["predictions"]
    assert ["answer" in one for one in found] == [True, *[False] * 4, True, *[False] * 4]
    assert found[0]["answer"] == found[5]["answer"]
    assert found[1]["error"]["detail"] == (
        "row 1, column 'fare': expected a number, or null, got 'dear'. Numbers have decimal "
        "points; null stands for a missing one."
    )
    assert found[2]["error"]["got"] == "true or false"
    assert found[3]["error"]["expected"] == "the columns port, sailed, fare"
    assert "a million times outside" in found[6]["error"]["detail"]
    assert found[6]["error"]["where"] == "row 6, column 'age'"
    text = "age,port,sailed,fare\n20,Q,1912-04-10,3\nx,Q,1912-04-10,3\n"
    found = service.post("/predict", content=text, headers={"content-type": "text/csv"}).json()
    problem = found["predictions"][1]["error"]
    assert problem["where"] == "body, line 3, column 0 ('age')"
    assert problem["detail"].startswith("body, line 3, column 0 ('age'): expected a number, got")


def test_what_is_unknown_is_said(service: Service) -> None:
    row = {"age": 200, "port": "New", "sailed": None, "fare": "", "mood": "good"}
    (one,) = service.post("/predict", row).json()["predictions"]
    told = " ".join(one["remarks"])
    assert "Columns that the network does not know were ignored: mood." in told
    assert "port" in told
    assert "age" in told


def test_abstaining(service: Service) -> None:
    row = {"age": 20, "port": "Q", "sailed": "1912-04-10", "fare": 3}
    (sure,) = service.post("/predict?abstain=0.01", row).json()["predictions"]
    assert sure["answer"] in ("yes", "no")
    for way in ({"json": row}, {"json": [row]}):
        (unsure,) = service.post("/predict?abstain=1", **way).json()["predictions"]
        assert unsure["answer"] is None
        assert set(outputs(unsure)) == {"yes", "no"}
    text = {"content": "age,port,sailed,fare\n20,Q,,3\n", "headers": {"content-type": "text/csv"}}
    assert service.post("/predict?abstain=1", **text).json()["predictions"][0]["answer"] is None
    for query in ("abstain=2", "abstain=nan", "abstain=", "top=3", "abstain=0&abstain=1"):
        assert service.post(f"/predict?{query}", row).status_code == 422
    assert service.post("/models/prices/predict?abstain=0.5", row).status_code == 422


def test_one_output_stands_for_two_classes(service: Service, models: Path) -> None:
    (one,) = service.post("/models/single/predict", [1, 2, 3]).json()["predictions"]
    network = cr.open_run(str(models / "single.safetensors")).network
    yes = float(network.predict(np.array([[1.0, 2, 3]]))[0, 0])
    assert outputs(one) == {"no": 1 - yes, "yes": yes}
    assert one["answer"] == ("yes" if yes > 0.5 else "no")


def test_explanations_add_up(service: Service, image: np.ndarray) -> None:
    row = {"age": 20, "port": "Q", "sailed": "1912-04-10", "fare": 3}
    found = service.post("/explain", row).json()
    parts = [*found["neuron_parts"], found["bias_part"]]
    assert sum(parts) == pytest.approx(found["margin"])
    assert "age" in found["input_names"]
    assert len(found["input_parts"]) == len(found["input_names"])
    assert "target" not in found
    (neuron,) = service.post("/models/prices/explain", row).json()["neurons"]
    assert sum(one["term"] for one in neuron["terms"]) + neuron["b"] == pytest.approx(neuron["z"])
    found = service.post("/models/images/explain", image.tolist()).json()
    (answer,) = service.post(IMAGES, image.tolist()).json()["predictions"]
    assert found["chosen"] == answer["answer"]
    assert len(found["input_parts"]) == 36
    paper = np.full((60, 60), 250, np.uint8)
    paper[10:50, 26:34] = 5
    target = io.BytesIO()
    Image.fromarray(paper).save(target, "png")
    kind = {"content-type": "image/png"}
    by_file = service.post("/models/images/explain", content=target.getvalue(), headers=kind)
    assert by_file.json()["chosen"] in "0123456789"
    coded = {"image": base64.b64encode(target.getvalue()).decode()}
    assert service.post("/models/images/explain", coded).json() == by_file.json()


def test_texts_of_parquet_stay_small(service: Service) -> None:
    long = pa.table({"age": [1] * 900, "port": ["x" * 100_000] * 900, "fare": [1] * 900})
    target = io.BytesIO()
    parquet.write_table(long, target)
    assert len(target.getvalue()) < 200_000
    kind = {"content-type": "application/vnd.apache.parquet"}
    response = service.post("/predict", content=target.getvalue(), headers=kind)
    assert response.status_code == 422
    assert response.json()["type"].endswith("content-too-large")
