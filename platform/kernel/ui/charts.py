"""Charts: uPlot for long series, SVG drawn here for small ones; both take the theme's colours."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, pgettext

from kernel.ids import new_id
from kernel.ui.marks import EMPTY, NOTHING

Number = Decimal | int | float | str
_TICKS = 3
_LEAST = 2


def equity_chart(
    data: Mapping[str, Any] | str, label: str = "", *, ranges: bool = True, height: int = 0
) -> SafeString:
    """A time series with an area under it and, dashed, a second line to compare with.

    Args:
        data: ``t`` (seconds since 1970, ascending), ``a``, ``b`` (same length; ``b`` may be
            empty), ``labels`` (two), ``currency`` (ISO 4217 or empty), in major units; or a
            URL that answers this as JSON.
        label: The sentence that says what the chart shows.
        ranges: Offer week, month, three months, all.
        height: ``1`` for a low chart; otherwise it fills its card.
    """
    url = data if isinstance(data, str) else ""
    context = {
        "id": f"chart-{new_id().hex[-8:]}",
        "url": url,
        "data": _as_json(data) if isinstance(data, Mapping) else EMPTY,
        "empty": isinstance(data, Mapping) and len(data["t"]) < _LEAST,
        "labels": data.get("labels", ()) if isinstance(data, Mapping) else (),
        "dashed": isinstance(data, Mapping) and bool(data.get("b")),
        "label": label or gettext("Equity"),
        "low": bool(height),
        "ranges": _ranges() if ranges else (),
    }
    return render_to_string("ui/equity_chart.html", context)


def _ranges() -> tuple[tuple[str, int], ...]:
    return (
        (pgettext("one week", "1W"), 7),
        (pgettext("one month", "1M"), 30),
        (pgettext("three months", "3M"), 90),
        (pgettext("whole period", "All"), 0),
    )


def _as_json(data: Mapping[str, Any]) -> SafeString:
    plain = {key: list(value) if _is_list(value) else value for key, value in data.items()}
    text = json.dumps(plain, default=str, separators=(",", ":"))
    for sign, escape in (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026")):
        text = text.replace(sign, escape)
    return mark_safe(text)  # noqa: S308  # JSON in a data block; the three signs are escaped above


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def sparkline(
    values: Sequence[Number], tone: str = "", width: int = 96, height: int = 30
) -> SafeString:
    """A line of ``values`` without axes; coloured by its direction unless ``tone`` is given."""
    numbers = [float(value) for value in values]
    if len(numbers) < _LEAST:
        return NOTHING
    low, high = min(numbers), max(numbers)
    span, step = (high - low) or 1.0, width / (len(numbers) - 1)
    points = " ".join(
        f"{'L' if i else 'M'}{i * step:.1f} {2 + (height - 4) * (1 - (v - low) / span):.1f}"
        for i, v in enumerate(numbers)
    )
    direction = tone or ("up" if numbers[-1] >= numbers[0] else "down")
    return format_html(
        '<svg class="spark {}" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">'
        '<path d="{}"/></svg>',
        direction,
        width,
        height,
        width,
        height,
        points,
    )


def uptime(cells: Sequence[str], label: str = "") -> SafeString:
    """A strip of tones, oldest first: ``ok``, ``warn``, ``bad`` or empty for unknown."""
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}" width="4" height="22" rx="1.5"/>',
        ((tone or "none", index * 6) for index, tone in enumerate(cells)),
    )
    return format_html(
        '<svg class="uptime" viewBox="0 0 {} 22" height="22" role="img" aria-label="{}">{}</svg>',
        max(len(cells) * 6 - 2, 1),
        label or gettext("Availability"),
        bars,
    )


def bars(
    labels: Sequence[object],
    series: Sequence[Mapping[str, Any]],
    height: int = 180,
    label: str = "",
) -> SafeString:
    """Stacked columns; what is negative hangs below the line.

    Args:
        labels: One for each column.
        series: Mappings with ``name`` and ``values`` (as many as ``labels``), optional ``tone``
            (``soft``, ``ok``, ``warn``, ``bad``).
        height: Of the drawing, in pixels of a width of 720.
        label: The sentence that says what the chart shows.
    """
    columns = [[float(line["values"][i]) for line in series] for i in range(len(labels))]
    tones = [line.get("tone") or f"k{index}" for index, line in enumerate(series, start=1)]
    top = max((sum(v for v in column if v > 0) for column in columns), default=0.0)
    bottom = min((sum(v for v in column if v < 0) for column in columns), default=0.0)
    scale = (height - 30) / ((top - bottom) or 1.0)
    zero = 6 + top * scale
    # What is counted has no halves.
    least = 1.0 if all(value.is_integer() for column in columns for value in column) else 0.0
    width = min(28.0, 660 / max(len(columns), 1) * 0.6)
    context = {
        "height": height,
        "label": label,
        "width": _y(width),
        "half": _y(-width / 2),
        "legend": [(line["name"], tone) for line, tone in zip(series, tones, strict=True)],
        "grid": [(_y(zero - v * scale), _short(v)) for v in _grid(top, bottom, least=least)],
        "columns": [
            {"x": _y(60 + (i + 0.5) * 660 / max(len(columns), 1)), "name": name, "rects": rects}
            for i, (name, rects) in enumerate(
                zip(labels, (_stack(c, tones, zero, scale) for c in columns), strict=True)
            )
        ],
    }
    return render_to_string("ui/bars.html", context)


def _stack(
    values: Sequence[float], tones: Sequence[str], zero: float, scale: float
) -> list[dict[str, str]]:
    above, below, rects = zero, zero, []
    for value, tone in zip(values, tones, strict=True):
        size = abs(value) * scale
        if value > 0:
            above -= size
        top = above if value > 0 else below
        if value < 0:
            below += size
        if size > 0:
            rects.append({"y": _y(top), "h": _y(max(size - 1, 0.5)), "tone": tone})
    return rects


def _grid(top: float, bottom: float, *, least: float) -> list[float]:
    """Where lines are drawn; never closer than ``least``."""
    if top <= 0:
        return [0.0, bottom] if bottom < 0 else [0.0]
    rough = top / _TICKS
    magnitude = 10.0 ** (len(str(int(rough))) - 1) if rough >= 1 else 0.1
    step = next((m * magnitude for m in (1, 2, 5, 10) if m * magnitude >= rough), rough)
    step = max(step, least)
    ticks = [step * i for i in range(int(top / step) + 1)]
    return ([-step] if bottom <= -step else []) + ticks


def _short(value: float) -> str:
    size = abs(value)
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if size >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def _y(value: float) -> str:
    return f"{value:.1f}"
