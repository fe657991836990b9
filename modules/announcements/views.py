"""Writing announcements, and putting them away."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kernel import clock
from kernel.access import needs
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, missing_as_404, show_refusal
from modules.announcements import queries, services
from modules.announcements.errors import NoSuchAnnouncement
from modules.announcements.forms import AnnouncementForm
from modules.announcements.types import AnnouncementLine, Wording


@needs("announcements.publish")
def announcements(request: ActorRequest) -> HttpResponse:
    """All announcements."""
    return render(request, "announcements/list.html", {"lines": queries.announcements()})


@needs("announcements.publish")
def new(request: ActorRequest) -> HttpResponse:
    """Write one."""
    form = AnnouncementForm(request.POST or None, initial={"starts_at": clock.now()})
    return _page(
        request,
        form,
        None,
        lambda wording: services.publish_announcement(wording, by=request.actor),
    )


@needs("announcements.publish")
def edit(request: ActorRequest, announcement_id: uuid.UUID) -> HttpResponse:
    """Change one."""
    line = _line(announcement_id)
    told = {name: getattr(line, name) for name in AnnouncementForm.base_fields}
    form = AnnouncementForm(request.POST or None, initial=told)
    return _page(
        request,
        form,
        line,
        lambda wording: services.reword_announcement(announcement_id, wording, by=request.actor),
    )


@needs("announcements.publish")
def withdraw(request: ActorRequest, announcement_id: uuid.UUID) -> HttpResponse:
    """End one now."""
    line = _line(announcement_id)
    if request.method == "POST":
        services.withdraw_announcement(line.id, by=request.actor)
        messages.success(request, _("It is no longer shown."))
    return redirect("office:announcements:announcements")


@needs("announcements.read")
def dismiss(request: ActorRequest, announcement_id: uuid.UUID) -> HttpResponse:
    """Put one away."""
    line = _line(announcement_id)
    if request.method == "POST" and request.actor.id is not None:
        services.dismiss(line.id, client_id=request.actor.id)
    return redirect("room:traders_room:dashboard")


def _page(
    request: ActorRequest,
    form: AnnouncementForm,
    line: AnnouncementLine | None,
    keep: Callable[[Wording], object],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            keep(form.wording())
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The announcement was saved."))
            return redirect("office:announcements:announcements")
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "line": line}
    return render(request, "announcements/edit.html", context, status=status)


def _line(announcement_id: uuid.UUID) -> AnnouncementLine:
    with missing_as_404(NoSuchAnnouncement):
        return queries.announcement(announcement_id)
