"""The page of stuck operations: what is in doubt on a trading server, and who decides it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, missing_as_404, page_or_part, show_refusal
from modules.trading import queries, services, tasks
from modules.trading.errors import NoSuchOperation
from modules.trading.forms import (
    DecisionForm,
    OperationsForm,
    PauseForm,
    ResendForm,
    WhyForm,
)
from modules.trading.types.operations import MoveLine, Operation

SEE, DECIDE = "trading.see_operations", "trading.decide_operations"


@needs(SEE)
def operations(request: ActorRequest) -> HttpResponse:
    """What waits for a person, is being checked, or waits for the server."""
    form = OperationsForm(request.GET)
    wanted = form.wanted()
    counted = queries.operation_counts(by=request.actor)
    labels = {
        "stuck": _("For a person"),
        "doubt": _("Being checked"),
        "waiting": _("Waiting"),
        "all": _("All operations"),
    }
    context = {
        "form": form,
        "wanted": wanted,
        "found": queries.operations_page(wanted, by=request.actor),
        "is_narrowed": bool(wanted.kind or wanted.words or wanted.age),
        "tabs": [
            {
                "label": label,
                "url": f"?show={show}",
                "current": wanted.show == show,
                **({"count": counted[show]} if show in counted else {}),
            }
            for show, label in labels.items()
        ],
        "can_decide": request.actor.may(DECIDE),
        "resend_form": ResendForm(initial={"limit": queries.resend_limit()}),
        "resend_limit": queries.resend_limit(),
        "pauses": queries.pauses(),
        "pause_form": PauseForm(),
        "release_form": WhyForm(),
    }
    return page_or_part(request, "trading/operations.html", "trading/operation_rows.html", context)


@needs(SEE)
def operation(request: ActorRequest, operation_id: uuid.UUID) -> HttpResponse:
    """One operation: what was sent, what lookups said, and the whole story."""
    return _page(request, _found(request, operation_id))


@needs(DECIDE)
@require_POST
def decide(request: ActorRequest, operation_id: uuid.UUID) -> HttpResponse:
    """Say whether the server did it, with the evidence."""
    found = _found(request, operation_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, decision_form=form)
    try:
        services.decide_operation(operation_id, by=request.actor, **form.decision())
    except Refused as refusal:
        show_refusal(form, refusal)
        return _page(request, found, decision_form=form)
    messages.success(request, _("Decided."))
    return redirect("office:trading:operation", operation_id)


@needs(DECIDE)
@require_POST
def look_again(request: ActorRequest, operation_id: uuid.UUID) -> HttpResponse:
    """Have it looked up once more."""
    _found(request, operation_id)
    with refusals_as_messages(request):
        services.look_again(operation_id, by=request.actor)
        messages.success(request, _("It is being looked up. Reload the page in a moment."))
    tasks.carry_out_due.send()
    return redirect("office:trading:operation", operation_id)


@needs(DECIDE)
@require_POST
def call_off(request: ActorRequest, operation_id: uuid.UUID) -> HttpResponse:
    """Call off what has never left us."""
    found = _found(request, operation_id)
    return _with_reason(
        request,
        found,
        lambda reason: services.call_off(operation_id, by=request.actor, reason=reason),
    )


@needs(DECIDE)
@require_POST
def unfreeze(request: ActorRequest, operation_id: uuid.UUID) -> HttpResponse:
    """Let money of the account move again."""
    found = _found(request, operation_id)
    if found.line.account_id is None:
        raise Http404
    account_id = found.line.account_id
    return _with_reason(
        request,
        found,
        lambda reason: services.lift_freeze(account_id, by=request.actor, reason=reason),
    )


@needs(DECIDE)
@require_POST
def limit(request: ActorRequest) -> HttpResponse:
    """Choose up to which amount money may be sent again without a person."""
    form = ResendForm(request.POST)
    if form.is_valid():
        services.limit_resends(form.cleaned_data["limit"], by=request.actor)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Give an amount of zero or more."))
    return redirect("office:trading:operations")


def _with_reason(
    request: ActorRequest, found: Operation, act: Callable[[str], None]
) -> HttpResponse:
    form = WhyForm(request.POST)
    if form.is_valid():
        with refusals_as_messages(request):
            act(form.cleaned_data["reason"])
            messages.success(request, _("Done."))
    else:
        messages.error(request, _("Please give a reason."))
    return redirect("office:trading:operation", found.line.id)


def _page(request: ActorRequest, found: Operation, **filled: Any) -> HttpResponse:
    may_decide = request.actor.may(DECIDE)
    context = {
        "operation": found,
        "line": found.line,
        "story": [_entry(move) for move in found.moves],
        "may_decide": may_decide and not found.is_own,
        "can_call_off": may_decide and found.line.state == "waiting",
        "decision_form": filled.get("decision_form") or DecisionForm(),
        "reason_form": WhyForm(),
    }
    return render(
        request, "trading/operation.html", context, status=UNPROCESSABLE if filled else 200
    )


def _entry(move: MoveLine) -> dict[str, Any]:
    """A line of the story as the timeline shows it."""
    facts = move.facts
    notes = [move.who, move.why]
    if facts.get("attempt"):
        notes.append(_("Attempt %(number)s") % {"number": facts["attempt"]})
    if facts.get("deal_id"):
        notes.append(_("Deal %(number)s") % {"number": facts["deal_id"]})
    if facts.get("numbers"):
        numbers: Any = facts["numbers"]
        notes.append(_("Found: %(numbers)s") % {"numbers": ", ".join(map(str, numbers))})
    if facts.get("evidence"):
        notes.append(_("Evidence: %(words)s") % {"words": facts["evidence"]})
    return {
        "icon": move.icon,
        "tone": move.tone,
        "title": move.label,
        "at": move.happened_at,
        "note": " · ".join(note for note in notes if note),
    }


def _found(request: ActorRequest, operation_id: uuid.UUID) -> Operation:
    with missing_as_404(NoSuchOperation):
        return queries.operation(operation_id, by=request.actor)
