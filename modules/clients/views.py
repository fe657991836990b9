"""The clients module's screens."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from identity import queries as identity
from kernel import audit
from kernel.access import needs, refusals_as_messages
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, missing_as_404, own_id, page_or_part
from modules.clients import queries, services
from modules.clients.errors import NoSuchClient, NoSuchGroup, NoSuchLevel
from modules.clients.forms import (
    AssignForm,
    FilterForm,
    GroupForm,
    GroupsForm,
    LevelForm,
    LevelNameForm,
    ProfileForm,
    StateForm,
)
from modules.clients.models import State
from modules.clients.types import ClientCard


@needs("clients.own_profile")
def profile(request: ActorRequest) -> HttpResponse:
    """A client's own profile."""
    client_id = own_id(request)
    form = ProfileForm(request.POST or None, initial=dataclasses.asdict(_own_profile(client_id)))
    if request.method != "POST" or not form.is_valid():
        level = queries.level(queries.standing(client_id).level)
        context = {"form": form, "level": level, "client_id": client_id}
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "clients/profile.html", context, status=status)
    services.update_profile(client_id, form.profile(), by=request.actor)
    messages.success(request, _("Your profile was saved."))
    return redirect("room:clients:profile")


@needs("clients.see_clients")
def clients(request: ActorRequest) -> HttpResponse:
    """The clients that a colleague may see, searched, narrowed and sorted."""
    form = FilterForm(
        request.GET, levels=queries.levels(), groups=queries.groups(with_archived=True)
    )
    wanted = form.wanted()
    context = {
        "form": form,
        "wanted": wanted,
        "found": queries.clients(wanted, by=request.actor),
        "tabs": _tabs(request.actor, wanted.state),
    }
    return page_or_part(request, "clients/list.html", "clients/rows.html", context)


