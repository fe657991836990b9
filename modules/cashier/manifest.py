"""The cashier: how clients pay in, who takes the money, and what became of each payment."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.module import Area, Module, NavItem, Permission, RequestKind

module = Module(
    key="cashier",
    title=_("Cashier"),
    summary=_("Takes deposits by card, bank, crypto and local payment services."),
    monthly_price=None,
    icon="banknote",
    requires=("clients", "requests", "trading", "wallets"),
    permissions=(
        Permission(code="cashier.deposit", title=_("Pay in"), for_clients=True),
        Permission(
            code="cashier.see_withdrawals", title=_("See own withdrawals"), for_clients=True
        ),
        Permission(code="cashier.withdraw", title=_("Take out"), sensitive=True, for_clients=True),
        Permission(code="cashier.transfer", title=_("Transfer"), for_clients=True),
        Permission(
            code="cashier.see_finance", title=_("See withdrawals, transfers and the finance desk")
        ),
        Permission(
            code="cashier.decide_withdrawals",
            title=_("Decide withdrawals, transfers and bank accounts of clients"),
            sensitive=True,
        ),
        Permission(code="cashier.pay_out", title=_("Pay withdrawals by hand"), sensitive=True),
        Permission(code="cashier.settle", title=_("Take over settlements of providers")),
        Permission(
            code="cashier.claim", title=_("Take back money after chargebacks"), sensitive=True
        ),
        Permission(
            code="cashier.set_payout_rules", title=_("Change rules of payouts"), sensitive=True
        ),
        Permission(code="cashier.see_deposits", title=_("See deposits")),
        Permission(
            code="cashier.decide_deposits", title=_("Approve or reject deposits"), sensitive=True
        ),
        Permission(code="cashier.follow_up", title=_("Look after failed deposits")),
        Permission(
            code="cashier.manage_methods",
            title=_("Connect payment providers and change payment methods"),
            sensitive=True,
        ),
    ),
    navigation=(
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Deposit"),
            url_name="room:cashier:deposits",
            permission="cashier.deposit",
            icon="arrow-down-left",
            order=300,
            on_phone=True,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Deposits"),
            url_name="office:cashier:deposits",
            permission="cashier.see_deposits",
            icon="banknote",
            order=300,
        ),
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Withdraw"),
            url_name="room:cashier:withdrawals",
            permission="cashier.see_withdrawals",
            icon="arrow-up-right",
            order=310,
        ),
        NavItem(
            area=Area.TRADERS_ROOM,
            title=_("Transfer"),
            url_name="room:cashier:transfers",
            permission="cashier.transfer",
            icon="arrow-left-right",
            order=320,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Finance desk"),
            url_name="office:cashier:finance",
            permission="cashier.see_finance",
            icon="landmark",
            order=305,
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Payouts"),
            url_name="office:cashier:payout_rules",
            permission="cashier.set_payout_rules",
            icon="send",
            order=735,
            group=_("Settings"),
        ),
        NavItem(
            area=Area.BACK_OFFICE,
            title=_("Payment methods"),
            url_name="office:cashier:methods",
            permission="cashier.manage_methods",
            icon="credit-card",
            order=730,
            group=_("Settings"),
        ),
    ),
    request_kinds=(
        RequestKind(
            key="cashier.withdrawal",
            title=_("Withdrawal"),
            sentence=_("Pay out %(amount)s by %(method)s"),
            permission="cashier.decide_withdrawals",
            icon="banknote",
            facts={
                "fee": _("Fee"),
                "from": _("From"),
                "to": _("To"),
                "parts": _("Where it goes"),
                "known": _("Bank account or address known since"),
                "came": _("Paid in so far"),
                "went": _("Paid out so far"),
                "month": _("Withdrawals in the last 30 days"),
            },
            has_amount=True,
            is_decided=True,
            has_own_letters=True,
            office_url="office:cashier:withdrawal",
            room_url="room:cashier:withdrawal",
        ),
        RequestKind(
            key="cashier.instrument",
            title=_("Bank account or address"),
            sentence=_("Pay to %(title)s in %(currency)s"),
            permission="cashier.decide_withdrawals",
            icon="landmark",
            facts={
                "client": _("Client"),
                "holder": _("Account holder"),
                "same_name": _("Holder and client have the same name"),
                "others": _("Other clients with the same number"),
            },
            is_decided=True,
        ),
        RequestKind(
            key="cashier.transfer",
            title=_("Transfer"),
            sentence=_("Transfer %(amount)s; %(arrives)s arrives"),
            permission="cashier.decide_withdrawals",
            icon="arrow-left-right",
            has_amount=True,
            has_own_letters=True,
            office_url="office:cashier:transfer",
            room_url="room:cashier:transfer",
        ),
        RequestKind(
            key="cashier.transfer_to_client",
            title=_("Transfer to another client"),
            sentence=_("Send %(amount)s to %(beneficiary)s"),
            permission="cashier.decide_withdrawals",
            icon="users",
            facts={
                "beneficiary": _("To"),
                "aml": _("Check for money laundering"),
                "earlier": _("Sent to the same client before"),
            },
            has_amount=True,
            is_decided=True,
            has_own_letters=True,
            office_url="office:cashier:transfer",
            room_url="room:cashier:transfer",
        ),
    ),
    publishes=(
        "cashier.DepositReceived",
        "cashier.DepositDone",
        "cashier.DepositFailed",
        "cashier.DepositTakenBack",
        "cashier.MoneyGoesBack",
        "cashier.WithdrawalAsked",
        "cashier.WithdrawalApproved",
        "cashier.WithdrawalEnded",
        "cashier.TransferEnded",
        "cashier.ClientFrozen",
    ),
    subscribes={
        "cashier.DepositReceived": "modules.cashier.handlers.write_received",
        "cashier.DepositDone": "modules.cashier.handlers.write_done",
        "cashier.DepositFailed": "modules.cashier.handlers.write_failed",
        "cashier.MoneyGoesBack": "modules.cashier.handlers.write_going_back",
        "cashier.DepositTakenBack": "modules.cashier.handlers.open_claim",
        "cashier.WithdrawalAsked": "modules.cashier.handlers.write_asked",
        "cashier.WithdrawalApproved": "modules.cashier.handlers.write_approved",
        "cashier.WithdrawalEnded": "modules.cashier.handlers.write_ended",
        "cashier.TransferEnded": "modules.cashier.handlers.write_moved",
        "requests.RequestAsked": "modules.cashier.handlers.write_to_deciders",
        "requests.LevelReached": "modules.cashier.handlers.write_to_deciders",
        "requests.RequestApproved": "modules.cashier.handlers.carry_out_request",
        "requests.RequestRefused": "modules.cashier.handlers.end_refused",
        "requests.RequestCancelled": "modules.cashier.handlers.end_cancelled",
        "trading.ReconciliationFinished": "modules.cashier.handlers.server_compared",
        "trading.OperationDone": "modules.cashier.handlers.operation_done",
        "trading.OperationRefused": "modules.cashier.handlers.operation_refused",
        "trading.OperationStuck": "modules.cashier.handlers.operation_stuck",
    },
)
