"""The broker connects providers and says what clients may choose."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from kernel.access import needs, refusals_as_messages
from kernel.errors import Refused
from kernel.views import UNPROCESSABLE, ActorRequest, show_refusal
from modules.cashier import queries, services
from modules.cashier.forms import (
    AccessForm,
    LevelLimitForm,
    LogoForm,
    MethodForm,
    ProviderForm,
    RouteForm,
    TermsForm,
)
from modules.cashier.types.catalogue import MethodLine, ProviderKind
from modules.cashier.views.shared import missing_as_404
from modules.clients import queries as clients

MANAGE = "cashier.manage_methods"
KINDS = ProviderKind.choices


@require_GET
@needs(MANAGE)
def methods(request: ActorRequest) -> HttpResponse:
    """Payment methods and provider accounts, and what each still lacks."""
    context = {"methods": queries.methods(), "accounts": queries.accounts(), "kinds": KINDS}
    return render(request, "cashier/methods.html", context)


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def new_provider(request: ActorRequest) -> HttpResponse:
    """Connect an account at a provider."""
    kind = request.GET.get("kind", "")
    if kind not in dict(KINDS):
        raise Http404
    form = ProviderForm(request.POST or None, kind=kind)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        provider_id = services.add_account(kind, name, form.told(), by=request.actor)
        return _test(request, provider_id)
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "kind_label": dict(KINDS)[kind]}
    return render(request, "cashier/provider.html", context, status=status)


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def provider(request: ActorRequest, provider_id: uuid.UUID) -> HttpResponse:
    """One provider account: what its test found, and its settings."""
    with missing_as_404():
        line = queries.account(provider_id)
    form = ProviderForm(request.POST or None, kind=line.kind, line=line)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        services.change_account(provider_id, name, form.told(), by=request.actor)
        return _test(request, provider_id)
    status = UNPROCESSABLE if form.errors else 200
    context = {"form": form, "line": line, "kind_label": line.kind_label}
    return render(request, "cashier/provider.html", context, status=status)


@require_POST
@needs(MANAGE)
def test_provider(request: ActorRequest, provider_id: uuid.UUID) -> HttpResponse:
    """Test a connection again."""
    with missing_as_404():
        return _test(request, provider_id)


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def new_method(request: ActorRequest) -> HttpResponse:
    """Make a payment method."""
    form = MethodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        method_id = services.create_method(form.wish(None), by=request.actor)
        return redirect("office:cashier:method", method_id)
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "cashier/method_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@needs(MANAGE)
def method(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """One payment method: what it lacks, its providers, its limits and fees."""
    line = _line(method_id)
    form = MethodForm(request.POST or None, line=line)
    if request.method == "POST" and form.is_valid():
        with refusals_as_messages(request):
            services.change_method(method_id, form.wish(line), by=request.actor)
            messages.success(request, _("Saved."))
        return redirect("office:cashier:method", method_id)
    status = UNPROCESSABLE if form.errors else 200
    return _page(request, line, form=form, status=status)


@require_POST
@needs(MANAGE)
def switch(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """Offer a method to clients who pay in, or no longer."""
    line = _line(method_id)
    with refusals_as_messages(request):
        services.switch_deposits(method_id, on=not line.is_deposit_on, by=request.actor)
    return redirect("office:cashier:method", method_id)


@require_POST
@needs(MANAGE)
def switch_out(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """Pay clients with a method, or no longer."""
    line = _line(method_id)
    with refusals_as_messages(request):
        services.switch_withdrawals(method_id, on=not line.is_withdrawal_on, by=request.actor)
    return redirect("office:cashier:method", method_id)


@require_POST
@needs(MANAGE)
def set_access(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """Say which groups and verification levels may use a method."""
    line = _line(method_id)
    form = _access_form(line, request.POST)
    if form.is_valid():
        try:
            services.set_access(method_id, form.access(), by=request.actor)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("office:cashier:method", method_id)
    return _page(request, line, access_form=form, status=UNPROCESSABLE)


@require_POST
@needs(MANAGE)
def set_level_limits(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """Set other limits for clients of a level or higher."""
    line = _line(method_id)
    form = LevelLimitForm(request.POST, line=line, levels=clients.levels())
    if form.is_valid():
        try:
            terms_id = form.cleaned_data["terms"]
            services.set_level_limits(terms_id, form.limits(), by=request.actor)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("office:cashier:method", method_id)
    return _page(request, line, level_form=form, status=UNPROCESSABLE)


@require_POST
@needs(MANAGE)
def drop_level_limits(request: ActorRequest, terms_id: uuid.UUID, level: int) -> HttpResponse:
    """Give clients of a level the limits of everybody below."""
    with missing_as_404():
        method_id = services.drop_level_limits(terms_id, level, by=request.actor)
    return redirect("office:cashier:method", method_id)


@require_POST
@needs(MANAGE)
def set_logo(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """Show clients a picture instead of the method's symbol."""
    line = _line(method_id)
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        upload = form.cleaned_data["logo"]
        try:
            services.set_logo(method_id, upload, upload.size, by=request.actor)
        except Refused as refusal:
            form.add_error("logo", str(refusal))
        else:
            return redirect("office:cashier:method", method_id)
    return _page(request, line, logo_form=form, status=UNPROCESSABLE)


