"""What is accepted about operations on trading servers."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.trading.models import IntentKind
from modules.trading.types.operations import OperationFilter
from provisioning.servers import queries as servers


class OperationsForm(forms.Form):
    """What the list of operations is narrowed to."""

    show = forms.ChoiceField(
        required=False, choices=[(one, one) for one in ("stuck", "doubt", "waiting", "all")]
    )
    kind = forms.ChoiceField(required=False, choices=[("", _("Any kind")), *IntentKind.choices])
    age = forms.ChoiceField(
        required=False,
        choices=[
            ("", _("Any age")),
            ("10m", _("Older than 10 minutes")),
            ("1h", _("Older than an hour")),
            ("1d", _("Older than a day")),
        ],
    )
    q = forms.CharField(required=False, max_length=80)
    page = forms.IntegerField(required=False, min_value=1)

    def wanted(self) -> OperationFilter:
        """The filter; what was not understood is left out."""
        self.is_valid()
        told = self.cleaned_data
        return OperationFilter(
            show=told.get("show") or "stuck",
            kind=told.get("kind") or "",
            age=told.get("age") or "",
            words=told.get("q") or "",
            page=told.get("page") or 1,
        )


class DecisionForm(forms.Form):
    """What a person saw on the trading server, and what it means."""

    outcome = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            ("booked", _("The trading server did it")),
            ("not_booked", _("The trading server did not do it, and will not")),
        ],
        widget=forms.RadioSelect,
    )
    deal_id = forms.IntegerField(
        label=_("Number of the deal"), min_value=1, max_value=2**53, required=False
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you saw, where and when: the account's history, the dealer's word."),
    )
    reason = forms.CharField(label=_("Why this settles it"), max_length=300)

    def decision(self) -> dict[str, Any]:
        """The decision in the service's words."""
        told = dict(self.cleaned_data)
        return {"booked": told.pop("outcome") == "booked", **told}


class WhyForm(forms.Form):
    """Why something is done; nothing else."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class PauseForm(forms.Form):
    """What was restored, and what is known of it."""

    server = forms.TypedChoiceField(
        label=_("What was restored"), coerce=uuid.UUID, required=False, empty_value=None
    )
    reason = forms.CharField(label=_("What happened, and when"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["server"]
        if isinstance(field, forms.ChoiceField):
            mine = [(str(one.id), one.name) for one in servers.servers()]
            field.choices = [("", _("Our own database")), *mine]


class ResendForm(forms.Form):
    """Up to which amount money may be sent again without a person."""

    limit = forms.DecimalField(
        label=_("Send again up to"),
        min_value=0,
        max_digits=18,
        decimal_places=2,
        help_text=_("In units of the currency of the account. Above it a person decides."),
    )
