"""What notes and tasks are written with."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class NoteForm(forms.Form):
    """The text of a note."""

    text = forms.CharField(label=_("Note"), max_length=4000, widget=forms.Textarea({"rows": 3}))


class TaskForm(forms.Form):
    """What to do, by when, and who."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due_on = forms.DateField(
        label=_("By"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    assignee = forms.ChoiceField(label=_("Who"), required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["assignee"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", _("Myself")), *people]

    def chosen(self) -> uuid.UUID | None:
        """The colleague chosen; ``None`` for oneself."""
        value = self.cleaned_data["assignee"]
        return uuid.UUID(value) if value else None
