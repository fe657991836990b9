"""What the screens of requests accept."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from kernel.money import CURRENCIES, Money, exponent
from modules.requests.errors import ReasonNeeded
from modules.requests.models import RefusalCode, RuleKind, State
from modules.requests.types import Level, Policy, PolicyWish, RequestFilter, Rule, Upload

MOST_LEVELS = 3
_MOST_POINTS, _MOST_VALUE = 1000, 100_000
_CURRENCIES = [(code, code) for code in CURRENCIES]


class QueueForm(forms.Form):
    """What the queue is narrowed to."""

    q = forms.CharField(required=False, max_length=100)
    of = forms.ChoiceField(required=False, choices=[("mine", ""), ("all", "")])
    kind = forms.CharField(required=False, max_length=60)
    state = forms.ChoiceField(
        required=False, choices=[("", _("Open")), *((s.value, s.label) for s in State)]
    )
    age = forms.ChoiceField(
        required=False,
        choices=[
            ("", _("Any age")),
            ("1", _("Older than a day")),
            ("3", _("Older than three days")),
            ("late", _("Later than promised")),
        ],
    )
    page = forms.IntegerField(required=False, min_value=1)

    def wanted(self) -> RequestFilter:
        """The filter; what was not understood is left out."""
        self.is_valid()
        told = self.cleaned_data
        return RequestFilter(
            is_mine=told.get("of") != "all",
            kind=told.get("kind") or "",
            state=told.get("state") or "",
            age=told.get("age") or "",
            words=told.get("q") or "",
            page=told.get("page") or 1,
        )


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Any number of files; what they are is looked at when they are kept."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each file as it came."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(_FilesField, self).clean(one, initial) for one in given if one]


class ReasonForm(forms.Form):
    """Why a request is turned down: a usual reason, other words, or both."""

    code = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Another reason, in words")), *RefusalCode.choices],
        required=False,
        help_text=_("The client reads it in his own language."),
    )
    reason = forms.CharField(
        label=_("In words, as the client reads it"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two is said."""
        told = super().clean() or {}
        if not told.get("code") and not told.get("reason"):
            self.add_error("reason", ReasonNeeded.sentence)
        return told


