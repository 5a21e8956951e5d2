"""The pages of a roster: upload, review, import; by hand; history and undo; downloads."""

from __future__ import annotations

from eventmail.roster.views import (
    answering,
    correcting,
    downloads,
    hand,
    history,
    review,
    uploading,
)
from eventmail.roster.views.common import blueprint

__all__ = [
    "answering",
    "blueprint",
    "correcting",
    "downloads",
    "hand",
    "history",
    "review",
    "uploading",
]
