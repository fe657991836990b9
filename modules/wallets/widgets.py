"""What wallets put in slots of other pages."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from modules.wallets import queries


def wallets_of_client(request: HttpRequest, client_id: uuid.UUID) -> SafeString:
    """The client's wallets, for his page in the back office."""
    context = {"wallets": queries.wallets_of(client_id)}
    return render_to_string("wallets/client_wallets.html", context, request=request)
