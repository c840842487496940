"""Serving: saved runs answer over HTTP, as `predict` answers in Python.

`serve` listens until it is stopped; `make_application` returns the same service as an ASGI
application, to be mounted in another one.
"""

from typing import TYPE_CHECKING

from chainrule._lazy import attach

if TYPE_CHECKING:
    from chainrule.serving.access_control import AccessControl as AccessControl
    from chainrule.serving.application import describe_service as describe_service
    from chainrule.serving.application import make_application as make_application
    from chainrule.serving.server import ServerSettings as ServerSettings
    from chainrule.serving.server import serve as serve
    from chainrule.serving.service_limits import ServiceLimits as ServiceLimits

__getattr__, __dir__, __all__ = attach(
    __name__,
    {
        "access_control": "AccessControl",
        "application": "describe_service make_application",
        "server": "ServerSettings serve",
        "service_limits": "ServiceLimits",
    },
)
