"""What an announcement is written with."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.announcements.models import Tone
from modules.announcements.types import Wording

_LOCAL = "%Y-%m-%dT%H:%M"


def _moment() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_LOCAL)


class AnnouncementForm(forms.Form):
    """An announcement and its time, in the colleague's time zone."""

    title = forms.CharField(label=_("Title"), max_length=120)
    text = forms.CharField(
        label=_("Text"),
        max_length=4000,
        widget=forms.Textarea({"rows": 6}),
        help_text=_("Markdown: **bold**, lists, links. No HTML, no pictures."),
    )
    tone = forms.ChoiceField(
        label=_("Looks like"), choices=Tone.choices, widget=forms.RadioSelect, initial=Tone.INFO
    )
    starts_at = forms.DateTimeField(label=_("From"), input_formats=[_LOCAL], widget=_moment())
    ends_at = forms.DateTimeField(
        label=_("Until"), input_formats=[_LOCAL], required=False, widget=_moment()
    )

    def wording(self) -> Wording:
        """What was written."""
        told: dict[str, Any] = self.cleaned_data
        return Wording(**told)
