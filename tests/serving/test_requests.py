"""What is refused, each with its status, a problem document and no trace of this machine."""

import asyncio
import base64
import io
import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet
from tests.serving.conftest import JSON, Service

from chainrule.serving import AccessControl, ServiceLimits

ROW = {"age": 20, "port": "Q", "sailed": "1912-04-10", "fare": 3}
PARQUET = {"content-type": "application/vnd.apache.parquet"}
PNG = {"content-type": "image/png"}


def png(width: int, height: int) -> bytes:
    """A picture that promises more pixels than it has."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def check(response: Any, status: int, kind: str) -> dict[str, Any]:
    """The problem of a response."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["type"] == f"urn:chainrule:problem:{kind}"
    assert found["status"] == status
    for word in ("/tmp", "Traceback", ".py", "pytest"):
        assert word not in response.text
    return found


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"age": 1, "age": 2}', "'age' twice"),
        (b'{"age": NaN}', "got NaN"),
        (b"[Infinity]", "got Infinity"),
        (b"[" * 9, "at most 8 levels"),
        (b'["[[[[[[[[[[[",', "line 1, column"),
        (b"\xff", "byte 0 that is none"),
        (b"[" + b"1" * 5000 + b"]", "thousands of digits"),
        (b"", "well-formed JSON"),
        (b"[1,]", "well-formed JSON"),
    ],
)
def test_malformed_json(service: Service, body: bytes, told: str) -> None:
    response = service.post("/predict", content=body, headers=JSON)
    assert told in check(response, 400, "malformed-json")["detail"]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("/predict", [], "at least one row"),
        ("/predict", {"rows": 3}, "an array of rows"),
        ("/predict", 7, "an array, or an object, got a number"),
        ("/predict", None, "got null"),
        ("/predict", "text", "got a text"),
        ("/predict", [ROW, 3], "a number among them"),
        ("/predict", {"age": 1}, "the columns port, sailed, fare"),
        ("/predict", {**ROW, "port": "\ud800"}, "surrogate"),
        ("/predict", {**ROW, "sailed": "soon"}, "expected a date, got 'soon'"),
        ("/models/images/predict", [0] * 35, "36 numbers (6 x 6), got 35"),
        ("/models/images/predict", [0] * 35 + [256], "grey values from 0 to 255"),
        ("/models/images/predict", [0] * 35 + [-1], "grey values from 0 to 255"),
        ("/models/images/predict", [0] * 35 + ["1"], "number 35: expected a number"),
        ("/models/images/predict", [0] * 35 + [True], "true or false"),
        ("/models/images/predict", {"image": "no base64!"}, "a picture in base64"),
        ("/models/images/predict", {"image": "aGVsbG8="}, "a PNG or JPEG in base64"),
        ("/models/images/predict", {"picture": []}, '{"image": …}'),
        ("/models/images/predict", [[1, 2], [3]], "lines of equal length"),
        ("/models/images/predict", [[1, 2], [3, "x"]], "lines of equal length"),
        ("/models/plain/predict", [1, 2], "3 numbers"),
        ("/models/plain/predict", [1, 2, 1e31], "at most 1e+30"),
        ("/models/plain/predict", [1, 2, 10**400], "at most 1e+30"),
        ("/models/plain/predict", {"image": []}, "an array of numbers"),
        ("/explain", [ROW], "expected one row"),
        ("/explain", {**ROW, "fare": "x"}, "expected a number, or null"),
    ],
)
def test_rows_that_do_not_fit(service: Service, path: str, value: Any, told: str) -> None:
    content = json.dumps(value)
    found = service.post(path, content=content, headers=JSON)
    kind = "data-error" if "a date" in told else "input"
    assert told in check(found, 422, kind)["detail"]


