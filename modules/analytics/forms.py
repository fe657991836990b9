"""What the analytics are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel import clock
from modules.trading.types import AccountLine

PERIODS = {"30": _("30 days"), "90": _("3 months"), "365": _("A year"), "0": _("All time")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which accounts over which time."""

    accounts: Sequence[AccountLine]
    key: str
    period: str
    from_on: dt.date | None
    month_on: dt.date


class AnalyticsForm(forms.Form):
    """Accounts and period; what is not understood falls back to the first and to 90 days."""

    of = forms.ChoiceField(label=_("Accounts"), required=False)
    period = forms.ChoiceField(label=_("Period"), required=False, choices=list(PERIODS.items()))
    month = forms.DateField(required=False, input_formats=["%Y-%m"])

    def __init__(self, *args: Any, accounts: Sequence[AccountLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._groups = _groups(accounts)
        field = self.fields["of"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(key, label) for key, (label, _accounts) in self._groups.items()]

    def wanted(self) -> Wanted:
        """What to show."""
        self.is_valid()
        told = self.cleaned_data
        key = told.get("of") or next(iter(self._groups))
        period = told.get("period") or "90"
        today = clock.now().date()
        days = int(period)
        return Wanted(
            accounts=self._groups[key][1],
            key=key,
            period=period,
            from_on=today - dt.timedelta(days=days) if days else None,
            month_on=(told.get("month") or today).replace(day=1),
        )


def _groups(accounts: Sequence[AccountLine]) -> dict[str, tuple[Any, Sequence[AccountLine]]]:
    """All accounts of one kind and currency together, then each by itself."""
    groups: dict[str, tuple[Any, Sequence[AccountLine]]] = {}
    for is_live, kind in ((True, _("Live")), (False, _("Demo"))):
        for currency in sorted({one.currency for one in accounts if one.is_live == is_live}):
            same = [one for one in accounts if (one.is_live, one.currency) == (is_live, currency)]
            groups[f"{'live' if is_live else 'demo'}-{currency}"] = (f"{kind} · {currency}", same)
    for one in accounts:
        groups[str(one.id)] = (f"{one.name} · {one.login}", [one])
    return groups
