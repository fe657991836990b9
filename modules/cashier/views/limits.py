"""What the broker says of money that leaves: the rules, and what each level may take out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kernel.access import needs
from kernel.views import UNPROCESSABLE, ActorRequest
from modules.cashier import services
from modules.cashier.forms import AllowanceForm, RulesForm
from modules.cashier.queries import outgoing
from modules.clients import queries as clients


@require_http_methods(["GET", "POST"])
@needs("cashier.set_payout_rules")
def rules(request: ActorRequest) -> HttpResponse:
    """What the broker says of money that leaves."""
    form = _rules_form(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.set_payout_rules(form.wish(), by=request.actor)
        messages.success(request, _("The rules were saved."))
        return redirect("office:cashier:payout_rules")
    return _page(request, form=form, status=UNPROCESSABLE if form.errors else 200)


@require_POST
@needs("cashier.set_payout_rules")
def set_allowance(request: ActorRequest) -> HttpResponse:
    """Say what clients of a level or higher may take out in all."""
    form = AllowanceForm(request.POST, levels=clients.levels())
    if not form.is_valid():
        return _page(request, allowance_form=form, status=UNPROCESSABLE)
    services.set_allowance(form.allowance(), by=request.actor)
    return redirect("office:cashier:payout_rules")


@require_POST
@needs("cashier.set_payout_rules")
def drop_allowance(request: ActorRequest, level: int) -> HttpResponse:
    """Give clients of a level what those below may take out."""
    services.drop_allowance(level, by=request.actor)
    return redirect("office:cashier:payout_rules")


def _rules_form(data: Any = None) -> RulesForm:
    held = outgoing.rules()
    return RulesForm(data, initial={name: getattr(held, name) for name in RulesForm.base_fields})


def _page(request: ActorRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {
        "form": _rules_form(),
        "allowance_form": AllowanceForm(levels=clients.levels()),
        "allowances": outgoing.allowances(),
        **forms,
    }
    return render(request, "cashier/rules.html", context, status=status)
