"""Dangerous settings: proposed by one person, confirmed by another, shown to all who decide.

The kinds of this room are known as soon as anything of it is imported; those of later rooms add
themselves (``kinds.add``).
"""

from eventmail.proposals import mailboxes, roles, sending

__all__ = ["mailboxes", "roles", "sending"]
