"""Celery tasks that run in the schema they were sent from, and in no other."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from celery.signals import before_task_publish
from django.conf import settings
from django.db import connection, transaction

from kernel import pin

HEADER = "atrium_tenant"
SIGNATURE = "atrium_signature"
NOWHERE = "-"
"""Stands for work that pins for itself."""

EVERY: dict[str, tuple[dt.timedelta, bool]] = {}
"""Tasks that beat sends by itself: name to (how often, whether once per tenant)."""

QUEUES: dict[str, str] = {}
"""Tasks that do not go to the default queue."""


class Unsigned(RuntimeError):
    """A message that does not prove which tenant it is for; its body did not run."""


@before_task_publish.connect
def stamp(sender: str, headers: dict[str, Any], **_: object) -> None:
    """Write the pinned schema, and a proof of it, on every task as it is sent."""
    schema = headers.setdefault(HEADER, pin.peek() or NOWHERE)
    headers.setdefault(SIGNATURE, sign(headers["id"], sender, schema))


def sign(task_id: str, name: str, schema: str) -> str:
    """The proof that task ``task_id`` called ``name`` belongs to ``schema`` (HMAC-SHA256)."""
    message = f"{task_id}\0{name}\0{schema}".encode()
    return hmac.new(settings.ATRIUM_SIGNING_KEY.encode(), message, hashlib.sha256).hexdigest()


class BoundTask(Task):
    """A task bound to the schema it was sent from.

    Celery ignores exceptions of its own signals, so the check stands in the call itself.
    """

    unpinned = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Pin the sender's schema and run.

        Raises:
            Unsigned: The message names no tenant, or does not prove it.
        """
        schema = self._proven_schema()
        try:
            if self.unpinned:
                return super().__call__(*args, **kwargs)
            with pin.pin(schema):
                return super().__call__(*args, **kwargs)
        finally:
            connection.close_if_unusable_or_obsolete()

    def send(self, *args: Any, countdown: float | None = None, **kwargs: Any) -> None:
        """Send the task once the open transaction commits; at once when none is open."""
        transaction.on_commit(
            lambda: self.apply_async(args=args, kwargs=kwargs, countdown=countdown)
        )

    def _proven_schema(self) -> str:
        schema = str(self.request.get(HEADER) or "")
        proof = str(self.request.get(SIGNATURE) or "")
        expected = sign(str(self.request.id), self.name, schema)
        if not schema or not hmac.compare_digest(proof, expected):
            raise Unsigned(f"{self.name} was sent without proof of its tenant")
        if (schema == NOWHERE) != self.unpinned:
            raise Unsigned(f"{self.name} was sent from the wrong place")
        return schema


class UnpinnedTask(BoundTask):
    """A task of the vendor's that pins for itself, one unit of work after another."""

    unpinned = True

    def send(self, *args: Any, countdown: float | None = None, **kwargs: Any) -> None:
        """Send the task once the open transaction commits; it carries no tenant."""
        transaction.on_commit(
            lambda: self.apply_async(
                args=args, kwargs=kwargs, countdown=countdown, headers={HEADER: NOWHERE}
            )
        )


def task(
    *,
    every: dt.timedelta | None = None,
    unpinned: bool = False,
    queue: str = "default",
    **options: Any,
) -> Callable[[Callable[..., Any]], BoundTask]:
    """Make a function a task.

    Args:
        every: Beat sends it this often: once per live tenant, or once when ``unpinned``.
        unpinned: The task pins for itself instead of running where it was sent from.
        queue: ``default``, ``mail``, or ``provisioning`` (the only one whose worker may
            create schemas and roles).
        options: What Celery's own decorator takes.
    """

    def decorate(function: Callable[..., Any]) -> BoundTask:
        base = UnpinnedTask if unpinned else BoundTask
        made: BoundTask = shared_task(base=base, acks_late=True, **options)(function)
        name = f"{function.__module__}.{function.__name__}"
        QUEUES[name] = queue
        if every is not None:
            EVERY[name] = (every, not unpinned)
        return made

    return decorate


def route(name: str, *_: object, **__: object) -> dict[str, str] | None:
    """The queue that the task called ``name`` goes to; Celery asks at every send."""
    return {"queue": QUEUES[name]} if name in QUEUES else None
