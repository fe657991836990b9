"""What the room accepts."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from modules.trading.types import AccountLine, HistoryFilter

_DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HistoryForm(forms.Form):
    """What a history is narrowed to; what is not understood is left out."""

    account = forms.ChoiceField(label=_("Account"), required=False)
    symbol = forms.ChoiceField(label=_("Symbol"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=_DATE)
    until = forms.DateField(label=_("To"), required=False, widget=_DATE)
    sort = forms.CharField(required=False, max_length=20)
    page = forms.IntegerField(required=False, min_value=1)

    def __init__(
        self,
        *args: Any,
        accounts: Sequence[AccountLine],
        symbols: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._ids = tuple(one.id for one in accounts)
        named = [(str(one.id), f"{one.name} · {one.login}") for one in accounts]
        for name, every, choices in (
            ("account", _("All accounts"), named),
            ("symbol", _("All symbols"), [(s, s) for s in symbols]),
        ):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", every), *choices]

    def wanted(self) -> HistoryFilter:
        """The filter, over the client's own accounts only."""
        self.is_valid()
        told = self.cleaned_data
        chosen = told.get("account")
        return HistoryFilter(
            account_ids=(uuid.UUID(chosen),) if chosen else self._ids,
            symbol=told.get("symbol") or "",
            from_on=told.get("since"),
            to_on=self._last_day(),
            zone=timezone.get_current_timezone(),
            sort=told.get("sort") or "-closed",
            page=told.get("page") or 1,
        )

    def _last_day(self) -> dt.date | None:
        """The last day wanted; a day before the first would mean nothing."""
        told: dict[str, dt.date | None] = self.cleaned_data
        since, until = told.get("since"), told.get("until")
        return None if since and until and until < since else until


class SettingsForm(forms.Form):
    """How a client likes to see the room."""

    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False)
    mode = forms.ChoiceField(
        label=_("Light or dark"),
        required=False,
        choices=[
            ("", _("As the broker chose")),
            ("light", _("Light")),
            ("dark", _("Dark")),
        ],
        widget=forms.RadioSelect,
    )
    updown = forms.ChoiceField(
        label=_("Price colours"),
        required=False,
        choices=[
            ("", _("As the broker chose")),
            ("west", _("Green up, red down")),
            ("east", _("Red up, green down")),
            ("cvd", _("Blue up, amber down: easy to tell apart for everyone")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone)
        options: tuple[tuple[str, list[tuple[str, Any]]], ...] = (
            ("language", list(settings.LANGUAGES)),
            ("time_zone", [(zone, zone.replace("_", " ")) for zone in ("UTC", *zones)]),
        )
        for name, choices in options:
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = [("", _("As the broker's")), *choices]
