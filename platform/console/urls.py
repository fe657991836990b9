"""Addresses of the public site and of the vendor's console."""

from __future__ import annotations

from django.urls import path

from console.site import views as site
from console.views import audit, brokers, catalogue, outbox, overview, runs

public_site = [
    path("", site.home, name="home"),
    path("trust/", site.trust, name="trust"),
    path("start/", site.start, name="start"),
    path("start/total/", site.total, name="total"),
    path("start/address/", site.address, name="address"),
    path("start/c/<str:token>/", site.confirm_link, name="confirm_link"),
    path("start/<uuid:sign_up_id>/", site.sign_up, name="sign_up"),
    path("start/<uuid:sign_up_id>/plan/", site.plan, name="plan"),
    path("start/<uuid:sign_up_id>/confirm/", site.confirm, name="confirm"),
    path("start/<uuid:sign_up_id>/code/", site.send_code, name="send_code"),
    path("start/<uuid:sign_up_id>/pay/", site.pay, name="pay"),
    path("start/<uuid:sign_up_id>/closed/", site.closed, name="closed"),
    path("start/<uuid:sign_up_id>/progress/", site.progress, name="progress"),
]

console = [
    path("", overview.overview, name="overview"),
    path("brokers/", brokers.brokers, name="brokers"),
    path("brokers/<uuid:tenant_id>/", brokers.broker, name="broker"),
    path("brokers/<uuid:tenant_id>/suspend/", brokers.suspend, name="suspend"),
    path("brokers/<uuid:tenant_id>/resume/", brokers.resume, name="resume"),
    path("brokers/<uuid:tenant_id>/sandbox/", brokers.sandbox, name="sandbox"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/retry/", runs.retry, name="retry_run"),
    path("pool/", runs.pool, name="pool"),
    path("outbox/", outbox.dead_letters, name="dead_letters"),
    path("outbox/<uuid:event_id>/revive/", outbox.revive, name="revive"),
    path("outbox/<uuid:event_id>/drop/", outbox.drop, name="drop"),
    path("catalogue/", catalogue.catalogue, name="catalogue"),
    path("revenue/", catalogue.revenue, name="revenue"),
    path("audit/", audit.entries, name="audit"),
]
