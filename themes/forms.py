"""What the studio accepts."""

from __future__ import annotations

import dataclasses

from django import forms
from django.http import QueryDict

from themes.models import Slot
from themes.presets import PRESETS
from themes.tokens import Tokens

_NAMES = frozenset(field.name for field in dataclasses.fields(Tokens))


def given_tokens(posted: QueryDict) -> dict[str, str]:
    """The tokens among what was posted; whether they are good is for the service to say."""
    return {name: str(posted[name]) for name in posted if name in _NAMES}


class PresetForm(forms.Form):
    """A preset to start from."""

    preset = forms.ChoiceField(choices=[(key, preset.name) for key, preset in PRESETS.items()])


class LogoForm(forms.Form):
    """A logo for one slot; without a file the slot is emptied."""

    slot = forms.ChoiceField(choices=Slot.choices)
    file = forms.FileField(required=False, max_length=200)


class VersionForm(forms.Form):
    """A version to go back to."""

    version = forms.RegexField(r"^[0-9a-f]{16}$")
