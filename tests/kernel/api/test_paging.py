from __future__ import annotations

import pytest


def walk(call, where):
    pages, cursor = [], ""
    while cursor is not None:
        page = call("GET", f"{where}?limit=3&cursor={cursor}", who="ada").json()
        pages.append([item["number"] for item in page["items"]])
        cursor = page["next"]
    return pages


@pytest.mark.parametrize("where", ["things", "keyed"])
def test_a_list_is_walked_page_by_page(call, where):
    assert walk(call, where) == [[1, 2, 3], [4, 5, 6], [7]]


def test_only_declared_fields_are_told_api_02(call):
    first = call("GET", "things?limit=1", who="ada").json()["items"]

    assert first == [{"number": 1, "name": "1"}]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x"])
def test_an_odd_limit_is_refused(call, limit):
    assert call("GET", f"things?limit={limit}", who="ada").status_code == 422


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "eyJ4IjoxfQ", "LTE", "ImEi", "\u00e9"])
def test_an_odd_cursor_is_refused(call, cursor):
    assert call("GET", f"things?cursor={cursor}", who="ada").status_code == 400
