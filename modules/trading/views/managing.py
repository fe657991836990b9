"""What colleagues change about an account; each leads back to its page."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.access import needs
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.views import UNPROCESSABLE, ActorRequest, show_refusal
from modules.trading import queries, services, tasks
from modules.trading.forms import (
    ArchiveForm,
    CreditForm,
    LeverageForm,
    MoveForm,
    ResetForm,
    RightsForm,
    SwitchesForm,
)
from modules.trading.types import AccountLine, Started
from modules.trading.views.shared import missing_as_404

CHANGE, CREDIT = "trading.change_accounts", "trading.change_credit"


@needs(CHANGE)
@require_POST
def leverage(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Choose another leverage."""
    account = _reached(request, account_id)
    offered = queries.account_type(account.type_id).leverages
    form = LeverageForm(request.POST, leverages=offered)
    return _do(request, account, form, services.change_leverage)


@needs(CHANGE)
@require_POST
def account_type(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Choose another account type."""
    account = _reached(request, account_id)
    offered = queries.types_to_move_to(account, for_staff=True)
    return _do(request, account, MoveForm(request.POST, offered=offered), services.change_type)


@needs(CHANGE)
@require_POST
def reset_password(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Have a new password made that only the client will see."""
    account = _reached(request, account_id)
    return _do(request, account, ResetForm(request.POST), services.reset_password)


@needs(CHANGE)
@require_POST
def rights(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Let the login sign in and trade, or not."""
    account = _reached(request, account_id)

    def set_rights(account_id: uuid.UUID, *, reason: str, by: Any, **wanted: bool) -> Started:
        return services.set_rights(account_id, wanted, by=by, reason=reason)

    return _do(request, account, RightsForm(request.POST), set_rights)


@needs(CHANGE)
@require_POST
def switches(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Say what may be done with the account here."""
    account = _reached(request, account_id)
    form = SwitchesForm(request.POST)
    if form.is_valid():
        services.set_switches(account.id, form.cleaned_data, by=request.actor)
        messages.success(request, _("Saved."))
    return redirect("office:trading:account", account.id)


@needs(CHANGE)
@require_POST
def archive(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Put the account away."""
    account = _reached(request, account_id)
    return _do(request, account, ArchiveForm(request.POST), services.archive_account)


@needs(CHANGE)
@require_POST
def restore(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Bring an archived account back."""
    account = _reached(request, account_id)
    return _do(request, account, forms.Form(request.POST), services.restore_account)


@needs(CREDIT)
def credit(request: ActorRequest, account_id: uuid.UUID) -> HttpResponse:
    """Give or take credit: what it is now and will be after is shown before it is done."""
    account = _reached(request, account_id, CREDIT)
    is_sent = request.method == "POST"
    form = CreditForm(
        request.POST if is_sent else None,
        currency=account.currency,
        initial={"key": new_id()},
    )
    preview = None
    if is_sent and form.is_valid():
        amount = form.signed()
        now = account.real_credit
        preview = {"amount": amount, "now": now, "after": now + amount}
        if preview["after"].minor < 0:
            form.add_error("amount", _("There is not so much credit on this account."))
            preview = None
        elif "confirmed" in request.POST:
            answer = _move_credit(request, account, form)
            if answer is not None:
                return answer
            preview = None
    status = UNPROCESSABLE if form.errors else 200
    context = {"account": account, "form": form, "preview": preview}
    return render(request, "trading/credit.html", context, status=status)


def _move_credit(
    request: ActorRequest, account: AccountLine, form: CreditForm
) -> HttpResponse | None:
    try:
        started = services.move_credit(
            account.id,
            amount=form.signed(),
            comment=form.cleaned_data["comment"],
            by=request.actor,
            key=f"credit:{form.cleaned_data['key']}",
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return None
    return _back(request, account, started)


def _do(
    request: ActorRequest,
    account: AccountLine,
    form: forms.Form,
    change: Callable[..., Started],
) -> HttpResponse:
    """Do what ``form`` describes, say what came of it, and go back to the account."""
    if not form.is_valid():
        for problem in _problems(form.errors):
            messages.error(request, problem)
        return redirect("office:trading:account", account.id)
    try:
        started = change(account.id, by=request.actor, **form.cleaned_data)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("office:trading:account", account.id)
    return _back(request, account, started)


def _back(request: ActorRequest, account: AccountLine, started: Started) -> HttpResponse:
    tasks.carry_out_due.send()
    if started.request_id is not None:
        messages.info(request, _("Somebody else approves this: it is in the queue of requests."))
        return redirect("office:requests:request", started.request_id)
    messages.success(request, _("It is on its way to the trading server."))
    return redirect("office:trading:account", account.id)


def _problems(errors: Mapping[str, Any]) -> list[str]:
    return [str(problem) for problems in errors.values() for problem in problems]


def _reached(request: ActorRequest, account_id: uuid.UUID, code: str = CHANGE) -> AccountLine:
    with missing_as_404():
        return queries.account(account_id, by=request.actor, code=code)
