"""A file that cannot be looked into."""

from __future__ import annotations


class Unsearchable(Exception):
    """``reason``: encrypted, archive, damaged, too_deep, too_large or too_many_addresses."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