def test_types_of_bodies(service: Service) -> None:
    form = {"content-type": "application/x-www-form-urlencoded"}
    found = check(service.post("/predict", content=b"a=1", headers=form), 415, "media-type")
    assert "Content-Type: application/json" in found["remedy"]
    check(service.post("/predict", content=b"a=1"), 415, "media-type")
    bytes_kind = {"content-type": "application/octet-stream"}
    check(service.post("/predict", content=b"12", headers=bytes_kind), 415, "media-type")
    images = "/models/images/predict"
    check(service.post(images, content=b"12", headers=bytes_kind), 422, "input")
    gzip = {**JSON, "content-encoding": "gzip"}
    check(service.post("/predict", content=b"x", headers=gzip), 415, "content-encoding")
    text = {"files": {"a": ("a", b"x", "text/html")}}
    check(service.post("/predict", **text), 415, "media-type")
    broken = {"content-type": "multipart/form-data; boundary=x"}
    check(service.post("/predict", content=b"nothing", headers=broken), 400, "malformed-form")
    broken = {"content-type": "multipart/form-data"}
    check(service.post("/predict", content=b"nothing", headers=broken), 400, "malformed-form")
    nothing = {
        "content": b"--x--\r\n",
        "headers": {"content-type": "multipart/form-data; boundary=x"},
    }
    check(service.post("/predict", **nothing), 422, "input")
    check(service.post("/explain", content=png(4, 4), headers=PNG), 415, "media-type")
    two = {"files": [("a", ("a", png(4, 4), "image/png"))] * 2}
    check(service.post("/models/images/explain", **two), 422, "input")
    check(service.post("/explain?top=3", ROW), 422, "input")


def test_files_that_cannot_be_read(service: Service) -> None:
    for content, headers in ((b"PAR1", PARQUET), (png(40, 40), PNG), (b"x", PNG)):
        found = service.post("/models/images/predict", content=content, headers=headers)
        assert check(found, 422, "data-error")["where"].startswith("body")
    csv_kind = {"content-type": "text/csv"}
    found = service.post("/predict", content=b"a,b\n1,2\n", headers=csv_kind)
    assert "the columns age, port" in check(found, 422, "data-error")["detail"]
    check(service.post("/predict", content=b"", headers=csv_kind), 422, "data-error")
    check(service.post("/predict", content=png(40, 40), headers=PNG), 422, "data-error")
    big = service.post("/models/images/predict", content=png(30_000, 30_000), headers=PNG)
    check(big, 422, "picture-too-large")
    check(
        service.post("/models/images/predict", content=png(2**20, 2**20), headers=PNG),
        422,
        "picture-too-large",
    )
    coded = {"rows": [{"image": base64.b64encode(png(40, 40)).decode()}]}
    (one,) = service.post("/models/images/predict", coded).json()["predictions"]
    assert one["error"]["where"] == "row 0"


def test_a_picture_of_two_digits_is_not_explained(service: Service) -> None:
    paper = np.full((60, 140), 250, np.uint8)
    for left in (30, 100):
        paper[10:50, left : left + 8] = 5
    content = io.BytesIO()
    Image.fromarray(paper).save(content, "png")
    found = service.post("/models/images/explain", content=content.getvalue(), headers=PNG)
    assert check(found, 422, "input")["got"] == "2"


