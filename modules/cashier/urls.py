"""Where the cashier's screens and doors are."""

from __future__ import annotations

from django.urls import path

from modules.cashier.views import (
    callbacks,
    desk,
    finance,
    following,
    limits,
    methods,
    room,
    settling,
    transfers,
    withdrawals,
)

traders_room = [
    path("withdrawals/", withdrawals.withdrawals, name="withdrawals"),
    path("withdrawals/new/", withdrawals.withdraw, name="withdraw"),
    path("withdrawals/confirm/", withdrawals.confirm_withdrawal, name="confirm_withdrawal"),
    path("withdrawals/<uuid:withdrawal_id>/", withdrawals.withdrawal, name="withdrawal"),
    path(
        "withdrawals/<uuid:withdrawal_id>/cancel/",
        withdrawals.cancel_withdrawal,
        name="cancel_withdrawal",
    ),
    path("instruments/new/", withdrawals.add_instrument, name="add_instrument"),
    path(
        "instruments/<uuid:instrument_id>/remove/",
        withdrawals.remove_instrument,
        name="remove_instrument",
    ),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/new/", transfers.move, name="move"),
    path("transfers/send/", transfers.send, name="send"),
    path("transfers/confirm/", transfers.confirm_transfer, name="confirm_transfer"),
    path("transfers/<uuid:transfer_id>/", transfers.transfer, name="transfer"),
    path("transfers/<uuid:transfer_id>/cancel/", transfers.cancel_transfer, name="cancel_transfer"),
    path("", room.deposits, name="deposits"),
    path("pay/", room.pay, name="pay"),
    path("pay/figures/", room.figures, name="figures"),
    path("pay/confirm/", room.confirm, name="confirm"),
    path("<uuid:deposit_id>/", room.deposit, name="deposit"),
    path("<uuid:deposit_id>/proof/", room.proof, name="proof"),
    path("<uuid:deposit_id>/cancel/", room.cancel, name="cancel"),
]

back_office = [
    path("finance/", desk.desk, name="finance"),
    path("finance/rules/", limits.rules, name="payout_rules"),
    path("finance/allowances/", limits.set_allowance, name="set_allowance"),
    path("finance/allowances/<int:level>/drop/", limits.drop_allowance, name="drop_allowance"),
    path("withdrawals/", desk.withdrawals, name="withdrawals"),
    path("withdrawals/export/", desk.export, name="export_withdrawals"),
    path("withdrawals/<uuid:withdrawal_id>/", desk.withdrawal, name="withdrawal"),
    path("payouts/<uuid:payout_id>/paid/", desk.paid, name="payout_paid"),
    path("payouts/<uuid:payout_id>/not-paid/", desk.not_paid, name="payout_not_paid"),
    path("payouts/<uuid:payout_id>/came-back/", desk.came_back, name="payout_came_back"),
    path("transfers/", desk.transfers, name="transfers"),
    path("transfers/<uuid:transfer_id>/", desk.transfer, name="transfer"),
    path("settlements/", settling.settlements, name="settlements"),
    path("settlements/<uuid:file_id>/", settling.settlement, name="settlement"),
    path("settlements/<uuid:file_id>/take/", settling.take, name="take_settlement"),
    path("settlements/<uuid:file_id>/drop/", settling.drop, name="drop_settlement"),
    path("settlements/lines/<uuid:line_id>/resolve/", settling.resolve, name="resolve_line"),
    path("claims/", settling.claims, name="claims"),
    path("claims/<uuid:claim_id>/wallet/", settling.claim_wallet, name="claim_wallet"),
    path(
        "claims/<uuid:claim_id>/accounts/<uuid:account_id>/",
        settling.claim_account,
        name="claim_account",
    ),
    path("claims/<uuid:claim_id>/write-off/", settling.write_off, name="write_off"),
    path("freezes/<uuid:client_id>/lift/", settling.lift, name="lift_client"),
    path("deposits/", finance.deposits, name="deposits"),
    path("deposits/<uuid:deposit_id>/", finance.case, name="deposit"),
    path("deposits/<uuid:deposit_id>/approve/", finance.approve, name="approve"),
    path("deposits/<uuid:deposit_id>/reject/", finance.reject, name="reject"),
    path("deposits/<uuid:deposit_id>/correct/", finance.correct, name="correct"),
    path("methods/", methods.methods, name="methods"),
    path("methods/new/", methods.new_method, name="new_method"),
    path("methods/<uuid:method_id>/", methods.method, name="method"),
    path("methods/<uuid:method_id>/switch/", methods.switch, name="switch"),
    path("methods/<uuid:method_id>/routes/", methods.add_route, name="add_route"),
    path(
        "methods/<uuid:method_id>/routes/<uuid:provider_id>/drop/",
        methods.drop_route,
        name="drop_route",
    ),
    path("methods/<uuid:method_id>/terms/", methods.set_terms, name="set_terms"),
    path("terms/<uuid:terms_id>/drop/", methods.drop_terms, name="drop_terms"),
    path("providers/new/", methods.new_provider, name="new_provider"),
    path("methods/<uuid:method_id>/switch-out/", methods.switch_out, name="switch_out"),
    path("methods/<uuid:method_id>/access/", methods.set_access, name="set_access"),
    path("methods/<uuid:method_id>/levels/", methods.set_level_limits, name="set_level_limits"),
    path("methods/<uuid:method_id>/logo/", methods.set_logo, name="set_logo"),
    path("methods/<uuid:method_id>/logo/remove/", methods.remove_logo, name="remove_logo"),
    path("providers/<uuid:provider_id>/", methods.provider, name="provider"),
    path("providers/<uuid:provider_id>/test/", methods.test_provider, name="test_provider"),
]

plain = [
    path("cashier/callbacks/<uuid:provider_id>/", callbacks.callback, name="cashier_callback"),
    path(
        "cashier/validations/<uuid:provider_id>/",
    path(
        "terms/<uuid:terms_id>/levels/<int:level>/drop/",
        methods.drop_level_limits,
        name="drop_level_limits",
    ),
        callbacks.validation,
        name="cashier_validation",
    ),
]
