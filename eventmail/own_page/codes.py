"""The code in a mail to a registered address: derived from the mail's name, and never stored."""

from __future__ import annotations

import hmac

from eventmail.sealing import Sealer

DIGITS = 8
PURPOSE = "code in a mail"


def code_of(sealer: Sealer, token: str) -> str:
    """The code that this mail carries."""
    return f"{int(sealer.digest(token, PURPOSE), 16) % 10**DIGITS:0{DIGITS}}"


def is_code(sealer: Sealer, token: str, typed: str) -> bool:
    """Whether it is the code of this mail, made under any key that is still kept."""
    codes = [code_of(Sealer((key,)), token) for key in sealer.keys]
    return any([hmac.compare_digest(each, typed) for each in codes])
