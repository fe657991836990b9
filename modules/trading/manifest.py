"""Trading accounts, deals and positions, mirrored from the broker's trading servers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission, RequestKind, Widget

_OFFICE, _ROOM = "office:trading:account", "room:trading:account"
_FIGURES = {
    "balance": _("Balance"),
    "credit": _("Credit"),
    "equity": _("Equity"),
    "opened": _("Opened"),
}
_OF_OPENING = {"type": _("Account type"), "group": _("Group"), "held": _("Accounts held")}

module = Module(
    key="trading",
    title=_("Trading accounts"),
    summary=_("Opens accounts on your trading servers and mirrors every deal and position."),
    monthly_price=None,
    icon="candlestick-chart",
    requires=("clients", "requests"),
    permissions=(
        Permission(code="trading.own_accounts", title=_("Have accounts"), for_clients=True),
        Permission(code="trading.see_accounts", title=_("See trading accounts")),
        Permission(code="trading.open_accounts", title=_("Open accounts for clients")),
        Permission(code="trading.decide_accounts", title=_("Approve or refuse new accounts")),
        Permission(code="trading.decide_changes", title=_("Decide requests about accounts")),
        Permission(code="trading.change_accounts", title=_("Change accounts of clients")),
        Permission(code="trading.change_credit", title=_("Give and take credit"), sensitive=True),
        Permission(
            code="trading.decide_credit", title=_("Decide requests for credit"), sensitive=True
        ),
        Permission(code="trading.manage_account_types", title=_("Change account types")),
        Permission(code="trading.see_proofs", title=_("See whether trading servers and we agree")),
        Permission(code="trading.repair_differences", title=_("Repair and explain what differs")),
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
            title=_("Reconciliation"),
            url_name="office:trading:proofs",
            permission="trading.see_proofs",
            icon="scale",
            order=230,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Stuck operations"),
            url_name="office:trading:operations",
            permission="trading.see_operations",
            icon="shield-alert",
            order=210,
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
    request_kinds=(
        RequestKind(
            key="trading.opening",
            title=_("New account"),
            sentence=_("Open %(type)s, leverage %(leverage)s"),
            permission="trading.decide_accounts",
            icon="circle-plus",
            facts=_OF_OPENING,
            office_url=_OFFICE,
            room_url=_ROOM,
        ),
        RequestKind(
            key="trading.leverage",
            title=_("Leverage"),
            sentence=_("Leverage of %(login)s from %(now)s to %(wanted)s"),
            permission="trading.decide_changes",
            icon="scale",
            facts={**_FIGURES, "positions": _("Open positions")},
            office_url=_OFFICE,
            room_url=_ROOM,
        ),
        RequestKind(
            key="trading.account_type",
            title=_("Account type"),
            sentence=_("Change %(login)s from %(now)s to %(wanted)s"),
            permission="trading.decide_changes",
            icon="layers",
            facts={**_FIGURES, "positions": _("Open positions"), "group": _("Group")},
            is_decided=True,
            office_url=_OFFICE,
            room_url=_ROOM,
        ),
        RequestKind(
            key="trading.archive",
            title=_("Archive"),
            sentence=_("Archive %(login)s"),
            permission="trading.decide_changes",
            icon="archive",
            facts={**_FIGURES, "reason": _("Reason")},
            is_decided=True,
            office_url=_OFFICE,
            room_url=_ROOM,
        ),
        RequestKind(
            key="trading.credit",
            title=_("Credit"),
            sentence=_("Credit of %(login)s by %(amount)s"),
            permission="trading.decide_credit",
            icon="banknote",
            facts={"now": _("Credit now"), "after": _("Credit after"), "comment": _("Comment")},
            has_amount=True,
            by_staff=True,
            office_url=_OFFICE,
            room_url=_ROOM,
        ),
    ),
    subscribes={
        "requests.RequestApproved": "modules.trading.handlers.carry_out_request",
        "requests.RequestRefused": "modules.trading.handlers.end_refused",
        "requests.RequestCancelled": "modules.trading.handlers.end_cancelled",
        "trading.OperationDone": "modules.trading.handlers.tell_done",
        "trading.OperationRefused": "modules.trading.handlers.tell_refused",
    },
    slots=("trading.account_page",),
    widgets=(
        Widget(
            slot="office.home",
            shows="modules.trading.widgets.proofs",
            permission="trading.see_proofs",
            order=100,
        ),
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
