"""Asking another schema: a unit of work of its own, in its own thread and connection.

A page on a broker's host may need something of the vendor's (its subscription, say). Its own
database role cannot read that, and its pin cannot change; so the question is put to a second
unit of work, as to another service, and only plain results come back.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import close_old_connections
from django.utils import translation

from kernel import pin

P = ParamSpec("P")
T = TypeVar("T")

_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="other-schema")


def run_in(schema: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call ``function`` pinned to ``schema`` and return what it returns.

    It does not share the caller's transaction: what it commits stays even if the caller rolls
    back. Exceptions pass through. When ``schema`` is the pinned one it is an ordinary call.
    """
    if pin.peek() == schema:
        return function(*args, **kwargs)
    context = contextvars.copy_context()
    language = translation.get_language()

    def work() -> T:
        close_old_connections()
        with pin.apart(schema), translation.override(language):
            return function(*args, **kwargs)

    return _threads.submit(context.run, work).result()