class QuestionForm(forms.Form):
    """What the client is asked for."""

    reason = forms.CharField(
        label=_("What is missing, as the client reads it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class NoteForm(forms.Form):
    """Words that go with an approval."""

    reason = forms.CharField(label=_("Note"), max_length=500, required=False)


class WordsForm(forms.Form):
    """Words and files."""

    text = forms.CharField(
        label=_("Message"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    papers = _FilesField(
        label=_("Files"),
        required=False,
        widget=_Files(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.webp"}),
        help_text=_("PDF, PNG, JPEG or WebP, up to 5 MB each."),
    )


class RemarkForm(WordsForm):
    """The same, and who reads it."""

    is_inner = forms.BooleanField(label=_("Only colleagues read it"), required=False, initial=True)


class BulkForm(forms.Form):
    """The requests that are approved at once."""

    request_id = forms.TypedMultipleChoiceField(coerce=uuid.UUID)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["request_id"]
        told = self.data
        if isinstance(field, forms.MultipleChoiceField) and isinstance(told, MultiValueDict):
            # any id may be told; each is checked
            field.choices = [(one, one) for one in told.getlist("request_id") if _is_id(one)]


class PolicyForm(forms.Form):
    """Who decides requests of one kind."""

    is_decided = forms.TypedChoiceField(
        label=_("When somebody asks"),
        coerce=lambda value: value == "1",
        choices=[("0", _("It happens at once")), ("1", _("People decide"))],
        widget=forms.RadioSelect,
    )
    is_for_staff = forms.BooleanField(label=_("Also when a colleague does it"), required=False)
    expected_hours = forms.IntegerField(
        label=_("Clients are told to expect a decision within so many hours"),
        min_value=1,
        max_value=24 * 60,
    )
    levels = forms.TypedChoiceField(
        label=_("Levels, one after the other"),
        coerce=int,
        choices=[(str(n), str(n)) for n in range(1, MOST_LEVELS + 1)],
        help_text=_("Nobody approves two levels, or what he asked for or prepared."),
    )
    score_needed = forms.IntegerField(
        label=_("Approve without people from so many points on"),
        min_value=0,
        max_value=_MOST_POINTS,
        help_text=_("0: never."),
    )

    def __init__(
        self, *args: Any, policy: Policy, roles: Choices, people: Choices, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", _told(policy))
        super().__init__(*args, **kwargs)
        self.policy = policy
        if policy.by_staff:
            del self.fields["is_for_staff"]
        for number in range(1, MOST_LEVELS + 1):
            self._add_level(number, roles, people)
        for kind in RuleKind:
            if policy.has_amount or kind != RuleKind.AMOUNT_BELOW:
                self._add_rule(kind)

    def level_fields(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """The fields of each level."""
        for number in range(1, MOST_LEVELS + 1):
            names = [name for name in self.fields if name.startswith(f"level{number}_")]
            yield number, [self[name] for name in names]

    def rule_fields(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields of each rule, under its name."""
        for kind in RuleKind:
            names = [name for name in self.fields if name.startswith(f"rule_{kind}_")]
            if names:
                yield str(kind.label), [self[name] for name in names]

    def wish(self) -> PolicyWish:
        """The policy that was described."""
        told = self.cleaned_data
        is_decided: bool = told["is_decided"]
        return PolicyWish(
            is_decided=is_decided,
            is_for_staff=told.get("is_for_staff", False),
            levels=tuple(self._level(n) for n in range(1, told["levels"] + 1))
            if is_decided
            else (),
            rules=tuple(self._rules()) if is_decided else (),
            score_needed=told["score_needed"] if is_decided else 0,
            expected_hours=told["expected_hours"],
        )

    def clean(self) -> dict[str, Any]:
        """A score that no sum of points reaches would never approve anything."""
        told: dict[str, Any] = super().clean() or {}
        points = sum(told.get(f"rule_{kind}_points") or 0 for kind in RuleKind)
        if (told.get("score_needed") or 0) > points:
            self.add_error(
                "score_needed",
                forms.ValidationError(
                    _("All rules together give %(points)s points."), params={"points": points}
                ),
            )
        return told

    def _add_level(self, number: int, roles: Choices, people: Choices) -> None:
        self.fields[f"level{number}_name"] = forms.CharField(
            label=_("Name"), max_length=60, required=False
        )
        for name, label, choices in (
            ("roles", _("Roles"), roles),
            ("people", _("People"), people),
        ):
            self.fields[f"level{number}_{name}"] = forms.TypedMultipleChoiceField(
                label=label,
                coerce=uuid.UUID,
                choices=list(choices),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        if self.policy.has_amount:
            self.fields[f"level{number}_least"] = forms.DecimalField(
                label=_("Only from this amount on"), min_value=0, max_digits=14, required=False
            )
            self.fields[f"level{number}_currency"] = forms.ChoiceField(
                label=_("Currency"), choices=_CURRENCIES, required=False
            )

    def _add_rule(self, kind: RuleKind) -> None:
        self.fields[f"rule_{kind}_points"] = forms.IntegerField(
            label=_("Points"), min_value=0, max_value=_MOST_POINTS, required=False
        )
        if kind == RuleKind.AMOUNT_BELOW:
            self.fields[f"rule_{kind}_value"] = forms.DecimalField(
                label=_("Amount"), min_value=0, max_digits=14, required=False
            )
            self.fields[f"rule_{kind}_currency"] = forms.ChoiceField(
                label=_("Currency"), choices=_CURRENCIES, required=False
            )
            return
        self.fields[f"rule_{kind}_value"] = forms.IntegerField(
            label=_("At least"), min_value=0, max_value=_MOST_VALUE, required=False
        )

    def _level(self, number: int) -> Level:
        told = self.cleaned_data
        least: Decimal | None = told.get(f"level{number}_least")
        currency = told.get(f"level{number}_currency") or ""
        return Level(
            name=told[f"level{number}_name"],
            role_ids=tuple(told[f"level{number}_roles"]),
            person_ids=tuple(told[f"level{number}_people"]),
            least=Money.of(least, currency) if least and currency else None,
        )

    def _rules(self) -> Iterator[Rule]:
        told = self.cleaned_data
        for kind in RuleKind:
            points = told.get(f"rule_{kind}_points") or 0
            value = told.get(f"rule_{kind}_value") or 0
            currency = told.get(f"rule_{kind}_currency") or ""
            if kind == RuleKind.AMOUNT_BELOW:
                value = Money.of(Decimal(value), currency).minor if currency else 0
            if points:
                yield Rule(kind=kind, value=value, points=points, currency=currency)


Choices = Sequence[tuple[str, str]]


def uploads(files: Iterable[UploadedFile[Any]]) -> tuple[Upload, ...]:
    """The files that came with a form."""
    return tuple(Upload(name=one.name or "", content=one, size=one.size or 0) for one in files)


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _told(policy: Policy) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "is_decided": "1" if policy.is_decided else "0",
        "is_for_staff": policy.is_for_staff,
        "expected_hours": policy.expected_hours,
        "levels": str(len(policy.levels) or 1),
        "score_needed": policy.score_needed,
    }
    for number, level in enumerate(policy.levels, start=1):
        told[f"level{number}_name"] = level.name
        told[f"level{number}_roles"] = _texts(level.role_ids)
        told[f"level{number}_people"] = _texts(level.person_ids)
        if level.least:
            told[f"level{number}_least"] = level.least.amount
            told[f"level{number}_currency"] = level.least.currency
    for rule in policy.rules:
        told[f"rule_{rule.kind}_points"] = rule.points
        told[f"rule_{rule.kind}_value"] = rule.value
        if rule.currency:
            told[f"rule_{rule.kind}_value"] = Decimal(rule.value).scaleb(-exponent(rule.currency))
            told[f"rule_{rule.kind}_currency"] = rule.currency
    return told


def _texts(ids: Iterable[uuid.UUID]) -> list[str]:
    return [str(one) for one in ids]