@needs("clients.see_clients")
def client(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Everything about one client."""
    card = _card(client_id, request.actor)
    context = {
        "card": card,
        "timeline": _timeline(client_id),
        "state_form": StateForm(),
        "can_edit": request.actor.may("clients.edit_clients"),
        "level_form": LevelForm(levels=queries.levels(), initial={"level": card.line.level}),
        "can_set_level": request.actor.may("clients.set_level"),
        "groups_form": _groups_form(card) if request.actor.may("clients.set_groups") else None,
        "assign_form": _assign_form(card) if request.actor.may("clients.assign_clients") else None,
    }
    return render(request, "clients/client.html", context)


@needs("clients.see_clients")
def quick_look(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """One client in the drawer beside the list."""
    return render(request, "clients/quick.html", {"card": _card(client_id, request.actor)})


@needs("clients.edit_clients")
def edit(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Change a client's profile on his behalf; masked fields cannot be changed unseen."""
    card = _card(client_id, request.actor)
    shown = queries.profile(client_id)
    form = ProfileForm(request.POST or None, initial=dataclasses.asdict(shown))
    for name in {"phone", "address", "born_on"} & _masked(request.actor):
        del form.fields[name]
    context = {"form": form, "card": card}
    if request.method != "POST":
        return render(request, "clients/edit.html", context)
    if not form.is_valid():
        return render(request, "clients/edit.html", context, status=UNPROCESSABLE)
    changed = dataclasses.replace(shown, **form.cleaned_data)
    services.update_profile(client_id, changed, by=request.actor)
    messages.success(request, _("The profile was saved."))
    return redirect("office:clients:client", client_id)


@needs("clients.edit_clients")
def change_state(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Activate, block or close a client."""
    _card(client_id, request.actor)
    form = StateForm(request.POST)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        with refusals_as_messages(request):
            services.change_state(
                client_id, words["state"], reason=words["reason"], by=request.actor
            )
    elif request.method == "POST":
        messages.error(request, _("Please give a reason."))
    return redirect("office:clients:client", client_id)


@needs("clients.assign_clients")
def assign(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Give a client to a colleague and a team."""
    form = _assign_form(_card(client_id, request.actor), request.POST)
    if request.method == "POST" and form.is_valid():
        services.assign(
            client_id,
            owner_id=form.chosen("owner"),
            team_id=form.chosen("team"),
            by=request.actor,
        )
        messages.success(request, _("The client was assigned."))
    return redirect("office:clients:client", client_id)


@needs("clients.set_level")
def set_level(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Say how far a client is verified."""
    _card(client_id, request.actor)
    form = LevelForm(request.POST, levels=queries.levels())
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data
        with refusals_as_messages(request):
            services.set_verification_level(
                client_id, int(words["level"]), reason=words["reason"], by=request.actor
            )
            messages.success(request, _("The verification level was set."))
    elif request.method == "POST":
        messages.error(request, _("Choose a level and give a reason."))
    return redirect("office:clients:client", client_id)


@needs("clients.set_groups")
def set_groups(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Put a client into groups, or take him out."""
    form = _groups_form(_card(client_id, request.actor), request.POST)
    if request.method == "POST" and form.is_valid():
        with refusals_as_messages(request):
            services.set_groups(client_id, form.cleaned_data["groups"], by=request.actor)
            messages.success(request, _("The groups were set."))
    elif request.method == "POST":
        messages.error(request, _("Choose among the groups that are there."))
    return redirect("office:clients:client", client_id)


@needs("clients.manage_groups")
def groups(request: ActorRequest) -> HttpResponse:
    """The broker's groups of clients, and what its verification levels are called."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.create_group(form.cleaned_data["name"], by=request.actor)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The group was made."))
            return redirect("office:clients:groups")
    context = {
        "lines": queries.groups(with_archived=True),
        "levels": queries.levels(),
        "form": form,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "clients/groups.html", context, status=status)


@needs("clients.manage_groups")
def group(request: ActorRequest, group_id: uuid.UUID) -> HttpResponse:
    """Call a group something else."""
    with missing_as_404(NoSuchGroup):
        line = queries.group(group_id)
    form = GroupForm(request.POST or None, initial={"name": line.name})
    if request.method == "POST" and form.is_valid():
        try:
            services.rename_group(group_id, form.cleaned_data["name"], by=request.actor)
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            return redirect("office:clients:groups")
    context = {"form": form, "title": line.name}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "clients/naming.html", context, status=status)


@require_POST
@needs("clients.manage_groups")
def archive_group(request: ActorRequest, group_id: uuid.UUID) -> HttpResponse:
    """Put nobody new into a group."""
    with missing_as_404(NoSuchGroup):
        services.archive_group(group_id, by=request.actor)
    return redirect("office:clients:groups")


@require_POST
@needs("clients.manage_groups")
def restore_group(request: ActorRequest, group_id: uuid.UUID) -> HttpResponse:
    """Use an archived group again."""
    with missing_as_404(NoSuchGroup):
        services.restore_group(group_id, by=request.actor)
    return redirect("office:clients:groups")


@needs("clients.manage_groups")
def new_level(request: ActorRequest) -> HttpResponse:
    """Make a verification level above all others."""
    form = LevelNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_as_messages(request):
            services.add_level(form.cleaned_data["name"], form.titles(), by=request.actor)
        return redirect("office:clients:groups")
    context = {"form": form, "title": _("New verification level")}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "clients/naming.html", context, status=status)


@needs("clients.manage_groups")
def level(request: ActorRequest, rank: int) -> HttpResponse:
    """Call a verification level something else."""
    with missing_as_404(NoSuchLevel):
        line = queries.level(rank)
    form = LevelNameForm(request.POST or None, line=line)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        services.rename_level(rank, name, form.titles(), by=request.actor)
        return redirect("office:clients:groups")
    context = {"form": form, "title": line.name}
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "clients/naming.html", context, status=status)


def _groups_form(card: ClientCard, data: Any = None) -> GroupsForm:
    """All groups that he may be in: the live ones, and archived ones that he is in."""
    live = queries.groups()
    kept = [one for one in card.groups if one.is_archived]
    chosen = {"groups": [str(one.id) for one in card.groups]}
    return GroupsForm(data, groups=[*live, *kept], initial=chosen)


def _own_profile(client_id: uuid.UUID) -> Any:
    services.ensure_client(client_id)
    return queries.profile(client_id)


def _card(client_id: uuid.UUID, by: Actor) -> ClientCard:
    with missing_as_404(NoSuchClient):
        return queries.client(client_id, by=by)


def _masked(by: Actor) -> set[str]:
    return {"born_on" if name == "birth_date" else name for name in by.masked}


def _tabs(by: Actor, state: str) -> list[dict[str, Any]]:
    counted = queries.counts_by_state(by=by)
    everyone = {"label": _("All clients"), "url": "?", "current": not state}
    return [
        everyone | {"count": sum(counted.values())},
        *(
            {"label": s.label, "url": f"?state={s}", "current": state == s, "count": counted[s]}
            for s in State
        ),
    ]


def _assign_form(card: ClientCard, data: Any = None) -> AssignForm:
    people = [(str(p.id), p.full_name or p.email) for p in identity.staff()]
    teams = [(str(team.id), team.name) for team in identity.team_lines()]
    chosen = {"owner": str(card.line.owner_id or ""), "team": str(card.team_id or "")}
    return AssignForm(data, people=people, teams=teams, initial=chosen)


_DEEDS = {
    "registered": ("user-plus", "ok"),
    "profile_changed": ("pencil", ""),
    "state_changed": ("flag", "warn"),
    "activated": ("circle-check", "ok"),
    "assigned": ("user-check", "info"),
    "level_set": ("badge-check", "info"),
    "groups_set": ("users-round", ""),
}


def _timeline(client_id: uuid.UUID) -> list[dict[str, Any]]:
    """What happened to the client, from the audit."""
    said = {
        "registered": _("Registered"),
        "profile_changed": _("Profile changed"),
        "state_changed": _("State changed"),
        "activated": _("Became active"),
        "assigned": _("Assigned"),
        "level_set": _("Verification level set"),
        "groups_set": _("Groups changed"),
    }
    entries = []
    for entry in audit.entries(about=f"clients.Client:{client_id}", limit=30):
        deed = entry.action.partition(".")[2]
        icon, tone = _DEEDS.get(deed, ("history", ""))
        entries.append(
            {
                "icon": icon,
                "tone": tone,
                "title": said.get(deed, deed),
                "note": " · ".join(filter(None, [entry.actor_name, entry.reason])),
                "at": entry.noted_at,
            }
        )
    return entries
