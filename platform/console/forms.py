"""What the console accepts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why something is done to a broker; it goes to the audit log, and the broker may read it."""

    reason = forms.CharField(
        label=_("Reason"),
        min_length=5,
        max_length=300,
        help_text=_("Kept in the audit log. Do not write a client's data here."),
    )
