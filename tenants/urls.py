"""Addresses that the machinery in front of us asks."""

from __future__ import annotations

from django.urls import path

from tenants import views

vendor_plain = [path("internal/may-issue", views.may_issue, name="may_issue")]
