"""Form fields drawn from plain Django forms: label, control, help, errors, ARIA."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.ui.marks import EMPTY, icon


def kind_of(bound: BoundField) -> str:
    """How the field is drawn: input, select, check, radios, checks, file, area, password."""
    widget = bound.field.widget
    for types, kind in _KINDS:
        if isinstance(widget, types):
            return kind
    return "input"


_KINDS: tuple[tuple[type[forms.Widget] | tuple[type[forms.Widget], ...], str], ...] = (
    (forms.CheckboxSelectMultiple, "checks"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "check"),
    (forms.FileInput, "file"),
    (forms.Textarea, "area"),
    (forms.PasswordInput, "password"),
    (forms.Select, "select"),
)


def field(bound: BoundField, hint: str = "", icon: str = "", size: str = "") -> SafeString:
    """One field with everything around it.

    Args:
        bound: ``form["name"]``.
        hint: Said under the control instead of the field's help text.
        icon: Drawn inside the control, at its start.
        size: ``lg`` for sign-in pages.
    """
    kind = kind_of(bound)
    context = {
        "field": bound,
        "kind": kind,
        "control": _control(bound, kind, size),
        "hint": hint or bound.help_text,
        "icon": icon,
        "errors": bound.errors,
        "optional": not bound.field.required and kind in {"input", "select", "area", "file"},
    }
    return render_to_string("ui/field.html", context)


def fields(form: forms.Form) -> SafeString:
    """What is wrong with the form as a whole, then every field."""
    parts = [form_errors(form)]
    parts += [SafeString(bound) for bound in form.hidden_fields()]
    parts += [field(bound) for bound in form.visible_fields()]
    return format_html_join("", "{}", ((part,) for part in parts))


def form_errors(form: forms.BaseForm) -> SafeString:
    """What is wrong with the form as a whole; nothing when it is fine or not yet sent."""
    hidden = [f"{bound.label}: {error}" for bound in form.hidden_fields() for error in bound.errors]
    problems = [*form.non_field_errors(), *hidden]
    if not problems:
        return EMPTY
    sentences = format_html_join("", "<p>{}</p>", ((problem,) for problem in problems))
    return format_html(
        '<div class="callout bad" role="alert">{}<div>{}</div></div>',
        icon("circle-alert"),
        sentences,
    )


def choice_cards(
    bound: BoundField, details: Mapping[str, Mapping[str, Any]] | None = None, columns: int = 2
) -> SafeString:
    """Radio buttons as cards.

    Args:
        bound: A choice field.
        details: By value: ``note``, ``icon``, ``text`` (two letters) or ``picture`` (an address);
            any may be missing. ``locked`` says why a card cannot be chosen, and what to do.
        columns: ``1`` puts the cards under each other.
    """
    known = details or {}
    cards = [
        {**known.get(str(value), {}), "value": str(value), "label": label}
        for value, label in getattr(bound.field, "choices", ())
    ]
    context = {"field": bound, "cards": cards, "one": columns == 1, "value": str(bound.value())}
    return render_to_string("ui/choice_cards.html", context)


def switch(bound: BoundField, hint: str = "") -> SafeString:
    """A yes or no that reads as a switch."""
    attributes: dict[str, str | bool] = {"class": "switch", "role": "switch"}
    context = {"field": bound, "hint": hint or bound.help_text, "errors": bound.errors}
    return render_to_string(
        "ui/switch.html", {**context, "control": bound.as_widget(attrs=attributes)}
    )


def _control(bound: BoundField, kind: str, size: str) -> SafeString:
    if kind in {"radios", "checks"}:
        return EMPTY
    names = {"check": "check", "file": "file"}.get(kind, "input")
    if kind == "check":
        return bound.as_widget(attrs={**_aria(bound), "class": names})
    large = " inp-lg" if size == "lg" else ""
    attributes: dict[str, Any] = {**_aria(bound), "class": f"{names}{large}"}
    if isinstance(bound.field.widget, forms.NumberInput | forms.EmailInput | forms.URLInput):
        attributes["dir"] = "ltr"
    if kind == "area":
        attributes.setdefault("rows", bound.field.widget.attrs.get("rows", 3))
    return bound.as_widget(attrs=attributes)


def _aria(bound: BoundField) -> dict[str, Any]:
    attributes: dict[str, Any] = {}
    described = [f"{bound.id_for_label}_help"]
    if bound.errors:
        attributes["aria-invalid"] = "true"
        described.append(f"{bound.id_for_label}_error")
    attributes["aria-describedby"] = " ".join(described)
    return attributes
