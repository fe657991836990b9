"""The API put together: every module's router, found by name, behind one door."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver, path, re_path
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Router

from kernel.access import open_to_all
from kernel.api import problems
from kernel.api.access import BearerKey, SessionCookie
from kernel.api.views import docs, openapi
from kernel.registry import modules

VERSION = "v1"


class Api(NinjaAPI):
    """The API of one kind of host, with its description and its pages."""

    def _get_urls(self) -> list[URLPattern | URLResolver]:
        patterns = [p for p in super()._get_urls() if p.name != "api-root"]  # type: ignore[union-attr]  # all are patterns
        self._refuse_undeclared()
        for pattern in patterns:
            if pattern.callback is not None:
                pattern.callback = _with_problems(pattern.callback)
        return [
            path("docs", docs, {"api": self}, name="docs"),
            path("openapi.json", openapi, {"api": self}, name="openapi"),
            *patterns,
            re_path("^(?P<rest>.*)$", nothing_here, name="nothing"),
        ]

    def get_root_path(self, path_params: Any) -> str:
        """Where the API stands on every host."""
        del path_params
        return "/api/"

    def _refuse_undeclared(self) -> None:
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                for operation in view.operations:
                    if not hasattr(operation.view_func, "api_access"):
                        name = f"{operation.view_func.__module__}.{operation.view_func.__name__}"
                        raise ImproperlyConfigured(f"{name} does not say who may call it")

    def get_openapi_operation_id(self, operation: Any) -> str:
        """``trading_accounts``: the module's key and the function's name."""
        function = operation.view_func
        owner = function.__module__.removeprefix("modules.").split(".")[0]
        return f"{owner}_{function.__name__}"


def build_api(urls_namespace: str = "api") -> Api:
    """The API with the router of every module that has an ``api`` room.

    Mount its ``urls`` at ``/api/``: operations stand at ``/api/v1/<module>/...``, the description
    at ``/api/openapi.json`` and its page at ``/api/docs``.

    Raises:
        ImproperlyConfigured: An operation does not say who may call it.
    """
    api = Api(
        title="API",
        version="1.0.0",
        urls_namespace=urls_namespace,
        openapi_url=None,
        docs_url=None,
        auth=[BearerKey(), SessionCookie()],
    )
    problems.install(api)
    for key, module in modules().items():
        if find_spec(f"{module.app}.api") is None:
            continue
        router: Router = import_module(f"{module.app}.api").router
        api.add_router(f"/{VERSION}/{key}", router, tags=[key], url_name_prefix=key)
    return api


@open_to_all("it only says that there is nothing here")
def nothing_here(request: HttpRequest, rest: str) -> HttpResponse:
    """Answer a problem, not a page, for an address that is no operation."""
    return problems.answer(request, Http404(rest))


def _with_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            response = problems.problem(
                request, 405, "method_not_allowed", _("This address takes other methods.")
            )
            response["Allow"] = allowed
        return response

    told.csrf_exempt = True  # type: ignore[attr-defined]  # the door checks it for sessions
    told.access = "open: each operation says who may call it"  # type: ignore[attr-defined]  # as kernel.access does
    return told
