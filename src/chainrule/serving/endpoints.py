"""The endpoints of one model: predictions and explanations."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from chainrule.errors import ChainruleError
from chainrule.serving.answer_writer import ABSTAIN
from chainrule.serving.answering import Answering, NamedFile
from chainrule.serving.file_input import FILE_TYPES
from chainrule.serving.json_input import parse_json, read_pixels
from chainrule.serving.micro_batching import MicroBatcher
from chainrule.serving.problems import RequestError, respond, respond_json, translate_error
from chainrule.serving.request_body import BodyReader, media_type, read_parts, unknown_type
from chainrule.serving.row_input import InputRow, image_row, plain_row

__all__ = ["ExplainEndpoint", "ModelService", "PredictEndpoint"]

_T = TypeVar("_T")
_JSON, _FORM, _BYTES = "application/json", "multipart/form-data", "application/octet-stream"
_AT_ONCE = 2**16
"""Bytes of JSON that the event loop parses itself; more are parsed by a thread."""


@dataclass(frozen=True, eq=False)
class ModelService:
    """A model with what answers requests to it.

    Args:
        answering: its answers.
        images: gathers single images of bytes.
        numbers: gathers single rows of numbers.
        executor: computes what takes longer than a moment.
        reader: of bodies.
    """

    answering: Answering
    images: MicroBatcher
    numbers: MicroBatcher
    executor: ThreadPoolExecutor
    reader: BodyReader

    async def run(self, function: Callable[..., _T], *arguments: Any) -> _T:
        """Return what a function gives, computed by a thread.

        Raises: RequestError, 503, if it takes too long; and what the function raises.
        """
        seconds = self.answering.limits.seconds
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                return await loop.run_in_executor(self.executor, function, *arguments)
        except TimeoutError:
            expected = f"an answer within {seconds:g} seconds"
            raise RequestError(
                503, "too-long", expected=expected, got="none", headers={"Retry-After": "1"}
            ) from None


@dataclass(frozen=True, eq=False)
class PredictEndpoint:
    """Answers rows, tables and pictures; an ASGI application.

    Args:
        service: of the model.
    """

    service: ModelService

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request.

        Raises: RequestError, DisconnectedError.
        """
        service, query = self.service, scope["query_string"]
        abstain = _read_abstain(query, service) if query else None
        kind = media_type(scope)
        body = await service.reader.read(scope, receive)
        model = service.answering.model
        if kind == _JSON and model.takes_images:
            # The usual request for an image: as little as can be is done for it.
            pixels = read_pixels(body, model.width)
            if pixels is not None:
                await self._send_row(send, image_row(pixels), abstain)
                return
        try:
            found = await self._answer(scope, kind, body, abstain)
            if isinstance(found, bytes):
                await respond(send, 200, found)
            else:
                await self._send_row(send, found, abstain)
        except ChainruleError as error:
            raise translate_error(error, {}) from None

    async def _send_row(self, send: Any, row: InputRow, abstain: float | None) -> None:
        """Answer a single row, computed with others that came with it."""
        service = self.service
        batcher = service.images if isinstance(row.row, bytes) else service.numbers
        values = await batcher.submit(row.row)
        answering = service.answering
        answer = answering.write_row("row 0", values, row, abstain)
        await respond(send, 200, answering.writer.join((answer,)))

    async def _answer(
        self, scope: Any, kind: str, body: bytes, abstain: float | None
    ) -> bytes | InputRow:
        service, answering = self.service, self.service.answering
        if kind == _JSON:
            return await self._answer_json(body, abstain)
        if kind == _BYTES:
            return _pixel_bytes(answering, body)
        files = await _read_files(scope, kind, body, service)
        return await service.run(answering.answer_files, files, abstain)

    async def _answer_json(self, body: bytes, abstain: float | None) -> bytes | InputRow:
        service, answering = self.service, self.service.answering
        if len(body) > _AT_ONCE:
            return await service.run(_parse_and_answer, answering, body, abstain)
        value = parse_json(body, answering.limits.json_depth)
        if answering.model.schema is None and _is_flat(value):
            row = plain_row(answering.model, value)
            assert row is not None, "numbers are not a grid"
            return row
        return await service.run(answering.answer_json, value, abstain)


@dataclass(frozen=True, eq=False)
class ExplainEndpoint:
    """Explains the answer to one row; an ASGI application.

    Args:
        service: of the model.
    """

    service: ModelService

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request.

        Raises: RequestError, DisconnectedError.
        """
        service, answering = self.service, self.service.answering
        if scope["query_string"]:
            raise _strange_query(scope["query_string"], "no parameter")
        kind = media_type(scope)
        body = await service.reader.read(scope, receive)
        try:
            if kind == _JSON:
                found = await service.run(_parse_and_explain, answering, body)
            else:
                files = await _read_files(scope, kind, body, service)
                if len(files) != 1:
                    raise RequestError(
                        422, "input", where="body", expected="one file", got=str(len(files))
                    )
                found = await service.run(answering.explain, files[0])
        except ChainruleError as error:
            raise translate_error(error, {}) from None
        await respond_json(send, found)


def _parse_and_answer(answering: Answering, body: bytes, abstain: float | None) -> bytes | InputRow:
    return answering.answer_json(parse_json(body, answering.limits.json_depth), abstain)


def _parse_and_explain(answering: Answering, body: bytes) -> dict[str, Any]:
    return answering.explain_json(parse_json(body, answering.limits.json_depth))


def _is_flat(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], (int, float))


def _pixel_bytes(answering: Answering, body: bytes) -> InputRow:
    """Return an image that is sent as the bytes of its pixels."""
    model = answering.model
    if not model.takes_images:
        raise unknown_type(_BYTES)
    if len(body) != model.width:
        raise RequestError(
            422,
            "input",
            where="body",
            expected=f"{model.width} bytes, one for each pixel",
            got=str(len(body)),
        )
    return image_row(body)


async def _read_files(scope: Any, kind: str, body: bytes, service: ModelService) -> list[NamedFile]:
    if kind == _FORM:
        return await read_parts(scope, body, service.answering.limits)
    if kind not in FILE_TYPES:
        raise unknown_type(kind)
    return [NamedFile(body, FILE_TYPES[kind])]


def _read_abstain(query: bytes, service: ModelService) -> float | None:
    """Return the bound in ?abstain=0.9.

    Raises: RequestError for other parameters, and for a model without probabilities.
    """
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    if [name for name, _ in pairs] != ["abstain"]:
        raise _strange_query(query, "abstain, once, or no parameter")
    model = service.answering.model
    if not (model.classes and model.network.gives_fractions):
        raise _strange_query(query, "no bound, as no output is a fraction")
    try:
        bound: float = ABSTAIN.check("abstain", "abstain", float(pairs[0][1]))
    except ValueError:  # of float, or an InputError
        raise _strange_query(query, f"abstain to be {ABSTAIN.constraint()}") from None
    return bound


def _strange_query(query: bytes, expected: str) -> RequestError:
    got = json.dumps(query.decode("latin-1")[:80])
    return RequestError(422, "input", where="query", expected=expected, got=got)
