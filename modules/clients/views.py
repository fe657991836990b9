"""The clients module's screens."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from identity import queries as identity
from kernel import audit
from kernel.access import needs, refusals_as_messages
from kernel.actor import Actor
from modules.clients import queries, services
from modules.clients.errors import NoSuchClient
from modules.clients.forms import AssignForm, FilterForm, ProfileForm, StateForm
from modules.clients.models import State
from modules.clients.types import ClientCard

UNPROCESSABLE = 422


class ActorRequest(HttpRequest):
    """A request that somebody stands behind."""

    actor: Actor


@needs("clients.own_profile")
def profile(request: ActorRequest) -> HttpResponse:
    """A client's own profile."""
    client_id = own_id(request)
    form = ProfileForm(request.POST or None, initial=dataclasses.asdict(_own_profile(client_id)))
    if request.method != "POST":
        return render(request, "clients/profile.html", {"form": form})
    if not form.is_valid():
        return render(request, "clients/profile.html", {"form": form}, status=UNPROCESSABLE)
    services.update_profile(client_id, form.profile(), by=request.actor)
    messages.success(request, _("Your profile was saved."))
    return redirect("room:clients:profile")


@needs("clients.see_clients")
def clients(request: ActorRequest) -> HttpResponse:
    """The clients that a colleague may see, searched, narrowed and sorted."""
    form = FilterForm(request.GET)
    wanted = form.wanted()
    context = {
        "form": form,
        "wanted": wanted,
        "found": queries.clients(wanted, by=request.actor),
        "tabs": _tabs(request.actor, wanted.state),
    }
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "clients/rows.html" if is_fragment else "clients/list.html", context)


@needs("clients.see_clients")
def client(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Everything about one client."""
    card = _card(client_id, request.actor)
    context = {
        "card": card,
        "timeline": _timeline(client_id),
        "state_form": StateForm(),
        "can_edit": request.actor.may("clients.edit_clients"),
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


def own_id(request: ActorRequest) -> uuid.UUID:
    """The client who asks.

    Raises:
        Http404: An API key, or a part of the system, is nobody's client.
    """
    if request.actor.id is None:
        raise Http404
    return request.actor.id


def _own_profile(client_id: uuid.UUID) -> Any:
    services.ensure_client(client_id)
    return queries.profile(client_id)


def _card(client_id: uuid.UUID, by: Actor) -> ClientCard:
    try:
        return queries.client(client_id, by=by)
    except NoSuchClient as error:
        raise Http404 from error


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
}


def _timeline(client_id: uuid.UUID) -> list[dict[str, Any]]:
    """What happened to the client, from the audit."""
    said = {
        "registered": _("Registered"),
        "profile_changed": _("Profile changed"),
        "state_changed": _("State changed"),
        "activated": _("Became active"),
        "assigned": _("Assigned"),
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
