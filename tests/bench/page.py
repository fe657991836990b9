"""A page that asks the database one question."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path

from kernel.models import Lease


def page(_request):
    return HttpResponse(str(Lease.objects.filter(name="bench").first()))


urlpatterns = [path("page", page)]
