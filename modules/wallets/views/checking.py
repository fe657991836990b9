"""The page that shows whether the ledger holds."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.access import needs, refusals_as_messages
from kernel.views import ActorRequest
from modules.wallets import queries, services
from modules.wallets.forms import ReasonForm
from modules.wallets.views.shared import ledger_tabs


@needs("wallets.see_ledger")
def ledger_check(request: ActorRequest) -> HttpResponse:
    """Every invariant, green or red, as the last proof found it."""
    proof = queries.last_proof()
    findings = proof.findings if proof else ()
    rules = [
        (title, [one for one in findings if one.rule == rule])
        for rule, title in queries.RULES.items()
    ]
    context = {
        "proof": proof,
        "rules": rules,
        "stop": queries.open_stop(),
        "proofs": queries.proofs(),
        "tabs": ledger_tabs("ledger_check"),
        "form": ReasonForm(),
        "can_lift": request.actor.may("wallets.lift_stop"),
    }
    return render(request, "wallets/ledger_check.html", context)


@needs("wallets.see_ledger")
@require_POST
def check_now(request: ActorRequest) -> HttpResponse:
    """Check at once instead of within five minutes."""
    proof = services.prove_ledger(by=request.actor)
    if proof.holds:
        messages.success(request, _("Checked: the ledger holds."))
    else:
        messages.error(request, _("Checked: the ledger does not hold. Payouts are stopped."))
    return redirect("office:wallets:ledger_check")


@needs("wallets.lift_stop")
@require_POST
def lift(request: ActorRequest) -> HttpResponse:
    """Let payouts go on."""
    form = ReasonForm(request.POST)
    if form.is_valid():
        with refusals_as_messages(request):
            services.lift_stop(form.cleaned_data["reason"], by=request.actor)
            messages.success(request, _("Payouts go on."))
    else:
        messages.error(request, _("Please say what was found and done."))
    return redirect("office:wallets:ledger_check")
