"""What billing accepts from people."""

from __future__ import annotations

from django import forms


class ConfirmForm(forms.Form):
    """The confirmation of a price that was shown."""

    as_of = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    """Seconds since 1970 that the shown price was counted from."""
