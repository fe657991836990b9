"""Explaining what differs between a trading server and us."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ExplainForm(forms.Form):
    """Why both sides may differ."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who did it, when, and where it is written down."),
    )
