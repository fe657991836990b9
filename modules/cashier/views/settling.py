"""Settlements of providers: upload, look, take over, explain; and what clients owe."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, show_refusal
from modules.cashier import services
from modules.cashier.errors import NoSuchFile
from modules.cashier.forms import PatienceForm, ReasonForm, SettlementForm
from modules.cashier.queries import finance, unsettled
from modules.cashier.types.finance import FileView
from modules.cashier.views.shared import page_of


@require_http_methods(["GET", "POST"])
@needs("cashier.settle")
def settlements(request: ActorRequest) -> HttpResponse:
    """Files of providers, what differs, and a new file."""
    accounts = finance.providers()
    chosen = request.GET.get("account") or (accounts[0][0] if accounts else "")
    known = finance.settlement_columns(uuid.UUID(chosen)) if chosen in dict(accounts) else {}
    form = SettlementForm(
        request.POST or None,
        request.FILES or None,
        accounts=accounts,
        initial={"account": chosen, **known},
    )
    if request.method == "POST" and form.is_valid():
        try:
            file_id = services.upload_settlement(
                uuid.UUID(form.cleaned_data["account"]),
                form.cleaned_data["file"].name,
                form.cleaned_data["file"].read(),
                form.columns(),
                by=request.actor,
            )
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("office:cashier:settlement", file_id)
    context = {
        "form": form,
        "files": finance.settlement_files(),
        "mismatches": finance.mismatches(),
        "reason_form": ReasonForm(),
        "has_providers": bool(accounts),
        "overdue": unsettled.unsettled(page=page_of(request)),
        "patience_form": PatienceForm(providers=unsettled.patience()),
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cashier/settlements.html", context, status=status)


@require_POST
@needs("cashier.settle")
def patience(request: ActorRequest) -> HttpResponse:
    """Say after how many days providers should have settled."""
    form = PatienceForm(request.POST, providers=unsettled.patience())
    if form.is_valid():
        services.set_patience(form.days(), by=request.actor)
        messages.success(request, _("The days were saved."))
    else:
        messages.error(request, _("Enter days from 0 to 365."))
    return redirect("office:cashier:settlements")


@require_GET
@needs("cashier.settle")
def settlement(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    """One file, those lines first that differ."""
    view = _file(request, file_id)
    context = {"view": view, "reason_form": ReasonForm()}
    return render(request, "cashier/settlement.html", context)


@require_POST
@needs("cashier.settle")
def take(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    """Take it over: post what matches."""
    _file(request, file_id)
    with refusals_as_messages(request):
        count = services.take_settlement(file_id, by=request.actor)
        words = ngettext("%(count)s line was posted.", "%(count)s lines were posted.", count)
        messages.success(request, words % {"count": count})
    return redirect("office:cashier:settlement", file_id)


@require_POST
@needs("cashier.settle")
def drop(request: ActorRequest, file_id: uuid.UUID) -> HttpResponse:
    """Forget a file that was only looked at."""
    _file(request, file_id)
    with refusals_as_messages(request):
        services.drop_settlement(file_id, by=request.actor)
        messages.success(request, _("The file was dropped. Nothing was posted."))
    return redirect("office:cashier:settlements")


@require_POST
@needs("cashier.settle")
def resolve(request: ActorRequest, line_id: uuid.UUID) -> HttpResponse:
    """Say why a line differs."""
    if not finance.has_line(line_id):
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a reason."))
        return redirect("office:cashier:settlements")
    with refusals_as_messages(request):
        services.resolve_line(line_id, by=request.actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("The line is explained."))
    return redirect("office:cashier:settlements")


@require_GET
@needs("cashier.see_finance")
def claims(request: ActorRequest) -> HttpResponse:
    """What clients owe after chargebacks, and whose money stays."""
    is_open = request.GET.get("tab") != "all"
    context = {
        "claims": finance.claims(by=request.actor, is_open=is_open),
        "freezes": finance.freezes(by=request.actor),
        "reason_form": ReasonForm(),
        "tabs": [
            {"label": _("Owed"), "url": "?tab=open", "current": is_open},
            {"label": _("All"), "url": "?tab=all", "current": not is_open},
        ],
    }
    return render(request, "cashier/claims.html", context)


@require_POST
@needs("cashier.claim")
def claim_wallet(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    """Take what is free in the client's wallet."""
    _claim(request, claim_id)
    with refusals_as_messages(request):
        taken = services.take_from_wallet(claim_id, by=request.actor)
        messages.success(request, _("%(amount)s was taken.") % {"amount": taken})
    return redirect("office:cashier:claims")


@require_POST
@needs("cashier.claim")
def claim_account(
    request: ActorRequest, claim_id: uuid.UUID, account_id: uuid.UUID
) -> HttpResponse:
    """Ask the trading server for what is free there."""
    _claim(request, claim_id)
    with refusals_as_messages(request):
        asked = services.take_from_account(claim_id, account_id, by=request.actor)
        messages.success(request, _("The server is asked for %(amount)s.") % {"amount": asked})
    return redirect("office:cashier:claims")


@require_POST
@needs("cashier.claim")
def write_off(request: ActorRequest, claim_id: uuid.UUID) -> HttpResponse:
    """Give it up, with a reason."""
    _claim(request, claim_id)
    with refusals_as_messages(request):
        services.write_off(claim_id, by=request.actor, reason=request.POST.get("reason", "")[:500])
        messages.success(request, _("It was written off."))
    return redirect("office:cashier:claims")


@require_POST
@needs("cashier.claim")
def lift(request: ActorRequest, client_id: uuid.UUID) -> HttpResponse:
    """Let a client's money leave again, with a reason."""
    if client_id not in {one.client_id for one in finance.freezes(by=request.actor)}:
        raise Http404
    with refusals_as_messages(request):
        services.lift_client(
            client_id, by=request.actor, reason=request.POST.get("reason", "")[:500]
        )
        messages.success(request, _("The client's money can leave again."))
    return redirect("office:cashier:claims")


def _file(request: ActorRequest, file_id: uuid.UUID) -> FileView:
    try:
        return finance.settlement(file_id, page=page_of(request))
    except NoSuchFile as error:
        raise Http404 from error


def _claim(request: ActorRequest, claim_id: uuid.UUID) -> None:
    found = finance.claims(by=request.actor, is_open=False)
    if claim_id not in {one.id for one in found}:
        raise Http404
