"""The description of a service in the OpenAPI format, made from its models.

Source: OpenAPI Initiative (2024), OpenAPI Specification, version 3.1.1.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from chainrule._version import __version__
from chainrule.serving.file_input import FILE_TYPES
from chainrule.serving.row_schemas import example_row, row_schema, rows_schema
from chainrule.serving.served_model import ServedModel
from chainrule.serving.service_limits import ServiceLimits

__all__ = ["openapi_document"]

Json = dict[str, Any]

_ABOUT = """Trained networks of chainrule. One row is answered by itself; of several, each has its
answer or its error in its own place. Errors are problem documents (RFC 9457)."""

_PROBLEMS = {
    "400": "The request is malformed.",
    "401": "The token is missing.",
    "403": "The request came from another site's page.",
    "408": "The request did not arrive in time.",
    "413": "The body is too large.",
    "415": "The type of the body is not read.",
    "422": "The rows do not fit the model.",
    "429": "The client asks too often; Retry-After says when to ask again.",
    "500": "A fault of the service.",
    "503": "The service is busy or stopping.",
}


def openapi_document(
    models: Mapping[str, ServedModel], limits: ServiceLimits, *, token: bool = False
) -> Json:
    """Return the description of a service.

    Args:
        models: by name; the first one answers at /predict and /explain too.
        limits: of the service.
        token: whether clients need one.
    """
    paths: Json = {}
    first = next(iter(models))
    for name, model in models.items():
        for prefix in ([""] if name == first else []) + [f"/models/{name}"]:
            paths[f"{prefix}/predict"] = {"post": _predict(model, limits, prefix)}
            paths[f"{prefix}/explain"] = {"post": _explain(model, prefix)}
    paths |= {
        "/models": _get("What each model takes and answers.", "models"),
        "/health": _get("Whether the service runs.", "health", usual=False),
        "/ready": _get("Whether it takes requests.", "ready", usual=False),
        "/metrics": _get("Counts and times for Prometheus.", "metrics", kind="text/plain"),
        "/openapi.json": _get("This document.", "openapi"),
        "/docs": _get("This document as a page.", "docs", kind="text/html"),
    }
    components: Json = {"schemas": {"Problem": _PROBLEM}}
    document: Json = {
        "openapi": "3.1.0",
        "info": {"title": "chainrule", "version": __version__, "description": _ABOUT},
        "paths": paths,
        "components": components,
    }
    if token:
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
        for path in ("/health", "/ready"):
            paths[path]["get"]["security"] = []
    return document


def _predict(model: ServedModel, limits: ServiceLimits, prefix: str) -> Json:
    types = ", ".join(["multipart/form-data", *FILE_TYPES])
    if model.takes_images:
        types += ", and application/octet-stream, a byte for each pixel"
    row = row_schema(model)
    several = {"type": "array", "minItems": 1, "maxItems": limits.rows}
    anything = {"anyOf": [row, {"description": "Else its place has an error."}]}
    forms = [
        row,
        {**several, "items": rows_schema(model), "description": "Rows."},
        {
            "type": "object",
            "properties": {"rows": {**several, "items": anything}},
            "required": ["rows"],
            "additionalProperties": False,
        },
    ]
    content: Json = {
        "application/json": {"schema": {"anyOf": forms}, "example": example_row(model)}
    }
    if model.schema is not None:
        text = _example_csv(example_row(model))
        content["text/csv"] = {"schema": {"type": "string", "enum": [text]}, "example": text}
    operation: Json = {
        "summary": f"Answer rows by the model {model.name}.",
        "operationId": f"predict{prefix.replace('/', '_')}",
        "description": f"Other types of bodies: {types}.",
        "requestBody": {"required": True, "content": content},
        "responses": _responses(_answers(model), ("400", "403", "408", "413", "415", "422", "503")),
    }
    if model.classes and model.network.gives_fractions:
        operation["parameters"] = [
            {
                "name": "abstain",
                "in": "query",
                "description": "The answer is null where no output reaches this.",
                "schema": {"type": "number", "minimum": 0, "maximum": 1},
            }
        ]
    return operation


def _explain(model: ServedModel, prefix: str) -> Json:
    return {
        "summary": f"Explain the answer of the model {model.name} to one row.",
        "operationId": f"explain{prefix.replace('/', '_')}",
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": row_schema(model), "example": example_row(model)}
            },
        },
        "responses": _responses(
            {"type": "object"}, ("400", "403", "408", "413", "415", "422", "503")
        ),
    }


def _answers(model: ServedModel) -> Json:
    """Return the schema of a response to rows."""
    number: Json = {"type": "number"}
    kind: Json = {"type": ["string", "null"]}
    if not model.classes:
        single = len(model.output_names) == 1
        kind = number if single else {"type": "array", "items": number}
    outputs = "probabilities" if model.gives_probabilities else "outputs"
    answered = {
        "type": "object",
        "properties": {
            "input": {"type": "string"},
            "answer": kind,
            outputs: {
                "type": "object",
                "properties": dict.fromkeys(model.output_names, number),
                "required": list(model.output_names),
            },
            "remarks": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["input", "answer", outputs],
    }
    failed = {
        "type": "object",
        "properties": {
            "input": {"type": "string"},
            "error": {"$ref": "#/components/schemas/Problem"},
        },
        "required": ["input", "error"],
    }
    return {
        "type": "object",
        "properties": {
            "model": {"const": model.name},
            "predictions": {"type": "array", "items": {"anyOf": [answered, failed]}},
            "remarks": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["model", "predictions", "remarks"],
    }


def _get(summary: str, name: str, *, kind: str = "application/json", usual: bool = True) -> Json:
    schema = {"type": "object"} if kind == "application/json" else {"type": "string"}
    refusals = ("400", "403") if usual else ("400", "403", "503")
    responses = _responses(schema, refusals, kind)
    return {"get": {"summary": summary, "operationId": name, "responses": responses}}


def _responses(schema: Json, statuses: Iterable[str], kind: str = "application/json") -> Json:
    found: Json = {"200": {"description": "The answer.", "content": {kind: {"schema": schema}}}}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted({*statuses, "401", "429", "500"}):
        found[status] = {"description": _PROBLEMS[status], "content": problem}
    return found


_PROBLEM: Json = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        **{
            name: {"type": "string"}
            for name in ("detail", "where", "expected", "got", "why", "remedy")
        },
    },
    "required": ["type", "title", "status", "detail", "where"],
}


def _example_csv(row: Mapping[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(row)
    writer.writerow("" if cell is None else cell for cell in row.values())
    return text.getvalue()
