"""What goes wrong in a way that the person at the screen can mend."""

from __future__ import annotations

from eventmail.language import said


class UserError(Exception):
    """A rule said no. Its text is one clear Japanese sentence: what, where, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotFound(UserError):
    """There is no such thing, or it belongs to another office: both answer alike."""

    def __init__(self) -> None:
        super().__init__(said("お探しのものが見つかりません。"))
