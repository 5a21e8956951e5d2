"""What the pages of this room share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("accounts", __name__)
