"""Who approves what: the settings of every kind of request."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from identity import queries as identity
from kernel.access import needs
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest
from modules.requests import queries, services
from modules.requests.forms import PolicyForm
from modules.requests.types import Policy
from modules.requests.views.shared import missing_as_404


@needs("requests.set_policies")
def policies(request: ActorRequest) -> HttpResponse:
    """Every kind and who decides it."""
    names = {role.id: role.name for role in identity.role_lines()}
    names |= {one.id: one.full_name or one.email for one in identity.staff()}
    context = {"lines": [(one, _steps(one, names)) for one in queries.policies()]}
    return render(request, "requests/policies.html", context)


@needs("requests.set_policies")
def policy(request: ActorRequest, kind: str) -> HttpResponse:
    """Who decides one kind."""
    with missing_as_404():
        held = queries.policy(kind)
    form = PolicyForm(
        request.POST or None,
        policy=held,
        roles=[(str(role.id), role.name) for role in identity.role_lines()],
        people=[(str(one.id), one.full_name or one.email) for one in identity.staff()],
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.set_policy(kind, form.wish(), by=request.actor)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. It holds for what is asked from now on."))
            return redirect("office:requests:policies")
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "requests/policy.html", {"policy": held, "form": form}, status=status)


def _steps(held: Policy, names: Mapping[uuid.UUID, str]) -> list[str]:
    """Who decides each level, as one line each."""
    if not held.is_decided:
        return []
    steps = []
    for level in held.levels:
        who = [names[one] for one in (*level.role_ids, *level.person_ids) if one in names]
        words = ", ".join(who) or _("anyone with the right")
        if level.least:
            words = _("%(who)s, from %(amount)s") % {"who": words, "amount": level.least}
        steps.append(words)
    return steps or [_("anyone with the right")]