def test_limits_of_size(make_service: Callable[..., Service]) -> None:
    limits = ServiceLimits(body_bytes=2000, rows=3, content_bytes=5000, pixels=100)
    service = make_service(limits)
    assert service.post("/predict", [ROW] * 3).status_code == 200
    check(service.post("/predict", [ROW] * 4), 422, "too-many-rows")
    large = check(service.post("/predict", [ROW] * 100), 413, "body-too-large")
    assert large["expected"] == "at most 2000 bytes"
    text = b"age,port,sailed,fare\n" + b"1,Q,,3\n" * 4
    csv_kind = {"content-type": "text/csv"}
    check(service.post("/predict", content=text, headers=csv_kind), 422, "too-many-rows")
    text = b"age,port,sailed,fare\n" + b"1,Q,,3\r" * 5
    check(service.post("/predict", content=text, headers=csv_kind), 422, "too-many-rows")
    found = service.post("/models/images/predict", content=png(11, 11), headers=PNG)
    check(found, 422, "picture-too-large")

    def table(rows: int, columns: int = 1) -> bytes:
        content = io.BytesIO()
        names = {f"c{k}": [0] * rows for k in range(columns)}
        parquet.write_table(pa.table(names), content, compression="zstd")
        return content.getvalue()

    check(service.post("/predict", content=table(4), headers=PARQUET), 422, "too-many-rows")
    wide = make_service(ServiceLimits(content_bytes=500))
    check(wide.post("/predict", content=table(100), headers=PARQUET), 422, "content-too-large")


