"""The pages around a letter: writing it, keeping what is typed, looking at it, trying it."""

from __future__ import annotations

from eventmail.letters.views import choosing, copying, keeping, looking, trying, writing
from eventmail.letters.views.common import blueprint

__all__ = ["blueprint", "choosing", "copying", "keeping", "looking", "trying", "writing"]
