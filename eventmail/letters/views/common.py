"""What the pages around a letter share."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("letters", __name__)
