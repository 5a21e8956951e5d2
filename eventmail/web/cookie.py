"""What the signed cookie of a browser holds."""

from __future__ import annotations

SESSION = "session"  # names the session of whoever is signed in
