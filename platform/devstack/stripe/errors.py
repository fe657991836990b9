"""The errors Stripe answers with."""

from __future__ import annotations

from typing import Any


class StripeError(Exception):
    """An answer other than 200, in Stripe's own shape."""

    def __init__(self, status: int, message: str, *, kind: str = "", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.keeps = False  # whether what was done before it stays done
        self.body = {"error": {"message": message, "type": kind or "invalid_request_error", **more}}


def missing(kind: str, object_id: str) -> StripeError:
    """The answer for an id nobody knows."""
    word = kind.rpartition(".")[2]
    return StripeError(404, f"No such {word}: '{object_id}'", code="resource_missing", param="id")


def required(name: str) -> StripeError:
    """The answer for a parameter left out."""
    return StripeError(
        400, f"Missing required param: {name}.", code="parameter_missing", param=name
    )


def invalid(message: str, param: str) -> StripeError:
    """The answer for a parameter that makes no sense."""
    return StripeError(400, message, code="parameter_invalid", param=param)


def declined(message: str, decline_code: str) -> StripeError:
    """The answer for a card that its bank refuses."""
    return StripeError(
        402, message, kind="card_error", code="card_declined", decline_code=decline_code
    )
