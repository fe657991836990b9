"""Error reports to Sentry: what failed and where, for which tenant, and nothing about people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sentry_sdk
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import ignore_logger
from sentry_sdk.types import Event, Hint

from kernel import pin
from kernel.errors import FreshFactorNeeded, Refused
from kernel.redaction import error_words, impersonal, scrubbed
from kernel.requests import request_id

if TYPE_CHECKING:  # Sentry's own types exist for checkers only
    from sentry_sdk._types import DataCollectionUserOptions, KeyValueCollectionBehaviour

_KEPT = frozenset(
    {
        "event_id", "timestamp", "platform", "level", "logger", "release", "environment",
        "server_name", "transaction", "transaction_info", "exception", "tags", "sdk", "modules",
        "fingerprint", "type", "contexts", "start_timestamp", "spans",
    }
)  # fmt: skip
_KEPT_CONTEXTS = frozenset({"trace", "runtime", "os"})
_KEPT_FRAME = frozenset(
    {
        "filename", "abs_path", "function", "module", "lineno",
        "in_app", "context_line", "pre_context", "post_context",
    }
)  # fmt: skip
_OFF: KeyValueCollectionBehaviour = {"mode": "off"}
_NOTHING_OF_PEOPLE: DataCollectionUserOptions = {
    "user_info": False,
    "cookies": _OFF,
    "http_headers": {"request": _OFF},
    "http_bodies": [],
    "url_query_params": _OFF,
    "database_query_data": False,
    "queues": False,
    "stack_frame_variables": False,
}
_NOT_FAULTS = (Refused, FreshFactorNeeded)


def start(*, dsn: str, environment: str, release: str, **more: Any) -> None:
    """Begin reporting; does nothing without a ``dsn``."""
    if not dsn:
        return
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release,
        data_collection=_NOTHING_OF_PEOPLE,
        include_local_variables=False,
        max_breadcrumbs=0,
        before_send=before_send,
        before_send_transaction=before_send_transaction,
        integrations=[DjangoIntegration(), CeleryIntegration()],
        **more,
    )
    ignore_logger("django.security.DisallowedHost")


def before_send(event: Event, hint: Hint) -> Event | None:
    """Keep only what is on the list; drop refusals, which are answers and not faults."""
    kind = (hint.get("exc_info") or (None,))[0]
    if kind is not None and issubclass(kind, _NOT_FAULTS):
        return None
    return _kept(event)


def before_send_transaction(event: Event, _hint: Hint) -> Event | None:
    """Keep of a trace its names and times."""
    kept = _kept(event)
    for span in kept.get("spans") or []:  # type: ignore[union-attr]  # Sentry may annotate them
        span.pop("data", None)
        span["description"] = scrubbed(str(span.get("description") or ""))
    return kept


def _kept(event: Event) -> Event:
    kept: dict[str, Any] = {key: value for key, value in event.items() if key in _KEPT}
    kept["tags"] = {
        **impersonal(dict(kept.get("tags") or {})),
        "tenant": pin.peek() or "-",
        "request_id": request_id() or "-",
    }
    contexts = kept.get("contexts") or {}
    kept["contexts"] = {k: v for k, v in contexts.items() if k in _KEPT_CONTEXTS}
    request = event.get("request") or {}
    kept["request"] = {"method": request.get("method"), "url": _path(str(request.get("url", "")))}
    for error in (kept.get("exception") or {}).get("values") or []:
        _strip(error)
    message = _message(event)
    if message:
        kept["message"] = message
    return kept  # type: ignore[return-value]  # an Event is a dict with known keys


def _strip(error: dict[str, Any]) -> None:
    """Keep an exception's type and place, and its words when they cannot quote a person."""
    error["value"] = error_words(str(error.get("type")), str(error.get("value") or ""))
    trace = error.get("stacktrace") or {}
    for frame in trace.get("frames") or []:
        for key in [k for k in frame if k not in _KEPT_FRAME]:
            del frame[key]


def _message(event: Mapping[str, Any]) -> str:
    entry = event.get("logentry") or {}
    return scrubbed(str(entry.get("message") or event.get("message") or ""))[:300]


def _path(url: str) -> str:
    return url.split("?", 1)[0].split("#", 1)[0]
