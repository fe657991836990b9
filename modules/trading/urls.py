"""Where the trading module's screens are."""

from __future__ import annotations

from django.urls import path

from modules.trading.views import (
    changing,
    history,
    managing,
    office,
    opening,
    operations,
    reading,
    reconciliation,
    room,
    types,
)

traders_room = [
    path("", room.accounts, name="accounts"),
    path("open/", opening.choose_type, name="open"),
    path("open/<uuid:type_id>/", opening.open_account, name="open_type"),
    path("bind/", opening.bind, name="bind"),
    path("opening/<uuid:account_id>/", opening.progress, name="opening"),
    path("opening/<uuid:account_id>/credentials/", opening.credentials, name="credentials"),
    path("changes/<uuid:intent_id>/", changing.progress, name="change"),
    path("<uuid:account_id>/", room.account, name="account"),
    path("<uuid:account_id>/live/", room.live, name="account_live"),
    path("<uuid:account_id>/curve/", room.curve, name="account_curve"),
    path("<uuid:account_id>/settings/", changing.settings, name="account_settings"),
    path("<uuid:account_id>/password/", changing.password, name="account_password"),
    path("<uuid:account_id>/leverage/", changing.leverage, name="account_leverage"),
    path("<uuid:account_id>/type/", changing.account_type, name="account_type"),
    path("<uuid:account_id>/archive/", changing.archive, name="account_archive"),
    path("<uuid:account_id>/new-password/", changing.new_password, name="new_password"),
    path("<uuid:account_id>/history/", history.own_history, name="history"),
    path("<uuid:account_id>/history/<str:part>.csv", history.own_history_file, name="history_file"),
    path("<uuid:account_id>/name/", changing.nickname, name="account_name"),
]

back_office = [
    path("accounts/", office.accounts, name="accounts"),
    path("accounts/<uuid:account_id>/", office.account, name="account"),
    path("accounts/<uuid:account_id>/figures/", office.figures, name="account_figures"),
    path("accounts/<uuid:account_id>/history/", history.history, name="history"),
    path(
        "accounts/<uuid:account_id>/history/<str:part>.csv",
        history.history_file,
        name="history_file",
    ),
    path("accounts/<uuid:account_id>/leverage/", managing.leverage, name="leverage"),
    path("accounts/<uuid:account_id>/type/", managing.account_type, name="account_type"),
    path("accounts/<uuid:account_id>/password/", managing.reset_password, name="reset_password"),
    path("accounts/<uuid:account_id>/rights/", managing.rights, name="rights"),
    path("accounts/<uuid:account_id>/switches/", managing.switches, name="switches"),
    path("accounts/<uuid:account_id>/credit/", managing.credit, name="credit"),
    path("accounts/<uuid:account_id>/archive/", managing.archive, name="archive"),
    path("accounts/<uuid:account_id>/restore/", managing.restore, name="restore"),
    path("operations/", operations.operations, name="operations"),
    path("operations/limit/", operations.limit, name="resend_limit"),
    path("operations/<uuid:operation_id>/", operations.operation, name="operation"),
    path("operations/<uuid:operation_id>/decide/", operations.decide, name="decide_operation"),
    path("operations/<uuid:operation_id>/look/", operations.look_again, name="look_again"),
    path("operations/<uuid:operation_id>/call-off/", operations.call_off, name="call_off"),
    path("operations/<uuid:operation_id>/unfreeze/", operations.unfreeze, name="unfreeze"),
    path("servers/", reconciliation.proofs, name="proofs"),
    path("servers/<uuid:server_id>/", reconciliation.server, name="proof"),
    path("servers/<uuid:server_id>/compare/", reconciliation.compare, name="compare"),
    path("servers/<uuid:server_id>/reading/", reading.reading, name="reading"),
    path("servers/<uuid:server_id>/history/<str:act>/", reading.backfill, name="backfill"),
    path("servers/<uuid:server_id>/changes/", reading.changes, name="server_changes"),
    path("comparisons/<uuid:run_id>/", reconciliation.run, name="proof_run"),
    path("differences/<uuid:difference_id>/repair/", reconciliation.repair, name="repair"),
    path("differences/<uuid:difference_id>/explain/", reconciliation.explain, name="explain"),
    path("types/", types.types, name="types"),
    path("types/new/", types.new_type, name="new_type"),
    path("types/<uuid:type_id>/", types.edit_type, name="edit_type"),
]
