"""What cannot be written in a mail at all."""

from __future__ import annotations

import unicodedata


class Unwritable(ValueError):
    """A text or file that no mail can carry unchanged; ``message_ja`` says what to do."""

    def __init__(self, message_ja: str) -> None:
        super().__init__(message_ja)
        self.message_ja = message_ja


def has_control(text: str, allowed: str = "") -> bool:
    """Whether a control character, a line separator or half a surrogate pair is in ``text``."""
    return any(
        unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}
        for char in text
        if char not in allowed
    )
