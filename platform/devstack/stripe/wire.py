"""Stripe's wire: nested form fields in, pages of a list out."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from devstack.stripe.errors import invalid
from devstack.stripe.store import Obj

# Stripe types parameters by name; everything else stays text (a name, a metadata value).
NUMBERS = frozenset(
    {
        "amount",
        "amount_off",
        "balance",
        "cancel_at",
        "duration_in_months",
        "exp_month",
        "exp_year",
        "expires_at",
        "frozen_time",
        "gt",
        "gte",
        "interval_count",
        "limit",
        "lt",
        "lte",
        "percent_off",
        "proration_date",
        "quantity",
        "trial_end",
        "trial_period_days",
        "unit_amount",
    }
)
FLAGS = frozenset(
    {
        "active",
        "allow_promotion_codes",
        "auto_advance",
        "cancel_at_period_end",
        "deleted",
        "delivery_success",
        "invoice_now",
        "prorate",
        "transfer_lookup_key",
    }
)
LARGEST_PAGE = 100


def parse(query: str) -> Obj:
    """Read ``a[b][0][c]=x`` into nested dicts and lists."""
    tree: Obj = {}
    for key, value in urllib.parse.parse_qsl(query, keep_blank_values=True):
        *path, leaf = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", key) or [key]
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node[leaf or str(len(node))] = value
    typed = _typed(tree, "")
    return typed if isinstance(typed, dict) else {}


def _typed(value: Any, name: str) -> Any:
    if name == "metadata":
        return value
    if isinstance(value, dict):
        if value and all(key.isdigit() for key in value):
            return [_typed(value[key], name) for key in sorted(value, key=int)]
        return {key: _typed(inner, key) for key, inner in value.items()}
    return _scalar(value, name)


def _scalar(value: str, name: str) -> Any:
    if name in FLAGS:
        return value == "true"
    if name in NUMBERS and re.fullmatch(r"-?\d{1,15}", value):
        return int(value)
    return value


def page(url: str, objects: Iterable[Obj], params: Obj, show: Callable[[Obj], Obj]) -> Obj:
    """One page of a list, as Stripe cuts it: ``limit``, ``starting_after``, ``ending_before``."""
    limit = params.get("limit", 10)
    if not isinstance(limit, int) or not 1 <= limit <= LARGEST_PAGE:
        raise invalid("This value must be from 1 to 100.", "limit")
    if "ending_before" in params:
        before = list(_until(objects, params["ending_before"]))
        chosen, more = before[-limit:], len(before) > limit
    else:
        rest = _after(objects, params.get("starting_after"))
        found = list(islice(rest, limit + 1))
        chosen, more = found[:limit], len(found) > limit
    return {
        "object": "list",
        "url": url,
        "has_more": more,
        "data": [show(obj) for obj in chosen],
    }


def _after(objects: Iterable[Obj], object_id: str | None) -> Iterable[Obj]:
    passed = object_id is None
    for obj in objects:
        if passed:
            yield obj
        passed = passed or obj["id"] == object_id


def _until(objects: Iterable[Obj], object_id: str) -> Iterable[Obj]:
    for obj in objects:
        if obj["id"] == object_id:
            return
        yield obj


def matches(obj: Obj, params: Obj, names: Iterable[str]) -> bool:
    """Whether ``obj`` passes the list's filters."""
    if any(name in params and obj.get(name) != params[name] for name in names):
        return False
    return _created_within(obj, params.get("created"))


def _created_within(obj: Obj, bounds: Any) -> bool:
    if bounds is None:
        return True
    if not isinstance(bounds, dict):
        return bool(obj["created"] == int(bounds))
    tests = {
        "gt": lambda at, bound: at > bound,
        "gte": lambda at, bound: at >= bound,
        "lt": lambda at, bound: at < bound,
        "lte": lambda at, bound: at <= bound,
    }
    return all(tests[name](obj["created"], bound) for name, bound in bounds.items())
