"""Where the trader's room has its own screens."""

from __future__ import annotations

from django.urls import path

from modules.traders_room import views

traders_room = [
    path("", views.dashboard, name="dashboard"),
    path("live/", views.live, name="live"),
    path("hero/", views.hero, name="hero"),
    path("trades/", views.trades, name="trades"),
    path("trades.csv", views.trades_file, name="trades_file"),
    path("money/", views.money, name="money"),
    path("money.csv", views.money_file, name="money_file"),
    path("settings/", views.settings, name="settings"),
]
