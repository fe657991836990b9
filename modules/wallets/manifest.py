"""Wallets: what the broker owes to whom, in a ledger that cannot lose a cent."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission, RequestKind, Widget

module = Module(
    key="wallets",
    title=_("Wallets"),
    summary=_("Keeps clients' wallets and the broker's own accounts in a double-entry ledger."),
    monthly_price=None,
    icon="wallet",
    requires=("clients", "requests"),
    permissions=(
        Permission(code="wallets.own_wallets", title=_("Have wallets"), for_clients=True),
        Permission(code="wallets.see_wallets", title=_("See wallets and statements")),
        Permission(code="wallets.see_ledger", title=_("See the ledger and house accounts")),
        Permission(code="wallets.correct", title=_("Correct a wallet by hand"), sensitive=True),
        Permission(
            code="wallets.decide_corrections", title=_("Approve corrections"), sensitive=True
        ),
        Permission(code="wallets.decide_exchanges", title=_("Approve large exchanges")),
        Permission(code="wallets.set_rates", title=_("Change exchange rates"), sensitive=True),
        Permission(code="wallets.lift_stop", title=_("Let payouts go on"), sensitive=True),
    ),
    navigation=(
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Wallets"),
            url_name="room:wallets:wallets",
            permission="wallets.own_wallets",
            icon="wallet",
            order=150,
            on_phone=True,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Wallets"),
            url_name="office:wallets:wallets",
            permission="wallets.see_wallets",
            icon="wallet",
            order=300,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Ledger"),
            url_name="office:wallets:house",
            permission="wallets.see_ledger",
            icon="book-open",
            order=305,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Exchange rates"),
            url_name="office:wallets:rates",
            permission="wallets.set_rates",
            icon="arrow-left-right",
            order=740,
            group=_("Settings"),
        ),
    ),
    slots=("wallets.actions", "wallets.wallets_page", "wallets.wallet_page"),
    widgets=(
        Widget(
            slot="clients.client_page",
            shows="modules.wallets.widgets.wallets_of_client",
            permission="wallets.see_wallets",
            order=90,
        ),
    ),
    request_kinds=(
        RequestKind(
            key="wallets.exchange",
            title=_("Exchange"),
            sentence=_("Exchange %(pay)s into %(receive)s"),
            permission="wallets.decide_exchanges",
            icon="arrow-left-right",
            facts={"rate": _("Rate before the markup"), "source": _("Source of the rate")},
            has_amount=True,
            is_decided=True,
        ),
        RequestKind(
            key="wallets.correction",
            title=_("Correction of a wallet"),
            sentence=_("Post %(amount)s to the %(wallet)s wallet"),
            permission="wallets.decide_corrections",
            icon="pencil",
            facts={
                "reason": _("Reason"),
                "balance": _("Balance"),
                "available": _("Available"),
            },
            has_amount=True,
            is_decided=True,
            by_staff=True,
        ),
    ),
    publishes=("wallets.PayoutsStopped", "wallets.MoneyExchanged"),
    subscribes={
        "requests.RequestApproved": "modules.wallets.handlers.carry_out_request",
        "requests.RequestRefused": "modules.wallets.handlers.end_refused",
        "requests.RequestCancelled": "modules.wallets.handlers.end_cancelled",
    },
)
