"""What finance says of failed deposits, and of how long providers may take to settle."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.cashier.types.finance import PatienceLine
from modules.cashier.types.followups import BY_PEOPLE, Outcome


class OutcomeForm(forms.Form):
    """What came of looking after a failed deposit."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[(one.value, one.label) for one in BY_PEOPLE],
        widget=forms.RadioSelect,
    )
    why = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("Only colleagues read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def told(self) -> Mapping[str, Any]:
        """Outcome and reason; the form must be valid."""
        chosen = Outcome(self.cleaned_data["outcome"])
        return {"outcome": chosen, "reason": self.cleaned_data["why"]}


class NoteForm(forms.Form):
    """Words for colleagues, not for the client."""

    note = forms.CharField(
        label=_("Note"),
        max_length=500,
        help_text=_("Only colleagues read it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PatienceForm(forms.Form):
    """Days after which a payment that a provider has not settled is looked into."""

    def __init__(self, *args: Any, providers: Sequence[PatienceLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in providers:
            self.fields[str(one.account_id)] = forms.IntegerField(
                label=one.name, min_value=0, max_value=365, initial=one.days
            )

    def days(self) -> Mapping[uuid.UUID, int]:
        """Days by provider account; the form must be valid."""
        return {uuid.UUID(key): days for key, days in self.cleaned_data.items()}
