"""What the wallets module accepts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why payouts may go on."""

    reason = forms.CharField(label=_("What was found and done"), max_length=300)
