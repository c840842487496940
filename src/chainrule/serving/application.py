"""The service as an ASGI application, to be run by `serve` or mounted in another one."""

from __future__ import annotations

import importlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from chainrule.errors import MissingLibraryError
from chainrule.serving.access_control import AccessControl
from chainrule.serving.answering import Answering
from chainrule.serving.micro_batching import MicroBatcher
from chainrule.serving.openapi_document import openapi_document
from chainrule.serving.problems import (
    RequestError,
    respond,
    respond_json,
)
from chainrule.serving.rate_limiting import RateLimiter
from chainrule.serving.request_gate import AccessLog, RequestGate
from chainrule.serving.security_headers import page_headers
from chainrule.serving.served_model import ServedModel, open_models
from chainrule.serving.service_limits import ServiceLimits
from chainrule.serving.service_page import PAGE_STYLE, service_page

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.routing import Route


__all__ = ["describe_service", "make_application", "require_libraries"]

_LIBRARIES = ("httptools", "prometheus_client", "python_multipart", "starlette", "uvicorn")
_THREADS = 2
_PAGE = b"text/html; charset=utf-8"


def require_libraries() -> None:
    """Refuse to serve without the libraries of the extra "serve".

    Raises: MissingLibraryError.
    """
    try:
        for name in _LIBRARIES:
            importlib.import_module(name)
    except ImportError as error:
        raise MissingLibraryError(
            "serve",
            expected="Starlette, uvicorn, httptools, prometheus-client and python-multipart",
            got=str(error),
            remedy="pip install 'chainrule[serve]'",
        ) from None


def describe_service(models: Any, limits: ServiceLimits | None = None) -> str:
    """Return the description of a service as an OpenAPI document, in JSON.

    Args:
        models: as for `make_application`.
        limits: likewise.

    Raises: what opening a run raises, InputError.
    """
    document = openapi_document(open_models(models), limits or ServiceLimits())
    return json.dumps(document, indent=2, ensure_ascii=False)


def make_application(
    models: Any,
    limits: ServiceLimits | None = None,
    *,
    access: AccessControl | None = None,
    access_log: AccessLog | None = None,
) -> Starlette:
    """Return an application that answers for trained networks over HTTP.

    The limits of connections and of the time in which a request must arrive are those of a server,
    and hold where `serve` runs the application.

    Args:
        models: the folder of a run or a network file, a `SavedRun`, a list of these, or a mapping
            of names to them. The first one answers at /predict, each at /models/NAME/predict.
        limits: what is taken from clients at most.
        access: who may ask; None for everybody who names the host localhost or by its address.
        access_log: called once for each request.

    Raises: MissingLibraryError, InputError; what opening a run raises.
    """
    require_libraries()
    from starlette.applications import Starlette

    from chainrule.serving.service_metrics import ServiceMetrics

    opened, limits = open_models(models), limits or ServiceLimits()
    access, metrics = access or AccessControl(), ServiceMetrics()
    executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="chainrule-serving")
    state = _State()

    @asynccontextmanager
    async def lifespan(_: Any) -> AsyncIterator[None]:
        state.stopping = False
        yield
        state.stopping = True
        executor.shutdown(wait=False, cancel_futures=True)

    document = openapi_document(opened, limits, token=access.token is not None)
    routes = [
        *_model_routes(opened, limits, metrics, executor),
        *_page_routes(opened, document, metrics, state),
    ]
    gate = partial(
        RequestGate,
        access=access,
        limiter=None if limits.rate is None else RateLimiter(limits.rate),
        metrics=metrics,
        routes={route.path: route for route in routes},
        log=access_log,
    )

    class Service(Starlette):
        """Starlette's router behind the gate, which does the work of its two usual middlewares."""

        def build_middleware_stack(self) -> Any:
            return gate(self.router)

    return Service(routes=routes, lifespan=lifespan)


@dataclass
class _State:
    """Whether the service is about to stop."""

    stopping: bool = False


def _model_routes(
    models: Mapping[str, ServedModel],
    limits: ServiceLimits,
    metrics: Any,
    executor: ThreadPoolExecutor,
) -> list[Route]:
    from starlette.routing import Route

    from chainrule.serving.endpoints import ExplainEndpoint, ModelService, PredictEndpoint
    from chainrule.serving.request_body import BodyReader

    reader = BodyReader(limits)
    routes: list[Route] = []
    for name, model in models.items():
        model.warm_up()
        service = ModelService(
            answering=Answering(model, limits),
            images=_batcher(model.compute_bytes, model, limits, metrics, executor),
            numbers=_batcher(model.compute_numbers, model, limits, metrics, executor),
            executor=executor,
            reader=reader,
        )
        for prefix in ([] if routes else [""]) + [f"/models/{name}"]:
            for word, endpoint in (("predict", PredictEndpoint), ("explain", ExplainEndpoint)):
                routes.append(
                    Route(f"{prefix}/{word}", endpoint(service), methods=["POST"], name=word)
                )
    return routes


def _batcher(
    compute: Any,
    model: ServedModel,
    limits: ServiceLimits,
    metrics: Any,
    executor: ThreadPoolExecutor,
) -> MicroBatcher:
    return MicroBatcher(
        compute,
        executor,
        most_rows=limits.batch_rows,
        rows_at_once=model.quick_rows,
        observe=metrics.batch_observer(model.name),
    )


def _page_routes(
    models: Mapping[str, ServedModel], document: Mapping[str, Any], metrics: Any, state: _State
) -> list[Route]:
    from starlette.routing import Route

    from chainrule.serving.service_metrics import METRICS_TYPE

    described = json.dumps(document, ensure_ascii=False).encode()
    page = service_page(models, document).encode()
    policy = page_headers(styles=[PAGE_STYLE])
    listed = {"models": [model.describe() for model in models.values()]}

    async def ready(send: Any) -> None:
        if state.stopping:
            raise RequestError(503, "stopping", why="The service is about to stop")
        await respond_json(send, {"status": "ready"})

    pages: dict[str, Callable[[Any], Any]] = {
        "/models": lambda send: respond_json(send, listed),
        "/health": lambda send: respond_json(send, {"status": "ok"}),
        "/ready": ready,
        "/metrics": lambda send: respond(send, 200, metrics.render(), METRICS_TYPE.encode()),
        "/openapi.json": lambda send: respond(send, 200, described),
        "/docs": lambda send: respond(send, 200, page, _PAGE, policy),
    }
    return [
        Route(path, _Page(answer), methods=["GET"], name=path.strip("/"))
        for path, answer in pages.items()
    ]


@dataclass(frozen=True, eq=False)
class _Page:
    """An ASGI application that answers without looking at the request."""

    answer: Callable[[Any], Any]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.answer(send)
