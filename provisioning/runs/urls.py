"""Addresses of a broker's set-up; mounted by ``provisioning.urls``."""

from __future__ import annotations

from django.urls import path

from provisioning.runs import views

back_office = [
    path("", views.checklist, name="checklist"),
    path("company/", views.company, name="company"),
    path("domains/", views.domains, name="domains"),
    path("domains/<uuid:domain_id>/check/", views.check_domain, name="check_domain"),
    path("domains/<uuid:domain_id>/primary/", views.make_primary, name="make_primary"),
    path("domains/<uuid:domain_id>/remove/", views.remove_domain, name="remove_domain"),
]
