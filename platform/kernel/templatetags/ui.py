"""The tags of ``{% load ui %}``: functions of :mod:`kernel.ui`, see templates/ui/README.md."""

from __future__ import annotations

from typing import Any

from django import template
from django.core.paginator import Page
from django.template.context import Context
from django.utils.safestring import SafeString

from kernel.ui import actions, blocks, charts, fields, figures, lists, marks

register = template.Library()

for tag in (
    figures.ltr, figures.money, figures.money_minor, figures.figure, figures.percent,
    figures.instant, figures.day, figures.ago,
    marks.icon, marks.badge, marks.status, marks.avatar, marks.tile, marks.country, marks.kbd,
    marks.copy, marks.bar,
    actions.button, actions.link_button, actions.icon_button,
    fields.field, fields.fields, fields.form_errors, fields.choice_cards, fields.switch,
    charts.equity_chart, charts.sparkline, charts.bars, charts.uptime,
    blocks.stat, blocks.tabs, blocks.segment, blocks.steps, blocks.progress_steps, blocks.facts,
    blocks.timeline,
    lists.search_box, lists.choose, lists.day_box, lists.kept, lists.no_match, lists.total,
):  # fmt: skip
    register.simple_tag(tag)

for block in (
    blocks.card, blocks.callout, blocks.empty, blocks.stats, blocks.modal, blocks.menu,
    lists.filters,
):  # fmt: skip
    register.simple_block_tag(block)


@register.simple_tag(takes_context=True)
def post_button(context: Context, url: str, label: str, **options: object) -> SafeString:
    """A form of one button that posts to ``url``."""
    return actions.post_button(context["request"], url, label, **options)


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Page[Any], name: str = "page") -> SafeString:
    """Where in a long list we are."""
    return blocks.pager(context["request"], page, name)


@register.simple_block_tag(takes_context=True)
def table(
    context: Context, content: str, page: Page[Any] | None = None, look: str = ""
) -> SafeString:
    """A table that becomes a list on phones, and the links to its other pages."""
    # A widget drawn without a request has no other pages.
    below = "" if page is None else blocks.pager(context["request"], page)
    return lists.table(content, below, look)


@register.simple_tag(takes_context=True)
def sort_link(context: Context, column: str, label: object) -> SafeString:
    """A heading that sorts by ``column``."""
    return blocks.sort_link(context["request"], column, label)


@register.simple_block_tag(takes_context=True)
def remember(context: Context, content: str, name: str) -> str:
    """Keep ``content`` in the context under ``name``: a block's text that is needed twice."""
    context.dicts[0][name] = SafeString(content.strip())
    return ""
