"""The shapes that bodies of every module share."""

from __future__ import annotations

from ninja import Schema
from pydantic import ConfigDict


class Strict(Schema):
    """A body that refuses fields it does not know, so nothing can be set by guessing names."""

    model_config = ConfigDict(extra="forbid")
