"""Every component under every look, for those who build pages."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET

from kernel import clock
from kernel.access import signed_in
from themes import context, gallery_form, queries, samples
from themes.presets import DEFAULT, PRESETS
from themes.tokens import Mode

_MONTHS = 12


@signed_in
@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the components; the look, the mode and the language are in the address."""
    key = request.GET.get("preset", DEFAULT.key)
    preset = PRESETS.get(key, DEFAULT)
    mode = request.GET.get("mode", "")
    shown_mode = mode if mode in {Mode.LIGHT, Mode.DARK} else ""
    language = request.GET.get("language", "en")
    name = preset.name
    with translation.override(language if language in {"en", "ar", "zh-hans", "de"} else "en"):
        looks = context.describe(queries.preset_look(preset.key), name=name, mode=shown_mode)
        words = {
            "looks": {**looks, "languages": ()},
            "preset": preset,
            "choices": _choices(preset.key, mode, language),
            "form": gallery_form.SampleForm(),
            "faulty": gallery_form.faulty(),
            "cards": gallery_form.PLATFORMS,
            "page": Paginator(range(95), 10).page(2),
            "now": clock.now(),
            "day": clock.now().date(),
            "equity": samples.equity(),
            "months": samples.months(),
            "movement": samples.movement(),
            "steps": samples.steps(),
            "entries": samples.entries(),
            **samples.figures(),
        }
        return render(request, "themes/gallery.html", words)


def _choices(preset: str, mode: str, language: str) -> list[dict[str, object]]:
    def line(label: str, **changed: str) -> dict[str, object]:
        now = {"preset": preset, "mode": mode, "language": language}
        wanted = {**now, **changed}
        query = "&".join(f"{name}={value}" for name, value in wanted.items() if value)
        return {"label": label, "url": f"?{query}", "current": wanted == now}

    return [
        {"items": [line(p.name, preset=key) for key, p in PRESETS.items()], "label": "Look"},
        {"items": [line(m.title() or "Auto", mode=m) for m in ("", "light", "dark")]},
        {"items": [line(lang, language=lang) for lang in ("en", "ar", "zh-hans", "de")]},
    ]
