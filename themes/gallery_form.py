"""A form with a field of every kind, for the gallery."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

PLATFORMS = {
    "mt5": {"note": _("Raw spreads, hedging"), "icon": "chart-candlestick"},
    "demo": {"note": _("Play money"), "text": "D"},
}


class SampleForm(forms.Form):
    """One field of each kind."""

    platform = forms.ChoiceField(
        label=_("Account type"),
        choices=[("mt5", "MetaTrader 5"), ("demo", _("Demo"))],
        initial="mt5",
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label=_("Full name"), help_text=_("As in your passport."))
    email = forms.EmailField(label=_("E-mail"))
    word = forms.CharField(label=_("Password"), widget=forms.PasswordInput)
    country = forms.ChoiceField(
        label=_("Country"), choices=[("AE", _("United Arab Emirates")), ("DE", _("Germany"))]
    )
    side = forms.ChoiceField(
        label=_("Side"), choices=[("a", _("Buy")), ("b", _("Sell"))], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    proof = forms.FileField(label=_("Proof of address"), required=False)
    agreed = forms.BooleanField(label=_("I have read the client agreement"))
    letters = forms.BooleanField(
        label=_("Weekly summary"), required=False, help_text=_("By e-mail, on Mondays.")
    )


def faulty() -> SampleForm:
    """The form after it was refused."""
    form = SampleForm({"name": "", "email": "theo@"})
    form.is_valid()
    form.add_error(None, _("We could not reach the trading server. Nothing was saved."))
    return form
