"""Where the cashier's screens and doors are."""

from __future__ import annotations

from django.urls import path

from modules.cashier.views import callbacks, finance, methods, room

traders_room = [
    path("", room.deposits, name="deposits"),
    path("pay/", room.pay, name="pay"),
    path("pay/figures/", room.figures, name="figures"),
    path("pay/confirm/", room.confirm, name="confirm"),
    path("<uuid:deposit_id>/", room.deposit, name="deposit"),
    path("<uuid:deposit_id>/proof/", room.proof, name="proof"),
    path("<uuid:deposit_id>/cancel/", room.cancel, name="cancel"),
]

back_office = [
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
    path("providers/<uuid:provider_id>/", methods.provider, name="provider"),
    path("providers/<uuid:provider_id>/test/", methods.test_provider, name="test_provider"),
]

plain = [
    path("cashier/callbacks/<uuid:provider_id>/", callbacks.callback, name="cashier_callback"),
    path(
        "cashier/validations/<uuid:provider_id>/",
        callbacks.validation,
        name="cashier_validation",
    ),
]
