"""Trading accounts, deals and positions, mirrored from the broker's trading servers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission, Widget

module = Module(
    key="trading",
    title=_("Trading accounts"),
    summary=_("Opens accounts on your trading servers and mirrors every deal and position."),
    monthly_price=None,
    icon="candlestick-chart",
    requires=("clients",),
    permissions=(
        Permission(code="trading.own_accounts", title=_("Have accounts"), for_clients=True),
        Permission(code="trading.see_accounts", title=_("See trading accounts")),
        Permission(code="trading.decide_accounts", title=_("Approve or refuse new accounts")),
        Permission(code="trading.manage_account_types", title=_("Change account types")),
        Permission(code="trading.see_operations", title=_("See operations on trading servers")),
        Permission(
            code="trading.decide_operations",
            title=_("Decide stuck operations"),
            sensitive=True,
        ),
    ),
    navigation=(
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Accounts"),
            url_name="room:trading:accounts",
            permission="trading.own_accounts",
            icon="wallet-cards",
            order=200,
            on_phone=True,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Trading accounts"),
            url_name="office:trading:accounts",
            on_phone=True,
            permission="trading.see_accounts",
            icon="candlestick-chart",
            order=200,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Account types"),
            url_name="office:trading:types",
            permission="trading.manage_account_types",
            icon="layers",
            order=720,
            group=_("Settings"),
        ),
    ),
    slots=("trading.account_page",),
    widgets=(
        Widget(
            slot="clients.client_page",
            shows="modules.trading.widgets.accounts_of_client",
            permission="trading.see_accounts",
            order=100,
        ),
        Widget(
            slot="clients.quick_look",
            shows="modules.trading.widgets.accounts_of_client",
            permission="trading.see_accounts",
            order=100,
        ),
    ),
    publishes=(
        "trading.AccountOpened",
        "trading.DealClosed",
        "trading.PositionOpened",
        "trading.MoneyMoved",
        "trading.MarginCallEntered",
        "trading.DealCorrected",
        "trading.ReconciliationFinished",
        "trading.OperationDone",
        "trading.OperationRefused",
        "trading.OperationStuck",
    ),
)
