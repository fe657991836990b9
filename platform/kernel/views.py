"""What the screens of every module have in common: who asks, for how much, and what is missing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from kernel.actor import Actor
from kernel.errors import Refused

UNPROCESSABLE = 422
"""The status of a page that shows a form again because of what was sent."""


class ActorRequest(HttpRequest):
    """A request that somebody stands behind."""

    actor: Actor


def own_id(request: ActorRequest) -> uuid.UUID:
    """The id of the person who asks.

    Raises:
        Http404: An API key, or a part of the system, is nobody.
    """
    if request.actor.id is None:
        raise Http404
    return request.actor.id


def is_fragment(request: HttpRequest) -> bool:
    """Whether only a part of the page is asked for."""
    return request.headers.get("HX-Request") == "true"


def page_or_part(
    request: HttpRequest, page: str, part: str, context: Mapping[str, Any]
) -> HttpResponse:
    """Draw the template ``page``, or only the ``part`` of it that is asked for again."""
    return render(request, part if is_fragment(request) else page, {**context})


def csv_file(name: str, lines: Iterable[str]) -> StreamingHttpResponse:
    """The ``lines`` of :func:`kernel.spreadsheets.csv_lines` as a download called ``name``."""
    answer = StreamingHttpResponse(
        (line.encode() for line in lines), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@contextmanager
def missing_as_404(*missing: type[Refused]) -> Iterator[None]:
    """Answer 404 for what is not there, or not the asker's.

    Args:
        *missing: The refusals that mean so.

    Raises:
        Http404: One of them was raised inside.
    """
    try:
        yield
    except missing as error:
        raise Http404 from error


def show_refusal(form: forms.Form, refusal: Refused) -> None:
    """Say a refusal at the field that it belongs to, or else of the form as a whole."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
