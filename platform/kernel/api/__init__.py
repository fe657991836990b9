"""The API that programs use: one router per module, one way in, one shape of refusal.

A module's ``api.py`` says ``router = Router()`` and declares each operation::

    @router.get("/accounts", response=Page[AccountOut])
    @api_needs("trading.see_accounts")
    def accounts(request: ApiRequest, paging: Query[Paging]) -> Page[AccountOut]: ...
"""

from __future__ import annotations

from kernel.api.access import ApiRequest, api_needs, api_signed_in
from kernel.api.building import build_api
from kernel.api.paging import Page, Paging, keyed, sliced
from kernel.api.shapes import Strict

__all__ = [
    "ApiRequest",
    "Page",
    "Paging",
    "Strict",
    "api_needs",
    "api_signed_in",
    "build_api",
    "keyed",
    "sliced",
]
