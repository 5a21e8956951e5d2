"""An outbox that reminds, as that of the notices tells."""

from __future__ import annotations

from tests.staffmail.conftest import outbox, settings

__all__ = ["outbox", "settings"]
