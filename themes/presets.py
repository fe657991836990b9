"""Looks to start from; each could belong to another company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from themes.tokens import Mode, Tokens, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A look with a name."""

    key: str
    name: str
    summary: str | Promise
    tokens: Tokens


_RISK = (
    "Trading leveraged products carries a high risk of losing money quickly. Make sure that you"
    " understand how they work and can afford the loss."
)

_ALL = (
    Preset(
        key="atrium",
        name="Atrium",
        summary=_("Blue, precise, quiet. The look every broker starts with."),
        tokens=Tokens(
            brand="#3d5afe", tone=Tone.COOL, tint=45, nav="canvas", radius=8, font="geist",
            display="geist", track="snug", mode=Mode.LIGHT, art="grid", mark="arch",
            pitch="Your markets, in one room.", risk=_RISK,
            pitch_note="Accounts, money and results, always up to date.",
        ),
    ),
    Preset(
        key="harrow",
        name="Harrow",
        summary=_("Deep green and a serif: an old house that has seen many markets."),
        tokens=Tokens(
            brand="#0b5d4b", tone=Tone.WARM, tint=110, nav="deep", radius=5, elev="flat",
            font="hanken", display="serif", weight="550", mode=Mode.LIGHT, art="waves",
            mark="shield", pitch="Markets, with a steady hand.", risk=_RISK,
            pitch_note="Segregated client money, support that picks up.",
        ),
    ),
    Preset(
        key="voltr",
        name="Voltr",
        summary=_("Lime on black, round and fast."),
        tokens=Tokens(
            brand="#c6ff3d", tone=Tone.COOL, tint=55, nav="canvas", radius=14, font="geist",
            display="grotesk", track="tight", mode=Mode.DARK, art="bars", mark="bolt",
            pitch="Raw spreads. No noise.", risk=_RISK,
            pitch_note="Open an account in two minutes, trade in three.",
        ),
    ),
    Preset(
        key="noor",
        name="Noor",
        summary=_("Gold on ink with a star lattice; at home in Arabic."),
        tokens=Tokens(
            brand="#b8893b", tone=Tone.WARM, tint=70, nav="surface", hero="deep", radius=10,
            font="cairo", display="cairo", weight="650", track="none", mode=Mode.LIGHT,
            art="lattice", mark="star", pitch="ثقةٌ تُبنى صفقةً بعد صفقة", risk=_RISK,
            pitch_note="حسابات واضحة، وتنفيذ سريع، ودعم بلغتك.",
        ),
    ),
    Preset(
        key="ruiheng",
        name="Ruiheng",
        summary=_("Red on white, rises in red; at home in Chinese."),
        tokens=Tokens(
            brand="#c8102e", tone=Tone.COOL, tint=40, nav="surface", radius=6, font="inter",
            display="inter", track="none", mode=Mode.LIGHT, updown="east", art="arcs",
            mark="coin", pitch="稳健前行，洞见市场", risk=_RISK,  # noqa: RUF001  # Chinese punctuation
            pitch_note="账户、资金与收益，一目了然。",  # noqa: RUF001  # Chinese punctuation
        ),
    ),
    Preset(
        key="meridian",
        name="Meridian",
        summary=_("Navy with an orange accent, square and compact."),
        tokens=Tokens(
            brand="#0a2a5e", accent="#f97316", tone=Tone.COOL, tint=70, nav="deep", hero="deep",
            radius=2, elev="flat", density="compact", font="instrument", display="instrument",
            weight="600", mode=Mode.LIGHT, art="rings", mark="peaks",
            pitch="Every session, one view.", risk=_RISK,
            pitch_note="From Sydney's open to New York's close.",
        ),
    ),
    Preset(
        key="sundial",
        name="Sundial",
        summary=_("Violet and roomy, follows the light of the device."),
        tokens=Tokens(
            brand="#7a3ff2", accent="#e0457b", tone=Tone.BRAND, tint=90, nav="surface", radius=18,
            elev="lifted", density="roomy", font="manrope", display="manrope", weight="700",
            track="tight", mode=Mode.AUTO, art="rays", mark="sun",
            pitch="Trade in your own time.", risk=_RISK,
            pitch_note="A friendly place to start, room to grow.",
        ),
    ),
)  # fmt: skip

PRESETS: Mapping[str, Preset] = {preset.key: preset for preset in _ALL}
DEFAULT = PRESETS["atrium"]
"""What a tenant without a look of its own wears, and the vendor itself."""