def ask_in_parts(service: Service, parts: list[bytes], **scope: Any) -> list[dict[str, Any]]:
    """What is sent back to a request whose body comes in parts; None waits for ever."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not parts:
            await asyncio.sleep(3600)
        body = parts.pop(0)
        if body is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": body, "more_body": True}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    base = {
        "type": "http",
        "method": "POST",
        "path": "/predict",
        "query_string": b"",
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": ("1.2.3.4", 5),
    }
    asyncio.run(service.application({**base, **scope}, receive, send))
    return sent


def test_bodies_that_do_not_end(make_service: Callable[..., Service]) -> None:
    service = make_service(ServiceLimits(read_seconds=0.05, body_bytes=100))
    assert ask_in_parts(service, [b"[1"])[0]["status"] == 408
    assert ask_in_parts(service, [b"[1", b"x" * 100])[0]["status"] == 413
    assert ask_in_parts(service, [b"[1", None]) == []
    assert ask_in_parts(service, [None]) == []
    headers = [(b"host", b"localhost"), (b"content-type", b"text/csv"), (b"content-length", b"900")]
    assert ask_in_parts(service, [b"[1"], headers=headers)[0]["status"] == 413


def test_large_bodies_share_a_bounded_memory(make_service: Callable[..., Service]) -> None:
    service = make_service(ServiceLimits(read_seconds=0.2, body_bytes=100))

    async def together() -> list[int]:
        async def one() -> int:
            sent: list[dict[str, Any]] = []
            parts = [b"[" * 90]

            async def receive() -> dict[str, Any]:
                if not parts:
                    await asyncio.sleep(3600)
                return {"type": "http.request", "body": parts.pop(), "more_body": True}

            async def send(message: dict[str, Any]) -> None:
                sent.append(message)

            headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
            scope = {"type": "http", "method": "POST", "path": "/predict", "query_string": b""}
            await service.application({**scope, "headers": headers, "client": None}, receive, send)
            return int(sent[0]["status"])

        return await asyncio.gather(*[one() for _ in range(20)])

    found = asyncio.run(together())
    assert sorted(set(found)) == [408, 503]
    assert found.count(503) == 3


def test_what_takes_too_long_is_given_up(
    make_service: Callable[..., Service], monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make_service(ServiceLimits(seconds=1e-6))
    response = service.post("/predict", [ROW] * 500)
    check(response, 503, "too-long")
    assert response.headers["retry-after"] == "1"


def test_a_fault_is_no_stack_trace(
    make_service: Callable[..., Service], caplog: pytest.LogCaptureFixture
) -> None:
    service = make_service()

    def broken(send: Any) -> None:
        raise ZeroDivisionError("secret")

    (route,) = [one for one in service.application.routes if one.path == "/models"]
    object.__setattr__(route.app, "answer", broken)
    found = check(service.ask("GET", "/models"), 500, "internal-error")
    assert "secret" not in json.dumps(found)
    assert "secret" in caplog.text


def test_rates(make_service: Callable[..., Service]) -> None:
    service = make_service(ServiceLimits(rate=0.5))
    assert service.ask("GET", "/models").status_code == 200
    response = service.ask("GET", "/models")
    check(response, 429, "too-many-requests")
    assert 1 <= int(response.headers["retry-after"]) <= 3


def test_unknown_paths_and_methods(service: Service) -> None:
    check(service.ask("GET", "/nothing<script>"), 404, "unknown-path")
    check(service.ask("GET", "/models/../../etc/passwd"), 404, "unknown-path")
    response = service.ask("GET", "/predict")
    check(response, 405, "method")
    assert response.headers["allow"] == "POST"
    assert service.ask("HEAD", "/health").status_code == 200


def test_who_may_ask(make_service: Callable[..., Service]) -> None:
    token = "a" * 40
    service = make_service(access=AccessControl(token, ("model.example",)))
    check(service.post("/predict", ROW), 401, "token")
    assert service.ask("GET", "/health").status_code == 200
    assert service.ask("GET", "/ready").json() == {"status": "ready"}
    for given, status in ((f"Bearer {token}", 200), (f"bearer {token}", 200), (token, 401)):
        headers = {"authorization": given, "host": "model.example:80"}
        assert service.ask("GET", "/models", headers=headers).status_code == status
    headers = {"authorization": "Bearer " + "b" * 40}
    response = service.ask("GET", "/metrics", headers=headers)
    check(response, 401, "token")
    assert response.headers["www-authenticate"] == "Bearer"
    headers = {"authorization": f"Bearer {token}"}
    assert token not in service.ask("GET", "/metrics", headers=headers).text
    described = service.ask("GET", "/openapi.json", headers=headers).json()
    assert described["security"] == [{"token": []}]


def test_pages_of_other_sites_are_refused(service: Service) -> None:
    check(service.ask("GET", "/health", headers={"host": "evil.example"}), 400, "unknown-host")
    check(service.ask("GET", "/health", headers={"origin": "null"}), 403, "foreign-origin")
    for origin, status in (("http://evil.example", 403), ("http://localhost", 200)):
        response = service.post("/predict", json=ROW, headers={"origin": origin})
        assert response.status_code == status
    for host in ("127.0.0.1:80", "[::1]:8000", "10.0.0.7", "LOCALHOST"):
        assert service.ask("GET", "/health", headers={"host": host}).status_code == 200


def test_pages_and_metrics(service: Service) -> None:
    service.post("/predict", ROW)
    page = service.ask("GET", "/docs")
    assert "<script" not in page.text
    assert "http" not in page.text.partition("<body>")[2].replace("http-equiv", "")
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "sha256-" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "C, d&#x27;Or" in page.text
    models = service.ask("GET", "/models").json()["models"]
    assert [one["name"] for one in models] == ["people", "prices", "images", "single", "plain"]
    metrics = service.ask("GET", "/metrics")
    assert metrics.headers["content-type"].startswith("text/plain")
    assert 'chainrule_requests_total{route="/predict",status="200"}' in metrics.text
    assert 'chainrule_batch_rows_bucket{le="1",model="people"}' in metrics.text
    assert "chainrule_requests_in_progress 1.0" in metrics.text


def test_the_log_has_a_record_for_each_request(make_service: Callable[..., Service]) -> None:
    records: list[Any] = []
    service = make_service(access_log=records.append)
    service.post("/predict?abstain=0.5", ROW)
    service.ask("GET", "/nothing", headers={"authorization": "Bearer secret"})
    assert [(one["path"], one["status"]) for one in records] == [
        ("/predict", 200),
        ("/nothing", 404),
    ]
    assert "secret" not in json.dumps(records)
    assert set(records[0]) == {"client", "method", "path", "status", "seconds"}


def test_it_can_be_mounted(service: Service) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    outer = Service(Starlette(routes=[Mount("/networks", app=service.application)]))
    assert outer.post("/networks/models/people/predict", ROW).status_code == 200
    assert outer.ask("GET", "/networks/nothing").status_code == 404
