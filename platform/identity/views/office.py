"""People of the house: who works here and how they get in. For office and console alike."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from identity import queries, services
from identity.forms.office import DisableForm, InviteForm, RolesForm
from identity.types import PersonLine
from identity.views.frame import back, by, page, posted
from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused


@needs("identity.see_people")
def people(request: HttpRequest) -> HttpResponse:
    """Who works here, and who was invited."""
    facts = {
        "people": queries.person_lines(),
        "invitations": queries.invitation_lines(),
    }
    return render(request, "identity/people.html", page(request, "people") | facts)


@needs("identity.manage_people")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite someone to work here."""
    form = InviteForm(posted(request), roles=queries.role_lines())
    if form.is_valid():
        try:
            services.invite(**form.cleaned_data, by=by(request))
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("The invitation is on its way."))
            return back("people")
    status = 422 if form.is_bound else 200
    return render(request, "identity/invite.html", page(request) | {"form": form}, status=status)


@needs("identity.manage_people")
@require_POST
def invite_again(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Mail an invitation again, with a new link."""
    _must_know(invitation_id)
    with refusals_as_messages(request):
        services.invite_again(invitation_id, by=by(request))
        messages.success(request, _("A new invitation is on its way."))
    return back("people")


@needs("identity.manage_people")
@require_POST
def revoke_invitation(request: HttpRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Withdraw an invitation."""
    _must_know(invitation_id)
    with refusals_as_messages(request):
        services.revoke_invitation(invitation_id, by=by(request))
        messages.success(request, _("The invitation was withdrawn."))
    return back("people")


@needs("identity.manage_people")
def person(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """One person: their roles and how they sign in."""
    line = _line(person_id)
    held = [str(role.id) for role in line.roles]
    form = RolesForm(posted(request), roles=queries.role_lines(), initial={"roles": held})
    if form.is_valid():
        with refusals_as_messages(request):
            services.give_roles(person_id, form.cleaned_data["roles"], by=by(request))
            messages.success(request, _("Saved."))
        return back("person", person_id)
    facts = {"person": line, "form": form, "disable_form": DisableForm()}
    return render(request, "identity/person.html", page(request) | facts)


@needs("identity.manage_people")
@require_POST
def disable(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Shut a person out."""
    form = DisableForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    with refusals_as_messages(request):
        services.disable_person(_line(person_id).id, by=by(request), reason=reason)
        messages.success(request, _("The person is signed out and cannot sign in any more."))
    return back("person", person_id)


@needs("identity.manage_people")
@require_POST
def enable(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Let a person in again."""
    with refusals_as_messages(request):
        services.enable_person(_line(person_id).id, by=by(request))
        messages.success(request, _("The person can sign in again."))
    return back("person", person_id)


@needs("identity.manage_people")
@require_POST
def end_sessions(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Sign a person out everywhere."""
    with refusals_as_messages(request):
        services.end_sessions(_line(person_id).id, by=by(request))
        messages.success(request, _("The person is signed out everywhere."))
    return back("person", person_id)


@needs("identity.manage_people")
@require_POST
def reset_factors(request: HttpRequest, person_id: uuid.UUID) -> HttpResponse:
    """Remove a person's second factors, after they lost them."""
    with refusals_as_messages(request):
        services.reset_factors(_line(person_id).id, by=by(request))
        messages.success(request, _("The second factors were removed and the person was told."))
    return back("person", person_id)


def _line(person_id: uuid.UUID) -> PersonLine:
    """Raises: Http404: nobody of the house has this id."""
    line = queries.person_line(person_id)
    if line is None:
        raise Http404
    return line


def _must_know(invitation_id: uuid.UUID) -> None:
    """Raises: Http404: nobody was ever invited here under this id."""
    if not queries.is_invitation(invitation_id):
        raise Http404
