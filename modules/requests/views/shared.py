"""What the screens of requests have in common."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest

from kernel import views
from kernel.errors import FreshFactorNeeded
from modules.requests import queries
from modules.requests.errors import NoSuchKind, NoSuchRequest

missing_as_404 = partial(views.missing_as_404, NoSuchRequest, NoSuchKind)
"""Answers 404 for what is not there, or not the asker's."""


def refuse_stale(request: HttpRequest, kind: str) -> None:
    """Ask for a fresh second factor where the right to decide ``kind`` is a sensitive one.

    Raises:
        FreshFactorNeeded: It was proved too long ago.
    """
    code = queries.sensitive_right(kind)
    if code and not getattr(request, "fresh_factor", False):
        raise FreshFactorNeeded(code)
