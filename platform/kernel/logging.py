"""Log lines: structured, named by tenant, request and actor, and free of secrets and people."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.dev import plain_traceback
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer

from kernel import pin
from kernel.redaction import error_words, impersonal, scrubbed

Line = MutableMapping[str, Any]
_TRACEBACKS = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
_UNTOUCHED = frozenset(
    {"exc_info", "event", "level", "logger", "timestamp", "tenant", "request_id", "actor"}
)


def settings(*, as_json: bool, level: str = "INFO") -> dict[str, Any]:
    """The value of Django's ``LOGGING``: JSON for machines, colours for people."""
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last = (
        [_TRACEBACKS, blot, structlog.processors.JSONRenderer(default=str)]
        if as_json
        else [
            blot,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=plain_traceback
            ),
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_shared(), structlog.stdlib.ExtraAdder()],
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "celery": {"handlers": [], "level": level, "propagate": True},
            # Two lines for every task, several tasks a second.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
        },
    }


def get(name: str) -> Any:
    """A structured logger: ``log.info("deal recorded", deal_id=...)``."""
    return structlog.stdlib.get_logger(name)


def bind(**words: object) -> None:
    """Say ``words`` on every line until the request or task ends: ``bind(actor=...)``."""
    structlog.contextvars.bind_contextvars(**words)


def name_tenant(_logger: object, _method: str, line: Line) -> Line:
    """Put the pinned schema on the line."""
    line.setdefault("tenant", pin.peek() or "-")
    return line


def blot(_logger: object, _method: str, line: Line) -> Line:
    """Blot out secrets and personal data, by key and by shape."""
    for key, value in line.items():
        if key == "event":
            line[key] = scrubbed(str(value))
        elif key == "exception" and isinstance(value, list):
            line[key] = [_told(error) for error in value]
        elif key not in _UNTOUCHED:
            line[key] = impersonal({key: value})[key]
    return line


def _told(error: Mapping[str, Any]) -> dict[str, Any]:
    words = error_words(str(error.get("exc_type")), str(error.get("exc_value")))
    told = {key: error.get(key) for key in ("exc_type", "syntax_error", "is_cause", "frames")}
    return {**told, "exc_value": words}


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_tenant,
    ]
