"""What every module's screens lean on: who asks, what is missing, and where a refusal is said."""

from __future__ import annotations

import uuid

import pytest
from django import forms
from django.http import Http404
from django.test import RequestFactory

from kernel.actor import Actor, ActorKind
from kernel.errors import Refused
from kernel.views import is_fragment, missing_as_404, own_id, show_refusal

pytestmark = pytest.mark.no_database


class Missing(Refused):
    """There is none."""


class TooSmall(Refused):
    """It belongs to a field."""

    field = "amount"


class Form(forms.Form):
    amount = forms.IntegerField()


def test_nobody_without_an_id_is_a_client():
    request = RequestFactory().get("/")
    request.actor = Actor.system("billing")
    with pytest.raises(Http404):
        own_id(request)
    request.actor = Actor(kind=ActorKind.PERSON, id=uuid.uuid4(), name="Theo")
    assert own_id(request) == request.actor.id


def test_only_our_own_script_asks_for_a_part():
    asked = [RequestFactory().get("/", headers=words) for words in ({}, {"HX-Request": "true"})]
    assert [is_fragment(one) for one in asked] == [False, True]


def test_what_is_missing_answers_404_and_other_refusals_pass():
    with pytest.raises(Http404), missing_as_404(Missing):
        raise Missing
    with pytest.raises(TooSmall), missing_as_404(Missing):
        raise TooSmall


def test_a_refusal_is_said_at_its_field_if_the_form_has_it():
    form = Form({"amount": "1"})
    show_refusal(form, TooSmall())
    show_refusal(form, TooSmall(field="elsewhere"))
    assert [len(form.errors["amount"]), len(form.non_field_errors())] == [1, 1]
