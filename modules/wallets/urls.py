"""Where the wallets module's screens are."""

from __future__ import annotations

from django.urls import path

from modules.wallets.views import checking, exchanging, ledger, office, room

traders_room = [
    path("", room.wallets, name="wallets"),
    path("exchange/", exchanging.exchange, name="exchange"),
    path("exchange/<uuid:quote_id>/", exchanging.quote, name="quote"),
    path("exchange/<uuid:quote_id>/countdown/", exchanging.countdown, name="quote_countdown"),
    path("exchange/<uuid:quote_id>/accept/", exchanging.accept, name="accept_quote"),
    path("<uuid:wallet_id>/", room.wallet, name="wallet"),
    path("<uuid:wallet_id>/statement.csv", room.statement_csv, name="statement_csv"),
    path("<uuid:wallet_id>/statement.pdf", room.statement_pdf, name="statement_pdf"),
]

back_office = [
    path("", office.wallets, name="wallets"),
    path("<uuid:wallet_id>/", office.wallet, name="wallet"),
    path("<uuid:wallet_id>/correct/", office.correct, name="correct"),
    path("<uuid:wallet_id>/statement.csv", office.statement_csv, name="statement_csv"),
    path("<uuid:wallet_id>/statement.pdf", office.statement_pdf, name="statement_pdf"),
    path("ledger/", ledger.house, name="house"),
    path("ledger/accounts/<uuid:house_account_id>/", ledger.house_account, name="house_account"),
    path("ledger/journal/", ledger.journal, name="journal"),
    path("ledger/journal/<uuid:entry_id>/", ledger.entry, name="entry"),
    path("ledger/check/", checking.ledger_check, name="ledger_check"),
    path("ledger/check/now/", checking.check_now, name="check_now"),
    path("ledger/check/lift/", checking.lift, name="lift_stop"),
    path("rates/", ledger.rates, name="rates"),
]
