"""What cannot be written in a mail at all."""

from __future__ import annotations

import re
from functools import lru_cache

# Categories Cc, Cs, Zl and Zp of Unicode, whole; they get no new members (UAX 44).
_CONTROLS = r"\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029"


class Unwritable(ValueError):
    """A text or file that no mail can carry unchanged; ``message_ja`` says what to do."""

    def __init__(self, message_ja: str) -> None:
        super().__init__(message_ja)
        self.message_ja = message_ja


def has_control(text: str, allowed: str = "") -> bool:
    """Whether a control character, a line separator or half a surrogate pair is in ``text``."""
    return bool(_control(allowed).search(text))


@lru_cache(maxsize=16)
def _control(allowed: str) -> re.Pattern[str]:
    but = f"(?<![{re.escape(allowed)}])" if allowed else ""
    return re.compile(f"[{_CONTROLS}]{but}")
