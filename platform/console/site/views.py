"""The vendor's public site: what Atrium is, and the way in for a broker."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from console.site import menu, pages
from console.site.forms import CodeForm, PlanForm
from kernel import throttle
from kernel.access import open_to_all, refusals_as_messages
from kernel.errors import Refused, Unavailable
from provisioning.runs import queries, signups, slugs
from provisioning.runs.types import SignUpView

_OPEN = open_to_all("A broker is not anybody yet: the sign-up belongs to the browser or the mail")


@require_GET
@open_to_all("The public site is for everyone")
def home(request: HttpRequest) -> HttpResponse:
    """What the product is, and the menu."""
    return render(request, "site/home.html", {"lines": menu.menu(), "base": menu.total(()).base})


@require_GET
@open_to_all("The public site is for everyone")
def trust(request: HttpRequest) -> HttpResponse:
    """How a broker's data are kept apart from everyone's, the vendor's included."""
    return render(request, "site/trust.html")


@never_cache
@_OPEN
def start(request: HttpRequest) -> HttpResponse:
    """Compose a plan and say who asks; posting it begins a sign-up."""
    if request.method != "POST":
        chosen = menu.offered(request.GET.getlist("modules"))
        return pages.plan(request, PlanForm(initial=_initial(request)), chosen)
    form = PlanForm(request.POST)
    if form.is_valid():
        try:
            throttle.require("sign_up", who=pages.address_of(request), limit=pages.SIGN_UPS)
            sign_up_id = signups.start(form.plan())
        except Refused as refusal:
            pages.explain(form, refusal)
        else:
            pages.remember(request, sign_up_id)
            return redirect("site:sign_up", sign_up_id=sign_up_id)
    return pages.plan(request, form, request.POST.getlist("modules"), status=422)


@never_cache
@require_GET
@open_to_all("Prices are public")
def total(request: HttpRequest) -> HttpResponse:
    """The price of the ticked modules: a fragment of the plan page."""
    chosen = request.GET.getlist("modules")
    return render(request, "site/_total.html", {"total": menu.total(chosen)})


@never_cache
@require_GET
@open_to_all("Says whether a subdomain is free, no more than visiting it would")
def address(request: HttpRequest) -> HttpResponse:
    """Whether a subdomain can be had: a fragment of the plan page."""
    slug = request.GET.get("slug", "").strip().lower()
    wait = throttle.hit("address", who=pages.address_of(request), limit=pages.ADDRESSES)
    refusal = None if wait or not slug else slugs.problem(slug, own_id=pages.own_id(request))
    words = {"slug": slug, "refusal": refusal, "host": slugs.host_of(slug), "wait": wait}
    return render(request, "site/_address.html", {**words, "suffix": slugs.host_of("you")})


@never_cache
@_OPEN
def sign_up(request: HttpRequest, sign_up_id: uuid.UUID) -> HttpResponse:
    """Where a sign-up stands: its code, its payment, its run."""
    return pages.status(request, _own(request, sign_up_id), CodeForm())


@never_cache
@_OPEN
def plan(request: HttpRequest, sign_up_id: uuid.UUID) -> HttpResponse:
    """Change what was chosen before it is paid."""
    view = _own(request, sign_up_id)
    if view.state not in pages.UNPAID:
        return redirect("site:sign_up", sign_up_id=sign_up_id)
    if request.method != "POST":
        return pages.plan(request, PlanForm(initial=pages.as_initial(view)), view.plan.modules)
    form = PlanForm(request.POST)
    if form.is_valid():
        try:
            signups.change_plan(sign_up_id, form.plan())
        except Refused as refusal:
            pages.explain(form, refusal)
        else:
            return redirect("site:sign_up", sign_up_id=sign_up_id)
    return pages.plan(request, form, request.POST.getlist("modules"), status=422)


@require_POST
@_OPEN
def confirm(request: HttpRequest, sign_up_id: uuid.UUID) -> HttpResponse:
    """Take the six digits."""
    view = _own(request, sign_up_id)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            signups.confirm(sign_up_id, form.cleaned_data["code"])
        except Refused as refusal:
            pages.explain(form, refusal)
        else:
            return redirect("site:sign_up", sign_up_id=sign_up_id)
    return pages.status(request, view, form, status=422)


@never_cache
@open_to_all("The signed link in the message proves who follows it")
def confirm_link(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm by the link; asks for a click first, because mail scanners follow links."""
    if request.method != "POST":
        return render(request, "site/confirm_link.html", {"token": token})
    try:
        sign_up_id = signups.confirm_by_link(token)
    except Refused as refusal:
        words = {"token": token, "refusal": refusal}
        return render(request, "site/confirm_link.html", words, status=422)
    pages.remember(request, sign_up_id)
    return redirect("site:sign_up", sign_up_id=sign_up_id)


@require_POST
@_OPEN
def send_code(request: HttpRequest, sign_up_id: uuid.UUID) -> HttpResponse:
    """Mail another code."""
    _own(request, sign_up_id)
    with refusals_as_messages(request):
        throttle.require("sign_up", who=pages.address_of(request), limit=pages.SIGN_UPS)
        signups.send_code_again(sign_up_id)
        messages.success(request, _("A new code is on its way."))
    return redirect("site:sign_up", sign_up_id=sign_up_id)


@never_cache
@require_GET
@_OPEN
def pay(request: HttpRequest, sign_up_id: uuid.UUID) -> HttpResponse:
    """Go to the payment page.

    A link, not a form: the page's policy lets forms lead to our own host only.
    """
    _own(request, sign_up_id)
    here = slugs.site_url(f"/start/{sign_up_id}/")
    try:
        url = signups.begin_payment(
            sign_up_id, success_url=f"{here}?paid=1", cancel_url=f"{here}closed/"
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    except Unavailable:
        messages.error(
            request,
            _("The payment page does not answer. Nothing was charged; please try in a minute."),
        )
    else:
        return redirect(url)
    return redirect("site:sign_up", sign_up_id=sign_up_id)


@never_cache
@require_GET
@_OPEN
def closed(request: HttpRequest, sign_up_id: uuid.UUID) -> HttpResponse:
    """Back from the payment page without paying: the plan, as it was."""
    _own(request, sign_up_id)
    signups.close_payment(sign_up_id)
    messages.info(
        request, _("You left the payment page. Nothing was charged, and everything is kept.")
    )
    return redirect("site:plan", sign_up_id=sign_up_id)


@never_cache
@require_GET
@_OPEN
def progress(request: HttpRequest, sign_up_id: uuid.UUID) -> HttpResponse:
    """The steps of the run: a fragment that the page asks for every second."""
    view = _own(request, sign_up_id)
    if view.state in pages.UNPAID:
        return HttpResponse(status=204)
    return pages.progress(request, view)


def _own(request: HttpRequest, sign_up_id: uuid.UUID) -> SignUpView:
    """The sign-up, if this browser began it or came by its mail.

    Raises:
        Http404: It did not, or there is none.
    """
    view = queries.find_sign_up(sign_up_id) if pages.is_remembered(request, sign_up_id) else None
    if view is None:
        raise Http404
    return view


def _initial(request: HttpRequest) -> dict[str, str]:
    asked = ("company", "slug", "email", "country", "locale", "time_zone")
    words = {name: request.GET[name] for name in asked if name in request.GET}
    return {"locale": getattr(request, "LANGUAGE_CODE", "en"), **words}
