"""Addresses of sign-in, and of the pages about people."""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as usersessions
from django.urls import path, re_path

from identity.views import entrance, office, roles
from kernel.access import open_to_all, signed_in

_sign_in = open_to_all("people sign in here")
_reset = open_to_all("whoever forgot the password cannot sign in")
_stage = open_to_all("a step of signing in, tied to the session that began it")

accounts = [
    path("login/", _sign_in(account.login), name="account_login"),
    path("login/passkey/", _sign_in(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("login/factor/", _stage(mfa.authenticate), name="mfa_authenticate"),
    path("logout/", open_to_all("leaving needs no right")(account.logout), name="account_logout"),
    path("inactive/", _sign_in(account.account_inactive), name="account_inactive"),
    path("register/", open_to_all("new clients")(account.signup), name="account_signup"),
    path(
        "confirm-email/",
        _stage(account.email_verification_sent),
        name="account_email_verification_sent",
    ),
    path("invitation/<str:token>/", entrance.invitation, name="identity_invitation"),
    path("second-factor/", entrance.second_factor, name="identity_second_factor"),
    path("again/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("email/", signed_in(account.email), name="account_email"),
    path("password/", signed_in(account.password_change), name="account_change_password"),
    path("password/set/", signed_in(account.password_set), name="account_set_password"),
    path("password/reset/", _reset(account.password_reset), name="account_reset_password"),
    path(
        "password/reset/sent/",
        _reset(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/done/",
        _reset(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        _reset(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("security/", signed_in(mfa.index), name="mfa_index"),
    path("security/again/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("security/app/", signed_in(totp.activate_totp), name="mfa_activate_totp"),
    path("security/app/remove/", signed_in(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("security/codes/", signed_in(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "security/codes/new/",
        signed_in(codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("security/passkeys/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("security/passkeys/add/", signed_in(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "security/passkeys/again/",
        signed_in(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "security/passkeys/<int:pk>/",
        signed_in(webauthn.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path(
        "security/passkeys/<int:pk>/remove/",
        signed_in(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path("security/devices/", signed_in(usersessions.list_usersessions), name="usersessions_list"),
]

_people = [
    path("people/", office.people, name="people"),
    path("people/invite/", office.invite, name="invite"),
    path("people/<uuid:person_id>/", office.person, name="person"),
    path("people/<uuid:person_id>/disable/", office.disable, name="disable"),
    path("people/<uuid:person_id>/enable/", office.enable, name="enable"),
    path("people/<uuid:person_id>/sign-out/", office.end_sessions, name="end_sessions"),
    path("people/<uuid:person_id>/factors/", office.reset_factors, name="reset_factors"),
    path("invitations/<uuid:invitation_id>/again/", office.invite_again, name="invite_again"),
    path("invitations/<uuid:invitation_id>/revoke/", office.revoke_invitation, name="revoke"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new/", roles.new_role, name="new_role"),
    path("roles/<uuid:role_id>/", roles.role, name="role"),
    path("roles/<uuid:role_id>/remove/", roles.remove_role, name="remove_role"),
]
console = _people
back_office = [
    *_people,
    path("teams/", roles.teams, name="teams"),
    path("teams/<uuid:team_id>/", roles.team, name="team"),
    path("teams/<uuid:team_id>/remove/", roles.remove_team, name="remove_team"),
    path("addresses/", roles.addresses, name="addresses"),
    path("addresses/<uuid:rule_id>/remove/", roles.forbid_address, name="forbid_address"),
]
