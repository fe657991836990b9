"""The branding studio of a broker's back office."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.actor import Actor
from kernel.errors import Refused
from tenants.types import TenantInfo
from themes import context, forms, notes, panel, queries, samples, services
from themes.engine.derive import derive
from themes.engine.stylesheet import stylesheet
from themes.models import Slot
from themes.presets import PRESETS
from themes.tokens import FONTS, Mode, Tokens
from themes.types import Look

_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'self'"
)


@needs("themes.edit")
@require_GET
def studio(request: HttpRequest) -> HttpResponse:
    """Show the draft: the panel, the live preview, the contrast, the versions."""
    tenant = _tenant(request)
    draft = queries.draft(tenant.name)
    mode = Mode.DARK if draft.tokens.mode == Mode.DARK else Mode.LIGHT
    shown = {
        "draft": draft,
        "is_changed": draft.version != tenant.theme_version,
        "sections": panel.sections(draft.tokens),
        "presets": _preset_cards(),
        "slots": [(slot, label, draft.logos.get(slot)) for slot, label in _slots()],
        "logo_colours": _logo_colours(draft.logos.values()),
        "versions": queries.versions(tenant.theme_version),
        "pages": samples.PAGES,
        "preview_mode": mode,
        "fonts": {font: static(f"ui/fonts/{font}.css") for font in FONTS if font != "system"},
        **_report(draft.tokens, mode),
    }
    return render(request, "themes/studio.html", shown)


@needs("themes.edit")
@require_POST
def try_out(request: HttpRequest) -> HttpResponse:
    """Answer what the posted tokens would look like; nothing is saved."""
    draft = queries.draft(_tenant(request).name)
    mode = Mode.DARK if request.POST.get("preview_mode") == Mode.DARK else Mode.LIGHT
    try:
        tokens = Tokens.read(forms.given_tokens(request.POST), base=draft.tokens)
        notes.check(tokens)
    except Refused as refusal:
        return JsonResponse({"problem": str(refusal)}, status=400)
    report = render_to_string("themes/_report.html", _report(tokens, mode), request)
    return JsonResponse({"css": stylesheet(tokens), "report": report})


@needs("themes.edit")
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the draft."""
    actor = _actor(request)
    try:
        services.edit_draft(forms.given_tokens(request.POST), by=actor)
    except Refused as refusal:
        if _wants_json(request):
            return JsonResponse({"problem": str(refusal)}, status=400)
        messages.error(request, str(refusal))
        return redirect("office:themes:studio")
    if _wants_json(request):
        return JsonResponse({"saved": _("Draft saved")})
    messages.success(request, _("The draft is saved. Visitors see it once you publish."))
    return redirect("office:themes:studio")


@needs("themes.edit")
@require_POST
def take_preset(request: HttpRequest) -> HttpResponse:
    """Start the draft anew from a preset."""
    form = forms.PresetForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_as_messages(request):
        services.apply_preset(form.cleaned_data["preset"], by=_actor(request))
    return redirect("office:themes:studio")


@needs("themes.edit")
@require_POST
def logo(request: HttpRequest, slot: str) -> HttpResponse:
    """Take a logo into the draft, or remove it."""
    form = forms.LogoForm({"slot": slot}, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file first."))
        return redirect("office:themes:studio")
    upload = form.cleaned_data["file"]
    with refusals_as_messages(request):
        if upload:
            services.upload_logo(slot, upload, upload.size, by=_actor(request))
            messages.success(request, _("The logo is in the draft."))
        else:
            services.remove_logo(slot, by=_actor(request))
    return redirect("office:themes:studio")


@needs("themes.edit")
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Save what was posted and publish the draft."""
    with refusals_as_messages(request):
        given = forms.given_tokens(request.POST)
        if given:
            services.edit_draft(given, by=_actor(request))
        services.publish(_tenant(request), by=_actor(request))
        messages.success(request, _("Published. Every page and every mail wears it now."))
    return redirect("office:themes:studio")


@needs("themes.edit")
@require_POST
def roll_back(request: HttpRequest) -> HttpResponse:
    """Wear an earlier version again."""
    form = forms.VersionForm(request.POST)
    if not form.is_valid():
        raise Http404
    with refusals_as_messages(request):
        services.roll_back(_tenant(request), form.cleaned_data["version"], by=_actor(request))
        messages.success(request, _("The earlier version is live again."))
    return redirect("office:themes:studio")


@needs("themes.edit")
@require_GET
def preview(request: HttpRequest, page: str) -> HttpResponse:
    """A page of made-up figures in the draft's look, for the studio's frame."""
    if page not in samples.TEMPLATES:
        raise Http404
    tenant = _tenant(request)
    draft = queries.draft(tenant.name)
    worn = Look(version=draft.version, tokens=draft.tokens, logos=draft.files, name=tenant.name)
    if page == "mail":
        brand = queries.brand_of(worn, tenant.name)
        response = render(
            request,
            samples.TEMPLATES[page],
            {**samples.words(page), "brand": brand, "subject": _("Your account is open")},
        )
        response["Content-Security-Policy"] = _MAIL_POLICY
        return response
    wanted = request.GET.get("mode", "")
    mode = wanted if wanted in {Mode.LIGHT, Mode.DARK} else ""
    looks = {**context.describe(worn, name=tenant.name, mode=mode)}
    looks["css_url"] = reverse("office:themes:draft_css")
    return render(request, samples.TEMPLATES[page], {**samples.words(page), "looks": looks})


@needs("themes.edit")
@require_GET
def draft_css(request: HttpRequest) -> HttpResponse:
    """The variables of the draft, for the studio's frame only."""
    draft = queries.draft(_tenant(request).name)
    response = HttpResponse(stylesheet(draft.tokens), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def _report(tokens: Tokens, mode: str) -> dict[str, Any]:
    sheet = derive(tokens)[mode]
    return {"samples": notes.samples(sheet), "remarks": notes.remarks(tokens, sheet)}


def _preset_cards() -> list[dict[str, Any]]:
    cards = []
    for key, preset in PRESETS.items():
        mode = "dark" if preset.tokens.mode == Mode.DARK else "light"
        sheet = {k.replace("-", "_"): v for k, v in derive(preset.tokens)[mode].items()}
        cards.append({"key": key, "preset": preset, "sheet": sheet})
    return cards


def _logo_colours(logos: Any) -> list[str]:
    return list(dict.fromkeys(colour for line in logos for colour in line.colours))[:6]


def _slots() -> list[tuple[str, str]]:
    return [
        (Slot.LIGHT, _("On light")),
        (Slot.DARK, _("On dark")),
        (Slot.SQUARE, _("Icon")),
    ]


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _tenant(request: HttpRequest) -> TenantInfo:
    return cast("TenantInfo", request.tenant)  # type: ignore[attr-defined]  # set by TenantMiddleware


def _actor(request: HttpRequest) -> Actor:
    return cast("Actor", request.actor)  # type: ignore[attr-defined]  # set by identity's middleware