@require_POST
@needs(MANAGE)
def remove_logo(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """Show the symbol again."""
    with missing_as_404():
        services.remove_logo(method_id, by=request.actor)
    return redirect("office:cashier:method", method_id)


@require_POST
@needs(MANAGE)
def add_route(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """Try one more provider, after the others."""
    line = _line(method_id)
    form = RouteForm(request.POST, accounts=queries.accounts())
    if not form.is_valid():
        return _page(request, line, route_form=form, status=UNPROCESSABLE)
    account_id = uuid.UUID(form.cleaned_data["account"])
    routes = [(r.account_id, r.countries) for r in line.routes if r.account_id != account_id]
    routes.append((account_id, form.cleaned_data["countries"]))
    services.set_routes(method_id, routes, by=request.actor)
    return redirect("office:cashier:method", method_id)


@require_POST
@needs(MANAGE)
def drop_route(request: ActorRequest, method_id: uuid.UUID, provider_id: uuid.UUID) -> HttpResponse:
    """Try a provider no longer."""
    line = _line(method_id)
    routes = [(r.account_id, r.countries) for r in line.routes if r.account_id != provider_id]
    services.set_routes(method_id, routes, by=request.actor)
    return redirect("office:cashier:method", method_id)


@require_POST
@needs(MANAGE)
def set_terms(request: ActorRequest, method_id: uuid.UUID) -> HttpResponse:
    """Set limits and fees in one currency."""
    line = _line(method_id)
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _page(request, line, terms_form=form, status=UNPROCESSABLE)
    try:
        services.set_terms(method_id, form.terms(), by=request.actor)
    except Refused as refusal:
        show_refusal(form, refusal)
        return _page(request, line, terms_form=form, status=UNPROCESSABLE)
    return redirect("office:cashier:method", method_id)


@require_POST
@needs(MANAGE)
def drop_terms(request: ActorRequest, terms_id: uuid.UUID) -> HttpResponse:
    """Take one currency no longer."""
    with missing_as_404():
        method_id = services.drop_terms(terms_id, by=request.actor)
    return redirect("office:cashier:method", method_id)


def _access_form(line: MethodLine, data: Any = None) -> AccessForm:
    groups = clients.groups(with_archived=True)
    return AccessForm(data, line=line, groups=groups, levels=clients.levels())


def _line(method_id: uuid.UUID) -> MethodLine:
    with missing_as_404():
        return queries.method(method_id)


def _test(request: ActorRequest, provider_id: uuid.UUID) -> HttpResponse:
    if services.test_account(provider_id, by=request.actor):
        messages.success(request, _("Connected: everything works."))
    else:
        messages.error(request, _("The test has not passed. Look at what it found."))
    return redirect("office:cashier:provider", provider_id)


def _page(
    request: ActorRequest, line: MethodLine, *, status: int = 200, **forms: Any
) -> HttpResponse:
    accounts = queries.accounts()
    context = {
        "line": line,
        "form": MethodForm(line=line),
        "route_form": RouteForm(accounts=accounts),
        "terms_form": TermsForm(),
        "access_form": _access_form(line),
        "level_form": LevelLimitForm(line=line, levels=clients.levels()),
        "logo_form": LogoForm(),
        "has_accounts": bool(accounts),
        **forms,
    }
    return render(request, "cashier/method.html", context, status=status)
