"""Roles, teams and allowed addresses."""

from __future__ import annotations

import uuid

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from identity import queries, services
from identity.brand import tenant_of
from identity.forms.office import AddressForm, RoleForm, TeamForm, TeamPeopleForm
from identity.types import RoleSheet, TeamLine
from identity.views.frame import back, by, page, posted
from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused


@needs("identity.see_people")
def roles(request: HttpRequest) -> HttpResponse:
    """The roles that people can hold."""
    facts = {
        "roles": queries.role_lines(),
    }
    return render(request, "identity/roles.html", page(request, "roles") | facts)


@needs("identity.manage_roles")
def new_role(request: HttpRequest) -> HttpResponse:
    """Make a role."""
    return _edit(request, None)


@needs("identity.manage_roles")
def role(request: HttpRequest, role_id: uuid.UUID) -> HttpResponse:
    """Change a role."""
    sheet = queries.role_sheet(role_id)
    if sheet is None:
        raise Http404
    return _edit(request, sheet)


@needs("identity.manage_roles")
@require_POST
def remove_role(request: HttpRequest, role_id: uuid.UUID) -> HttpResponse:
    """Remove a role that nobody holds."""
    if queries.role_sheet(role_id) is None:
        raise Http404
    with refusals_as_messages(request):
        services.remove_role(role_id, by=by(request))
        messages.success(request, _("The role was removed."))
    return back("roles")


@needs("identity.manage_roles")
def teams(request: HttpRequest) -> HttpResponse:
    """The teams, and a new one."""
    form = TeamForm(posted(request))
    if form.is_valid():
        try:
            team_id = services.add_team(**form.cleaned_data, by=by(request))
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return back("team", team_id)
    facts = {
        "teams": queries.team_lines(),
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "identity/teams.html", page(request, "teams") | facts, status=status)


@needs("identity.manage_roles")
def team(request: HttpRequest, team_id: uuid.UUID) -> HttpResponse:
    """Who is in a team."""
    line = _team(team_id)
    members = [str(person.id) for person in line.people]
    form = TeamPeopleForm(posted(request), people=queries.staff(), initial={"people": members})
    if form.is_valid():
        services.set_team_people(team_id, form.cleaned_data["people"], by=by(request))
        messages.success(request, _("Saved."))
        return back("teams")
    return render(request, "identity/team.html", page(request) | {"team": line, "form": form})


@needs("identity.manage_roles")
@require_POST
def remove_team(request: HttpRequest, team_id: uuid.UUID) -> HttpResponse:
    """Remove a team."""
    services.remove_team(_team(team_id).id, by=by(request))
    messages.success(request, _("The team was removed."))
    return back("teams")


@needs("identity.manage_roles")
def addresses(request: HttpRequest) -> HttpResponse:
    """Where staff may come from."""
    own = get_adapter(request).get_client_ip(request)
    form = AddressForm(posted(request), initial={"network": own})
    if form.is_valid():
        try:
            services.allow_address(**form.cleaned_data, by=by(request), from_address=own)
        except Refused as refusal:
            form.add_error("network", str(refusal))
        else:
            return back("addresses")
    facts = {"rules": queries.address_rules(), "form": form, "own": own}
    shown = page(request, "addresses") | facts
    status = 422 if form.is_bound else 200
    return render(request, "identity/addresses.html", shown, status=status)


@needs("identity.manage_roles")
@require_POST
def forbid_address(request: HttpRequest, rule_id: uuid.UUID) -> HttpResponse:
    """Take a network off the list."""
    if rule_id not in {rule.id for rule in queries.address_rules()}:
        raise Http404
    own = get_adapter(request).get_client_ip(request)
    with refusals_as_messages(request):
        services.forbid_address(rule_id, by=by(request), from_address=own)
    return back("addresses")


def _edit(request: HttpRequest, sheet: RoleSheet | None) -> HttpResponse:
    groups = queries.right_groups(tenant_of(request).active_modules)
    form = RoleForm(posted(request), groups=groups, sheet=sheet)
    if form.is_valid():
        try:
            services.save_role(
                sheet.id if sheet else None,
                name=form.cleaned_data["name"],
                grants=form.grants(),
                masked=form.cleaned_data["masked"],
                by=by(request),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return back("roles")
    status = 422 if form.is_bound else 200
    shown = page(request) | {"form": form, "role": sheet}
    return render(request, "identity/role.html", shown, status=status)


def _team(team_id: uuid.UUID) -> TeamLine:
    """Raises: Http404: there is no such team."""
    found = next((line for line in queries.team_lines() if line.id == team_id), None)
    if found is None:
        raise Http404
    return found
