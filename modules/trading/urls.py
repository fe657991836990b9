"""Where the trading module's screens are."""

from __future__ import annotations

from django.urls import path

from modules.trading.views import changing, office, opening, room, types

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
    path("<uuid:account_id>/name/", changing.nickname, name="account_name"),
]

back_office = [
    path("accounts/", office.accounts, name="accounts"),
    path("accounts/<uuid:account_id>/", office.account, name="account"),
    path("accounts/<uuid:account_id>/approve/", office.approve, name="approve"),
    path("accounts/<uuid:account_id>/refuse/", office.refuse, name="refuse"),
    path("types/", types.types, name="types"),
    path("types/new/", types.new_type, name="new_type"),
    path("types/<uuid:type_id>/", types.edit_type, name="edit_type"),
]
