"""What the clients module accepts."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel import clock
from kernel.countries import countries
from modules.clients.models import NAME_LENGTH, State
from modules.clients.types import ClientFilter, GroupLine, LevelLine, Profile

_PHONE = re.compile(r"\+?[0-9 ()./-]{6,24}")
_ADULT_YEARS = 18


def _countries(empty: Any) -> list[tuple[str, Any]]:
    return [("", empty), *countries().items()]


class ProfileForm(forms.Form):
    """A client's profile, by himself or by a colleague."""

    first_name = forms.CharField(label=_("First name"), max_length=80)
    last_name = forms.CharField(label=_("Last name"), max_length=80)
    country = forms.ChoiceField(label=_("Country of residence"))
    city = forms.CharField(label=_("City"), max_length=80, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=32, required=False, help_text=_("With the country code: +44 …")
    )
    born_on = forms.DateField(
        label=_("Date of birth"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "country", _countries(_("Choose a country")))
        self.fields["phone"].widget.attrs |= {"type": "tel", "autocomplete": "tel", "dir": "ltr"}

    def clean_phone(self) -> str:
        """A phone number, spaces and brackets allowed."""
        phone: str = self.cleaned_data["phone"].strip()
        if phone and not _PHONE.fullmatch(phone):
            raise forms.ValidationError(_("This does not look like a phone number."))
        return phone

    def clean_born_on(self) -> dt.date | None:
        """A date of birth of someone of age."""
        born: dt.date | None = self.cleaned_data["born_on"]
        if born is None:
            return None
        today = clock.now().date()
        age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        if not _ADULT_YEARS <= age <= 120:  # noqa: PLR2004  # nobody is older
            raise forms.ValidationError(_("Clients must be at least 18 years old."))
        return born

    def profile(self) -> Profile:
        """The validated profile."""
        return Profile(**self.cleaned_data)


class FilterForm(forms.Form):
    """What the list of clients is narrowed to; a wrong value narrows to nothing in particular."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(required=False, choices=[("", _("Any state")), *State.choices])
    country = forms.ChoiceField(required=False)
    owner = forms.ChoiceField(
        required=False,
        choices=[("", _("Everyone")), ("me", _("Mine")), ("none", _("Unassigned"))],
    )
    level = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    group = forms.TypedChoiceField(required=False, coerce=uuid.UUID, empty_value=None)
    sort = forms.CharField(required=False, max_length=20)
    page = forms.IntegerField(required=False, min_value=1)

    def __init__(
        self, *args: Any, levels: Sequence[LevelLine], groups: Sequence[GroupLine], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "country", _countries(_("Any country")))
        _choose(self, "level", [("", _("Any level")), *((str(x.rank), x.name) for x in levels)])
        _choose(self, "group", [("", _("Any group")), *((str(x.id), x.name) for x in groups)])

    def wanted(self) -> ClientFilter:
        """The filter; what was not understood is left out."""
        self.is_valid()
        told = self.cleaned_data
        return ClientFilter(
            words=told.get("q") or "",
            state=told.get("state") or "",
            country=told.get("country") or "",
            owner=told.get("owner") or "",
            level=told.get("level"),
            group=told.get("group"),
            sort=told.get("sort") or "-registered",
            page=told.get("page") or 1,
        )


class StateForm(forms.Form):
    """A client's next state and why."""

    state = forms.ChoiceField(choices=State.choices)
    reason = forms.CharField(label=_("Reason"), max_length=300)


class AssignForm(forms.Form):
    """Who looks after a client."""

    owner = forms.ChoiceField(label=_("Colleague"), required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)

    def __init__(
        self,
        *args: Any,
        people: Sequence[tuple[str, str]],
        teams: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, options in (("owner", people), ("team", teams)):
            _choose(self, name, [("", _("Nobody")), *options])

    def chosen(self, name: str) -> uuid.UUID | None:
        """The id chosen in field ``name``."""
        value = self.cleaned_data[name]
        return uuid.UUID(value) if value else None


class LevelForm(forms.Form):
    """How far a client is verified, and why."""

    level = forms.ChoiceField(label=_("Verification level"))
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Such as the documents that you have seen.")
    )

    def __init__(self, *args: Any, levels: Sequence[LevelLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "level", [(str(one.rank), one.name) for one in levels])


class GroupsForm(forms.Form):
    """The groups that a client is in."""

    groups = forms.TypedMultipleChoiceField(
        label=_("Groups"), coerce=uuid.UUID, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, groups: Sequence[GroupLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "groups", [(str(one.id), one.name) for one in groups])


class GroupForm(forms.Form):
    """What a group of clients is called."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("Only your colleagues see it."),
        widget=forms.TextInput(attrs={"placeholder": "VIP"}),
    )


class LevelNameForm(forms.Form):
    """What a verification level is called, by colleagues and by clients."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)

    def __init__(self, *args: Any, line: LevelLine | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if line is not None:
            self.fields["name"].initial = line.name
        for code, language in settings.LANGUAGES:
            self.fields[f"title_{code}"] = forms.CharField(
                label=_("Name for clients: %(language)s") % {"language": str(language)},
                max_length=NAME_LENGTH,
                required=False,
                initial=line.titles.get(code, "") if line else "",
            )

    def titles(self) -> dict[str, str]:
        """Names for clients by language."""
        return {code: self.cleaned_data[f"title_{code}"] for code, _language in settings.LANGUAGES}


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[str, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
