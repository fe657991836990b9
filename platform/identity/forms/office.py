"""What is typed on the pages about people, roles, teams and addresses."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from identity.masking import MASKABLE
from identity.types import Person, RightGroup, RoleLine, RoleSheet
from kernel.actor import Scope

SCOPES = (
    ("", _("None")),
    (Scope.OWN.value, _("Own")),
    (Scope.TEAM.value, _("Team")),
    (Scope.ALL.value, _("All")),
)


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail"), max_length=254)
    full_name = forms.CharField(label=_("Full name"), max_length=150, required=False)
    role = forms.TypedChoiceField(label=_("Role"), coerce=uuid.UUID)

    def __init__(self, *args: Any, roles: Iterable[RoleLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(str(role.id), role.name) for role in roles]  # type: ignore[attr-defined]  # a choice field


class RolesForm(forms.Form):
    """Which roles a person holds."""

    roles = forms.TypedMultipleChoiceField(
        label=_("Roles"), coerce=uuid.UUID, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, roles: Iterable[RoleLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = [(str(role.id), role.name) for role in roles]  # type: ignore[attr-defined]  # a choice field


class DisableForm(forms.Form):
    """Why a person is shut out."""

    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)


class RoleForm(forms.Form):
    """A role: its name, the reach of every right, and what it sees only in part."""

    name = forms.CharField(label=_("Name"), max_length=80)
    masked = forms.MultipleChoiceField(
        label=_("Shown only in part"),
        required=False,
        choices=tuple(MASKABLE.items()),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        groups: Iterable[RightGroup],
        sheet: RoleSheet | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = tuple(groups)
        held = sheet.grants if sheet else {}
        if sheet:
            self.fields["name"].initial = sheet.name
            self.fields["masked"].initial = list(sheet.masked)
        for right in (right for group in self.groups for right in group.rights):
            self.fields[_field_of(right.code)] = forms.ChoiceField(
                label=str(right.title),
                choices=SCOPES,
                required=False,
                initial=str(held.get(right.code, "")),
            )

    def rows(self) -> list[tuple[RightGroup, list[tuple[Any, forms.BoundField]]]]:
        """The matrix: each group with its rights and their fields."""
        return [
            (group, [(right, self[_field_of(right.code)]) for right in group.rights])
            for group in self.groups
        ]

    def grants(self) -> dict[str, Scope]:
        """What the checked form grants."""
        codes = [right.code for group in self.groups for right in group.rights]
        chosen = {code: self.cleaned_data[_field_of(code)] for code in codes}
        return {code: Scope(scope) for code, scope in chosen.items() if scope}


class TeamForm(forms.Form):
    """A team's name."""

    name = forms.CharField(label=_("Name"), max_length=80)


class TeamPeopleForm(forms.Form):
    """Who is in a team."""

    people = forms.TypedMultipleChoiceField(
        label=_("People"), coerce=uuid.UUID, required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [(str(p.id), p.full_name) for p in people]  # type: ignore[attr-defined]  # a choice field


class AddressForm(forms.Form):
    """A network that staff may come from."""

    network = forms.CharField(label=_("Address or network"), max_length=43)
    note = forms.CharField(label=_("Note"), max_length=120, required=False)


def _field_of(code: str) -> str:
    return f"right.{code}"
