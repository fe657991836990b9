"""What requests put in slots of other pages."""

from __future__ import annotations

import uuid

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from modules.requests import queries

SHOWN = 8


def requests_of_client(request: HttpRequest, client_id: uuid.UUID) -> SafeString:
    """A client's requests, for his page in the back office."""
    lines = queries.of_client(client_id, limit=SHOWN)
    return render_to_string("requests/of_client.html", {"lines": lines}, request=request)
