"""How allauth meets our tenants, mails, audit and secrets."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from identity import factors, queries, sessions
from identity.brand import absolute, tenant_name, tenant_of
from identity.events import EmailConfirmed, PersonRegistered
from identity.letters import letter_for
from identity.models import Kind, User
from identity.qr import qr_svg
from kernel import audit, clock, mail, pin, secrets
from kernel.actor import Actor
from kernel.events import publish
from kernel.module import Area
from kernel.registry import navigation

AREAS = {
    Kind.VENDOR: Area.CONSOLE,
    Kind.STAFF: Area.BACK_OFFICE,
    Kind.CLIENT: Area.TRADERS_ROOM,
}
"""Where people of each kind work."""

_DOOR = Actor.system("sign-in")


FACTOR_PLACE = "identity.factor"
"""Where a sealed seed is kept, as its seal says."""


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in, registration and mails of one tenant."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail or the password is not right."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes and try again."),
        "incorrect_code": _("This code is not right. Check it, or wait for the next one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Brokers' hosts take registrations; the vendor's people come by invitation."""
        del request
        return pin.current() != pin.PUBLIC

    def new_user(self, request: HttpRequest) -> User:
        """A client, not stored yet."""
        del request
        return User(kind=Kind.CLIENT, language=get_language() or "")

    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: Any,
        commit: bool = True,  # noqa: FBT001, FBT002  # allauth's signature
    ) -> User:
        """Store a registration and announce it, in one transaction."""
        user.full_name = form.cleaned_data["full_name"]
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            publish(
                PersonRegistered(
                    person_id=saved.pk,
                    email=saved.email,
                    full_name=saved.full_name,
                    language=saved.language,
                )
            )
            audit.note("identity.registered", about=saved, by=queries.actor_of(saved))
        return saved

    def confirm_email(self, request: HttpRequest, email_address: Any) -> bool:
        """Mark an address as its owner's and announce it, in one transaction."""
        with transaction.atomic():
            confirmed: bool = super().confirm_email(request, email_address)
            if confirmed:
                user = email_address.user
                publish(EmailConfirmed(person_id=user.pk, email=email_address.email))
                audit.note("identity.email_confirmed", about=user, by=queries.actor_of(user))
        return confirmed

    def clean_password(self, password: str, user: Any = None) -> str:
        """Apply the rules of ``AUTH_PASSWORD_VALIDATORS``."""
        validate_password(password, user)
        return password

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin a session bound to this tenant."""
        super().login(request, user)
        sessions.begin(request)
        audit.note("identity.signed_in", about=user, by=queries.actor_of(user))

    def logout(self, request: HttpRequest) -> None:
        """End the session."""
        if isinstance(request.user, User):
            actor = queries.actor_of(request.user)
            audit.note("identity.signed_out", about=request.user, by=actor)
        super().logout(request)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Record the failure, but never what was typed: it may be a password."""
        user = User.objects.filter(email=credentials.get("email", "").lower()).first()
        audit.note(
            "identity.sign_in_failed",
            about=user or "identity.User:unknown",
            by=_DOOR,
            changes={"address": self.get_client_ip(request)},
        )

    def get_login_stages(self) -> list[str]:
        """Confirm the e-mail, then prove the second factor."""
        return [
            "allauth.account.stages.EmailVerificationStage",
            "allauth.mfa.stages.AuthenticateStage",
        ]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where a person of this kind works."""
        return home_of(request)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """The same as after any sign-in."""
        return self.get_login_redirect_url(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether changes to sign-in must wait for a new proof of who it is."""
        del app, kwargs
        return not (factors.is_fresh(self.request) or factors.may_add_factor(self.request))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """With a second factor, only that counts; the password alone proves too little."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        return stronger or methods

    def is_safe_url(self, url: str) -> bool:
        """Only this very host: another broker's is as foreign as any."""
        host = {self.request.get_host()}
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts=host, require_https=self.request.is_secure()
        )

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail, always on the tenant's primary domain."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute(path.replace("UID-KEY", quote(key)))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send one of our letters in place of allauth's."""
        letter = letter_for(template_prefix, context)
        mail.send(letter.template, to=email, context=letter.context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Record a change to how someone signs in, and tell them (AUT-09)."""
        what = template_prefix.rpartition("/")[2]
        audit.note(f"identity.{what}", about=user, by=queries.actor_of(user))
        ip, agent = self.get_client_ip(self.request), self.get_http_user_agent(self.request)
        facts = {**(context or {}), "ip": ip, "user_agent": agent[:200], "at": clock.now()}
        self.send_mail(template_prefix, email or user.email, facts)


class FactorAdapter(DefaultMFAAdapter):
    """Second factors of one tenant, their seeds sealed."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "This is your only second factor, and you need one here. Set up another one first."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal a seed with this tenant's own key."""
        return base64.b64encode(secrets.seal(text, about=FACTOR_PLACE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed seed."""
        return secrets.unseal(base64.b64decode(encrypted_text), about=FACTOR_PLACE).decode()

    def get_totp_issuer(self) -> str:
        """The name an authenticator app shows."""
        return tenant_name()

    def build_totp_url(self, user: User, secret: str) -> str:
        """What the QR code says (the ``otpauth`` key URI format)."""
        issuer = self.get_totp_issuer()
        label = quote(f"{issuer}:{user.email}")
        facts = {"secret": secret, "issuer": issuer}
        return f"otpauth://totp/{label}?{urlencode(facts, quote_via=quote)}"

    def build_totp_svg(self, url: str) -> SafeString:
        """The QR code of ``url``, without any inline style."""
        return qr_svg(url)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """People of the house keep one at least (AUT-01)."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=factors.STRONG)
        return (
            not authenticator.user.is_of_the_house or others.exclude(pk=authenticator.pk).exists()
        )

    def _get_site_name(self) -> str:
        return tenant_name()


def home_of(request: HttpRequest) -> str:
    """Path of the first page of the signed-in person's own area that they may open."""
    pages = _pages_of(request)
    return next(
        iter(pages.values()), reverse("mfa_index") if request.user.is_authenticated else "/"
    )


def welcome_of(request: HttpRequest) -> str:
    """Path of the page that greets the signed-in person who has just joined."""
    kind = getattr(request.user, "kind", "")
    return _pages_of(request).get(settings.IDENTITY_WELCOME.get(kind, ""), home_of(request))


def _pages_of(request: HttpRequest) -> dict[str, str]:
    """The menu of the person's area, as far as they may open it: URL name to path, in order."""
    user = request.user
    if not isinstance(user, User):
        return {}
    actor = queries.actor_of(user)
    pages: dict[str, str] = {}
    for item in navigation(
        AREAS[Kind(user.kind)], getattr(tenant_of(request), "active_modules", ())
    ):
        if item.permission is None or actor.may(item.permission):
            with suppress(NoReverseMatch):  # the page belongs to the other kind of host
                pages[item.url_name] = reverse(item.url_name)
    return pages
