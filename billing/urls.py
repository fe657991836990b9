"""Where billing answers."""

from __future__ import annotations

from django.urls import path

from billing import views

back_office = [
    path("modules/", views.modules, name="modules"),
    path("modules/<slug:key>/add/", views.add, name="add"),
    path("modules/<slug:key>/remove/", views.remove, name="remove"),
    path("modules/<slug:key>/on/", views.switch_on, name="switch_on"),
    path("modules/<slug:key>/off/", views.switch_off, name="switch_off"),
    path("portal/", views.portal, name="portal"),
]

vendor_plain = [
    path("stripe/", views.stripe_webhook, name="stripe_webhook"),
]
