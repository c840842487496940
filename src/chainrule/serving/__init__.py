"""Serving: saved runs answer over HTTP, as `predict` answers in Python.

`serve` listens until it is stopped; `make_application` returns the same service as an ASGI
application, to be mounted in another one.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.serving.access_control import AccessControl as AccessControl
    from chainrule.serving.access_control import new_token as new_token
    from chainrule.serving.application import describe_service as describe_service
    from chainrule.serving.application import make_application as make_application
    from chainrule.serving.application import require_libraries as require_libraries
    from chainrule.serving.problems import RequestError as RequestError
    from chainrule.serving.problems import respond_problem as respond_problem
    from chainrule.serving.problems import translate_error as translate_error
    from chainrule.serving.server import ServerSettings as ServerSettings
    from chainrule.serving.server import listen_at as listen_at
    from chainrule.serving.server import run_application as run_application
    from chainrule.serving.server import serve as serve
    from chainrule.serving.service_limits import ServiceLimits as ServiceLimits

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "access_control": "AccessControl new_token",
        "application": "describe_service make_application require_libraries",
        "problems": "RequestError respond_problem translate_error",
        "server": "ServerSettings listen_at run_application serve",
        "service_limits": "ServiceLimits",
    },
)
