"""``/api/group``, ``/api/symbol``, ``/api/tick``, ``/api/time``, ``/api/test`` and the like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from provisioning.simulator import render
from provisioning.simulator.calls import Call, Route
from provisioning.simulator.catalogue import SymbolSpec
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.world import Group, matches

LONGEST_LIST = 4096


def access(_call: Call) -> Mapping[str, Any]:
    """``test/access``: a sign of life."""
    return {}


def leave(call: Call) -> Mapping[str, Any]:
    """``quit``: the connection ends after the answer."""
    call.session.is_leaving = True
    return {}


def server_time(call: Call) -> Mapping[str, Any]:
    """``time/server``."""
    return {"answer": {"Time": render.server_time(call.world.clock.now_s())}}


def time_zone(call: Call) -> Mapping[str, Any]:
    """``time/get``."""
    return {
        "answer": {
            "TimeZone": str(call.world.clock.offset_minutes),
            "Daylight": "0",
            "DaylightState": "0",
            "TimeServer": "",
            "Days": [["1"] * 24 for _ in range(7)],
        }
    }


def common(call: Call) -> Mapping[str, Any]:
    """``common/get``."""
    broker = call.world.options.broker
    return {"answer": {"Name": broker, "Owner": broker, "LimitUsers": "0"}}


def group_total(call: Call) -> Mapping[str, Any]:
    """``group/total``."""
    return {"answer": {"Total": str(len(_groups(call)))}}


def group_list(call: Call) -> Mapping[str, Any]:
    """``group/list``."""
    return {"answer": [group.name for group in _groups(call)]}


def group_next(call: Call) -> Mapping[str, Any]:
    """``group/next``."""
    return {"answer": _next(call, [_shown_group(call, group) for group in _groups(call)])}


def group_get(call: Call) -> Mapping[str, Any]:
    """``group/get``: an object by name, an array by mask."""
    mask = call.text("mask", "Mask")
    if mask:
        found = [_shown_group(call, group) for group in _groups(call) if matches(group.name, mask)]
        return {"answer": found}
    group = call.world.find_group(call.text("group", "Group"))
    if group is None or not call.sees(group.name):
        raise Retcode(13)
    return {"answer": _shown_group(call, group)}


def symbol_total(call: Call) -> Mapping[str, Any]:
    """``symbol/total``."""
    return {"answer": {"Total": str(len(call.world.market.listed))}}


def symbol_list(call: Call) -> Mapping[str, Any]:
    """``symbol/list``."""
    return {"answer": list(call.world.market.listed)}


def symbol_next(call: Call) -> Mapping[str, Any]:
    """``symbol/next``."""
    specs = call.world.market.listed.values()
    return {"answer": _next(call, [_shown_symbol(call, spec) for spec in specs])}


def symbol_get(call: Call) -> Mapping[str, Any]:
    """``symbol/get``: an object by name, an array by mask of the path."""
    mask = call.text("mask", "Mask")
    specs = call.world.market.listed
    if mask:
        found = [spec for spec in specs.values() if matches(spec.path, mask)]
        return {"answer": [_shown_symbol(call, spec) for spec in found]}
    spec = specs.get(call.text("symbol", "Symbol"))
    if spec is None:
        raise Retcode(13)
    return {"answer": _shown_symbol(call, spec)}


def symbol_get_group(call: Call) -> Mapping[str, Any]:
    """``symbol/get_group``: with the overrides of a group."""
    spec = _spec(call, call.text("symbol", "Symbol"))
    group = call.world.find_group(call.text("group", "Group"))
    if group is None or not call.sees(group.name):
        raise Retcode(13)
    return {"answer": _shown_symbol(call, spec, markup=group.markup)}


def wanted_symbols(call: Call) -> list[SymbolSpec]:
    """The symbols of a list: names, and masks of full paths; a leading ``!`` takes away.

    Raises:
        Retcode: 3, the list is longer than 4,096 characters.
    """
    listed = call.texts("symbol", "Symbol")
    if sum(map(len, listed)) + len(listed) - 1 > LONGEST_LIST:
        raise Retcode(3)
    masks = ",".join(part for part in listed if "*" in part)
    barred = {part[1:] for part in listed if part.startswith("!")}
    return [
        spec
        for spec in call.world.market.symbols.values()
        if not {spec.name, spec.path} & barred
        and (spec.name in listed or spec.path in listed or matches(spec.path, masks))
    ]


def tick_last(call: Call) -> Mapping[str, Any]:
    """``tick/last`` and ``tick/last_group``: what changed since ``trans_id``."""
    group = call.world.find_group(call.text("group", "Group"))
    since = call.whole("trans_id", otherwise=0)
    ticks = []
    for spec in wanted_symbols(call):
        quote = call.world.quote(spec.name, group)
        if quote.time_ms > since:
            ticks.append(render.tick(spec, quote))
    return {"trans_id": str(call.world.clock.now_ms()), "answer": ticks}


ROUTES = {
    "/api/test/access": Route(access),
    "/api/quit": Route(leave),
    "/api/time/server": Route(server_time),
    "/api/time/get": Route(time_zone),
    "/api/common/get": Route(common),
    "/api/group/total": Route(group_total),
    "/api/group/list": Route(group_list),
    "/api/group/next": Route(group_next),
    "/api/group/get": Route(group_get),
    "/api/symbol/total": Route(symbol_total),
    "/api/symbol/list": Route(symbol_list),
    "/api/symbol/next": Route(symbol_next),
    "/api/symbol/get": Route(symbol_get),
    "/api/symbol/get_group": Route(symbol_get_group),
    "/api/tick/last": Route(tick_last),
    "/api/tick/last_group": Route(tick_last),
}


def _groups(call: Call) -> list[Group]:
    return [group for group in call.world.groups.values() if call.sees(group.name)]


def _shown_group(call: Call, group: Group) -> dict[str, object]:
    return render.group(group, call.world.options.broker)


def _spec(call: Call, name: str) -> SymbolSpec:
    spec = call.world.market.symbols.get(name)
    if spec is None:
        raise Retcode(13)
    return spec


def _shown_symbol(call: Call, spec: SymbolSpec, *, markup: int = 0) -> dict[str, object]:
    is_open = spec.is_always_open or call.world.options.open_weekends
    return render.symbol(spec, is_always_open=is_open, markup=markup)


def _next(call: Call, items: list[dict[str, object]]) -> object:
    index, count = call.whole("index", otherwise=0), call.whole("count", otherwise=1)
    found = items[index : index + count]
    if not found:
        raise Retcode(13)
    return found if count > 1 else found[0]
