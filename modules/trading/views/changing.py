"""Changing an account as its client: leverage, type, password, name, its end; and watching it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from kernel.access import needs
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, own_id, page_or_part, show_refusal
from modules.requests import queries as requested
from modules.trading import queries, services, tasks
from modules.trading.forms import (
    ArchiveForm,
    LeverageForm,
    MoveForm,
    NicknameForm,
    PasswordForm,
)
from modules.trading.types import AccountLine, Started
from modules.trading.views.shared import missing_as_404, reference


@needs("trading.own_accounts")
def settings(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Everything that a client may change about his account."""
    return _page(request, _own(request, account_id))


@needs("trading.own_accounts")
def password(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Set the main or the investor password."""
    mine = _own(request, account_id)

    def ask(words: dict[str, Any]) -> Started:
        operation = services.change_password(
            account_id, client_id=own_id(request), by=request.actor, **words
        )
        return Started(operation_id=operation)

    return _change(request, mine, PasswordForm(request.POST), ask)


@needs("trading.own_accounts")
def leverage(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Choose another leverage."""
    mine = _own(request, account_id)
    form = LeverageForm(request.POST, leverages=_leverages(mine))
    return _change(
        request,
        mine,
        form,
        lambda words: services.change_leverage(
            account_id, client_id=own_id(request), by=request.actor, **words
        ),
    )


@needs("trading.own_accounts")
def account_type(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Choose another account type."""
    mine = _own(request, account_id)
    form = MoveForm(request.POST, offered=queries.types_to_move_to(mine))
    return _change(
        request,
        mine,
        form,
        lambda words: services.change_type(
            account_id, client_id=own_id(request), by=request.actor, **words
        ),
    )


@needs("trading.own_accounts")
def archive(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Put the account away."""
    mine = _own(request, account_id)
    return _change(
        request,
        mine,
        ArchiveForm(request.POST),
        lambda words: services.archive_account(
            account_id, client_id=own_id(request), by=request.actor, **words
        ),
    )


@needs("trading.own_accounts")
def nickname(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Give the account a name of the client's own."""
    mine = _own(request, account_id)
    form = NicknameForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return _page(request, mine, nickname=form)
    services.rename_account(
        mine.id, client_id=own_id(request), by=request.actor, **form.cleaned_data
    )
    messages.success(request, _("The name was saved."))
    return redirect("room:trading:account_settings", account_id)


@never_cache
@needs("trading.own_accounts")
def new_password(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """A password that a colleague had set, this one time."""
    mine = _own(request, account_id)
    context: dict[str, Any] = {"account": mine}
    if request.method == "POST":
        try:
            context["shown"] = services.show_new_password(
                account_id, client_id=own_id(request), by=request.actor
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("room:trading:account", account_id)
    context["is_ready"] = queries.has_new_password(account_id)
    return render(request, "trading/new_password.html", context)


@needs("trading.own_accounts")
def progress(request: ActorRequest, intent_id: uuid.UUID) -> HttpResponse:
    """How far a change has come; the page asks again every second."""
    with missing_as_404():
        found = queries.progress(intent_id, own_id(request))
    context = {"progress": found, "intent_id": intent_id}
    return page_or_part(request, "trading/change.html", "trading/change_steps.html", context)


def _change(
    request: ActorRequest,
    mine: AccountLine,
    form: forms.Form,
    ask: Callable[[dict[str, Any]], Started],
) -> HttpResponse:
    """Ask for the change that ``form`` describes, and go to watch it or the request for it."""
    name = type(form).__name__.removesuffix("Form").lower()
    if request.method != "POST":
        return redirect("room:trading:account_settings", mine.id)
    if form.is_valid():
        try:
            started = ask(form.cleaned_data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return _watch(started)
    return _page(request, mine, **{name: form})


def _watch(started: Started) -> HttpResponse:
    tasks.carry_out_due.send()
    if started.request_id is not None:
        return redirect("room:requests:request", started.request_id)
    return redirect("room:trading:change", started.operation_id)


def _page(request: ActorRequest, mine: AccountLine, **filled: forms.Form) -> HttpResponse:
    offered = queries.types_to_move_to(mine)
    asked = [one for one in requested.of_subject(reference(mine.id)) if one.is_open]
    context = {
        "account": mine,
        "asked": asked,
        "asked_kinds": {one.kind for one in asked},
        "password_form": filled.get("password") or PasswordForm(),
        "leverage_form": filled.get("leverage")
        or LeverageForm(leverages=_leverages(mine), initial={"leverage": mine.leverage}),
        "move_form": filled.get("move") or (MoveForm(offered=offered) if offered else None),
        "archive_form": filled.get("archive") or ArchiveForm(),
        "nickname_form": filled.get("nickname")
        or NicknameForm(initial={"nickname": mine.nickname}),
    }
    status = UNPROCESSABLE if filled else 200
    return render(request, "trading/account_settings.html", context, status=status)


def _own(request: ActorRequest, account_id: uuid.UUID) -> AccountLine:
    with missing_as_404():
        return queries.own_account(account_id, own_id(request))


def _leverages(mine: AccountLine) -> tuple[int, ...]:
    return queries.account_type(mine.type_id).leverages
