"""What the page for a new API key accepts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel import clock
from kernel.api.keys import NewKey
from kernel.registry import permissions

LASTS = (
    ("30", _("30 days")),
    ("90", _("90 days")),
    ("365", _("One year")),
    ("", _("Until it is revoked")),
)


class KeyForm(forms.Form):
    """A key's name, rights, end and addresses."""

    title = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What will use it, such as “Website”.")
    )
    scopes = forms.MultipleChoiceField(
        label=_("Rights"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what the program needs. You can give what you have for all records."),
    )
    lasts = forms.ChoiceField(label=_("Ends after"), choices=LASTS, required=False, initial="365")
    networks = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "ltr"}),
        help_text=_("IP addresses or ranges, one per line. Empty: from anywhere."),
    )

    def __init__(self, *args: Any, grantable: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        titles = permissions()
        scopes = self.fields["scopes"]
        scopes.choices = [(code, titles[code].title) for code in grantable]  # type: ignore[attr-defined]  # a choice field

    def wanted(self) -> NewKey:
        """The key that a valid form asks for."""
        words = self.cleaned_data
        days = words["lasts"]
        return NewKey(
            title=words["title"],
            scopes=tuple(words["scopes"]),
            networks=tuple(words["networks"].split()),
            expires_at=clock.now() + dt.timedelta(days=int(days)) if days else None,
        )
